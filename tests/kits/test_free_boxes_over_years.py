"""What is free in a school year costs the same after one year of lending and after ten."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kits.free_boxes import calendars
from kits.models import KitCopy, Loan
from tests.factories import make_submission, make_venue
from tests.ten_years import Size, fill_loans

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

FIRST, BEFORE = datetime.date(2026, 8, 1), datetime.date(2027, 8, 1)


def lend(years: int, loans: int) -> None:
    make_submission()
    fill_loans(make_venue(), Size(schools=0, bookings=0, years=years, copies=40, loans=loans))


def plan_of(query: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        words = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(words + query)
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def test_fill_gives_the_asked_numbers_most_of_them_long_done():
    lend(years=10, loans=1000)
    assert (KitCopy.objects.count(), Loan.objects.count()) == (40, 1000)
    assert Loan.objects.holding().count() == 100
    assert Loan.objects.filter(state="done").earliest("starts_on").starts_on.year == 2016


def test_all_kits_over_a_school_year_take_one_query_that_reads_only_what_is_promised():
    lend(years=10, loans=1000)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = calendars(FIRST, BEFORE)
    assert len(queries) == 1
    assert sum(calendar.total for calendar in found.values()) == 40
    periods = sum(len(calendar.away) for calendar in found.values())
    assert periods == Loan.objects.live().overlapping(FIRST, BEFORE).count() == 100
    # Ten years of loans that are done lie outside what is read of these indexes.
    plan = plan_of(queries.captured_queries[0]["sql"])
    assert "loan_promised_until" in plan or "loan_of_copy_until (copy_id=? AND free" in plan
