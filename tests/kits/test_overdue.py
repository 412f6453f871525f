"""A box that should have been back is nobody's for the coming time."""

import datetime

import pytest
import time_machine

from kits import boxes, clock
from kits.availability import count_free
from kits.days import overdue_until
from kits.models import Attention, LoanState
from kits.refusals import NoCopyFree
from tests.factories import amsterdam, make_kit, make_loan
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
    later = {"starts_on": november(25), "ends_on": november(30)}
    assert count_free([kit], **later)[kit.pk] == (4, 4)


def test_overdue_box_is_promised_to_nobody(kit):
    given = {hold(kit, number, **SOON).loans.get().copy.code for number in (1, 2)}

    assert given == {copy.code for copy in kit.copies.order_by("code")[2:]}
    with pytest.raises(NoCopyFree):
        hold(kit, 3, **SOON)


def test_box_that_became_overdue_is_seen_under_its_lock(kit):
    copy = kit.copies.order_by("code")[0]
    assert not boxes.is_free(boxes.lock(copy.pk), SOON["starts_on"], SOON["ends_on"])


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
