"""Use per kit and box, and what was lost, per school year."""

import datetime

import pytest
import time_machine

from kits import handling
from kits.desk import figures
from kits.handling import Count
from kits.models import ItemCount, LoanState, RefusedDemand
from tests.factories import amsterdam, make_kit, make_loan, make_staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(amsterdam(2026, 11, 3, 9), tick=False):
        yield


def day(month: int, number: int, year: int = 2026) -> datetime.date:
    return datetime.date(year, month, number)


def count(loan, out: int, back: int | None, name: str = "Robot") -> None:
    item = loan.kit.contents.get(name=name)
    ItemCount.objects.create(loan=loan, item=item, stage="out", present=out)
    if back is not None:
        ItemCount.objects.create(loan=loan, item=item, stage="back", present=back)


@pytest.fixture
def kit():
    return make_kit(copies=2)


@pytest.fixture
def year(kit):
    """In 2026-2027: of the first box two loans that left, of the second one, and one cancelled."""
    first, second = kit.copies.order_by("code")
    loans = [
        make_loan(
            copy=copy,
            state=state,
            starts_on=start,
            ends_on=start + datetime.timedelta(days),
            pupils=n,
        )
        for copy, state, start, days, n in [
            (first, LoanState.DONE, day(9, 7), 7, 20),
            (first, LoanState.OUT, day(11, 2), 14, 25),
            (second, LoanState.WRITTEN_OFF, day(7, 31, 2027), 3, 30),
            (second, LoanState.CANCELLED, day(9, 7), 7, 99),
            (second, LoanState.RESERVED, day(10, 5), 7, 99),
            (first, LoanState.DONE, day(7, 31), 5, 99),  # the year before
        ]
    ]
    RefusedDemand.objects.create(kit=kit, starts_on=day(9, 7), ends_on=day(9, 14))
    RefusedDemand.objects.create(kit=kit, starts_on=day(7, 31), ends_on=day(8, 14))
    return loans


def test_kit_counts_what_left_in_the_school_year(kit, year):
    unused = make_kit()

    found = {one: one for one in figures.kits_in(2026)}

    used = found[kit]
    assert (used.loan_count, used.pupils, used.time_out.days, used.refused_count) == (3, 75, 24, 1)
    none = found[unused]
    assert (none.loan_count, none.pupils, none.time_out, none.refused_count) == (None,) * 4


def test_each_box_has_its_own_figures(year):
    found = [(one.loan_count, one.pupils, one.time_out.days) for one in figures.copies_in(2026)]
    assert found == [(2, 45, 21), (1, 30, 3)]


def test_other_school_year_has_its_own_figures(kit, year):
    used = figures.kits_in(2025).get(pk=kit.pk)
    assert (used.loan_count, used.pupils, used.refused_count) == (1, 99, 1)


def moved(loan, *moves) -> None:
    """Events as the desk writes them: (move, when)."""
    for move, at in moves:
        loan.events.create(move=move, from_state=loan.state, to_state=loan.state, at=at)


def time_out_of(loan) -> int:
    return figures.copies_in(2026).get(pk=loan.copy_id).time_out.days


def test_days_out_are_those_that_happened_and_not_those_that_were_planned(kit):
    """Planned for Monday to Monday; collected on Tuesday, back a week late, after midnight UTC."""
    loan = make_loan(
        copy=kit.copies.first(), state=LoanState.DONE, starts_on=day(9, 7), ends_on=day(9, 14)
    )
    assert time_out_of(loan) == 7  # brought in, without a history

    moved(
        loan,
        ("hand_out", amsterdam(2026, 9, 8, 0, 30)),
        ("take_back", amsterdam(2026, 9, 21, 0, 30)),
        ("check", amsterdam(2026, 9, 25, 9)),
    )

    assert time_out_of(loan) == 13


@pytest.mark.parametrize(("today", "days"), [(10, 13), (21, 13), (25, 17)])
def test_box_still_out_counts_until_its_return_or_until_today_when_it_is_late(kit, today, days):
    loan = make_loan(
        copy=kit.copies.first(), state=LoanState.OUT, starts_on=day(9, 7), ends_on=day(9, 21)
    )
    moved(loan, ("hand_out", amsterdam(2026, 9, 8, 9)))

    with time_machine.travel(amsterdam(2026, 9, today, 12), tick=False):
        assert time_out_of(loan) == days


def test_box_that_was_written_off_is_lost_with_all_that_went_with_it(kit):
    with time_machine.travel(amsterdam(2026, 9, 8, 9), tick=False):
        loan = make_loan(copy=kit.copies.first(), starts_on=day(9, 7), ends_on=day(9, 21))
        robot, battery = kit.contents.order_by("pk")
        robot.is_essential = False
        robot.save()
        counts = {robot.pk: Count(5), battery.pk: Count(12)}
        handling.hand_out(loan=loan, counts=counts, by=make_staff())
        handling.write_off(loan=loan, by=make_staff(), note="gestolen")

    assert [(item.name, item.lost) for item in figures.losses_in(2026)] == [
        ("Robot", 5),
        ("Batterij", 12),
    ]
    assert [(one.quantity, one.amount) for one in loan.charges.all()] == [(5, 200)]


def test_loss_is_what_went_out_and_did_not_come_back_in_order(year):
    done, out, _lost, _cancelled, _reserved, before = year
    count(done, 6, 4)
    count(done, 12, 3, "Batterij")
    count(out, 6, None)
    count(before, 6, 1)

    assert [(item.name, item.lost) for item in figures.losses_in(2026)] == [
        ("Robot", 2),
        ("Batterij", 9),
    ]


def test_loss_adds_up_over_loans_and_ignores_what_was_found_again(year):
    done, out, *_rest = year
    count(done, 6, 5)
    count(out, 5, 6)
    third = make_loan(copy=out.copy, state=LoanState.DONE, starts_on=day(10, 5), ends_on=day(10, 9))
    count(third, 6, 3)

    assert [item.lost for item in figures.losses_in(2026)] == [4]


@pytest.mark.parametrize("rows", [figures.kits_in, figures.copies_in, figures.losses_in])
def test_figures_are_one_query(year, rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        list(rows(2026))
