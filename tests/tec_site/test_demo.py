"""`manage.py demo` as a newcomer starts it: a process of its own, over HTTP."""

import contextlib
import datetime
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management.base import CommandError
from django.db import connection

from bookings.models import State
from bookings.telling.dashboard import on_days
from core.dates import ONE_DAY
from kits.desk_days import desk_calendar, desk_for_loan
from kits.models import Delivery, KitDocument, LessonKit, Loan, LoanState
from schools.models import User
from tec_site import demo
from tec_site.demo import kits, loans, offer, people, schools, season, visits
from tec_site.demo.database import folder_beside, is_ours
from tec_site.demo.people import STAFF_EMAIL, staff_password
from tec_site.management.commands.demo import listen
from tests.factories import amsterdam, make_kit

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def start_demo(folder: Path, port: int) -> subprocess.Popen[str]:
    """As a shell does in the background: there Ctrl-C is to be ignored, unless we ask for it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.Popen(
        ["/bin/sh", "-c", "trap '' INT; exec \"$0\" -u manage.py demo", sys.executable],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(folder), "PORT": str(port), "TEC_MODE": "demo"},
        stdout=subprocess.PIPE,
        text=True,
    )


def read_banner(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    return "".join(lines)


PORT = re.compile(r"(?<=127\.0\.0\.1:)\d+")


def stop(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


def test_demo_serves_on_the_next_free_port_and_stops_cleanly(
    tmp_path: Path, taken_port: int
) -> None:
    """And starts beside the database of an earlier version, which it leaves as it is."""
    older = earlier_version(tmp_path)
    process = start_demo(tmp_path, taken_port)
    try:
        banner = read_banner(process)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", banner)
        assert found, banner
        assert taken_port < int(found[1]) < taken_port + 100
        with urllib.request.urlopen(found[0], timeout=20) as response:
            assert "text/html" in response.headers["Content-Type"]
        assert STAFF_EMAIL in banner
        folder = os.path.relpath(tmp_path, ROOT)
        assert f"{folder} holds the data of an earlier version" in banner
        assert f"Data is in {folder}/demo-2." in banner
        assert stop(process, signal.SIGTERM) == 0
    finally:
        process.kill()
    # Again, on what is there already; Ctrl-C this time.
    again = start_demo(tmp_path, taken_port)
    try:
        # On whichever port is free by now.
        assert PORT.sub("", read_banner(again)) == PORT.sub("", banner)
        assert stop(again, signal.SIGINT) == 0
    finally:
        again.kill()
    assert rows_of(tmp_path / "tec.sqlite3") == older
    assert not (tmp_path / "demo-2" / "demo-2").exists()


def earlier_version(folder: Path) -> list[str]:
    """A database of before the apps were laid out anew; returns what is in it."""
    with contextlib.closing(sqlite3.connect(folder / "tec.sqlite3")) as database, database:
        database.executescript(
            """
            CREATE TABLE django_migrations (
                id integer PRIMARY KEY, app varchar(255), name varchar(255), applied datetime
            );
            INSERT INTO django_migrations VALUES (1, 'schools', '0001_initial', '2026-01-01');
            INSERT INTO django_migrations VALUES (2, 'bookings', '0001_initial', '2026-01-01');
            CREATE TABLE schools_submission (id integer PRIMARY KEY, email varchar(254));
            INSERT INTO schools_submission VALUES (7, 'juf@school.example');
            """
        )
    return rows_of(folder / "tec.sqlite3")


def rows_of(file: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(file)) as database:
        return list(database.iterdump())


@pytest.mark.django_db
def test_database_is_ours_when_its_migrations_and_columns_are() -> None:
    assert is_ours(connection)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('bookings', '0099_of_another_time', '2026-01-01')",
            id="a migration we do not have",
        ),
        pytest.param(
            "DELETE FROM django_migrations WHERE app = 'submissions'",
            id="an app that was not there yet",
        ),
        pytest.param(
            "ALTER TABLE core_heartbeat RENAME COLUMN at TO seen_at",
            id="a column by another name",
        ),
        pytest.param(
            "ALTER TABLE core_heartbeat ADD COLUMN host varchar(9)", id="a column too many"
        ),
        pytest.param("DROP TABLE core_heartbeat", id="a table that is gone"),
    ],
)
def test_database_of_other_migrations_is_not_ours(change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(change)

    assert not is_ours(connection)


def test_demo_starts_afresh_in_the_next_folder() -> None:
    var = Path("/srv/tec/var")
    assert folder_beside(var) == var / "demo-2"
    assert folder_beside(var / "demo-2") == var / "demo-3"


def test_listen_refuses_when_every_port_is_taken(
    taken_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tec_site.management.commands.demo.PORTS_TRIED", 1)
    with pytest.raises(CommandError, match=f"No free port from {taken_port}"):
        listen(taken_port)


@pytest.mark.django_db
def test_loading_demo_data_twice_changes_nothing() -> None:
    demo.load()
    loans = sorted(Loan.objects.values_list("pk", "state"))
    assert {state for _pk, state in loans} == {*LoanState.values} - {LoanState.OFFERED}
    assert Loan.objects.overdue().count() == 1
    assert KitDocument.objects.count() == 2 * LessonKit.objects.filter(is_example=True).count() > 0
    user = authenticate(username=STAFF_EMAIL, password=staff_password())
    assert user is not None
    user.set_password("chosen by hand")
    user.save()

    demo.load()

    assert authenticate(username=STAFF_EMAIL, password="chosen by hand") == user
    assert sorted(Loan.objects.values_list("pk", "state")) == loans


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "today", "week"),
    [
        pytest.param((2026, 11, 24, 8), 2, 6, id="a Tuesday"),
        pytest.param((2026, 11, 22, 12), 0, 5, id="a Sunday"),
        pytest.param((2026, 12, 21, 8), 1, 1, id="Christmas holidays"),
    ],
)
def test_demo_opens_with_visits_today_or_in_the_week_to_come(
    moment: tuple[int, ...], today: int, week: int
) -> None:
    with time_machine.travel(amsterdam(*moment), tick=False):
        for part in (people, offer, season, schools, visits):
            part.load()
        staff = User.objects.get(email=STAFF_EMAIL)
        day = amsterdam(*moment).date()
        found = {entry.day: entry for entry in on_days(day, day + 8 * ONE_DAY, staff)}
        first = found.pop(day).rows if day in found else []
    coming = [visit for entry in found.values() for visit in entry.rows]
    assert (len(first), len(coming)) == (today, week)
    states = {booking.state for visit in first for booking in visit.classes}
    assert states <= {State.CONFIRMED}  # to be ticked off


@pytest.mark.django_db
@pytest.mark.parametrize(
    "today",
    [
        pytest.param("2026-10-07", id="before the autumn holidays"),
        pytest.param("2026-11-22", id="a Sunday"),
        pytest.param("2026-12-16", id="before the Christmas holidays"),
        pytest.param("2027-01-01", id="1 January"),
        pytest.param("2027-02-17", id="before the spring holidays"),
        pytest.param("2027-04-20", id="before the May holidays"),
        pytest.param("2027-05-05", id="the day before Ascension Day"),
        pytest.param("2027-07-08", id="before the summer holidays"),
        pytest.param("2027-08-01", id="summer holidays"),
        pytest.param("2027-08-23", id="after the summer holidays"),
    ],
)
@pytest.mark.parametrize("delivery", Delivery.values)
def test_days_of_a_loan_are_those_of_the_desk_and_on_their_side_of_today(
    today: str, delivery: str
) -> None:
    kit = make_kit()
    kit.venue.desk_days.all().delete()
    for weekday, is_round, opens_at, closes_at in kits.DESK_DAYS:
        kit.venue.desk_days.create(
            weekday=weekday, is_round=is_round, opens_at=opens_at, closes_at=closes_at
        )
    day = datetime.date.fromisoformat(today)
    with time_machine.travel(amsterdam(day.year, day.month, day.day, 8), tick=False):
        over = loans.offered_days(kit, delivery, -26, -5)
        away = loans.offered_days(kit, delivery, -7, 14)
        coming = loans.offered_days(kit, delivery, 0, 14)
    desk = desk_calendar(kit.venue, over.starts_on, coming.ends_on, delivery)
    assert all(desk.is_open(one) for days in (over, away, coming) for one in days)
    assert over.starts_on < over.ends_on <= day - 5 * ONE_DAY
    assert away.starts_on < day < away.ends_on
    assert day <= coming.starts_on < coming.ends_on
    assert coming.ends_on in desk_for_loan(kit, coming.starts_on, delivery).return_days(
        kit, coming.starts_on
    )


@pytest.mark.django_db
def test_boxes_of_the_demo_change_hands_while_the_desk_is_open() -> None:
    """Seen from a day from which three weeks lead into the Christmas holidays."""
    with time_machine.travel(amsterdam(2026, 12, 2, 23), tick=False):
        for part in (people, offer, schools, kits, loans):
            part.load()
    lent = list(Loan.objects.with_facts())
    assert lent
    for loan in lent:
        desk = desk_calendar(loan.kit.venue, loan.starts_on, loan.free_again_on, loan.delivery)
        assert [desk.is_open(day) for day in (loan.starts_on, loan.ends_on)] == [True, True]
