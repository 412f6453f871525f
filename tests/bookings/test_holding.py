"""Holding places, and confirming with the code: all classes or none, once."""

import datetime

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from bookings import clock, lifecycle, places
from bookings.models import Booking, BookingEvent, State, Visit, VisitSlot, ZoneClaim
from bookings.refusals import ClassAlreadyBooked, NothingHeld
from bookings.rules import VisitItem, VisitRequest
from programmes.models import Closure
from schools.models import ClassGroup, School, User
from submissions.lifecycle import KeyConflict
from submissions.models import Submission
from tests.bookings.asking import asked, hold, slot_and_programme, typed
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_teacher,
    make_visit,
    make_zone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


# --- Holding -----------------------------------------------------------------------------------


def test_hold_takes_a_place_and_claims_the_zones():
    slot, programme = slot_and_programme()

    submission = hold(slot, programme)

    booking = submission.bookings.get()
    visit = booking.visit
    claim = ZoneClaim.objects.get()
    assert booking.state == State.HELD
    assert booking.held_until == timezone.now() + datetime.timedelta(minutes=30)
    assert (visit.groups_taken, visit.pupils_taken) == (1, 24)
    assert (claim.visit, claim.zone) == (visit, programme.zones.get())
    assert (claim.starts_at, claim.ends_at) == (
        slot.starts_at,
        slot.starts_at + datetime.timedelta(minutes=135),
    )
    assert [event.move for event in booking.events.all()] == ["hold"]


def test_hold_makes_no_person_school_or_class():
    slot, programme = slot_and_programme()

    hold(slot, programme)

    assert (User.objects.count(), School.objects.count(), ClassGroup.objects.count()) == (0, 0, 0)


def test_hold_takes_all_classes_or_none():
    slot, programme = slot_and_programme(max_groups=2, max_pupils=70)
    make_booking(visit=make_visit(slot=slot, programme=programme))

    with pytest.raises(places.VisitFull):
        hold(slot, programme, asked("6a"), asked("6b"))

    visit = Visit.objects.get()
    assert (visit.groups_taken, Booking.objects.count()) == (1, 1)
    assert not Submission.objects.filter(submission_key="sleutel").exists()


def test_hold_again_with_the_same_key_is_the_same_submission():
    slot, programme = slot_and_programme(max_groups=3, max_pupils=99)

    assert hold(slot, programme) == hold(slot, programme)

    assert Booking.objects.count() == 1


def test_hold_with_the_same_key_and_other_data_is_a_conflict():
    slot, programme = slot_and_programme(max_groups=3, max_pupils=99)
    hold(slot, programme)

    with pytest.raises(KeyConflict):
        hold(slot, programme, data_hash="anders")

    assert Booking.objects.count() == 1


def test_hold_lets_the_earlier_hold_of_the_same_browser_lapse():
    slot, programme = slot_and_programme()
    first = hold(slot, programme).bookings.get()

    second = {"submission_key": "twee", "email": "collega@school.example"}
    later = hold(slot, programme, **second).bookings.get()

    first.refresh_from_db()
    assert (first.state, later.state) == (State.LAPSED, State.HELD)


@pytest.mark.parametrize("browser", ["ander", ""])
def test_hold_leaves_what_another_browser_holds_with_the_same_address(browser):
    slot, programme = slot_and_programme()
    first = hold(slot, programme).bookings.get()

    with pytest.raises(places.VisitFull):
        hold(slot, programme, submission_key="twee", browser=browser, email="umit@school.EXAMPLE")

    first.refresh_from_db()
    assert first.state == State.HELD


def test_hold_lapses_an_expired_hold_in_its_way():
    slot, programme = slot_and_programme()
    first = hold(slot, programme).bookings.get()

    with time_machine.travel(NOW + datetime.timedelta(minutes=30), tick=False):
        later = hold(
            slot, programme, submission_key="twee", browser="ander", email="a@b.example"
        ).bookings.get()

    first.refresh_from_db()
    assert (first.state, later.state) == (State.LAPSED, State.HELD)


def test_hold_lapses_an_expired_hold_of_another_programme_in_its_zones():
    zone = make_zone()
    slot, programme = slot_and_programme(zones=[zone])
    other = make_programme(zones=[zone])
    slot.programmes.add(other)
    first = hold(slot, programme).bookings.get()

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        hold(slot, other, submission_key="twee", browser="ander", email="a@b.example")

    first.refresh_from_db()
    assert first.state == State.LAPSED
    assert ZoneClaim.objects.get().visit.programme == other


@pytest.mark.parametrize("there", [0, 24])
def test_last_class_may_fill_the_visit_to_its_very_last_pupil(there):
    slot, programme = slot_and_programme(
        max_groups=2, max_pupils=there + 32, max_pupils_per_class=32
    )
    if there:
        make_booking(visit=make_visit(slot=slot, programme=programme), pupils=there)

    hold(slot, programme, asked(pupils=32))

    visit = Visit.objects.get()
    assert visit.pupils_taken == visit.max_pupils == there + 32


def test_pupils_can_fill_a_visit_before_classes_do():
    slot, programme = slot_and_programme(max_groups=3, max_pupils=55)
    make_booking(visit=make_visit(slot=slot, programme=programme), pupils=24)

    with pytest.raises(places.VisitFull):
        hold(slot, programme, asked(pupils=32))

    visit = Visit.objects.get()
    assert (visit.groups_taken, visit.pupils_taken) == (1, 24)


def test_hold_leaves_a_live_hold_alone():
    slot, programme = slot_and_programme()
    hold(slot, programme)

    with (
        time_machine.travel(NOW + datetime.timedelta(minutes=29, seconds=59), tick=False),
        pytest.raises(places.VisitFull),
    ):
        hold(slot, programme, submission_key="twee", browser="ander", email="a@b.example")


def test_hold_lapses_an_expired_hold_that_comes_while_it_clears_up():
    zone = make_zone()
    early, late = (
        make_slot(
            venue=zone.venue, starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=3)
        )
        for starts_at in (amsterdam(2026, 11, 3, 9), amsterdam(2026, 11, 3, 11, 5))
    )
    short = make_programme(zones=[zone])
    long = make_programme(zones=[zone], duration=120, changeover=15)
    late.programmes.add(short)
    early.programmes.add(long)
    expired = hold(late, short).bookings.get()

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        hold(
            early,
            long,
            submission_key="twee",
            browser="ander",
            email="a@b.example",
        )

    expired.refresh_from_db()
    assert expired.state == State.LAPSED
    assert ZoneClaim.objects.get().starts_at == early.starts_at


def test_hold_refuses_zones_in_use():
    zone = make_zone()
    slot, programme = slot_and_programme(zones=[zone])
    make_booking(visit=make_visit(slot=slot, programme=programme))

    other = make_programme(zones=[zone])
    slot.programmes.add(other)
    with pytest.raises(places.ZonesTaken):
        hold(slot, other)

    assert Visit.objects.active().count() == 1


def test_changeover_keeps_the_zone_busy():
    zone = make_zone()
    early = make_slot(
        starts_at=amsterdam(2026, 11, 3, 9), ends_at=amsterdam(2026, 11, 3, 11), venue=zone.venue
    )
    late = make_slot(
        starts_at=amsterdam(2026, 11, 3, 11), ends_at=amsterdam(2026, 11, 3, 13), venue=zone.venue
    )
    make_booking(visit=make_visit(slot=early, programme=make_programme(zones=[zone])))

    other = make_programme(zones=[zone])
    late.programmes.add(other)
    with pytest.raises(places.ZonesTaken):
        hold(late, other)


def test_hold_refuses_a_half_day_from_which_staff_have_just_taken_the_programme():
    slot, programme = slot_and_programme()
    slot.programmes.clear()

    with pytest.raises(places.VisitGone):
        hold(slot, programme)

    assert not Visit.objects.exists()


def close_by_hand(slot):
    VisitSlot.objects.filter(pk=slot.pk).update(is_closed=True)


def close_its_day(slot):
    Closure.objects.create(
        venue=slot.venue, starts_on=slot.day, ends_on=slot.day, reason="Studiedag"
    )


@pytest.mark.parametrize("close", [close_by_hand, close_its_day])
def test_hold_that_waited_while_staff_closed_the_day_opens_nothing_on_it(close):
    """The slot was read, and found open, before `close` had its lock."""
    slot, programme = slot_and_programme()
    assert not slot.is_shut
    close(slot)

    with pytest.raises(places.VisitGone):
        hold(slot, programme)

    assert not Visit.objects.exists()


def test_hold_refuses_a_programme_longer_than_the_slot():
    programme = make_programme(duration=181)

    with pytest.raises(places.DoesNotFit):
        hold(make_slot(programmes=[programme]), programme)


def test_hold_refuses_the_same_class_twice():
    slot, programme = slot_and_programme(max_groups=3, max_pupils=99)
    school = make_school()
    hold(slot, programme, asked("Groep 6-B"), school=school)

    with pytest.raises(ClassAlreadyBooked) as refusal:
        hold(
            slot,
            programme,
            asked("Groep 5"),
            asked("groep 6b"),
            school=school,
            submission_key="twee",
            browser="ander",
            email="collega@school.example",
        )

    assert refusal.value.class_index == 1


@pytest.mark.parametrize("is_offered", [False, True])
def test_class_that_is_twice_in_one_form_or_is_offered_its_place_waits_for_no_code(is_offered):
    slot, programme = slot_and_programme(max_groups=3, max_pupils=99)
    school = make_school()
    if is_offered:
        there = make_submission(user=make_teacher(school=school))
        visit = make_visit(slot=slot, programme=programme)
        make_booking(visit=visit, submission=there, party_name="6b", state=State.OFFERED)

    with pytest.raises(ClassAlreadyBooked) as refusal:
        hold(slot, programme, asked("6b"), asked("6b"), school=school)

    assert type(refusal.value) is ClassAlreadyBooked
    assert refusal.value.class_index == (0 if is_offered else 1)


def test_class_that_cancelled_can_book_the_same_visit_again():
    slot, programme = slot_and_programme(max_groups=3, max_pupils=99)
    school = make_school()
    other = {"submission_key": "ander", "browser": "ander", "email": "a@b.example"}
    hold(slot, programme, asked("8a"), school=school, **other)
    first = hold(slot, programme, asked("Groep 7"), school=school).bookings.get()
    lifecycle.cancel(booking=first, by=None)

    again = hold(slot, programme, asked("Groep 7"), school=school, submission_key="nog eens")

    assert again.bookings.get().visit == first.visit


# --- The code ------------------------------------------------------------------------------------


def test_verify_confirms_and_makes_person_school_and_class():
    slot, programme = slot_and_programme()

    submission = lifecycle.verify(submission=hold(slot, programme))

    booking = submission.bookings.get()
    user = User.objects.get()
    school = School.objects.get()
    assert (booking.state, booking.held_until) == (State.CONFIRMED, None)
    assert (user.email, user.name, user.school) == (
        "umit@school.example",
        "Ümit Çelik-van ’t Hof",
        school,
    )
    assert not user.has_usable_password()
    assert (school.name, school.is_verified) == ("De Nieuwe School", False)
    assert (booking.class_group.school, booking.class_group.school_year) == (school, 2026)
    assert [e.move for e in booking.events.all()] == ["hold", "verify"]
    assert booking.events.last().notice == "confirmed"
    assert booking.events.last().by == user


def test_verify_twice_changes_nothing():
    slot, programme = slot_and_programme()
    submission = hold(slot, programme)
    lifecycle.verify(submission=submission)

    lifecycle.verify(submission=submission)

    assert BookingEvent.objects.count() == 2


def test_verify_becomes_a_request_where_staff_decide():
    slot, programme = slot_and_programme(needs_approval=True)

    booking = lifecycle.verify(submission=hold(slot, programme)).bookings.get()

    assert (booking.state, booking.events.last().notice) == (State.REQUESTED, "requested")


def test_verify_after_expiry_is_accepted_while_still_held():
    slot, programme = slot_and_programme()
    submission = hold(slot, programme)

    with time_machine.travel(NOW + datetime.timedelta(hours=2), tick=False):
        lifecycle.verify(submission=submission)

    assert submission.bookings.get().state == State.CONFIRMED


def test_verify_after_lapse_takes_the_place_again():
    slot, programme = slot_and_programme()
    submission = hold(slot, programme)
    with time_machine.travel(NOW + datetime.timedelta(hours=2), tick=False):
        assert clock.lapse_expired() == 1
        lifecycle.verify(submission=submission)

    booking = submission.bookings.get()
    assert (booking.state, booking.visit.groups_taken) == (State.CONFIRMED, 1)
    assert Visit.objects.active().get() == booking.visit


def test_verify_keeps_what_is_held_before_it_looks_for_what_lapsed():
    """Else the class whose hold lapsed would make way for itself: through the other's place."""
    slot, programme = slot_and_programme(max_groups=2, max_pupils=60)
    submission = hold(slot, programme, asked("7a"), asked("7b"))
    lapsed, held = submission.bookings.order_by("pk")
    lifecycle.MOVES.lapse_all([lapsed])

    with time_machine.travel(NOW + datetime.timedelta(hours=2), tick=False):
        lifecycle.verify(submission)

    assert [booking.state for booking in submission.bookings.all()] == [State.CONFIRMED] * 2
    assert [event.move for event in held.events.all()] == ["hold", "verify"]
    assert Visit.objects.get().groups_taken == 2


def test_verify_after_lapse_says_so_when_the_place_is_gone():
    slot, programme = slot_and_programme()
    submission = hold(slot, programme)
    with time_machine.travel(NOW + datetime.timedelta(hours=2), tick=False):
        clock.lapse_expired()
        make_booking(visit=make_visit(slot=slot, programme=programme))
        with pytest.raises(places.VisitFull):
            lifecycle.verify(submission=submission)

    submission.refresh_from_db()
    assert submission.verified_at is None
    assert submission.bookings.get().state == State.LAPSED
    assert not User.objects.filter(email="umit@school.example").exists()


def test_verify_refuses_when_everything_was_cancelled():
    slot, programme = slot_and_programme()
    submission = hold(slot, programme)
    lifecycle.cancel(booking=submission.bookings.get(), by=None)

    with pytest.raises(NothingHeld):
        lifecycle.verify(submission=submission)


def test_book_holds_and_verifies_at_once():
    slot, programme = slot_and_programme()
    teacher = make_teacher()

    submission = typed(email=teacher.email, school=make_school(), typed_school_name="")
    items = [VisitItem(slot, programme, asked())]
    submission = lifecycle.book(VisitRequest(submission, items), by=teacher)

    booking = submission.bookings.get()
    assert (booking.state, submission.user) == (State.CONFIRMED, teacher)


def test_hold_for_a_class_that_waits_for_its_code_elsewhere_says_until_when(frozen):
    """In another browser, or in this one before its cookies went: perhaps it is her own."""
    slot, programme = slot_and_programme(max_groups=3, max_pupils=99)
    school = make_school()
    hold(slot, programme, asked("Groep 6b"), school=school)
    other = {"submission_key": "twee", "browser": "ander", "email": "collega@school.example"}

    with pytest.raises(ClassAlreadyBooked) as refusal:
        hold(slot, programme, asked("groep 6-b"), school=school, **other)

    assert "wacht nog op de code" in str(refusal.value)
    assert "tot 10:30" in str(refusal.value)
    frozen.shift(settings.HOLD_FOR)
    later = hold(slot, programme, asked("groep 6-b"), school=school, **other)
    assert later.bookings.get().state == State.HELD
