"""Every state × every move, and what each verb does to places, events and the calendar."""

import datetime

import pytest
import time_machine

from bookings import attendance, clock, lifecycle, places, rules
from bookings.lifecycle import MOVES
from bookings.models import Attention, Booking, State, Visit, ZoneClaim
from bookings.refusals import NeverConfirmed, NotYet, SlotPast, TooLate
from core.lifecycle import IllegalMove
from submissions.rules import NoteRequired, Rule, RulesBroken
from tests.bookings.asking import hold, slot_and_programme
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_visit,
    make_zone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


# --- The table -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("name", sorted(set(MOVES) - {"hold"}))
def test_move_is_legal_exactly_where_the_table_says(name, state):
    booking = make_booking(state=state)
    move = MOVES[name]
    changes = {"held_until": None} if move.target else {}
    visit = booking.visit
    if state in move.sources:
        if move.target in {State.CONFIRMED, State.REQUESTED} and not booking.is_holding:
            changes["visit"] = places.find_or_open(visit.slot, visit.programme)
        event = lifecycle.MOVES.apply(booking, move, by=None, changes=changes)
        booking.refresh_from_db()
        expected = move.target or state
        assert (booking.state, event.from_state, event.to_state) == (expected, state, expected)
        assert event.notice == move.notice
    else:
        with pytest.raises(IllegalMove):
            lifecycle.MOVES.apply(booking, move, by=None, changes=changes)
        booking.refresh_from_db()
        assert booking.state == state
        assert booking.events.count() == 1


def test_refusal_names_move_and_state():
    booking = make_booking(state=State.CANCELLED)

    with pytest.raises(IllegalMove) as refusal:
        lifecycle.confirm(booking=booking, by=make_staff())

    assert str(booking.get_state_display()) in str(refusal.value)


# --- Cancelling ----------------------------------------------------------------------------------


def test_cancel_frees_the_place_and_releases_the_visit():
    booking = make_booking()

    event = lifecycle.cancel(booking=booking, by=make_staff(), note="Griep")

    visit = Visit.objects.get()
    assert (visit.groups_taken, visit.pupils_taken) == (0, 0)
    assert visit.released_at is not None
    assert not ZoneClaim.objects.exists()
    assert (event.notice, event.note, event.by_role) == ("cancelled", "Griep", "staff")


def test_cancel_of_one_class_keeps_the_visit_of_the_other():
    visit = make_visit(max_groups=2, max_pupils=70)
    first, _second = make_booking(visit=visit), make_booking(visit=visit, pupils=20)

    lifecycle.cancel(booking=first, by=make_staff())

    visit.refresh_from_db()
    assert (visit.groups_taken, visit.pupils_taken, visit.released_at) == (1, 20, None)
    assert ZoneClaim.objects.count() == 1


def test_cancel_of_a_hold_tells_nobody():
    event = lifecycle.cancel(booking=make_booking(state=State.HELD), by=None)

    assert event.notice == ""


@pytest.mark.parametrize(("day", "free"), [(20, True), (21, False)])
def test_school_cancels_itself_until_two_weeks_before(day, free):
    booking = make_booking()  # 3 November: 20 October is the last free day

    with time_machine.travel(amsterdam(2026, 10, day, 23, 45), tick=False):
        if free:
            lifecycle.cancel(booking=booking, by=booking.submission.user)
            assert booking.state == State.CANCELLED
        else:
            with pytest.raises(TooLate):
                lifecycle.cancel(booking=booking, by=booking.submission.user)


def test_asking_to_cancel_needs_attention_and_keeps_the_place():
    booking = make_booking()

    lifecycle.ask_to_cancel(booking=booking, by=booking.submission.user, note="Juf is ziek")

    booking.refresh_from_db()
    assert (booking.state, booking.attention) == (State.CONFIRMED, Attention.LATE_CANCELLATION)
    assert booking.visit.groups_taken == 1


def test_settling_clears_the_attention():
    booking = make_booking(attention=Attention.LATE_CANCELLATION)

    lifecycle.settle(booking=booking, by=make_staff())

    booking.refresh_from_db()
    assert booking.attention == ""


def test_declining_leaves_nothing_that_needs_attention():
    booking = make_booking(state=State.REQUESTED, attention=Attention.PREREQUISITE_BY_SCHOOL)

    lifecycle.decline(booking=booking, by=make_staff())

    booking.refresh_from_db()
    assert (booking.state, booking.attention) == (State.DECLINED, "")


def test_cancelling_leaves_nothing_that_needs_attention():
    booking = make_booking(attention=Attention.LATE_CANCELLATION)

    lifecycle.cancel(booking=booking, by=make_staff())

    booking.refresh_from_db()
    assert (booking.state, booking.attention) == (State.CANCELLED, "")


def test_reinstate_takes_the_place_back():
    booking = make_booking()
    lifecycle.cancel(booking=booking, by=make_staff())

    lifecycle.reinstate(booking=booking, by=make_staff())

    booking.refresh_from_db()
    assert (booking.state, booking.visit.groups_taken) == (State.CONFIRMED, 1)


def test_reinstate_of_what_was_never_confirmed_is_refused():
    slot, programme = slot_and_programme()
    booking = hold(slot, programme).bookings.get()
    lifecycle.cancel(booking=booking, by=None)

    with pytest.raises(NeverConfirmed):
        lifecycle.reinstate(booking=booking, by=make_staff())


def test_reinstate_takes_back_what_was_declined():
    booking = make_booking(state=State.REQUESTED)
    lifecycle.decline(booking=booking, by=make_staff())

    event = lifecycle.reinstate(booking=booking, by=make_staff())

    booking.refresh_from_db()
    assert (booking.state, booking.visit.groups_taken) == (State.CONFIRMED, 1)
    assert (event.from_state, event.notice) == (State.DECLINED, "confirmed")


def test_growing_lapses_an_expired_hold_in_its_way():
    visit = make_visit(max_groups=2, max_pupils=50)
    booking = make_booking(visit=visit, pupils=20)
    expired = make_booking(visit=visit, pupils=24, state=State.HELD)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        lifecycle.change_numbers(booking=booking, pupils=30, supervisors=3, by=make_staff())

    expired.refresh_from_db()
    assert (expired.state, booking.pupils) == (State.LAPSED, 30)


def test_reinstating_and_moving_lapse_an_expired_hold_in_their_way():
    booking, moved = make_booking(), make_booking()
    visit = booking.visit
    lifecycle.cancel(booking=booking, by=make_staff())
    visit = make_visit(slot=visit.slot, programme=visit.programme, max_groups=1)
    expired = make_booking(visit=visit, state=State.HELD)
    to = make_slot(programmes=[moved.visit.programme], starts_at=amsterdam(2026, 11, 10, 13))
    there = make_visit(slot=to, programme=moved.visit.programme, max_groups=1)
    in_its_way = make_booking(visit=there, state=State.HELD)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        lifecycle.reinstate(booking=booking, by=make_staff())
        lifecycle.reschedule(booking=moved, slot=to, by=make_staff(), note="Storing")

    for one in (booking, moved, expired, in_its_way):
        one.refresh_from_db()
    assert (booking.state, booking.visit.slot) == (State.CONFIRMED, visit.slot)
    assert (moved.state, moved.visit.slot) == (State.CONFIRMED, to)
    assert (expired.state, in_its_way.state) == (State.LAPSED, State.LAPSED)


def test_reinstate_is_refused_when_the_place_is_gone():
    booking = make_booking()
    lifecycle.cancel(booking=booking, by=make_staff())
    make_booking(visit=make_visit(slot=booking.visit.slot, programme=booking.visit.programme))

    with pytest.raises(places.VisitFull):
        lifecycle.reinstate(booking=booking, by=make_staff())


# --- Changing ------------------------------------------------------------------------------------


def test_reschedule_moves_places_and_zones_and_raises_the_sequence():
    booking = make_booking()
    programme = booking.visit.programme
    to = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 13))
    sequence = booking.sequence

    event = lifecycle.reschedule(booking=booking, slot=to, by=make_staff(), note="Storing")

    booking.refresh_from_db()
    claim = ZoneClaim.objects.get()
    assert booking.visit.slot == to
    assert booking.sequence > sequence
    assert claim.starts_at == to.starts_at
    assert Visit.objects.active().get() == booking.visit
    assert (event.notice, event.data["to"]) == ("changed", to.starts_at.isoformat())


def test_reschedule_into_an_overlapping_slot_of_its_own_zone():
    booking = make_booking()
    to = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 3, 10))

    lifecycle.reschedule(booking=booking, slot=to, by=make_staff())

    assert ZoneClaim.objects.get().starts_at == to.starts_at


def test_reschedule_into_a_taken_zone_leaves_everything():
    zone = make_zone()
    booking = make_booking(visit=make_visit(programme=make_programme(zones=[zone])))
    to = make_slot(venue=zone.venue, starts_at=amsterdam(2026, 11, 10, 9))
    make_booking(visit=make_visit(slot=to, programme=make_programme(zones=[zone])))

    with pytest.raises(places.ZonesTaken):
        lifecycle.reschedule(booking=booking, slot=to, by=make_staff())

    booking.refresh_from_db()
    assert (booking.visit.slot != to, booking.visit.groups_taken) == (True, 1)
    assert ZoneClaim.objects.count() == 2


def test_reschedule_to_the_past_is_refused():
    to = make_slot(starts_at=amsterdam(2026, 9, 15, 9))

    with pytest.raises(SlotPast):
        lifecycle.reschedule(booking=make_booking(), slot=to, by=make_staff())


def test_growing_needs_room_for_the_difference_only():
    visit = make_visit(max_groups=2, max_pupils=50)
    booking, _other = make_booking(visit=visit, pupils=20), make_booking(visit=visit, pupils=24)
    staff = make_staff()

    lifecycle.change_numbers(booking=booking, pupils=26, supervisors=3, by=staff)
    with pytest.raises(places.VisitFull):
        lifecycle.change_numbers(booking=booking, pupils=27, supervisors=3, by=staff)

    visit.refresh_from_db()
    booking.refresh_from_db()
    assert (visit.pupils_taken, booking.pupils) == (50, 26)


@pytest.mark.parametrize(("day", "allowed"), [(27, True), (28, False)])
def test_school_changes_numbers_until_a_week_before(day, allowed):
    booking = make_booking()

    with time_machine.travel(amsterdam(2026, 10, day, 12), tick=False):
        if allowed:
            lifecycle.change_numbers(
                booking=booking, pupils=22, supervisors=3, by=booking.submission.user
            )
            assert booking.pupils == 22
        else:
            with pytest.raises(TooLate):
                lifecycle.change_numbers(
                    booking=booking, pupils=22, supervisors=3, by=booking.submission.user
                )


def test_programme_without_days_before_lets_a_school_change_and_cancel_on_the_day_itself():
    booking = make_booking(
        visit=make_visit(programme=make_programme(change_until=0, cancel_until=0))
    )
    teacher = booking.submission.user

    with time_machine.travel(amsterdam(2026, 11, 3, 8, 30), tick=False):
        lifecycle.change_numbers(booking=booking, pupils=22, supervisors=3, by=teacher)
        lifecycle.cancel(booking=booking, by=teacher)

    assert (booking.pupils, booking.state) == (22, State.CANCELLED)


def test_change_numbers_above_the_limit_needs_an_overrule_with_a_reason():
    booking = make_booking(visit=make_visit(max_pupils=60))
    staff = make_staff()

    with pytest.raises(RulesBroken):
        lifecycle.change_numbers(booking=booking, pupils=36, supervisors=4, by=staff)
    with pytest.raises(NoteRequired):
        lifecycle.change_numbers(
            booking=booking, pupils=36, supervisors=4, by=staff, overrule=[Rule.NUMBERS]
        )
    lifecycle.change_numbers(
        booking=booking, pupils=36, supervisors=4, by=staff, overrule=[Rule.NUMBERS], reason="ok"
    )

    assert booking.pupils == 36


def test_attendance_waits_for_the_start_and_can_be_corrected():
    booking = make_booking()
    staff = make_staff()

    with pytest.raises(NotYet):
        attendance.attend(booking=booking, by=staff)
    with time_machine.travel(amsterdam(2026, 11, 3, 9, 1), tick=False):
        attendance.attend(booking=booking, by=staff)
        attendance.miss(booking=booking, by=staff)

    booking.refresh_from_db()
    assert (booking.state, booking.visit.groups_taken) == (State.NO_SHOW, 1)


# --- The clock -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "reminded"),
    [((10, 26, 23, 59), 0), ((10, 27, 0, 1), 1), ((10, 30, 12, 0), 1), ((11, 3, 0, 1), 0)],
)
def test_reminder_goes_out_within_the_week_before_and_never_late(when, reminded):
    make_booking()

    with time_machine.travel(amsterdam(2026, *when), tick=False):
        assert clock.remind_due() == reminded


def test_reminder_goes_out_once_however_often_the_job_runs():
    booking = make_booking()

    with time_machine.travel(amsterdam(2026, 10, 27, 8), tick=False):
        assert [clock.remind_due() for _run in range(10)] == [1] + [0] * 9

    assert booking.events.filter(move="remind").count() == 1


def test_reminder_goes_out_again_for_another_date():
    booking = make_booking()
    to = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 24, 9))
    with time_machine.travel(amsterdam(2026, 10, 27, 8), tick=False):
        clock.remind_due()
        lifecycle.reschedule(booking=booking, slot=to, by=make_staff())

    with time_machine.travel(amsterdam(2026, 11, 18, 8), tick=False):
        assert clock.remind_due() == 1


def test_no_reminder_for_what_was_cancelled():
    lifecycle.cancel(booking=make_booking(), by=make_staff())

    with time_machine.travel(amsterdam(2026, 10, 27, 8), tick=False):
        assert clock.remind_due() == 0


def test_rules_know_the_end_of_the_next_school_year():
    assert rules.last_plannable_day() == datetime.date(2028, 7, 31)


def test_reinstate_is_refused_when_the_day_is_over(frozen):
    booking = make_booking(state=State.CANCELLED)
    frozen.move_to(booking.starts_at)

    with pytest.raises(SlotPast):
        lifecycle.reinstate(booking=booking, by=make_staff())


def test_reschedule_to_where_it_is_changes_nothing(frozen):
    booking = make_booking()
    events = booking.events.count()

    assert lifecycle.reschedule(booking=booking, slot=booking.visit.slot, by=make_staff()) is None
    assert booking.events.count() == events


def test_reschedule_tells_where_the_booking_was_whatever_the_page_still_shows(frozen):
    booking = make_booking()
    stale = Booking.objects.with_facts().get(pk=booking.pk)
    slots = [
        make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, day, 9))
        for day in (10, 17)
    ]
    lifecycle.reschedule(booking=booking, slot=slots[0], by=make_staff())

    event = lifecycle.reschedule(booking=stale, slot=slots[1], by=make_staff())

    assert datetime.datetime.fromisoformat(event.data["from"]) == slots[0].starts_at
