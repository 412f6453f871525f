"""A box that should have been back is nobody's for the coming time."""

import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from kits import boxes, clock, handling, lifecycle
from kits.desk_days import overdue_until
from kits.free_boxes import count_free
from kits.models import Attention, LoanState, Shortage
from kits.refusals import CopyNotCounted, CopyNotHere, CopyRepairedThen, NoCopyFree
from tests.factories import amsterdam, make_kit, make_loan, make_staff
from tests.kits.asking import hold, november

pytestmark = pytest.mark.django_db

# Friday 6 November: a box that was due on Thursday is overdue.
TODAY = november(6)
SOON = {"starts_on": november(16), "ends_on": november(20)}


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(amsterdam(2026, 11, 6, 9), tick=False) as clock:
        yield clock


def out_and_overdue(copy):
    return make_loan(
        copy=copy, state=LoanState.OUT, starts_on=datetime.date(2026, 10, 19), ends_on=november(5)
    )


@pytest.fixture
def kit():
    """Four boxes, two of them overdue."""
    kit = make_kit(copies=4)
    for copy in kit.copies.order_by("code")[:2]:
        out_and_overdue(copy)
    return kit


def test_two_weeks_of_working_days_and_the_turnaround(kit):
    assert overdue_until(kit.turnaround) == november(25)  # 20 November, and 23, 24 to refill


def test_overdue_boxes_are_not_counted_as_free(kit):
    assert count_free([kit], **SOON)[kit.pk] == (2, 4)
    for first, free in ((24, 2), (25, 4)):
        later = {"starts_on": november(first), "ends_on": november(30)}
        assert count_free([kit], **later)[kit.pk] == (free, 4)


def test_overdue_box_is_promised_to_nobody(kit):
    given = {hold(kit, number, **SOON).loans.get().copy.code for number in (1, 2)}

    assert given == {copy.code for copy in kit.copies.order_by("code")[2:]}
    with pytest.raises(NoCopyFree):
        hold(kit, 3, **SOON)


def test_box_that_became_overdue_is_seen_under_its_lock(kit):
    copy = kit.copies.order_by("code")[0]
    assert not boxes.is_free(boxes.lock(copy.pk), SOON["starts_on"], SOON["ends_on"])
    for first, is_free in ((24, False), (25, True)):
        assert boxes.is_free(boxes.lock(copy.pk), november(first), november(30)) == is_free


def test_loans_that_hang_on_an_overdue_box_move_or_need_attention():
    kit = make_kit(copies=2)
    late, other = kit.copies.order_by("code")
    out_and_overdue(late)
    sooner = {"starts_on": november(11), "ends_on": november(12)}
    later = {"starts_on": november(18), "ends_on": november(20)}
    first, second = make_loan(copy=late, **sooner), make_loan(copy=late, **later)
    make_loan(copy=other, **later)

    assert [clock.make_way_for_overdue() for _again in range(3)] == [1, 0, 0]

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.copy, first.attention) == (other, "")
    assert (second.copy, second.attention) == (late, Attention.NO_OTHER_BOX)
    assert second.events.filter(move="flag").count() == 1


def test_loan_moves_that_starts_before_the_box_is_counted_on_again(kit):
    late, too, *_here = kit.copies.order_by("code")
    before = make_loan(copy=late, starts_on=november(24), ends_on=november(27))
    on_time = make_loan(copy=too, starts_on=november(25), ends_on=november(27))

    clock.make_way_for_overdue()

    before.refresh_from_db()
    on_time.refresh_from_db()
    assert (before.copy == late, on_time.copy == too) == (False, True)


def test_box_that_came_back_just_then_keeps_its_loans(kit):
    here = kit.copies.latest("code")
    loan = make_loan(copy=here, **SOON)

    assert handling.make_way_for_overdue(copy=here) == ([], [])

    loan.refresh_from_db()
    assert loan.copy == here


def test_nobody_is_invited_to_collect_a_box_that_is_overdue(now):
    copy = make_kit().copies.get()
    late = out_and_overdue(copy)
    waiting = make_loan(copy=copy, starts_on=november(9) + datetime.timedelta(days=3))
    now.move_to(amsterdam(2026, 11, 10, 9))

    clock.remind_due()
    assert not waiting.events.filter(move="remind_collect").exists()

    type(late).objects.filter(pk=late.pk).update(state=LoanState.DONE)
    clock.remind_due()
    assert waiting.events.filter(move="remind_collect").count() == 1


def write_off(copy):
    handling.write_off(loan=out_and_overdue(copy), by=make_staff(), note="Niet meer gevonden")


def repair(copy):
    copy.repairs.create(starts_on=november(9), free_again_on=november(30), reason="Wiel los")


def lose_robots(copy):
    robots = copy.kit.contents.get(is_essential=True)
    Shortage.objects.create(copy=copy, item=robots, missing=robots.quantity)


@pytest.mark.parametrize("happens", [write_off, repair, lose_robots])
def test_nobody_is_invited_to_collect_a_box_that_cannot_go_out(now, happens):
    kit = make_kit(copies=2)
    gone, here = kit.copies.order_by("code")
    days = {"starts_on": november(12), "ends_on": november(18)}
    without, with_box = make_loan(copy=gone, **days), make_loan(copy=here, **days)
    happens(gone)
    now.move_to(amsterdam(2026, 11, 10, 9))

    clock.remind_due()

    assert not without.events.filter(move="remind_collect").exists()
    assert with_box.events.filter(move="remind_collect").exists()


def said_on_page(client, loan):
    client.force_login(loan.submission.user)
    page = client.get(reverse("loans:loan", args=[loan.submission.public_id])).text
    return re.search("<h1>(.+)</h1>", page)[1], "We zoeken een oplossing" in page


COLLECT = ("Jullie kunnen de leskist ophalen op donderdag 12 november.", False)
NO_BOX = ("Jullie hebben een leskist gereserveerd vanaf donderdag 12 november.", True)


@pytest.mark.parametrize("happens", [out_and_overdue, write_off, repair, lose_robots])
@pytest.mark.parametrize("state", [LoanState.RESERVED, LoanState.PACKED])
def test_page_of_a_loan_invites_nobody_to_collect_a_box_that_cannot_go_out(
    now, client, happens, state
):
    kit = make_kit(copies=2)
    gone, here = kit.copies.order_by("code")
    days = {"starts_on": november(12), "ends_on": november(18), "state": state}
    without, with_box = make_loan(copy=gone, **days), make_loan(copy=here, **days)
    happens(gone)
    now.move_to(amsterdam(2026, 11, 10, 9))

    assert said_on_page(client, without) == NO_BOX
    assert said_on_page(client, with_box) == COLLECT


def test_page_of_a_loan_says_so_as_soon_as_staff_are_warned_and_until_its_box_is_back(now, client):
    loan = make_loan(copy=make_kit().copies.get(), starts_on=november(12), ends_on=november(18))
    now.move_to(amsterdam(2026, 11, 2, 9))
    found = handling.out_of_service(
        copy=loan.copy,
        starts_on=november(9),
        free_again_on=november(30),
        reason="Wiel los",
        by=make_staff(),
    )
    assert said_on_page(client, loan) == NO_BOX
    handling.end_repair(repair=found.repair, by=make_staff())
    assert said_on_page(client, loan) == COLLECT


def test_staff_who_give_a_box_read_why_it_is_not_to_be_had():
    kit = make_kit(copies=3)
    own, broken, late = kit.copies.order_by("code")
    loan = make_loan(copy=own, starts_on=november(12), ends_on=november(18))
    repair(broken)
    out_and_overdue(late)
    for copy, refusal in ((broken, CopyRepairedThen), (late, CopyNotHere)):
        with pytest.raises(refusal):
            lifecycle.swap(loan=loan, to=copy, by=make_staff())
    later = make_loan(copy=own, starts_on=november(24), ends_on=november(27))
    with pytest.raises(CopyNotHere):
        lifecycle.swap(loan=later, to=late, by=make_staff())


def test_box_that_is_back_but_not_counted_is_not_said_to_be_away():
    copy = make_kit().copies.get()
    make_loan(
        copy=copy,
        state=LoanState.RETURNED,
        starts_on=datetime.date(2026, 10, 12),
        ends_on=datetime.date(2026, 10, 20),
    )
    loan = make_loan(copy=copy, starts_on=TODAY, ends_on=november(18))
    with pytest.raises(CopyNotCounted):
        handling.hand_out(loan=loan, counts={}, by=make_staff())
