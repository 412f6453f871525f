"""What a class must satisfy to come, what staff overrule, and an earlier Proeverij."""

from contextlib import nullcontext

import pytest
import time_machine

from bookings import lifecycle, places, tasters
from bookings.models import Attention, Booking, BookingEvent, State
from bookings.rules import VisitItem, VisitRequest
from programmes.models import ProgrammeKind
from submissions.rules import NoteRequired, Rule, RulesBroken
from tests.bookings.asking import asked, hold, slot_and_programme, typed
from tests.factories import (
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
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


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


def test_too_few_supervisors_break_a_rule_unless_the_school_was_told():
    slot, programme = slot_and_programme(max_groups=2, max_pupils=60)
    few = [asked("7a"), asked("7b", supervisors=2)]

    with pytest.raises(RulesBroken) as refusal:
        hold(slot, programme, *few)
    [broken] = refusal.value.broken
    assert (broken.rule, broken.field, broken.class_index) == (Rule.SUPERVISORS, "supervisors", 1)

    hold(slot, programme, *few, told=[Rule.SUPERVISORS])
    data = BookingEvent.objects.filter(move="hold").values_list("data", flat=True)
    assert list(data) == [{}, {"overruled": ["supervisors"]}]


def test_school_sets_no_other_rule_aside():
    slot, programme = slot_and_programme()
    with pytest.raises(RulesBroken):
        hold(slot, programme, asked(pupils=36), told=list(Rule))


def test_staff_say_why_fewer_supervisors_come():
    slot, programme = slot_and_programme()
    few = asked(supervisors=1)
    with pytest.raises(NoteRequired):
        hold(slot, programme, few, overrule=[Rule.SUPERVISORS])
    hold(slot, programme, few, overrule=[Rule.SUPERVISORS], note="Twee ouders komen later.")
    assert Booking.objects.get().supervisors == 1


@pytest.mark.parametrize(
    ("before", "after", "is_broken"),
    [
        ((24, 3), (24, 2), True),
        ((24, 3), (31, 3), True),
        ((24, 3), (21, 3), False),
        ((24, 1), (24, 1), False),
        ((24, 1), (28, 1), False),  # as few as were once enough
        ((24, 1), (31, 2), False),
        ((24, 1), (31, 1), True),
    ],
)
def test_change_of_numbers_may_not_lack_more_supervisors_than_before(before, after, is_broken):
    booking = make_booking(pupils=before[0], supervisors=before[1], visit=make_visit(max_pupils=60))
    change = {"booking": booking, "pupils": after[0], "supervisors": after[1]}
    with pytest.raises(RulesBroken) if is_broken else nullcontext():
        lifecycle.change_numbers(**change, by=make_staff())
    if is_broken:
        limits = {"overrule": [Rule.SUPERVISORS], "reason": "Stagiairs"}
        lifecycle.change_numbers(**change, by=make_staff(), **limits)
    assert (booking.pupils, booking.supervisors) == after


@pytest.mark.parametrize(("pupils", "refused"), [(11, True), (12, False), (32, False), (33, True)])
def test_class_may_have_exactly_the_least_and_the_most(pupils, refused):
    slot, programme = slot_and_programme(min_pupils=12, max_pupils_per_class=32)

    if refused:
        with pytest.raises(RulesBroken) as refusal:
            hold(slot, programme, asked(pupils=pupils))
        assert [(one.rule, one.field) for one in refusal.value.broken] == [(Rule.NUMBERS, "pupils")]
    else:
        hold(slot, programme, asked(pupils=pupils))
        assert Booking.objects.get().pupils == pupils


@pytest.mark.parametrize(
    ("years", "refused"), [((5, 8), False), ((4, 5), True), ((8, 9), True), ((5, 5), False)]
)
def test_class_may_be_of_the_first_and_of_the_last_year_group(years, refused):
    slot, programme = slot_and_programme()
    first, last = years
    group = asked(year_from=first, year_to=last)

    if refused:
        with pytest.raises(RulesBroken):
            hold(slot, programme, group)
    else:
        hold(slot, programme, group)


@pytest.mark.parametrize(("days", "hour", "refused"), [(6, 9, True), (7, 0, False), (7, 9, False)])
def test_lead_time_counts_working_days(days, hour, refused):
    # Tuesday 15 September: five working days on is Tuesday 22, from its first moment.
    programme = make_programme()
    start = amsterdam(2026, 9, 15 + days, hour)
    slot = make_slot(programmes=[programme], starts_at=start)

    if refused:
        with pytest.raises(RulesBroken):
            hold(slot, programme)
    else:
        hold(slot, programme)


@pytest.mark.parametrize(("day", "refused"), [((2028, 7, 31), False), ((2028, 8, 1), True)])
def test_next_school_year_can_be_booked_to_its_last_day(day, refused):
    programme = make_programme()
    slot = make_slot(programmes=[programme], starts_at=amsterdam(*day, 9))

    if refused:
        with pytest.raises(RulesBroken) as refusal:
            hold(slot, programme)
        assert [one.rule for one in refusal.value.broken] == [Rule.DATE]
    else:
        assert hold(slot, programme).bookings.get().visit.slot == slot


@pytest.mark.parametrize("note", ["", "  "])
def test_overrule_needs_a_note(note):
    slot, programme = slot_and_programme()
    young, rule = asked("3", year_from=3, year_to=3), [Rule.YEAR_GROUP]

    with pytest.raises(NoteRequired):
        hold(slot, programme, young, overrule=rule, note=note)


def test_overrule_is_stored_in_the_event():
    slot, programme = slot_and_programme()
    young = asked("3", year_from=3, year_to=3)

    submission = hold(
        slot, programme, young, overrule=[Rule.YEAR_GROUP], note="Plusklas, met juf besproken"
    )

    event = submission.bookings.get().events.get()
    assert event.data == {"overruled": ["year_group"]}
    assert event.note == "Plusklas, met juf besproken"


def test_overrule_is_stored_of_the_class_that_breaks_the_rule_only():
    slot, programme = slot_and_programme(max_groups=2, max_pupils=60)
    classes = asked("3", year_from=3, year_to=3), asked("7a")
    ticked = [Rule.YEAR_GROUP, Rule.NUMBERS]

    hold(slot, programme, *classes, overrule=ticked, note="Plusklas")

    data = {one.party_name: one.events.get().data for one in Booking.objects.all()}
    assert data == {"3": {"overruled": ["year_group"]}, "7a": {}}


def test_overruled_date_is_that_of_every_class():
    slot, programme = slot_and_programme(max_groups=2, max_pupils=60, lead_time=200)

    hold(slot, programme, asked("7a"), asked("7b"), overrule=[Rule.DATE], note="Afgesproken")

    data = BookingEvent.objects.filter(move="hold").values_list("data", flat=True)
    assert list(data) == [{"overruled": ["lead_time"]}] * 2


def test_capacity_cannot_be_overruled():
    slot, programme = slot_and_programme()
    make_booking(visit=make_visit(slot=slot, programme=programme))

    with pytest.raises(places.VisitFull):
        hold(slot, programme, overrule=list(Rule), note="toch")


# --- An earlier Proeverij ------------------------------------------------------------------------


def experience_slot(**fields):
    return slot_and_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True, **fields)


def taster_booking(school, when, name="Groep 7", state=State.CONFIRMED, school_year=2026):
    visit = make_visit(
        slot=make_slot(starts_at=when),
        programme=make_programme(kind=ProgrammeKind.TASTER),
    )
    group = make_class_group(school=school, name=name, school_year=school_year)
    submission = make_submission(school=school, user=make_teacher(school=school))
    return make_booking(
        visit=visit, submission=submission, class_group=group, party_name=name, state=state
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
        (State.CONFIRMED, 3, False),
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


def test_proeverij_that_is_named_is_of_the_class_itself_if_it_has_one_and_certain():
    school = make_school()
    slot, programme = experience_slot()
    taster_booking(school, amsterdam(2026, 11, 3, 9), state=State.CANCELLED)
    assert tasters.to_come(slot, school, "Groep 7") is None
    assert tasters.awaited(programme, school.pk) is None
    of_school = taster_booking(school, slot.starts_at, name="Groep 8")
    own = taster_booking(school, amsterdam(2026, 11, 5, 9), name="Groep 6")

    assert tasters.to_come(slot, school, "Groep 6") == own
    assert tasters.to_come(slot, school, "Groep 7") == of_school
    assert tasters.awaited(programme, school.pk) == slot.starts_at
    with time_machine.travel(slot.starts_at, tick=False):
        assert tasters.awaited(programme, school.pk) is None


def test_class_that_staff_book_on_the_proeverij_of_its_school_is_looked_at_too():
    school = make_school()
    slot, programme = experience_slot()
    taster_booking(school, amsterdam(2026, 10, 2, 9), name="Groep 8")
    request = VisitRequest(typed(school=school), [VisitItem(slot, programme, asked())])

    lifecycle.book(request, by=make_staff())

    booking = Booking.objects.get(visit__programme=programme)
    assert booking.attention == Attention.PREREQUISITE_BY_SCHOOL


def test_proeverij_of_another_class_of_the_school_passes_with_a_notice():
    school = make_school()
    slot, programme = experience_slot()
    taster_booking(school, amsterdam(2026, 10, 2, 9), name="Groep 8")

    lifecycle.verify(submission=hold(slot, programme, school=school))

    booking = Booking.objects.get(visit__programme=programme)
    assert booking.attention == Attention.PREREQUISITE_BY_SCHOOL


@pytest.mark.parametrize(
    ("day", "school_year", "passes"),
    [
        pytest.param((2026, 3, 2), 2025, True, id="last school year"),
        pytest.param((2025, 3, 3), 2024, False, id="the one before"),
    ],
)
def test_proeverij_of_the_school_counts_this_school_year_and_the_last(day, school_year, passes):
    school = make_school()
    slot, programme = experience_slot()
    taster_booking(school, amsterdam(*day, 9), name="Groep 8", school_year=school_year)

    if passes:
        lifecycle.verify(submission=hold(slot, programme, school=school))
        booking = Booking.objects.get(visit__programme=programme)
        assert booking.attention == Attention.PREREQUISITE_BY_SCHOOL
    else:
        with pytest.raises(RulesBroken):
            hold(slot, programme, school=school)


def test_proeverij_of_another_school_counts_for_nothing():
    slot, programme = experience_slot()
    taster_booking(make_school(), amsterdam(2026, 10, 2, 9))

    with pytest.raises(RulesBroken):
        hold(slot, programme, school=make_school())


def test_proeverij_that_went_before_the_code_was_typed_needs_attention():
    school = make_school()
    slot, programme = experience_slot()
    taster = taster_booking(school, amsterdam(2026, 10, 2, 9))
    held = hold(slot, programme, school=school)
    lifecycle.cancel(booking=taster, by=make_staff())

    lifecycle.verify(submission=held)

    booking = Booking.objects.get(visit__programme=programme)
    assert booking.attention == Attention.PREREQUISITE_GONE


def test_overruled_proeverij_waits_for_nobody():
    slot, programme = experience_slot()
    held = hold(
        slot, programme, school=make_school(), overrule={Rule.PREREQUISITE}, note="Kennen we goed."
    )

    lifecycle.verify(submission=held, by=make_staff())

    assert Booking.objects.get(visit__programme=programme).attention == ""


def test_question_of_a_school_hides_no_proeverij_that_was_overruled():
    slot, programme = experience_slot()
    held = hold(
        slot, programme, school=make_school(), overrule={Rule.PREREQUISITE}, note="Kennen we goed."
    )
    lifecycle.verify(submission=held, by=make_staff())
    booking = Booking.objects.get(visit__programme=programme)
    lifecycle.ask_to_cancel(booking=booking, by=booking.submission.teacher)

    lifecycle.settle(booking=booking, by=make_staff())

    assert booking.attention == ""


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
