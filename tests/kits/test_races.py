"""A box breaks, is claimed, exchanged and handed out at the same moment, on both engines.

Real threads, real commits. Verbs are not retried here: a deadlock that a second try would hide
fails the test, since the order of locks (`kits/boxes.py`) leaves room for none.
"""

import datetime
from collections import Counter

import pytest
import time_machine

from core import transactions
from core.lifecycle import IllegalMove
from kits import handling, lifecycle
from kits.handling import Count
from kits.models import Delivery, Loan, LoanEvent, LoanState
from kits.refusals import CopyPromised, CopyUnfit, NoCopyFree, OtherCopy
from kits.rules import LoanItem, LoanRequest
from schools.models import SchoolHoliday
from submissions.rules import Party
from tests.chain import chain_is_sound
from tests.factories import amsterdam, make_kit, make_loan, unsaved_submission
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)

MONDAY = datetime.date(2026, 11, 2)
BEFORE = datetime.date(2026, 12, 31)
ROUNDS = range(6)


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    SchoolHoliday.objects.all().delete()
    monkeypatch.setattr(transactions, "TRIES", 1)
    with time_machine.travel(amsterdam(2026, 11, 2, 9), tick=False):
        yield


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def holding(kit, number: int):
    """A teacher who asks for any box."""

    def run():
        submission = unsaved_submission(
            submission_key=f"key-{kit.pk}-{number}",
            browser=f"browser-{kit.pk}-{number}",
            email=f"juf{kit.pk}x{number}@school.example",
        )
        days, party = (november(16), november(20)), Party("Groep 7", 7, 7, 24)
        return lifecycle.hold(
            LoanRequest(submission, LoanItem(kit, *days, Delivery.DESK), party), by=None
        )

    return run


def breaking(copy, staff):
    return lambda: handling.out_of_service(
        copy=copy, starts_on=MONDAY, free_again_on=BEFORE, reason="wiel", by=staff
    )


def checking(loan, staff):
    counts = {item.pk: Count(0) for item in loan.kit.contents.all()}
    return lambda: handling.check(loan=loan, counts=counts, by=staff)


def giving(loan, copy, staff):
    return lambda: lifecycle.swap(loan=loan, to=copy, by=staff)


def handing_out(loan, staff):
    counts = {item.pk: Count(item.quantity) for item in loan.kit.contents.all()}
    return lambda: handling.hand_out(loan=loan, counts=counts, by=staff)


def refusals(results: list) -> Counter:
    """The names of what was refused; anything else that was raised fails the test."""
    raised = [one for one in results if isinstance(one, Exception)]
    allowed = (CopyPromised, CopyUnfit, IllegalMove, NoCopyFree, OtherCopy)
    assert [one for one in raised if not isinstance(one, allowed)] == []
    return Counter(type(one).__name__ for one in raised)


def assert_sound() -> None:
    """No box twice at a time, none unnoticed on one that is broken, and events that chain."""
    loans = list(Loan.objects.filter(state__in=LoanState.where(holds=True)).select_related("copy"))
    for one in loans:
        others = [other for other in loans if other.copy == one.copy and other.pk > one.pk]
        assert not [
            o for o in others if o.starts_on < one.free_again_on > one.starts_on < o.free_again_on
        ]
        broken = one.copy.repairs.filter(
            starts_on__lt=one.free_again_on, free_again_on__gt=one.starts_on
        )
        assert one.attention or one.state not in ("held", "reserved") or not broken.exists()
    for loan in Loan.objects.all():
        events = list(loan.events.order_by("pk"))
        assert chain_is_sound(events)
        assert events[-1].to_state == loan.state


@pytest.mark.parametrize("_round", ROUNDS)
def test_box_that_breaks_while_it_is_claimed_is_nobodys(staff, _round):
    kit = make_kit(copies=3)
    first, second, _third = kit.copies.order_by("pk")

    asked = [holding(kit, number) for number in range(6)]
    results = race([*asked[:3], breaking(first, staff), *asked[3:], breaking(second, staff)])

    kept = Loan.objects.filter(state=LoanState.HELD, attention="").count()
    assert refusals(results)["NoCopyFree"] + Loan.objects.filter(state=LoanState.HELD).count() == 6
    assert kept == 1
    assert_sound()


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_boxes_that_break_at_once_give_their_loans_to_the_third(staff, _round):
    kit = make_kit(copies=3)
    first, second, third = kit.copies.order_by("pk")
    loans = [
        make_loan(copy=copy, starts_on=november(day), ends_on=november(day))
        for copy, day in ((first, 9), (first, 23), (second, 16), (second, 30))
    ]

    results = race([breaking(first, staff), breaking(second, staff)])

    assert refusals(results) == {}
    for loan in loans:
        loan.refresh_from_db()
    assert [(loan.copy, loan.attention) for loan in loans] == [(third, "")] * 4
    assert_sound()


@pytest.mark.parametrize("_round", ROUNDS)
def test_check_that_finds_a_box_broken_meets_claims_exchanges_and_repairs(staff, _round):
    kit = make_kit(copies=4)
    first, second, third, _fourth = kit.copies.order_by("pk")
    back = make_loan(copy=first, state=LoanState.RETURNED, starts_on=november(1), ends_on=MONDAY)
    waits = make_loan(copy=first, starts_on=november(16), ends_on=november(17))
    other = make_loan(copy=second, starts_on=november(16), ends_on=november(17))

    results = race(
        [
            checking(back, staff),
            giving(waits, second, staff),
            giving(other, first, staff),
            breaking(third, staff),
            holding(kit, 1),
            holding(kit, 2),
        ]
    )

    assert not set(refusals(results)) - {"NoCopyFree", "CopyPromised", "CopyUnfit"}
    assert_sound()
    back.refresh_from_db()
    assert back.state == LoanState.DONE
    for loan in (waits, other):  # nobody is left with the broken box unless staff know
        loan.refresh_from_db()
        assert loan.copy != first or loan.attention


@pytest.mark.parametrize("_round", ROUNDS)
def test_two_desks_at_once_on_one_box(staff, _round):
    """One hands it out to the class that it is for, the other gives it to the next in the queue."""
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("pk")
    mine = make_loan(copy=first, starts_on=MONDAY, ends_on=november(9))
    theirs = make_loan(copy=second, starts_on=MONDAY, ends_on=november(9))
    seen = Loan.objects.with_facts().get(pk=mine.pk), Loan.objects.with_facts().get(pk=theirs.pk)

    results = race([handing_out(seen[0], staff), giving(seen[1], first, staff)])

    mine.refresh_from_db()
    theirs.refresh_from_db()
    if mine.state == LoanState.OUT:
        assert (mine.copy, theirs.copy, refusals(results)) == (
            first,
            second,
            Counter(CopyPromised=1),
        )
    else:
        assert (mine.copy, theirs.copy, refusals(results)) == (second, first, Counter(OtherCopy=1))
    assert LoanEvent.objects.filter(move="hand_out").count() == (mine.state == LoanState.OUT)
    assert_sound()
