"""Keeping a box longer: the days that are possible, or the one reason why none is."""

import datetime
from typing import Any

import pytest
from django.urls import reverse

from kits import handling, lifecycle
from kits.desk_days import free_again_on
from kits.models import Loan, LoanState
from kits.pages.extending import extension_of
from kits.refusals import CopyRepairedThen, CopyWithdrawn
from programmes.models import Closure
from schools.models import SchoolHoliday
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_slot,
    make_staff,
    make_visit,
)
from tests.loan_form import FRIDAY, MONDAY

# In the autumn of 2026.
LAST_DAY = datetime.date(2028, 7, 31)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]


def lent(**fields: Any) -> Loan:
    loan = make_loan(**{"starts_on": MONDAY, "ends_on": FRIDAY} | fields)
    return Loan.objects.with_facts().get(pk=loan.pk)


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def in_repair(loan: Loan, first: datetime.date) -> None:
    until = first + datetime.timedelta(days=19)
    loan.copy.repairs.create(starts_on=first, free_again_on=until, reason="Wiel los")


def test_days_that_are_possible_need_no_reason():
    found = extension_of(lent())
    assert [one.date.day for one in found.returns] == [
        *range(9, 14),
        *range(16, 21),
        23,
    ]
    assert found.reason == ""


def test_longest_time_is_the_reason_where_it_is():
    loan = lent(ends_on=november(23))
    assert extension_of(loan) == (
        [],
        "De kist kan niet langer blijven: we lenen hem hoogstens 21 dagen uit.",
    )


def test_end_of_what_can_be_planned_is_the_reason_where_it_comes_first():
    loan = lent(starts_on=LAST_DAY - datetime.timedelta(days=7), ends_on=LAST_DAY)
    assert extension_of(loan) == (
        [],
        "De kist kan niet langer blijven: verder dan maandag 31 juli 2028 plannen we nog niet.",
    )


def test_box_may_stay_until_the_end_of_what_can_be_planned():
    loan = lent(starts_on=datetime.date(2028, 7, 24), ends_on=datetime.date(2028, 7, 28))
    assert [one.date for one in extension_of(loan).returns] == [LAST_DAY]


def test_longest_time_is_the_reason_on_the_last_day_too():
    loan = lent(starts_on=LAST_DAY - datetime.timedelta(days=21), ends_on=LAST_DAY)
    assert "hoogstens 21 dagen" in extension_of(loan).reason


def test_teacher_brings_it_along_to_the_visit_on_a_day_on_which_the_desk_is_closed():
    copy, saturday = make_kit().copies.get(), november(14)
    holiday = {"name": "Herfstvakantie", "starts_on": saturday, "ends_on": saturday}
    SchoolHoliday.objects.create(region="noord", school_year=2026, **holiday)
    slot = make_slot(venue=copy.kit.venue, starts_at=amsterdam(2026, 11, 14, 9))
    loan = lent(copy=copy, booking=make_booking(visit=make_visit(slot=slot)))

    lifecycle.extend(loan=loan, ends_on=saturday, by=loan.submission.user)

    assert loan.ends_on == saturday


def test_next_class_is_the_reason_where_one_waits():
    loan = lent(copy=make_kit().copies.get())
    make_loan(copy=loan.copy, starts_on=november(11), ends_on=november(18))
    assert extension_of(loan) == (
        [],
        "De kist kan niet langer blijven: na jullie krijgt een andere klas hem.",
    )


def test_box_may_stay_until_it_is_just_free_again_for_the_next_class():
    loan = lent(copy=make_kit().copies.get())
    again = free_again_on(loan.kit, november(10))
    make_loan(copy=loan.copy, starts_on=again, ends_on=november(18))

    assert [one.date for one in extension_of(loan).returns] == [november(9), november(10)]

    lifecycle.extend(loan=loan, ends_on=november(10), by=make_staff())
    assert loan.free_again_on == again


def test_repair_is_the_reason_where_the_box_goes_to_one():
    loan = lent(copy=make_kit().copies.get())
    in_repair(loan, november(11))
    assert extension_of(loan) == (
        [],
        "De kist kan niet langer blijven: hij gaat in reparatie.",
    )


def test_repair_that_was_noted_while_the_box_is_out_keeps_it_from_staying():
    loan = lent(copy=make_kit().copies.get(), state=LoanState.OUT)
    in_repair(loan, november(4))
    assert extension_of(loan).returns == []


def test_box_that_is_not_lent_any_more_comes_back():
    loan = lent(copy=make_kit().copies.get(), state=LoanState.OUT)
    handling.withdraw(copy=loan.copy, by=make_staff())
    loan = Loan.objects.with_facts().get(pk=loan.pk)
    assert extension_of(loan) == (
        [],
        "De kist kan niet langer blijven: we nemen hem uit gebruik.",
    )
    with pytest.raises(CopyWithdrawn):
        lifecycle.extend(loan=loan, ends_on=november(9), by=make_staff())


def test_staff_read_that_it_is_a_repair_which_stands_in_the_way():
    loan = lent(copy=make_kit().copies.get())
    in_repair(loan, november(11))
    with pytest.raises(CopyRepairedThen):
        lifecycle.extend(loan=loan, ends_on=november(10), by=make_staff())


def test_holiday_is_the_reason_where_it_is():
    loan = lent()
    SchoolHoliday.objects.create(
        region=loan.kit.venue.holiday_region,
        school_year=2026,
        name="Herfstvakantie",
        starts_on=november(7),
        ends_on=november(23),
    )
    assert extension_of(loan) == (
        [],
        "De kist mag tot maandag 23 november blijven, maar tot dan kan niemand kisten "
        "terugbrengen: Herfstvakantie.",
    )


def test_closure_after_the_last_possible_day_is_not_the_reason():
    loan = lent(ends_on=november(23))
    Closure.objects.create(
        venue=loan.kit.venue, starts_on=november(24), ends_on=november(30), reason="Verhuizing"
    )
    assert "Verhuizing" not in extension_of(loan).reason


def test_page_says_one_reason_only(client):
    loan = lent(ends_on=november(23))
    client.force_login(loan.submission.user)
    there = reverse("loans:extend", args=[loan.submission.public_id])
    text = client.post(there, {"tot": "2026-11-30"}, follow=True).text
    assert text.count("hoogstens 21 dagen") == 1
    assert "andere klas" not in text
    assert "langer dan deze leskist wordt uitgeleend" not in text


def test_hold_whose_time_is_up_makes_way_for_who_has_the_box():
    loan = lent(copy=make_kit().copies.get(), state=LoanState.OUT)
    hold = make_loan(
        copy=loan.copy,
        state=LoanState.HELD,
        held_until=NOW - datetime.timedelta(minutes=1),
        starts_on=november(11),
        ends_on=november(18),
    )

    lifecycle.extend(loan=loan, ends_on=november(13), by=make_staff())

    loan.refresh_from_db()
    hold.refresh_from_db()
    assert (loan.ends_on, hold.state) == (november(13), LoanState.LAPSED)
