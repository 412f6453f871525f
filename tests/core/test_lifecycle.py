"""What `apply` promises to every lifecycle, shown on bookings with moves of the test's own."""

import threading

import pytest
import time_machine
from django.db import connection, connections, transaction

from bookings.lifecycle import BookingLifecycle
from bookings.models import Booking, BookingEvent, State
from bookings.places import VisitFull
from core.lifecycle import NEW, IllegalMove, Move, role_of
from tests.chain import chain_is_sound
from tests.factories import (
    NOW,
    make_booking,
    make_class_group,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

MOVES = BookingLifecycle(
    finish=Move("finish", frozenset({State.CONFIRMED}), State.ATTENDED, "thanks"),
    change=Move("change", frozenset({State.CONFIRMED}), None, "changed"),
    cancel=Move("cancel", frozenset({State.CONFIRMED}), State.CANCELLED),
    make=Move("make", frozenset({NEW}), State.CONFIRMED),
)


def last_event(booking):
    return booking.events.order_by("pk").last()


def stored(booking):
    return Booking.objects.get(pk=booking.pk)


def unsaved_booking(visit, **fields):
    submission = make_submission()
    fields = {"pupils": 20, "party_name": "Groep 7", "year_from": 7, "year_to": 7} | fields
    return Booking(
        visit=visit,
        submission=submission,
        class_group=make_class_group(school=submission.school),
        **fields,
    )


def test_table_gives_each_move_its_name():
    assert {name: move.name for name, move in MOVES.items()} == {
        "finish": "finish",
        "change": "change",
        "cancel": "cancel",
        "make": "make",
    }


@time_machine.travel(NOW, tick=False)
def test_move_changes_the_state_and_leaves_one_event(db):
    staff, booking = make_staff(), make_booking()
    before = booking.events.count()
    event = MOVES.apply(
        booking, "finish", by=staff, note="On time.", data={"seen": 24}, about=NOW.date()
    )
    assert (booking.state, stored(booking).state) == (State.ATTENDED, State.ATTENDED)
    assert booking.events.count() == before + 1
    facts = BookingEvent.objects.values().get(pk=event.pk)
    assert facts == {
        "id": event.pk,
        "booking_id": booking.pk,
        "move": "finish",
        "from_state": "confirmed",
        "to_state": "attended",
        "at": NOW,
        "by_id": staff.pk,
        "by_role": "staff",
        "note": "On time.",
        "data": {"seen": 24},
        "about": NOW.date(),
        "notice": "thanks",
        "noticed_at": None,
    }


def test_move_that_keeps_the_state_leaves_an_event_and_no_new_sequence(db):
    booking = make_booking()
    sequence = booking.sequence
    event = MOVES.apply(booking, "change", by=None)
    assert (event.from_state, event.to_state) == ("confirmed", "confirmed")
    assert stored(booking).sequence == sequence


@pytest.mark.parametrize(
    ("notice", "expected"), [(None, "thanks"), ("", ""), ("sorry", "sorry")], ids=repr
)
def test_notice_of_the_move_can_be_overridden(db, notice, expected):
    assert MOVES.apply(make_booking(), "finish", by=None, notice=notice).notice == expected


def test_illegal_move_writes_nothing(db):
    booking = make_booking(state=State.CANCELLED)
    events = booking.events.count()
    with pytest.raises(IllegalMove):
        MOVES.apply(booking, "finish", by=None, changes={"pupils": 9})
    assert (booking.state, booking.pupils) == (State.CANCELLED, 24)
    assert (stored(booking).state, stored(booking).pupils) == (State.CANCELLED, 24)
    assert booking.events.count() == events


def test_state_in_the_database_decides_not_the_one_in_hand(db):
    booking = make_booking()
    stale = stored(booking)
    MOVES.apply(booking, "cancel", by=None)
    with pytest.raises(IllegalMove):
        MOVES.apply(stale, "finish", by=None)
    assert stored(booking).state == State.CANCELLED


def test_only_what_the_move_changes_is_written(db):
    booking = make_booking()
    Booking.objects.filter(pk=booking.pk).update(supervisors=9)
    booking.party_name = "typed over, not part of the move"
    MOVES.apply(booking, "change", by=None, changes={"pupils": 25})
    row = stored(booking)
    assert (row.pupils, row.supervisors, row.party_name) == (25, 9, "Groep 7")
    assert booking.pupils == 25


def test_hook_adds_fields_of_its_own(db):
    booking = make_booking()
    sequence = booking.sequence
    MOVES.apply(booking, "change", by=None, changes={"pupils": 25})
    assert (booking.sequence, stored(booking).sequence) == (sequence + 1, sequence + 1)


def test_places_follow_the_move(db):
    booking = make_booking()
    MOVES.apply(booking, "change", by=None, changes={"pupils": 20})
    booking.visit.refresh_from_db()
    assert (booking.visit.groups_taken, booking.visit.pupils_taken) == (1, 20)
    MOVES.apply(booking, "cancel", by=None)
    booking.visit.refresh_from_db()
    assert (booking.visit.groups_taken, booking.visit.pupils_taken) == (0, 0)


def test_refused_places_undo_the_whole_move(db):
    booking = make_booking()
    events = booking.events.count()
    with pytest.raises(VisitFull):
        MOVES.apply(booking, "change", by=None, changes={"pupils": 36, "party_name": "x"})
    assert (booking.pupils, stored(booking).pupils, stored(booking).party_name) == (
        24,
        24,
        "Groep 7",
    )
    assert booking.events.count() == events


def test_new_row_comes_from_the_state_new(db):
    booking = unsaved_booking(make_visit())
    event = MOVES.apply(booking, "make", by=None)
    assert (event.from_state, event.to_state) == (NEW, "confirmed")
    assert (booking._state.adding, stored(booking).state) == (False, State.CONFIRMED)


def test_refused_new_row_stays_new(db):
    visit = make_visit()
    MOVES.apply(unsaved_booking(visit), "make", by=None)
    booking = unsaved_booking(visit)
    with pytest.raises(VisitFull):
        MOVES.apply(booking, "make", by=None)
    assert (booking.pk, booking.state, booking._state.adding) == (None, NEW, True)
    assert Booking.objects.filter(visit=visit).count() == 1


def test_role_is_kept_apart_from_the_person(db):
    assert [role_of(None), role_of(make_teacher()), role_of(make_staff())] == [
        "site",
        "teacher",
        "staff",
    ]


@pytest.mark.parametrize(
    ("chain", "sound"),
    [
        ([], True),
        ([("", "held")], True),
        ([("", "held"), ("held", "held"), ("held", "confirmed")], True),
        ([("", "held"), ("confirmed", "cancelled")], False),
    ],
)
def test_chain_is_sound_when_each_event_starts_where_the_last_ended(chain, sound):
    events = [BookingEvent(from_state=before, to_state=after) for before, after in chain]
    assert chain_is_sound(events) is sound


def test_two_moves_at_once_one_is_refused(transactional_db):
    """Two staff decide the same booking: the second sees what the first made of it."""
    booking = make_booking()
    ready, refusals = threading.Barrier(2), []

    def move(name):
        try:
            connection.ensure_connection()
            mine = stored(booking)
            ready.wait(timeout=10)
            with transaction.atomic():
                MOVES.apply(mine, name, by=None)
        except IllegalMove as refusal:
            refusals.append(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=move, args=[name]) for name in ("finish", "cancel")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert (len(refusals), chain_is_sound(booking.events.all())) == (1, True)
    assert booking.events.count() == 2
    assert last_event(booking).to_state == stored(booking).state
