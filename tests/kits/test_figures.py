"""Use per kit and box, and what was lost, per school year."""

import datetime

import pytest

from kits import figures
from kits.models import ItemCount, LoanState, RefusedDemand
from tests.factories import make_kit, make_loan

pytestmark = pytest.mark.django_db


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
