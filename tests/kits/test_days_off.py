"""Which boxes are to change hands on a day on which that was possible, and is no longer."""

import datetime

import pytest

from kits import desk_days
from kits.models import KitCopy, Loan, LoanState
from kits.telling.days_off import handed_over, on_days_off
from programmes.models import Closure
from tests.factories import make_loan

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("frozen"),  # Tuesday 15 September 2026
]


def day(number):
    return datetime.date(2026, 9, number)


def lent(first, last, **fields):
    return make_loan(starts_on=day(first), ends_on=day(last), **fields)


def close(loans, first, last):
    for loan in loans:
        Closure.objects.create(
            venue=loan.kit.venue, starts_on=day(first), ends_on=day(last), reason="Verbouwing"
        )


def off():
    """The primary keys of loans, and of each whether its box cannot go out, and not come back."""
    found = on_days_off(handed_over(Loan.objects.all()))
    return [(one.loan.pk, bool(one.out), bool(one.back)) for one in found]


def test_today_counts_still_and_what_is_past_does_not():
    back_today = lent(1, 15, state=LoanState.OUT)
    out_today = lent(15, 29)
    yesterday = lent(1, 14, state=LoanState.OUT)
    never_collected = lent(14, 16)
    loans = [back_today, out_today, yesterday, never_collected]
    assert off() == []
    close(loans, 1, 16)
    assert off() == [
        (back_today.pk, False, True),
        (never_collected.pk, False, True),
        (out_today.pk, True, False),
    ]


def test_first_and_last_day_of_a_closure_count_and_those_beside_them_do_not():
    loans = [lent(*one) for one in [(16, 21), (16, 22), (16, 24), (16, 25), (24, 29), (25, 29)]]
    close(loans, 22, 24)
    _before, first, last, _after, out, _later = (loan.pk for loan in loans)
    assert off() == [(first, False, True), (last, False, True), (out, True, False)]


def test_other_venues_hand_over_on_the_same_day():
    here, there = lent(17, 24), lent(17, 24)
    close([there], 24, 24)
    assert off() == [(there.pk, False, True)]
    assert here.kit.venue != there.kit.venue


def test_box_that_is_out_or_waits_for_its_code_counts_and_one_that_is_back_does_not():
    held, out = lent(17, 24, state=LoanState.HELD), lent(1, 24, state=LoanState.OUT)
    back = lent(1, 24, state=LoanState.RETURNED)
    close([held, out, back], 17, 24)
    assert off() == [(out.pk, False, True), (held.pk, True, True)]


def test_nobody_is_late_as_long_as_the_desk_is_closed_today_too():
    loan = lent(1, 14, state=LoanState.OUT)
    too = lent(1, 14, state=LoanState.OUT, copy=KitCopy.objects.create(kit=loan.kit, code="R-2"))
    elsewhere = lent(1, 14, state=LoanState.OUT)

    def late() -> tuple[list[Loan], int]:
        overdue = desk_days.overdue(Loan.objects.all())
        return desk_days.late([loan, too, elsewhere]), desk_days.number_late(overdue)

    assert late() == ([loan, too, elsewhere], 3)
    close([loan], 15, 15)
    assert late() == ([elsewhere], 1)
