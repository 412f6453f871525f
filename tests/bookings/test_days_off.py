"""Which bookings to come are on a day that was closed, or in a school holiday."""

import datetime

import pytest

from bookings.models import Booking
from programmes.models import Closure, spans_off
from schools.models import SchoolHoliday
from tests.factories import amsterdam, make_booking, make_slot, make_venue, make_visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
TODAY = datetime.date(2026, 9, 14)


def day(number):
    return datetime.date(2026, 10, number)


def closed(first, last, venue):
    return Closure.objects.create(
        venue=venue, starts_on=day(first), ends_on=day(last), reason="Verbouwing"
    )


def holiday(first, last, region):
    return SchoolHoliday.objects.create(
        region=region, school_year=2026, name="Herfst", starts_on=day(first), ends_on=day(last)
    )


def test_spans_that_overlap_contain_each_other_or_follow_each_other_are_one():
    SchoolHoliday.objects.all().delete()  # those that come with the site
    venue = make_venue()
    holiday(1, 9, "noord")
    holiday(3, 5, "zuid")  # within the first
    closed(10, 11, venue)  # the day after it
    closed(13, 14, venue)  # one day further
    holiday(14, 16, "midden")
    assert spans_off(TODAY) == [(day(1), day(11)), (day(13), day(16))]
    assert spans_off(day(12)) == [(day(13), day(16))]
    assert spans_off(day(16)) == [(day(14), day(16))]
    assert spans_off(day(17)) == []


def test_first_and_last_hours_of_the_days_count_and_those_beside_them_do_not():
    venue = make_venue()
    at = [(4, 23), (5, 0), (5, 9), (7, 15), (7, 23), (8, 0), (8, 9)]
    visits = [
        make_visit(slot=make_slot(venue=venue, starts_at=amsterdam(2026, 10, *one))) for one in at
    ]
    bookings = [make_booking(visit=visit) for visit in visits]
    assert list(Booking.objects.on_days_off()) == []
    closed(5, 7, venue)
    closed(20, 21, venue)  # there are other days off, with no booking on them
    assert set(Booking.objects.on_days_off()) == set(bookings[1:5])


def test_other_venues_and_other_regions_are_open_on_the_same_day():
    here, there = make_venue(), make_venue(holiday_region="zuid")
    bookings = [
        make_booking(
            visit=make_visit(slot=make_slot(venue=venue, starts_at=amsterdam(2026, 10, 6, 9)))
        )
        for venue in (here, there)
    ]
    closing = closed(5, 7, there)
    assert list(Booking.objects.on_days_off()) == bookings[1:]
    closing.delete()
    holiday(5, 7, "midden")
    assert list(Booking.objects.on_days_off()) == []


def test_where_no_day_is_off_there_are_none_and_the_answer_is_of_the_same_kind():
    SchoolHoliday.objects.all().delete()
    make_booking()
    off = Booking.objects.on_days_off()
    assert list(off) == list(off.values_list("pk", "is_closed", "holiday")) == []
