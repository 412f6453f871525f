"""Until when an offer stands (PITFALLS S10): only hours in which a school can answer count."""

import datetime

import pytest

from submissions.waiting.deadlines import closes_at, offer_until
from tests.factories import amsterdam

pytestmark = pytest.mark.django_db
FAR, NEAR = datetime.date(2027, 3, 2), datetime.timedelta(days=4)


def until(*now: int, day: datetime.date = FAR, region: str = "noord", closes=None):
    return offer_until(day=day, closes_at=closes or amsterdam(2027, 3, 1), region=region)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 9, 15, 10), (2026, 9, 16, 17)),  # seven hours today and nine tomorrow
        ((2026, 9, 15, 22), (2026, 9, 17, 15)),  # nobody reads mail at night
        ((2026, 9, 18, 16), (2026, 9, 22, 14)),  # over the weekend
        ((2026, 10, 9, 16), (2026, 10, 20, 14)),  # over the autumn holiday of the north
        ((2026, 10, 9, 7), (2026, 10, 19, 15)),
    ],
)
def test_hours_of_school_days_count_and_no_others(now, expected, time_machine):
    time_machine.move_to(amsterdam(*now), tick=False)

    assert until() == amsterdam(*expected)


def test_holidays_are_those_of_the_school(time_machine):
    time_machine.move_to(amsterdam(2026, 10, 9, 16), tick=False)

    assert until(region="zuid") != until(region="noord")


def test_offer_at_ten_in_the_evening_four_days_ahead_lapses_in_daylight(time_machine):
    time_machine.move_to(amsterdam(2026, 9, 15, 22), tick=False)
    day = datetime.date(2026, 9, 15) + NEAR

    assert until(day=day, closes=amsterdam(2026, 9, 19)) == amsterdam(2026, 9, 16, 12)


@pytest.mark.parametrize(("days", "expected"), [(7, (2026, 9, 15, 14)), (8, (2026, 9, 16, 17))])
def test_offer_for_a_date_within_a_week_stands_a_morning(days, expected, time_machine):
    time_machine.move_to(amsterdam(2026, 9, 15, 10), tick=False)
    day = datetime.date(2026, 9, 15) + datetime.timedelta(days=days)

    assert until(day=day) == amsterdam(*expected)


def test_offer_never_stands_longer_than_it_can_be_taken(time_machine):
    time_machine.move_to(amsterdam(2026, 9, 15, 10), tick=False)

    assert until(closes=amsterdam(2026, 9, 15, 12)) == amsterdam(2026, 9, 15, 12)


@pytest.mark.parametrize(
    ("lead_time", "expected"), [(None, (2026, 10, 28)), (0, (2026, 11, 4)), (1, (2026, 11, 3))]
)
def test_date_closes_when_its_lead_time_begins(lead_time, expected):
    assert closes_at(datetime.date(2026, 11, 3), lead_time) == amsterdam(*expected)
