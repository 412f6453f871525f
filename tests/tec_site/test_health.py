import datetime

import pytest
import time_machine
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from core import worker
from core.kinds import kinds
from core.mail.queue import Message, enqueue
from tec_site.pages import health
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    monkeypatch.setattr(health, "_migrated", False)
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def look(client) -> tuple[int, dict]:
    response = client.get("/gezond/")
    return response.status_code, response.json()


def test_healthy_site_answers_200_and_is_not_cached(client):
    worker.beat()
    response = client.get("/gezond/")
    assert response.status_code == 200
    assert response.json() == {
        "healthy": True,
        "database": True,
        "migrations": True,
        "worker": True,
        "worker_seen_seconds_ago": 0,
        "mail": {
            "waiting": 0,
            "oldest_unsent_seconds": 0,
            "late": False,
            "failed_last_week": 0,
            "oldest_event_without_mail_seconds": 0,
        },
    }
    assert "no-store" in response.headers["Cache-Control"]
    assert response.cookies == {}


def test_worker_never_seen_is_503(client):
    status, found = look(client)
    assert (status, found["worker"], found["worker_seen_seconds_ago"]) == (503, False, None)


def test_worker_seen_too_long_ago_is_503(client, frozen, settings):
    worker.beat()
    frozen.shift(settings.WORKER_SEEN_WITHIN)
    assert look(client)[0] == 200
    frozen.shift(datetime.timedelta(seconds=1))
    status, found = look(client)
    assert (status, found["worker_seen_seconds_ago"]) == (503, 91)
    worker.beat()
    assert look(client)[0] == 200


def test_worker_seen_by_a_clock_that_ran_ahead_is_503(client, frozen):
    worker.beat()
    frozen.shift(datetime.timedelta(days=-1))
    assert look(client)[0] == 503
    worker.beat()
    assert look(client)[0] == 200


def test_unsent_mail_is_named_with_its_age_but_does_not_make_the_site_ill(client, frozen):
    enqueue(Message(to="juf@school.example", subject="Dag", text="Dag"))
    frozen.shift(datetime.timedelta(minutes=31))
    worker.beat()
    status, found = look(client)
    assert (status, found["mail"]["waiting"]) == (200, 1)
    assert (found["mail"]["oldest_unsent_seconds"], found["mail"]["late"]) == (1860, True)


def test_missing_migration_is_503(client):
    worker.beat()
    ((app, last),) = MigrationLoader(connection).graph.leaf_nodes("tec_site")
    MigrationRecorder(connection).record_unapplied(app, last)
    status, found = look(client)
    assert (status, found["migrations"]) == (503, False)


def test_migrations_are_looked_up_once_per_process(client, django_assert_max_num_queries):
    worker.beat()
    client.get("/gezond/")
    with django_assert_max_num_queries(4 + len(kinds())):  # one for what each has not told
        client.get("/gezond/")


def test_database_that_does_not_answer_is_503(client):
    def refuse(*_args):
        raise OperationalError("gone")

    with connection.execute_wrapper(refuse):
        assert look(client) == (503, {"healthy": False, "database": False})


def test_only_reading_is_allowed(client):
    assert client.post("/gezond/").status_code == 405
    worker.beat()
    assert client.head("/gezond/").status_code == 200
