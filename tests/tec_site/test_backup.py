"""RELIABILITY 14: a backup under writing, restored into an empty place, is whole."""

import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from core.tasks import running
from programmes.models import Closure
from roster import lifecycle
from submissions.writing.mailing import Mailing, MailingWords
from submissions.writing.recipients import Circle, people
from submissions.writing.work import send
from tec_site.backup import BackupFailed, back_up
from tec_site.models import SignIn
from tests.factories import (
    NOW,
    VISIT_DAY,
    make_booking,
    make_loan,
    make_slot,
    make_staff,
    make_venue,
    make_visit,
    the_hub,
)
from tests.impact.asking import VISIT_OVER, make_evaluation
from tests.roster.rostering import make_person, make_run, make_shift

COUNTED = "bookings_booking", "bookings_bookingevent", "bookings_zoneclaim", "schools_user"


class Restored:
    """A backup in an empty place: asks SQL of it."""

    def __init__(self, ask):
        self.ask = ask

    def count(self, table):
        [[number]] = self.ask(f'SELECT count(*) FROM "{table}"')
        return number

    def counts(self):
        return {table: self.count(table) for table in connection.introspection.table_names()}


@contextmanager
def restored_sqlite(backup, tmp_path):
    place = tmp_path / "empty" / "tec.sqlite3"
    place.parent.mkdir()
    shutil.copyfile(backup, place)
    with closing(sqlite3.connect(place)) as copy:
        yield Restored(lambda sql: copy.execute(sql).fetchall())


@contextmanager
def restored_postgresql(backup, tmp_path):
    import psycopg

    server = connection.get_connection_params()
    server = {key: server[key] for key in ("user", "password", "host", "port") if key in server}
    name = f"{connection.settings_dict['NAME']}_restored"
    with psycopg.connect(dbname="postgres", autocommit=True, **server) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            variables = {f"PG{key.upper()}": str(value) for key, value in server.items()}
            # Restoring adds the foreign keys last, over all rows: it fails if one is broken.
            subprocess.run(
                ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={name}", backup],
                check=True,
                env=os.environ | variables,
            )
            with psycopg.connect(dbname=name, **server) as copy:
                yield Restored(lambda sql: copy.execute(sql).fetchall())
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def restored(tmp_path, engine):
    return lambda backup: {"sqlite": restored_sqlite, "postgresql": restored_postgresql}[engine](
        backup, tmp_path
    )


def schema_of(ask, engine):
    """Everything that guards the rows: keys, checks, triggers, indexes."""
    if engine == "sqlite":
        return ask(
            "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%' "
            "ORDER BY type, name"
        )
    rows = ask(
        "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace ORDER BY conname, conrelid::regclass::text"
    )
    # A restored expression is the same but for where its casts and brackets stand.
    return [(name, re.sub(r"::[a-z ]+(\[\])?|[()\s]", "", text)) for name, text in rows]


def ask_site(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def broken_foreign_keys(restored, engine):
    return restored.ask("PRAGMA foreign_key_check") if engine == "sqlite" else []


OF_EVERY_APP = (
    *("core_mail", "core_task", "core_taskunit", "schools_school", "programmes_closure"),
    *("submissions_submission", "bookings_visit", "bookings_bookingevent", "kits_loan"),
    *("roster_person", "roster_availability", "roster_shift", "roster_shiftevent"),
    *("impact_evaluation", "impact_evaluationevent", "tec_site_signin"),
)


def fill_every_app():
    """Three bookings, and a row or more in what each app adds."""
    with time_machine.travel(NOW, tick=False):
        shift = make_shift(make_run())
        lifecycle.accept(shift=shift, person=make_person(runs=[shift.visit.programme]))
        make_loan()
        Closure.objects.create(
            venue=make_venue(), reason="Storm", starts_on=VISIT_DAY, ends_on=VISIT_DAY
        )
        circle = Circle(the_hub(), VISIT_DAY)
        mailing = Mailing(circle, MailingWords("Parkeren", "Het is vol."))
        shown = [(one.unit, "") for one in people(circle)]
        send(mailing, shown, by=make_staff(), token=uuid4())
        SignIn.objects.create(user=make_staff(), way="totp", network="192.0.2.7")
        make_booking()
    with time_machine.travel(VISIT_OVER, tick=False):
        make_evaluation(visit=make_visit(slot=make_slot()))
    while running.work(seconds=5):
        pass


def test_backup_restored_has_every_row_and_every_guard(
    transactional_db, tmp_path, restored, engine
):
    fill_every_app()
    backup = tmp_path / "backup"
    back_up(backup)
    with restored(backup) as copy:
        counts = copy.counts()
        assert {table for table in OF_EVERY_APP if not counts[table]} == set()
        assert counts == Restored(ask_site).counts()
        assert (counts["bookings_booking"], counts["bookings_zoneclaim"]) == (3, 3)
        assert broken_foreign_keys(copy, engine) == []
        assert schema_of(copy.ask, engine) == schema_of(ask_site, engine)


def test_backup_under_writing_is_of_one_moment(transactional_db, tmp_path, restored, engine):
    make_booking()
    stop, started = threading.Event(), threading.Event()
    written = []

    def write():
        try:
            while not stop.is_set():
                with transaction.atomic():
                    make_booking()
                written.append(1)
                started.set()
        finally:
            connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert started.wait(timeout=20)
        before = len(written)
        back_up(tmp_path / "backup")
        after = len(written)
        while len(written) < after + 2:  # it goes on writing
            assert writer.is_alive()
            stop.wait(0.01)
    finally:
        stop.set()
        writer.join(timeout=20)
    with restored(tmp_path / "backup") as copy:
        counts = {table: copy.count(table) for table in COUNTED}
        assert broken_foreign_keys(copy, engine) == []
    # A booking is written together with its event, claim and teacher, or not at all.
    [number] = set(counts.values())
    assert 1 + before <= number <= 2 + after


def test_backup_is_for_its_owner_only(transactional_db, tmp_path):
    back_up(tmp_path / "backup")
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["backup"]


def test_command_writes_the_file_and_says_its_size(transactional_db, tmp_path, capsys):
    backup = tmp_path / "backup"
    call_command("backup", str(backup))
    assert capsys.readouterr().out == f"{backup}: {backup.stat().st_size:,} bytes.\n"


def test_command_never_overwrites(transactional_db, tmp_path):
    backup = tmp_path / "backup"
    backup.write_text("the only copy")
    with pytest.raises(CommandError) as refusal:
        call_command("backup", str(backup))
    assert str(refusal.value) == f"{backup} exists; a backup does not overwrite."
    assert backup.read_text() == "the only copy"


def test_killed_backup_leaves_nothing_by_its_name_and_the_next_succeeds(tmp_path):
    """An empty file of that name would be kept as a backup, and restored as an empty site."""
    database, backup = tmp_path / "site.sqlite3", tmp_path / "backup"
    with closing(sqlite3.connect(database)) as site:
        site.execute("CREATE TABLE one (row)")
    dies = "os.fsync = lambda _file: os._exit(9); "
    command = (
        "import os, sys; {}from django.core.management import execute_from_command_line; "
        "execute_from_command_line(['manage.py', 'backup', sys.argv[1]])"
    )
    environment = {
        "TEC_MODE": "demo",
        "DJANGO_SETTINGS_MODULE": "tec_site.settings",
        "DATABASE_URL": f"sqlite:///{database}",
        "VAR_DIR": str(tmp_path / "var"),
    }
    codes, made = [], []
    for before in (dies, ""):
        arguments = [sys.executable, "-c", command.format(before), str(backup)]
        codes.append(
            subprocess.run(arguments, env=os.environ | environment, check=False).returncode
        )
        made.append(backup.exists())
    assert (codes, made) == ([9, 0], [False, True])
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("SELECT name FROM sqlite_master").fetchall() == [("one",)]
    assert not (tmp_path / "backup.part").exists()


def test_second_backup_to_one_name_is_refused_while_the_first_is_made(transactional_db, tmp_path):
    with (tmp_path / "backup.part").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        with pytest.raises(BackupFailed, match="is being made by another backup"):
            back_up(tmp_path / "backup")
    assert [path.name for path in tmp_path.iterdir()] == ["backup.part"]


def test_command_says_that_the_folder_does_not_exist(transactional_db, tmp_path):
    backup = tmp_path / "nowhere" / "backup"
    with pytest.raises(CommandError) as refusal:
        call_command("backup", str(backup))
    assert str(refusal.value) == f"Cannot write {backup}: No such file or directory."


@pytest.fixture
def refusal_of_backup(transactional_db, tmp_path):
    """What is said when the site's database is `name`."""

    def say(name):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(connection.settings_dict, "NAME", str(name))
            with pytest.raises(BackupFailed) as refusal:
                back_up(tmp_path / "backup")
        return str(refusal.value)

    return say


@pytest.mark.sqlite
def test_missing_sqlite_database_is_said_and_leaves_no_file(refusal_of_backup, tmp_path):
    missing = tmp_path / "gone.sqlite3"
    assert refusal_of_backup(missing) == f"There is no database at {missing}."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.sqlite
def test_damaged_sqlite_database_is_said_and_leaves_no_file(refusal_of_backup, tmp_path):
    damaged = tmp_path / "damaged.sqlite3"
    damaged.write_bytes(b"not a database " * 100)
    assert refusal_of_backup(damaged) == "SQLite says: file is not a database."
    assert list(tmp_path.iterdir()) == [damaged]


@pytest.mark.postgres
def test_unknown_postgresql_database_is_said_and_leaves_no_file(refusal_of_backup, tmp_path):
    said = refusal_of_backup("no_such_database")
    assert said.startswith("pg_dump says: ")
    assert said.endswith('database "no_such_database" does not exist')
    assert list(tmp_path.iterdir()) == []


@pytest.mark.postgres
def test_missing_pg_dump_is_said_and_leaves_no_file(transactional_db, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="pg_dump is not installed"):
        back_up(tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []
