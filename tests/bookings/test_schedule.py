"""Patterns become slots: which, when, and not twice."""

import datetime

import pytest
from django.utils import timezone

from bookings.models import SchedulePattern, VisitSlot
from bookings.planning.schedule import join_slots, make_slots, plan_slots
from programmes.models import Closure
from schools.models import SchoolHoliday
from tests.factories import make_booking, make_programme, make_venue, make_visit

pytestmark = pytest.mark.django_db


def make_pattern(**fields) -> SchedulePattern:
    """Every Tuesday morning from 1 October to 30 November 2026."""
    programmes = fields.pop("programmes", None)
    values = {
        "weekday": 1,
        "starts_at": datetime.time(9),
        "ends_at": datetime.time(12),
        "season_from": datetime.date(2026, 10, 1),
        "season_to": datetime.date(2026, 11, 30),
    } | fields
    if "venue" not in values:
        values["venue"] = make_venue()
    pattern = SchedulePattern.objects.create(**values)
    pattern.programmes.set(programmes or [make_programme(venue=pattern.venue)])
    return pattern


def october(*days: int) -> list[datetime.date]:
    return [datetime.date(2026, 10, day) for day in days]


@pytest.fixture(autouse=True)
def _no_holidays():
    SchoolHoliday.objects.all().delete()


def test_pattern_gives_its_weekday_at_wall_clock_time_across_the_change_of_clocks():
    pattern = make_pattern(
        season_from=datetime.date(2026, 10, 20), season_to=datetime.date(2026, 10, 27)
    )

    make_slots(pattern)

    starts = VisitSlot.objects.values_list("starts_at", flat=True)
    assert [timezone.localtime(start).hour for start in starts] == [9, 9]
    assert [start.astimezone(datetime.UTC).hour for start in starts] == [7, 8]


def test_season_is_inclusive_on_both_sides():
    pattern = make_pattern(
        season_from=datetime.date(2026, 10, 6), season_to=datetime.date(2026, 10, 20)
    )

    assert [slot.day for slot in plan_slots(pattern).new] == october(6, 13, 20)


def test_slots_carry_the_pattern_s_programmes_and_maxima():
    programmes = [make_programme(), make_programme()]
    pattern = make_pattern(programmes=programmes, max_groups=2, max_pupils=60)

    make_slots(pattern)

    for slot in VisitSlot.objects.all():
        assert set(slot.programmes.all()) == set(programmes)
        assert (slot.max_groups, slot.max_pupils, slot.venue) == (2, 60, pattern.venue)


def test_preview_writes_nothing():
    plan = plan_slots(make_pattern())

    assert len(plan.new) == 8
    assert not VisitSlot.objects.exists()


def test_holidays_of_the_region_and_closures_and_public_holidays_are_skipped_with_their_names():
    pattern = make_pattern(
        season_from=datetime.date(2026, 10, 1), season_to=datetime.date(2027, 1, 1), weekday=4
    )
    SchoolHoliday.objects.create(
        region="noord",
        school_year=2026,
        name="Herfstvakantie",
        starts_on=datetime.date(2026, 10, 10),
        ends_on=datetime.date(2026, 10, 18),
    )
    SchoolHoliday.objects.create(
        region="midden",
        school_year=2026,
        name="Herfstvakantie",
        starts_on=datetime.date(2026, 10, 17),
        ends_on=datetime.date(2026, 10, 25),
    )
    Closure.objects.create(
        venue=pattern.venue,
        starts_on=datetime.date(2026, 11, 6),
        ends_on=datetime.date(2026, 11, 6),
        reason="Studiedag",
    )

    skipped = {one.day: one.reason for one in plan_slots(pattern).skipped}

    assert skipped == {
        datetime.date(2026, 10, 16): "Herfstvakantie",
        datetime.date(2026, 11, 6): "Studiedag",
        datetime.date(2026, 12, 25): "Eerste kerstdag",
        datetime.date(2027, 1, 1): "Nieuwjaarsdag",
    }


def test_again_adds_nothing_and_leaves_what_staff_changed():
    pattern = make_pattern()
    make_slots(pattern)
    slot = VisitSlot.objects.earliest("starts_at")
    slot.max_groups, slot.note = 5, "Extra vrijwilliger"
    slot.save()
    make_booking(visit=make_visit(slot=slot, programme=pattern.programmes.get()))

    plan = make_slots(pattern)

    slot.refresh_from_db()
    assert (len(plan.new), len(plan.existing), VisitSlot.objects.count()) == (0, 8, 8)
    assert (slot.max_groups, slot.note) == (5, "Extra vrijwilliger")


def test_longer_season_adds_only_the_new_days():
    pattern = make_pattern(season_to=datetime.date(2026, 10, 13))
    make_slots(pattern)
    pattern.season_to = datetime.date(2026, 10, 27)
    pattern.save()

    assert [slot.day for slot in make_slots(pattern).new] == october(20, 27)


@pytest.mark.parametrize(
    ("day", "start"),
    [(datetime.date(2026, 10, 25), 2), (datetime.date(2027, 3, 28), 2)],
)
def test_an_hour_that_the_clocks_take_away_or_give_twice_is_skipped(day, start):
    pattern = make_pattern(
        weekday=6,
        season_from=day,
        season_to=day,
        starts_at=datetime.time(start, 30),
        ends_at=datetime.time(6),
    )

    plan = plan_slots(pattern)

    assert (len(plan.new), [one.day for one in plan.skipped]) == (0, [day])


@pytest.mark.parametrize("weeks", [1, 30])
def test_a_season_costs_the_same_number_of_queries(weeks, django_assert_num_queries):
    first = datetime.date(2026, 10, 6)
    pattern = make_pattern(season_from=first, season_to=first + datetime.timedelta(weeks=weeks))
    pattern = SchedulePattern.objects.select_related("venue").get(pk=pattern.pk)

    with django_assert_num_queries(3):
        plan_slots(pattern)


# --- A programme that comes later ---------------------------------------------------------------


def test_programme_added_later_joins_the_slots_to_come_that_lack_it(frozen):
    """It is 15 September; the pattern had slots from 1 September on."""
    pattern = make_pattern(season_from=datetime.date(2026, 9, 1))
    make_slots(pattern)
    [first] = pattern.programmes.all()
    later = make_programme(venue=pattern.venue)
    there = VisitSlot.objects.get(starts_at__date=datetime.date(2026, 10, 13))
    there.programmes.add(later)
    pattern.programmes.add(later)
    own = VisitSlot.objects.create(
        venue=pattern.venue, starts_at=there.starts_at, ends_at=there.ends_at
    )

    [joining] = plan_slots(pattern).joining

    coming = pattern.slots.filter(starts_at__gt=timezone.now()).order_by("starts_at")
    assert joining.programme == later
    assert joining.slots == [slot for slot in coming if slot != there]
    assert join_slots(pattern) == len(joining.slots)
    assert {tuple(slot.programmes.order_by("pk")) for slot in coming} == {(first, later)}
    past = pattern.slots.exclude(pk__in=coming)
    assert {tuple(slot.programmes.all()) for slot in past} == {(first,)}
    assert not own.programmes.exists()
    assert (plan_slots(pattern).joining, join_slots(pattern)) == ([], 0)


def test_plan_of_many_slots_takes_as_many_queries(frozen, django_assert_max_num_queries):
    pattern = make_pattern(season_to=datetime.date(2027, 6, 30))
    make_slots(pattern)
    pattern.programmes.add(make_programme(venue=pattern.venue))
    with django_assert_max_num_queries(8):
        assert len(plan_slots(pattern).joining[0].slots) > 20


# --- Holidays and closures are obstacles, not decisions (T13) -----------------------------------


def holiday(day):
    return SchoolHoliday.objects.create(
        region="noord", school_year=2026, name=f"Extra {day}", starts_on=day, ends_on=day
    )


def closed(pattern, day):
    return Closure.objects.create(
        venue=pattern.venue, starts_on=day, ends_on=day, reason="Studiedag"
    )


def test_day_in_a_holiday_is_placed_all_the_same_once_and_nothing_else_with_it():
    pattern = make_pattern()
    sixth, thirteenth, twentieth = october(6, 13, 20)
    for day in (sixth, thirteenth):
        holiday(day)
    closed(pattern, twentieth)
    skipped = [(one.day, one.can_be_placed) for one in make_slots(pattern).skipped]
    assert skipped == [(sixth, True), (thirteenth, True), (twentieth, False)]
    for _again in range(2):
        # Of what a closure or the clock forbids nothing comes of asking.
        make_slots(pattern, {sixth, twentieth, datetime.date(2026, 10, 7)})
    days = [slot.day for slot in VisitSlot.objects.filter(starts_at__month=10)]
    assert days == [sixth, datetime.date(2026, 10, 27)]


def test_day_of_a_closure_that_is_gone_is_offered_again_and_only_that_day():
    pattern = make_pattern()
    (day,) = october(20)
    closure = closed(pattern, day)
    make_slots(pattern)
    closure.delete()
    assert [slot.day for slot in plan_slots(pattern).new] == [day]
    holiday(day)  # the other obstacle is looked at as well
    assert plan_slots(pattern).new == []
    assert [slot.day for slot in plan_slots(pattern, {day}).new] == [day]
