"""What happens to a box: packed, handed out, taken back, checked, broken."""

import datetime
from contextlib import nullcontext

import pytest
import time_machine
from django.core.files.base import ContentFile

from core.dates import ONE_DAY
from core.lifecycle import IllegalMove
from kits import handling, lifecycle
from kits.free_boxes import free_copies
from kits.handling import Count
from kits.models import Attention, ChargeLine, Loan, LoanEvent, LoanState, Shortage
from kits.refusals import (
    CopyInRepair,
    CopyNotHere,
    CopyPromised,
    CopyUnfit,
    CountMissing,
    OtherCopy,
)
from tests.factories import NOW, make_kit, make_loan, make_staff
from tests.kits.asking import MONDAY, THREE_WEEKS_ON, counts_of, november

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]

EARLIER = {"starts_on": datetime.date(2026, 10, 5), "ends_on": datetime.date(2026, 10, 9)}


def test_box_goes_out_and_comes_back_whole():
    loan, staff = make_loan(), make_staff()

    handling.pack(loan=loan, by=staff)
    handling.hand_out(loan=loan, counts=counts_of(loan), by=staff)
    handling.take_back(loan=loan, by=staff)
    handling.check(loan=loan, counts=counts_of(loan), by=staff)

    loan.refresh_from_db()
    assert loan.state == LoanState.DONE
    assert not Shortage.objects.exists()
    assert not ChargeLine.objects.exists()
    assert loan.counts.count() == 4
    make_loan(copy=loan.copy)  # its time is free again


def test_hand_out_twice_happens_once():
    loan, staff = make_loan(), make_staff()
    handling.hand_out(loan=loan, counts=counts_of(loan), by=staff)

    with pytest.raises(IllegalMove):
        handling.hand_out(loan=loan, counts=counts_of(loan), by=staff)

    assert LoanEvent.objects.filter(move="hand_out").count() == 1


def test_hand_out_needs_every_item_counted_and_leaves_nothing_half():
    loan = make_loan()

    with pytest.raises(CountMissing):
        handling.hand_out(loan=loan, counts={}, by=make_staff())

    loan.refresh_from_db()
    assert (loan.state, loan.counts.count()) == (LoanState.RESERVED, 0)


def test_box_that_never_came_back_is_not_handed_out():
    late = make_loan(state=LoanState.OUT, starts_on=november(2), ends_on=november(4))
    loan = make_loan(copy=late.copy, starts_on=november(16), ends_on=november(20))

    with pytest.raises(CopyNotHere):
        handling.hand_out(loan=loan, counts=counts_of(loan), by=make_staff())


def test_box_handed_out_early_is_away_from_that_day():
    loan, staff = make_loan(), make_staff()
    assert list(free_copies(loan.kit, NOW.date(), MONDAY)) == [loan.copy]

    handling.hand_out(loan=loan, counts=counts_of(loan), by=staff)

    loan.refresh_from_db()
    assert (loan.starts_on, loan.ends_on) == (NOW.date(), THREE_WEEKS_ON)
    assert list(free_copies(loan.kit, NOW.date(), NOW.date() + ONE_DAY)) == []


def test_event_of_a_box_says_other_days_only_when_it_goes_early():
    early, today = make_loan(), make_loan(starts_on=NOW.date())
    told = [
        handling.hand_out(loan=loan, counts=counts_of(loan), by=make_staff()).data
        for loan in (early, today)
    ]

    ends_on = THREE_WEEKS_ON.isoformat()
    assert told[0] == {
        "from": [MONDAY.isoformat(), ends_on],
        "to": [NOW.date().isoformat(), ends_on],
    }
    assert told[1] == {}


def test_box_that_another_class_has_first_is_not_handed_out_early():
    loan = make_loan()
    make_loan(copy=loan.copy, **EARLIER)

    with pytest.raises(CopyPromised):
        handling.hand_out(loan=loan, counts=counts_of(loan), by=make_staff())

    loan.refresh_from_db()
    assert (loan.state, loan.starts_on, loan.counts.count()) == (LoanState.RESERVED, MONDAY, 0)


def test_box_goes_out_early_where_only_a_hold_whose_time_is_up_comes_first(frozen):
    loan = make_loan()
    held = make_loan(copy=loan.copy, state=LoanState.HELD, **EARLIER)
    frozen.shift(31 * 60)

    handling.hand_out(loan=loan, counts=counts_of(loan), by=make_staff())

    held.refresh_from_db()
    assert (loan.state, held.state) == (LoanState.OUT, LoanState.LAPSED)


@pytest.mark.parametrize(
    ("first", "again", "is_refused"), [(15, 18, True), (16, 18, False), (14, 15, False)]
)
def test_box_in_repair_today_is_not_handed_out(first, again, is_refused):
    loan = make_loan(starts_on=NOW.date(), ends_on=datetime.date(2026, 9, 25))
    loan.copy.repairs.create(
        starts_on=datetime.date(2026, 9, first),
        free_again_on=datetime.date(2026, 9, again),
        reason="Wiel",
    )

    with pytest.raises(CopyInRepair) if is_refused else nullcontext():
        handling.hand_out(loan=loan, counts=counts_of(loan), by=make_staff())

    loan.refresh_from_db()
    assert loan.state == (LoanState.RESERVED if is_refused else LoanState.OUT)


def test_box_that_is_out_is_promised_last():
    kit = make_kit(copies=2)
    out, here = kit.copies.order_by("code")
    september = {"starts_on": datetime.date(2026, 8, 24), "ends_on": datetime.date(2026, 9, 4)}
    make_loan(copy=out, state=LoanState.OUT, **september)

    assert list(free_copies(kit, MONDAY, THREE_WEEKS_ON)) == [here, out]


def test_whole_boxes_are_promised_first():
    kit = make_kit(copies=3)
    short, put_right, whole = kit.copies.order_by("code")
    battery = kit.contents.get(name="Batterij")
    Shortage.objects.create(copy=short, item=battery, missing=1)
    Shortage.objects.create(copy=put_right, item=battery, missing=1, closed_at=NOW)

    assert list(free_copies(kit, MONDAY, THREE_WEEKS_ON)) == [put_right, whole, short]


def test_loan_moves_to_a_box_that_lacks_nothing_essential():
    kit = make_kit(copies=3)
    broken, unfit, usable = kit.copies.order_by("code")
    Shortage.objects.create(copy=unfit, item=kit.contents.get(name="Robot"), missing=1)
    Shortage.objects.create(copy=usable, item=kit.contents.get(name="Batterij"), missing=1)
    loan = make_loan(copy=broken)

    handling.out_of_service(
        copy=broken, starts_on=MONDAY, free_again_on=november(5), reason="wiel", by=make_staff()
    )

    loan.refresh_from_db()
    assert loan.copy == usable


def test_who_makes_way_gets_no_box_that_lacks_something_essential():
    kit = make_kit(copies=3)
    mine, theirs, unfit = kit.copies.order_by("code")
    september = {"starts_on": datetime.date(2026, 9, 7), "ends_on": datetime.date(2026, 9, 18)}
    make_loan(copy=mine, state=LoanState.OUT, **september)  # so it is promised last
    Shortage.objects.create(copy=unfit, item=kit.contents.get(name="Robot"), missing=1)
    loan, rival = make_loan(copy=mine), make_loan(copy=theirs)

    lifecycle.swap(loan=loan, to=theirs, by=make_staff())

    loan.refresh_from_db()
    rival.refresh_from_db()
    assert (loan.copy, rival.copy) == (theirs, mine)


def test_repair_moves_only_the_loans_that_it_is_in_the_way_of():
    kit = make_kit(copies=2)
    copy, other = kit.copies.order_by("code")
    before = make_loan(copy=copy, starts_on=november(2), ends_on=november(4))
    within = make_loan(copy=copy, starts_on=november(9), ends_on=november(10))
    after = make_loan(copy=copy, starts_on=november(16), ends_on=november(17))
    assert (before.free_again_on, within.free_again_on) == (november(9), november(13))

    result = handling.out_of_service(
        copy=copy,
        starts_on=before.free_again_on,
        free_again_on=after.starts_on,
        reason="wiel",
        by=make_staff(),
    )

    assert [loan.pk for loan in result.moved] == [within.pk]
    for loan in (before, within, after):
        loan.refresh_from_db()
    assert [loan.copy for loan in (before, within, after)] == [copy, other, copy]


def test_cancelled_loan_needs_no_attention():
    loan = make_loan(attention=Attention.NO_OTHER_BOX)

    lifecycle.cancel(loan=loan, by=make_staff())

    loan.refresh_from_db()
    assert (loan.state, loan.attention) == (LoanState.CANCELLED, "")


def test_missing_parts_become_shortage_charge_and_shopping():
    loan = make_loan(state=LoanState.RETURNED)

    counts = counts_of(loan, Count(4, damaged=1), Count(3))
    handling.check(loan=loan, counts=counts, by=make_staff())

    found = {s.item.name: (s.missing, s.damaged) for s in Shortage.objects.all()}
    assert found == {"Robot": (1, 1), "Batterij": (9, 0)}
    charge = ChargeLine.objects.get()
    assert (charge.item.name, charge.quantity, charge.amount) == ("Robot", 2, 80)


@pytest.mark.parametrize("lacking", [Count(5), Count(5, damaged=1)])
def test_what_lacked_before_is_not_charged_again(lacking):
    loan = make_loan(state=LoanState.RETURNED)
    handling.check(loan=loan, counts=counts_of(loan, lacking), by=make_staff())
    following = make_loan(copy=loan.copy, state=LoanState.RETURNED)

    handling.check(loan=following, counts=counts_of(following, lacking), by=make_staff())

    assert ChargeLine.objects.get().loan == loan


def test_where_staff_shorten_the_list_meanwhile_only_what_is_damaged_lacks():
    loan = make_loan(state=LoanState.RETURNED)
    counts = counts_of(loan, Count(6, damaged=1), Count(13))
    handling.check(loan=loan, counts=counts, by=make_staff())

    shortage = Shortage.objects.get()
    assert (shortage.item.name, shortage.missing, shortage.damaged) == ("Robot", 0, 1)


def test_found_parts_close_the_shortage():
    loan = make_loan(state=LoanState.RETURNED)
    handling.check(loan=loan, counts=counts_of(loan, Count(5)), by=make_staff())
    following = make_loan(copy=loan.copy, state=LoanState.RETURNED)

    handling.check(loan=following, counts=counts_of(following), by=make_staff())

    assert not Shortage.objects.filter(closed_at=None).exists()


@pytest.mark.parametrize(
    ("found_later", "loan_that_lost_it"),
    [
        pytest.param(Count(3), "second", id="more lacks"),
        pytest.param(Count(4), "first", id="as much lacks"),
        pytest.param(Count(4, damaged=1), "first", id="less lacks"),
        pytest.param(Count(5), "first", id="one was found"),
    ],
)
def test_shortage_stays_with_the_loan_in_which_the_last_part_was_lost(
    found_later, loan_that_lost_it
):
    first = make_loan(state=LoanState.RETURNED)
    handling.check(loan=first, counts=counts_of(first, Count(4)), by=make_staff())
    second = make_loan(copy=first.copy, state=LoanState.RETURNED)

    handling.check(loan=second, counts=counts_of(second, found_later), by=make_staff())

    shortage = Shortage.objects.get(closed_at=None)
    assert shortage.loan == {"first": first, "second": second}[loan_that_lost_it]
    in_order, damaged = found_later
    assert (shortage.missing, shortage.damaged) == (6 - in_order - damaged, damaged)


def test_each_loan_pays_for_what_was_lost_in_it():
    first = make_loan(state=LoanState.RETURNED)
    handling.check(loan=first, counts=counts_of(first, Count(5)), by=make_staff())
    second = make_loan(copy=first.copy, state=LoanState.RETURNED)

    handling.check(loan=second, counts=counts_of(second, Count(2, damaged=1)), by=make_staff())

    found = {charge.loan: (charge.quantity, charge.amount) for charge in ChargeLine.objects.all()}
    assert found == {first: (1, 40), second: (3, 120)}


def test_copy_without_something_essential_is_not_packed():
    loan = make_loan()
    robot = loan.kit.contents.get(name="Robot")
    Shortage.objects.create(copy=loan.copy, item=robot, missing=1)

    with pytest.raises(CopyUnfit):
        handling.pack(loan=loan, by=make_staff())
    handling.refill(shortage=loan.copy.shortages.get(), by=make_staff())
    handling.pack(loan=loan, by=make_staff())


def test_what_costs_nothing_is_not_charged():
    loan = make_loan(state=LoanState.RETURNED)
    loan.kit.contents.update(unit_cost=0)

    handling.check(loan=loan, counts=counts_of(loan, Count(5)), by=make_staff())

    assert (Shortage.objects.count(), ChargeLine.objects.count()) == (1, 0)


def test_what_was_counted_of_a_box_is_not_written_on_the_one_that_the_loan_got_meanwhile():
    kit = make_kit(copies=2)
    loan = make_loan(copy=kit.copies.earliest("code"))
    lifecycle.swap(loan=Loan.objects.get(), by=make_staff())

    with pytest.raises(OtherCopy):
        handling.note_unfit(loan=loan, counts=counts_of(loan, Count(0)), by=make_staff())

    assert not Shortage.objects.exists()


def test_broken_copy_with_three_loans_ahead_moves_what_it_can_and_flags_the_rest():
    kit = make_kit(copies=2)
    broken, other = kit.copies.order_by("code")
    now = make_loan(copy=broken, state=LoanState.RETURNED, ends_on=november(4))
    ahead = [
        make_loan(copy=broken, starts_on=november(day), ends_on=november(day + 1))
        for day in (9, 16, 23)
    ]
    make_loan(copy=other, starts_on=november(16), ends_on=november(17))

    handling.check(loan=now, counts=counts_of(now, Count(0)), by=make_staff())

    for loan in ahead:
        loan.refresh_from_db()
    assert [loan.copy for loan in ahead] == [other, broken, other]
    assert [bool(loan.attention) for loan in ahead] == [False, True, False]
    assert [loan.events.last().move for loan in ahead] == ["swap", "flag", "swap"]


def test_packed_box_is_left_alone_when_its_copy_goes_for_repair():
    kit = make_kit(copies=2)
    first = kit.copies.order_by("code").first()
    packed = make_loan(copy=first, state=LoanState.PACKED)

    handling.out_of_service(
        copy=first, starts_on=MONDAY, free_again_on=november(5), reason="wiel", by=make_staff()
    )

    packed.refresh_from_db()
    assert packed.copy == first


def test_write_off_withdraws_the_copy_and_charges_durable_parts():
    loan = make_loan(state=LoanState.OUT)

    handling.write_off(loan=loan, by=make_staff(), note="Kwijt bij verhuizing")

    loan.copy.refresh_from_db()
    assert loan.copy.is_withdrawn
    assert ChargeLine.objects.get().amount == 240


@pytest.mark.parametrize("is_lost", [True, False])
def test_what_is_used_up_is_no_school_s_to_pay_whatever_it_costs(is_lost):
    loan = make_loan(state=LoanState.OUT)
    loan.kit.contents.filter(name="Batterij").update(unit_cost=2)

    if is_lost:
        handling.write_off(loan=loan, by=make_staff(), note="Kwijt bij verhuizing")
    else:
        counts = counts_of(loan, Count(5), Count(0))
        handling.receive(loan=loan, counts=counts, by=make_staff())

    assert [line.item.name for line in ChargeLine.objects.all()] == ["Robot"]


def test_packed_loan_of_a_withdrawn_box_is_flagged():
    kit = make_kit(copies=2)
    packed = make_loan(copy=kit.copies.order_by("code")[0], state=LoanState.PACKED)

    moved, left = handling.withdraw(copy=packed.copy, by=make_staff())
    handling.withdraw(copy=packed.copy, by=make_staff())

    assert (moved, left) == ([], [packed])
    packed.refresh_from_db()
    assert packed.attention_in_words == (
        f"Kist {packed.copy.code} is gepakt en kan niet mee: geef deze klas een andere."
    )
    assert packed.events.filter(move="flag").count() == 1


def test_packed_loan_that_gets_another_box_is_to_be_packed_again():
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    loan = make_loan(copy=first, state=LoanState.PACKED)

    lifecycle.swap(loan=loan, by=make_staff())

    loan.refresh_from_db()
    assert (loan.copy, loan.state) == (second, LoanState.RESERVED)
    assert [event.move for event in loan.events.all()] == ["made", "swap", "unpack"]


def test_loan_given_the_box_it_has_keeps_it_and_stays_packed():
    loan = make_loan(state=LoanState.PACKED)

    lifecycle.swap(loan=loan, to=loan.copy, by=make_staff())

    loan.refresh_from_db()
    assert (loan.state, loan.events.count()) == (LoanState.PACKED, 1)


def test_same_repair_twice_is_one():
    copy, staff = make_kit().copies.get(), make_staff()
    period = {"starts_on": november(2), "free_again_on": november(5)}

    for _tap in range(2):
        handling.out_of_service(copy=copy, reason="Wiel", by=staff, **period)
    handling.out_of_service(
        copy=copy, reason="Wiel", by=staff, **period | {"free_again_on": november(6)}
    )

    assert copy.repairs.count() == 2


def test_same_report_twice_on_a_day_is_one():
    loan = make_loan(state=LoanState.OUT)
    robot = loan.kit.contents.get(name="Robot")
    told = {"loan": loan, "by": loan.submission.user, "photo": None}

    for _tap in range(2):
        lifecycle.report(text="Stuk", **told)
    lifecycle.report(text="Stuk", item=robot, **told)
    with time_machine.travel(NOW + datetime.timedelta(days=1), tick=False):
        lifecycle.report(text="Stuk", **told)

    assert loan.findings.count() == loan.events.filter(move="report").count() == 3


def test_same_words_with_another_photo_are_the_same_report_for_a_minute():
    loan = make_loan(state=LoanState.OUT)

    def report(after: int) -> int:
        photo = ContentFile(b"JPEG", "wiel.jpg")
        told = {"loan": loan, "by": loan.submission.user, "text": "Stuk", "photo": photo}
        with time_machine.travel(NOW + datetime.timedelta(seconds=after), tick=False):
            lifecycle.report(**told)
        return loan.findings.count()

    assert [report(0), report(60), report(61 + 60)] == [1, 1, 2]


def test_photo_of_what_was_told_a_moment_ago_is_kept():
    loan = make_loan(state=LoanState.OUT)
    told = {"loan": loan, "by": loan.submission.user, "text": "Stuk"}

    lifecycle.report(photo=None, **told)
    lifecycle.report(photo=ContentFile(b"JPEG", "wiel.jpg"), **told)

    assert loan.findings.exclude(photo="").count() == 1


def test_words_that_staff_wrote_before_do_not_swallow_those_of_the_school():
    loan = make_loan(state=LoanState.OUT)
    loan.findings.create(text="Stuk", by_staff=True)

    lifecycle.report(loan=loan, by=loan.submission.user, text="Stuk", photo=None)

    assert loan.findings.filter(by_staff=False).count() == 1


@pytest.mark.parametrize("is_chosen", [False, True])
def test_box_that_only_a_hold_whose_time_is_up_has_is_given(frozen, is_chosen):
    own, other = make_kit(copies=2).copies.order_by("code")
    held, loan = make_loan(copy=other, state=LoanState.HELD), make_loan(copy=own)
    frozen.shift(31 * 60)

    lifecycle.swap(loan=loan, to=other if is_chosen else None, by=make_staff())

    held.refresh_from_db()
    assert (loan.copy, held.copy, held.state) == (other, other, LoanState.LAPSED)


def test_expired_hold_is_no_reason_to_leave_a_loan_without_a_box(frozen):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    make_loan(copy=second, state=LoanState.HELD)
    held = make_loan(copy=first, state=LoanState.HELD, **EARLIER)
    loan = make_loan(copy=first, attention=Attention.NO_OTHER_BOX)
    frozen.shift(31 * 60)

    moved, left = handling.withdraw(copy=first, by=make_staff())

    assert (moved, left) == ([loan], [])
    loan.refresh_from_db()
    assert (loan.copy, loan.attention) == (second, "")
    held.refresh_from_db()
    assert (held.copy, held.state) == (first, LoanState.LAPSED)
