"""Every state × every move, and what each verb does to places, events and the calendar."""

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from bookings import clock, lifecycle, places, rules, visits
from bookings.lifecycle import MOVES
from bookings.models import Attention, Booking, BookingEvent, State, Visit, ZoneClaim
from bookings.refusals import (
    BelowBooked,
    ClassAlreadyBooked,
    NeverConfirmed,
    NoteRequired,
    NothingHeld,
    NothingToMove,
    NotYet,
    RulesBroken,
    SlotPast,
    TooLate,
)
from bookings.rules import ClassRequest, Rule
from programmes.models import Kind
from schools.lifecycle import KeyConflict
from schools.models import ClassGroup, School, Submission, User
from tec_site.lifecycle import IllegalMove, apply
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_zone,
    unsaved_submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def asked(name: str = "Groep 7", pupils: int = 24, **fields: Any) -> ClassRequest:
    return ClassRequest(
        **{"name": name, "year_from": 7, "year_to": 7, "pupils": pupils, "supervisors": 3} | fields
    )


def typed(**fields: Any) -> Submission:
    """By one and the same person, in one browser."""
    values = {
        "submission_key": "sleutel",
        "browser": "browser",
        "contact_name": "Ümit Çelik-van ’t Hof",
        "email": "Umit@School.example",
    }
    return unsaved_submission(**values | fields)


def slot_and_programme(**fields: Any):
    programme = make_programme(**fields)
    return make_slot(programmes=[programme], max_groups=9, max_pupils=300), programme


def hold(slot, programme, *classes, **fields):
    overrule, note = fields.pop("overrule", ()), fields.pop("note", "")
    return lifecycle.hold(
        slot=slot,
        programme=programme,
        classes=classes or [asked()],
        submission=typed(**fields),
        by=None,
        overrule=overrule,
        note=note,
    )


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
        event = apply(booking, move, by=None, changes=changes)
        booking.refresh_from_db()
        expected = move.target or state
        assert (booking.state, event.from_state, event.to_state) == (expected, state, expected)
        assert event.notice == move.notice
    else:
        with pytest.raises(IllegalMove):
            apply(booking, move, by=None, changes=changes)
        booking.refresh_from_db()
        assert booking.state == state
        assert booking.events.count() == 1


def test_refusal_names_move_and_state():
    booking = make_booking(state=State.CANCELLED)

    with pytest.raises(IllegalMove) as refusal:
        lifecycle.confirm(booking=booking, by=make_staff())

    assert str(booking.get_state_display()) in str(refusal.value)


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


@pytest.mark.parametrize(
    "second",
    [{"browser": "ander", "email": "umit@school.EXAMPLE"}, {"email": "collega@school.example"}],
)
def test_hold_lets_the_earlier_hold_of_same_browser_or_address_lapse(second):
    slot, programme = slot_and_programme()
    first = hold(slot, programme).bookings.get()

    later = hold(slot, programme, submission_key="twee", **second).bookings.get()

    first.refresh_from_db()
    assert (first.state, later.state) == (State.LAPSED, State.HELD)


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
    first = hold(slot, programme).bookings.get()

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        hold(slot, other, submission_key="twee", browser="ander", email="a@b.example")

    first.refresh_from_db()
    assert first.state == State.LAPSED
    assert ZoneClaim.objects.get().visit.programme == other


def test_hold_leaves_a_live_hold_alone():
    slot, programme = slot_and_programme()
    hold(slot, programme)

    with (
        time_machine.travel(NOW + datetime.timedelta(minutes=29, seconds=59), tick=False),
        pytest.raises(places.VisitFull),
    ):
        hold(slot, programme, submission_key="twee", browser="ander", email="a@b.example")


def test_hold_refuses_zones_in_use():
    zone = make_zone()
    slot, programme = slot_and_programme(zones=[zone])
    make_booking(visit=make_visit(slot=slot, programme=programme))

    with pytest.raises(places.ZonesTaken):
        hold(slot, make_programme(zones=[zone]))

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

    with pytest.raises(places.ZonesTaken):
        hold(late, make_programme(zones=[zone]))


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


# --- Rules and overrules -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("classes", "rule", "field"),
    [
        ([asked(pupils=36)], Rule.NUMBERS, "pupils"),
        ([asked(), asked("8", year_from=3, year_to=4)], Rule.YEAR_GROUP, "year_groups"),
    ],
)
def test_hold_says_which_rule_is_broken_where(classes, rule, field):
    slot, programme = slot_and_programme()

    with pytest.raises(RulesBroken) as refusal:
        hold(slot, programme, *classes)

    broken = refusal.value.broken[0]
    assert (broken.rule, broken.field) == (rule, field)
    assert broken.class_index == len(classes) - 1


@pytest.mark.parametrize(("days", "refused"), [(6, True), (7, False)])
def test_lead_time_counts_working_days(days, refused):
    # Tuesday 15 September: five working days on is Tuesday 22.
    programme = make_programme()
    start = amsterdam(2026, 9, 15 + days, 9)
    slot = make_slot(programmes=[programme], starts_at=start)

    if refused:
        with pytest.raises(RulesBroken):
            hold(slot, programme)
    else:
        hold(slot, programme)


def test_overrule_needs_a_note():
    slot, programme = slot_and_programme()

    with pytest.raises(NoteRequired):
        hold(slot, programme, asked("3", year_from=3, year_to=3), overrule=[Rule.YEAR_GROUP])


def test_overrule_is_stored_in_the_event():
    slot, programme = slot_and_programme()
    young = asked("3", year_from=3, year_to=3)

    submission = hold(
        slot, programme, young, overrule=[Rule.YEAR_GROUP], note="Plusklas, met juf besproken"
    )

    event = submission.bookings.get().events.get()
    assert event.data == {"overruled": ["year_group"]}
    assert event.note == "Plusklas, met juf besproken"


def test_capacity_cannot_be_overruled():
    slot, programme = slot_and_programme()
    make_booking(visit=make_visit(slot=slot, programme=programme))

    with pytest.raises(places.VisitFull):
        hold(slot, programme, overrule=list(Rule), note="toch")


# --- An earlier Proeverij ------------------------------------------------------------------------


def experience_slot(**fields):
    return slot_and_programme(kind=Kind.EXPERIENCE, requires_taster=True, **fields)


def taster_booking(school, when, name="Groep 7", state=State.CONFIRMED, school_year=2026):
    visit = make_visit(
        slot=make_slot(starts_at=when),
        programme=make_programme(kind=Kind.TASTER),
    )
    group = make_class_group(school=school, name=name, school_year=school_year)
    submission = make_submission(school=school, user=make_teacher(school=school))
    return make_booking(
        visit=visit, submission=submission, class_group=group, class_name=name, state=state
    )


def test_experience_without_proeverij_is_refused():
    slot, programme = experience_slot()

    with pytest.raises(RulesBroken) as refusal:
        hold(slot, programme, school=make_school())

    assert refusal.value.broken[0].rule == Rule.PREREQUISITE


@pytest.mark.parametrize(
    ("state", "day", "passes"),
    [
        (State.CONFIRMED, 2, True),
        (State.ATTENDED, 2, True),
        (State.CONFIRMED, 4, False),
        (State.REQUESTED, 2, False),
        (State.NO_SHOW, 2, False),
    ],
)
def test_proeverij_counts_when_certain_and_earlier(state, day, passes):
    school = make_school()
    slot, programme = experience_slot()
    taster_booking(school, amsterdam(2026, 11, day, 9), state=state)

    if passes:
        lifecycle.verify(submission=hold(slot, programme, school=school))
        assert Booking.objects.get(visit__programme=programme).attention == ""
    else:
        with pytest.raises(RulesBroken):
            hold(slot, programme, school=school)


def test_proeverij_of_another_class_of_the_school_passes_with_a_notice():
    school = make_school()
    slot, programme = experience_slot()
    taster_booking(school, amsterdam(2026, 10, 2, 9), name="Groep 8")

    lifecycle.verify(submission=hold(slot, programme, school=school))

    booking = Booking.objects.get(visit__programme=programme)
    assert booking.attention == Attention.PREREQUISITE_BY_SCHOOL


def test_proeverij_of_the_class_this_one_continues_counts():
    school = make_school()
    slot, programme = experience_slot()
    before = taster_booking(school, amsterdam(2026, 3, 2, 9), name="Groep 6", school_year=2025)
    make_class_group(school=school, name="Groep 7", continues=before.class_group)

    lifecycle.verify(submission=hold(slot, programme, school=school))

    assert Booking.objects.get(visit__programme=programme).attention == ""


def test_cancelling_the_proeverij_flags_the_experience():
    school = make_school()
    slot, programme = experience_slot()
    taster = taster_booking(school, amsterdam(2026, 10, 20, 9))
    lifecycle.verify(submission=hold(slot, programme, school=school))
    experience = Booking.objects.get(visit__programme=programme)

    lifecycle.cancel(booking=taster, by=make_staff())

    experience.refresh_from_db()
    assert experience.attention == Attention.PREREQUISITE_GONE
    assert experience.state == State.CONFIRMED
    assert experience.events.last().move == "flag"


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

    submission = lifecycle.book(
        slot=slot,
        programme=programme,
        classes=[asked()],
        submission=typed(email=teacher.email, school=make_school(), typed_school_name=""),
        by=teacher,
    )

    booking = submission.bookings.get()
    assert (booking.state, submission.user) == (State.CONFIRMED, teacher)


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


def test_growing_lapses_an_expired_hold_in_its_way():
    visit = make_visit(max_groups=2, max_pupils=50)
    booking = make_booking(visit=visit, pupils=20)
    expired = make_booking(visit=visit, pupils=24, state=State.HELD)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        lifecycle.change_numbers(booking=booking, pupils=30, supervisors=3, by=make_staff())

    expired.refresh_from_db()
    assert (expired.state, booking.pupils) == (State.LAPSED, 30)


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
        lifecycle.attend(booking=booking, by=staff)
    with time_machine.travel(amsterdam(2026, 11, 3, 9, 1), tick=False):
        lifecycle.attend(booking=booking, by=staff)
        lifecycle.miss(booking=booking, by=staff)

    booking.refresh_from_db()
    assert (booking.state, booking.visit.groups_taken) == (State.NO_SHOW, 1)


# --- Whole visits --------------------------------------------------------------------------------


def test_move_visit_takes_every_class_along_with_an_event_each():
    visit = make_visit(max_groups=2, max_pupils=70)
    bookings = [make_booking(visit=visit), make_booking(visit=visit)]
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))

    moved = visits.move_visit(visit=visit, slot=to, by=make_staff(), note="Verbouwing")

    there = Visit.objects.active().get()
    assert (moved, there.slot, there.groups_taken) == (2, to, 2)
    assert (there.max_groups, there.max_pupils) == (2, 70)
    assert ZoneClaim.objects.get().starts_at == to.starts_at
    for booking in bookings:
        before = booking.sequence
        booking.refresh_from_db()
        assert booking.sequence == before + 1
        assert booking.events.last().move == "reschedule"


def test_move_visit_leaves_what_does_not_come_on_its_own_date():
    visit = make_visit(max_groups=4, max_pupils=99)
    make_booking(visit=visit)
    held = make_booking(
        visit=visit, state=State.HELD, submission=make_submission(user=None, verified_at=None)
    )
    gone = make_booking(visit=visit, state=State.CANCELLED)
    before = (gone.sequence, gone.visit_id)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))

    visits.move_visit(visit=visit, slot=to, by=make_staff())

    gone.refresh_from_db()
    assert (gone.sequence, gone.visit_id) == before
    visit.refresh_from_db()
    assert (visit.slot, visit.groups_taken) == (gone.visit.slot, 0)
    lifecycle.verify(submission=held.submission)
    held = Booking.objects.get(pk=held.pk)
    assert (held.state, held.visit.slot) == (State.CONFIRMED, visit.slot)


def test_move_visit_fits_into_its_own_rooms_later_that_morning():
    visit = make_visit(max_groups=2, max_pupils=70)
    make_booking(visit=visit), make_booking(visit=visit)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 3, 10))

    assert visits.move_visit(visit=visit, slot=to, by=make_staff()) == 2

    assert [claim.starts_at for claim in ZoneClaim.objects.all()] == [to.starts_at]


def test_move_visit_joins_the_one_that_is_there_or_leaves_everything():
    visit = make_visit(max_groups=2, max_pupils=70)
    make_booking(visit=visit), make_booking(visit=visit)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    there = make_visit(slot=to, programme=visit.programme, max_groups=2, max_pupils=99)
    make_booking(visit=there)

    with pytest.raises(places.VisitFull):
        visits.move_visit(visit=visit, slot=to, by=make_staff())
    visit.refresh_from_db()
    assert visit.groups_taken == 2

    visits.set_maxima(visit=there, max_groups=3, max_pupils=99)
    visits.move_visit(visit=visit, slot=to, by=make_staff())

    there.refresh_from_db()
    visit.refresh_from_db()
    assert there.groups_taken == 3
    assert visit.released_at is not None


def test_move_visit_with_nobody_booked_claims_no_zone_for_it():
    booking = make_booking(state=State.HELD)
    to = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))

    with pytest.raises(NothingToMove):
        visits.move_visit(visit=booking.visit, slot=to, by=make_staff())

    booking.refresh_from_db()
    assert booking.state == State.HELD
    assert ZoneClaim.objects.get().starts_at == booking.starts_at


def test_maxima_never_go_below_what_is_booked():
    visit = make_visit(max_groups=3, max_pupils=99)
    make_booking(visit=visit)
    make_booking(visit=visit)

    with pytest.raises(BelowBooked):
        visits.set_maxima(visit=visit, max_groups=1, max_pupils=99)
    with pytest.raises(BelowBooked):
        visits.set_maxima(visit=visit, max_groups=2, max_pupils=47)
    visits.set_maxima(visit=visit, max_groups=2, max_pupils=48)

    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == (2, 48)


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
    assert rules.last_bookable_day() == datetime.date(2028, 7, 31)
