"""How the site talks to its database: what DESIGN calls the embedded default, and PostgreSQL."""

import sqlite3
from contextlib import closing

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction

from programmes.models import World
from tec_site import settings
from tests import databases
from tests.factories import make_booking


def pragma(name):
    """On a connection as the site opens it; that of the tests is less careful."""
    own = connection.copy()
    own.settings_dict["OPTIONS"] = settings.DATABASES["default"]["OPTIONS"]
    with closing(own), own.cursor() as cursor:
        cursor.execute(f"PRAGMA {name}")
        [value] = cursor.fetchone()
    return value


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),  # FULL: what was acknowledged survives a power cut
        ("foreign_keys", 1),
        ("secure_delete", 1),
        ("busy_timeout", 20_000),  # ms
    ],
)
def test_sqlite_pragma(db, name, value):
    assert pragma(name) == value


@pytest.fixture
def other_connection(transactional_db):
    """Another process's connection, which does not wait."""
    with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=0)) as other:
        yield other


@pytest.mark.sqlite
def test_sqlite_transaction_takes_the_write_lock_at_its_start(other_connection):
    with transaction.atomic(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other_connection.execute("BEGIN IMMEDIATE")
    other_connection.execute("BEGIN IMMEDIATE")


@pytest.mark.sqlite
def test_sqlite_reads_while_another_writes(other_connection):
    before = World.objects.count()
    with transaction.atomic():
        World.objects.create(code="water", name="Water", number=99)
        [seen] = other_connection.execute("SELECT count(*) FROM programmes_world").fetchone()
    [seen_after] = other_connection.execute("SELECT count(*) FROM programmes_world").fetchone()
    assert (seen, seen_after) == (before, before + 1)


@pytest.mark.postgres
def test_postgresql_connections_are_kept_and_checked():
    kept = connection.settings_dict
    assert (kept["CONN_MAX_AGE"], kept["CONN_HEALTH_CHECKS"]) == (600, True)


def test_requests_are_not_transactions():
    assert connection.settings_dict["ATOMIC_REQUESTS"] is False


@pytest.mark.django_db(transaction=True)
def test_what_migrations_wrote_is_back_after_a_test_that_commits():
    before = databases.rows_of_migrations()
    assert World.objects.exists()
    World.objects.all().delete()
    Permission.objects.update(name="")
    make_booking()

    databases.put_back(before)

    assert databases.rows_of_migrations() == before
