"""Many at once on one offer, and a process that dies while it cancels."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from bookings import lifecycle
from bookings.models import Booking, State, Visit, VisitWait
from bookings.visits import calling_off
from bookings.waiting.visit_list import LIST
from core.lifecycle import Refused
from submissions.links import token_of
from submissions.models import WaitState
from tests.bookings.test_races import held_by_verb
from tests.factories import (
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_visit,
    make_wait,
)
from tests.live_site import database_url
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen")]


def full_with(*waiting: int) -> tuple[Booking, list[VisitWait]]:
    programme = make_programme(max_pupils=34)
    slot = make_slot(programmes=[programme], max_pupils=30)
    booking = make_booking(visit=make_visit(slot=slot, programme=programme), pupils=28)
    rows = [make_wait(programme=programme, slot=slot, pupils=size) for size in waiting]
    return booking, rows


def test_fifty_taps_take_an_offer_once():
    booking, [row, other] = full_with(28, 28)
    lifecycle.cancel(booking=booking, by=make_staff())
    kwargs = {"public_id": row.submission.public_id, "token": token_of(row.submission)}
    page = reverse("bookings:wait", kwargs=kwargs)

    answers = race([lambda: Client().post(page, {"take": "1"})["Location"] for _tap in range(50)])

    # None is led back to the offer, to read that it went to somebody else.
    assert {one.partition("?")[0] for one in answers} == {page.removesuffix("wachtlijst/")}
    taken = row.submission.bookings.get()
    assert (taken.state, taken.events.filter(move="take").count()) == (State.CONFIRMED, 1)
    other.refresh_from_db()
    assert other.state == WaitState.WAITING
    visit = Visit.objects.active().get()
    assert (visit.groups_taken, visit.pupils_taken) == (1, 28)


def test_taking_and_lapsing_at_once_give_the_place_to_one():
    booking, [row, other] = full_with(28, 28)
    lifecycle.cancel(booking=booking, by=make_staff())
    VisitWait.objects.filter(pk=row.pk).update(held_until=row.asked_at)

    def take() -> None:
        LIST.take(row.submission, by=None)

    answers = race([take, LIST.expire_offers, LIST.expire_offers])

    row.refresh_from_db()
    other.refresh_from_db()
    was_taken = row.state == WaitState.TAKEN
    assert isinstance(answers[0], Refused) != was_taken
    assert other.state == (WaitState.WAITING if was_taken else WaitState.OFFERED)
    assert Booking.objects.holding().count() == 1


def test_fewer_pupils_and_an_offer_at_once_are_one_number():
    booking, [row] = full_with(28)
    staff = make_staff()

    race(
        [
            lambda: lifecycle.cancel(booking=booking, by=staff),
            lambda: LIST.change_numbers(row, pupils=20, by=None),
        ]
    )

    row = VisitWait.objects.get()
    assert (row.state, row.booking.pupils) == (WaitState.OFFERED, row.pupils)


def test_two_cancelled_at_once_are_offered_to_two():
    programme = make_programme(max_groups=2, max_pupils=60)
    slot = make_slot(programmes=[programme], max_pupils=60)
    visit = make_visit(slot=slot, programme=programme)
    booked = [make_booking(visit=visit, pupils=28) for _one in range(2)]
    rows = [make_wait(programme=programme, slot=slot, pupils=28) for _one in range(3)]
    staff = make_staff()

    answers = race([lambda b=b: lifecycle.cancel(booking=b, by=staff) for b in booked])

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    LIST.give_turns()  # what a round could not see of the other's
    states = [VisitWait.objects.get(pk=row.pk).state for row in rows]
    assert states == [WaitState.OFFERED, WaitState.OFFERED, WaitState.WAITING]


def test_passers_by_and_a_cancellation_never_get_in_before_who_waits():
    booking, [row] = full_with(28)
    staff = make_staff()
    where = booking.visit.slot, booking.visit.programme
    runners = [held_by_verb(*where, number) for number in range(8)]
    race([*runners, lambda: lifecycle.cancel(booking=booking, by=staff)])

    row.refresh_from_db()
    assert row.state == WaitState.OFFERED
    assert [one.state for one in Booking.objects.holding()] == [State.OFFERED]


def test_nobody_joins_a_visit_unseen_while_it_is_called_off(monkeypatch):
    programme = make_programme(max_groups=3, max_pupils=100)
    slot = make_slot(programmes=[programme], max_groups=3, max_pupils=100)
    visit = make_visit(slot=slot, programme=programme)
    make_booking(visit=visit)
    looked, staff, read = threading.Event(), make_staff(), calling_off.concerned

    def read_slowly(visit):
        found = read(visit)
        looked.set()
        time.sleep(0.3)
        return found

    def join():
        looked.wait(10)
        return held_by_verb(slot, programme, 1)()

    monkeypatch.setattr(calling_off, "concerned", read_slowly)
    _done, joined = race([lambda: calling_off.call_off(visit=visit, by=staff), join])

    assert isinstance(joined, Refused)
    assert {one.state for one in Booking.objects.all()} == {State.CANCELLED}


CANCEL = """
    import django
    django.setup()
    from bookings import lifecycle
    from bookings.waiting import offering
    from bookings.models import Booking
    give = offering.after
    def die(visits, *, anywhere):
        print("freed", flush=True)
        input()  # never answered
        return give(visits, anywhere=anywhere)
    offering.after = die
    lifecycle.cancel(booking=Booking.objects.get(), by=None)
"""


def test_process_that_is_killed_while_it_cancels_neither_frees_nor_offers():
    booking, [row] = full_with(28)
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": database_url()}
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CANCEL)],
        cwd=Path(settings.BASE_DIR),
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "freed\n"
        process.send_signal(signal.SIGKILL)

    booking.refresh_from_db()
    row.refresh_from_db()
    assert (booking.state, row.state) == (State.CONFIRMED, WaitState.WAITING)
    assert Visit.objects.get().groups_taken == 1
    lifecycle.cancel(booking=booking, by=make_staff())
    row.refresh_from_db()
    assert row.state == WaitState.OFFERED
