"""What counts as an hour: really worked, elapsed, and once (T24)."""

import datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings import lifecycle as bookings
from bookings.models import Booking
from core.dates import NO_TIME, time_between
from roster import clock, hours, lifecycle, refusals
from roster.models import Shift
from tests.factories import amsterdam, make_staff
from tests.roster.rostering import fresh, make_person, make_run, make_shift

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
AFTER = amsterdam(2026, 12, 1, 9)


def of(person):
    found = hours.by_person_in_year(Shift.objects.all(), 2026).get(person.pk, NO_TIME)
    return found / datetime.timedelta(hours=1)


def evening(person, run):
    """From seven until half past midnight."""
    start = amsterdam(2026, 11, 3, 19)
    return make_shift(run, start, person, ends_at=amsterdam(2026, 11, 4, 1))


@pytest.fixture
def run():
    return make_run(duration=330)


@pytest.fixture
def person(run):
    return make_person(runs=[run])


def test_shift_over_midnight_counts_as_planned_where_nobody_said_otherwise(run, person, frozen):
    evening(person, run)
    assert of(person) == 0  # still to come
    frozen.move_to(AFTER)
    clock.finish()
    assert of(person) == 5.5


def test_who_left_early_worked_as_long_as_she_was_there(run, person, frozen):
    shift = evening(person, run)
    frozen.move_to(AFTER)
    span = {"worked_from": shift.starts_at, "worked_until": amsterdam(2026, 11, 3, 22)}
    lifecycle.record(shift=shift, **span, by=make_staff())
    assert of(person) == 3


@pytest.mark.parametrize(
    ("until", "asks"),
    [(amsterdam(2026, 11, 4, 1, 30), False), (amsterdam(2026, 11, 4, 1, 31), True)],
)
def test_an_hour_longer_than_the_shift_is_believed_and_a_minute_more_asked(
    run, person, frozen, until, asks
):
    shift, staff = evening(person, run), make_staff()
    frozen.move_to(AFTER)
    span = {"worked_from": shift.starts_at, "worked_until": until}
    if asks:
        with pytest.raises(refusals.LongerThanPlanned):
            lifecycle.record(shift=shift, **span, by=staff)
    lifecycle.record(shift=shift, **span, is_sure=asks, by=staff)
    assert fresh(shift).worked_until == until


def test_left_at_ten_but_dated_the_next_day_is_asked(run, person, frozen):
    shift = evening(person, run)
    frozen.move_to(AFTER)
    span = {"worked_from": shift.starts_at, "worked_until": amsterdam(2026, 11, 4, 22)}
    with pytest.raises(refusals.LongerThanPlanned, match="27"):
        lifecycle.record(shift=shift, **span, by=make_staff())


@pytest.mark.usefixtures("one_factor")
def test_page_of_hours_writes_half_an_hour_with_one_decimal(client, run, person, frozen):
    shift, staff = evening(person, run), make_staff()
    frozen.move_to(AFTER)
    until = shift.starts_at + datetime.timedelta(hours=2, minutes=30)
    lifecycle.record(shift=shift, worked_from=shift.starts_at, worked_until=until, by=staff)
    client.force_login(staff)

    page = client.get("/beheer/roster/person/uren/").text

    assert '<td class="number">2,5</td>' in page
    assert "Samen 2,5 uur." in page


@pytest.mark.parametrize(
    ("night", "length"),
    [(datetime.date(2026, 10, 24), 7), (datetime.date(2027, 3, 27), 5)],
)
def test_night_in_which_the_clock_changes_has_its_real_length(frozen, night, length):
    run = make_run(duration=360)
    person = make_person(runs=[run])
    start = timezone.make_aware(datetime.datetime.combine(night, datetime.time(22)))
    shift = make_shift(run, start, person, ends_at=start + datetime.timedelta(hours=12))
    frozen.move_to(amsterdam(2027, 4, 1))
    end = timezone.make_aware(
        datetime.datetime.combine(night + datetime.timedelta(days=1), datetime.time(4))
    )
    span = {"worked_from": shift.starts_at, "worked_until": end}
    # As typed, by the clock on the wall: what the database gives back is in UTC.
    as_typed = Shift(**{name: timezone.localtime(moment) for name, moment in span.items()})
    assert time_between(*as_typed.worked_span) == datetime.timedelta(hours=length)
    lifecycle.record(shift=shift, **span, is_sure=True, by=make_staff())
    assert of(person) == length


def test_what_overlaps_counts_once(frozen):
    run, other = make_run(), make_run()
    person, staff = make_person(runs=[run, other]), make_staff()
    first = make_shift(run, person=person)
    second = make_shift(other, amsterdam(2026, 11, 3, 11), person)
    frozen.move_to(AFTER)
    clock.finish()
    assert of(person) == 4
    until, since = amsterdam(2026, 11, 3, 11, 30), amsterdam(2026, 11, 3, 10, 30)
    lifecycle.record(shift=first, worked_from=first.starts_at, worked_until=until, by=staff)
    lifecycle.record(shift=second, worked_from=since, worked_until=second.ends_at, by=staff)
    assert of(person) == 4


def test_no_show_and_a_visit_that_was_called_off_count_for_nothing(frozen):
    run = make_run()
    person, staff = make_person(runs=[run]), make_staff()
    missed = make_shift(run, person=person)
    off = make_shift(run, amsterdam(2026, 11, 4, 9), person)
    bookings.cancel(booking=Booking.objects.get(visit=off.visit), by=staff)
    with pytest.raises(refusals.NotOverYet):
        lifecycle.miss(shift=missed, by=staff)
    frozen.move_to(AFTER)
    clock.finish()
    assert of(person) == 2
    lifecycle.miss(shift=missed, by=staff)
    assert of(person) == 0
    assert fresh(off).state == "ended"


def test_visit_that_turns_out_to_have_been_called_off_counts_for_nothing(run, person, frozen):
    shift = evening(person, run)
    frozen.move_to(AFTER)
    clock.finish()
    booking = Booking.objects.get(visit=shift.visit)
    bookings.cancel(booking=booking, by=make_staff(), note="Er was niemand.")
    assert (fresh(shift).state, of(person)) == ("worked", 0)


def test_absent_after_all_present_counts_again(frozen):
    run = make_run()
    person, staff = make_person(runs=[run]), make_staff()
    shift = make_shift(run, person=person)
    frozen.move_to(AFTER)
    lifecycle.miss(shift=shift, by=staff)
    span = {"worked_from": shift.starts_at, "worked_until": shift.ends_at}
    lifecycle.record(shift=shift, **span, by=staff)
    assert (of(person), fresh(shift).holder) == (2, person.email)
    lifecycle.miss(shift=shift, by=staff)
    missed = fresh(shift)
    assert (missed.holder, missed.worked_from, missed.worked_until) == (None, None, None)


def test_hours_are_those_of_their_school_year(frozen):
    run = make_run()
    person = make_person(runs=[run])
    make_shift(run, amsterdam(2027, 7, 31, 22), person)
    make_shift(run, amsterdam(2027, 8, 1, 9), person)
    frozen.move_to(amsterdam(2027, 9, 1))
    clock.finish()
    found = [hours.by_person_in_year(Shift.objects.all(), year) for year in (2026, 2027)]
    assert [one[person.pk] for one in found] == [datetime.timedelta(hours=2)] * 2


def test_database_refuses_an_end_before_its_start(run, person):
    shift = evening(person, run)
    span = {"worked_from": shift.ends_at, "worked_until": shift.starts_at}
    with pytest.raises(IntegrityError, match="shift_worked_until"), transaction.atomic():
        Shift.objects.filter(pk=shift.pk).update(**span)


def test_hours_of_three_people_take_one_query(django_assert_num_queries, frozen):
    run = make_run()
    for day in (3, 4, 5):
        make_shift(run, amsterdam(2026, 11, day, 9), make_person(runs=[run]))
    frozen.move_to(AFTER)
    clock.finish()
    with django_assert_num_queries(1):
        assert len(hours.by_person(Shift.objects.all())) == 3
