"""Every state × every move of a loan, and what each verb does to the copy's time."""

import datetime
from contextlib import nullcontext
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from bookings.rules import ClassRequest
from kits import clock, copies, days, desk, lifecycle
from kits.availability import free_copies
from kits.desk import Count
from kits.lifecycle import MOVES
from kits.models import ChargeLine, Delivery, KitCopy, Loan, LoanEvent, LoanState, Shortage
from kits.refusals import (
    CopyInRepair,
    CopyNotHere,
    CopyPromised,
    CopyUnfit,
    CountMissing,
    DatesPassed,
    LoanTooLong,
    NoCopyFree,
    NotAHandoverDay,
    NotLater,
    TooLate,
    TooSoon,
)
from schools.models import Submission, User
from tec_site.lifecycle import IllegalMove, apply
from tests.factories import NOW, amsterdam, make_kit, make_loan, make_staff, unsaved_submission

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]

MONDAY = datetime.date(2026, 11, 2)
THREE_WEEKS_ON = datetime.date(2026, 11, 23)


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def hold(kit, number: int = 1, **fields: Any) -> Submission:
    values = {
        "kit": kit,
        "starts_on": MONDAY,
        "ends_on": THREE_WEEKS_ON,
        "delivery": Delivery.DESK,
        "asked": ClassRequest("Groep 7", 7, 7, 24, 0),
        "by": None,
    } | fields
    who = {"browser": f"browser-{number}", "email": f"umit{number}@school.example"}
    submission = unsaved_submission(submission_key=f"key-{number}", **who)
    return lifecycle.hold(submission=submission, **values)


ALL_ROBOTS, ALL_BATTERIES = Count(6), Count(12)


def counts_of(loan, robots: Count = ALL_ROBOTS, batteries: Count = ALL_BATTERIES):
    items = {item.name: item.pk for item in loan.kit.contents.all()}
    return {items["Robot"]: robots, items["Batterij"]: batteries}


# --- The table -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LoanState)
@pytest.mark.parametrize("name", sorted(set(MOVES) - {"hold"}))
def test_move_is_legal_exactly_where_the_table_says(name, state):
    loan = make_loan(state=state)
    move = MOVES[name]
    changes = {"held_until": None} if move.target else {}
    if state in move.sources:
        event = apply(loan, move, by=None, changes=changes)
        loan.refresh_from_db()
        assert (loan.state, event.from_state, event.notice) == (
            move.target or state,
            state,
            move.notice,
        )
    else:
        with pytest.raises(IllegalMove):
            apply(loan, move, by=None, changes=changes)
        assert Loan.objects.get().state == state
        assert loan.events.count() == 1


# --- The constraint --------------------------------------------------------------------------


def test_database_refuses_a_second_loan_of_a_copy_turnaround_included():
    loan = make_loan()
    assert loan.free_again_on == november(26)  # two working days after Monday the 23rd

    with pytest.raises(IntegrityError), transaction.atomic():
        make_loan(copy=loan.copy, starts_on=november(25), ends_on=november(27))
    make_loan(copy=loan.copy, starts_on=november(26), ends_on=november(27))


def test_raw_sql_is_refused_as_well():
    loan = make_loan()
    other = make_loan()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE kits_loan SET copy_id = %s WHERE id = %s", [loan.copy_id, other.pk])


# --- Reserving -------------------------------------------------------------------------------


def test_hold_takes_a_free_copy_and_says_when_none_is_left():
    kit = make_kit(copies=2)

    first = hold(kit, 1).loans.get()
    second = hold(kit, 2).loans.get()

    assert {first.copy.code[-2:], second.copy.code[-2:]} == {"01", "02"}
    with pytest.raises(NoCopyFree):
        hold(kit, 3)
    assert Submission.objects.count() == 2


def test_hold_passes_over_a_copy_in_repair_or_withdrawn():
    kit = make_kit(copies=3)
    first, second, third = kit.copies.order_by("code")
    desk.out_of_service(
        copy=first, starts_on=november(20), free_again_on=november(21), reason="x", by=make_staff()
    )
    KitCopy.objects.filter(pk=second.pk).update(is_withdrawn=True)

    assert hold(kit).loans.get().copy == third


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"starts_on": november(1)}, NotAHandoverDay),  # a Sunday
        ({"ends_on": november(22)}, NotAHandoverDay),
        ({"ends_on": MONDAY}, NotAHandoverDay),
        ({"ends_on": november(24)}, LoanTooLong),
        ({"starts_on": datetime.date(2026, 9, 18)}, TooSoon),
        ({"delivery": Delivery.ROUND}, NotAHandoverDay),
    ],
)
def test_hold_refuses_days_on_which_nothing_changes_hands(fields, refusal):
    with pytest.raises(refusal):
        hold(make_kit(), **fields)


def test_expired_hold_makes_way():
    kit = make_kit()
    first = hold(kit, 1).loans.get()

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        hold(kit, 2)

    first.refresh_from_db()
    assert first.state == LoanState.LAPSED


def test_verify_reserves_and_makes_person_and_class():
    submission = lifecycle.verify(submission=hold(make_kit()))

    loan = submission.loans.get()
    assert (loan.state, loan.held_until) == (LoanState.RESERVED, None)
    assert loan.class_group.name == "Groep 7"
    assert loan.events.last().notice == "reserved"
    assert User.objects.get().email == "umit1@school.example"


def test_verify_after_lapse_takes_another_copy():
    kit = make_kit(copies=2)
    submission = hold(kit, 1)
    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        clock.lapse_expired()
        taken = hold(kit, 2).loans.get().copy
        lifecycle.verify(submission=submission)

    assert submission.loans.get().state == LoanState.RESERVED
    assert submission.loans.get().copy != taken


@pytest.mark.parametrize(
    ("day", "refusal"),
    [(datetime.date(2026, 12, 3), DatesPassed), (datetime.date(2026, 11, 1), TooSoon)],
)
def test_verify_after_lapse_refuses_days_that_cannot_be_asked_for_any_more(day, refusal):
    submission = hold(make_kit())

    with time_machine.travel(amsterdam(day.year, day.month, day.day, 14), tick=False):
        clock.lapse_expired()
        with pytest.raises(refusal):
            lifecycle.verify(submission=submission)

    assert submission.loans.get().state == LoanState.LAPSED


# --- Changing --------------------------------------------------------------------------------


def test_extend_moves_the_return_when_the_next_loan_stays_safe():
    loan = make_loan(ends_on=november(9))

    lifecycle.extend(loan=loan, ends_on=november(16), by=loan.submission.user)

    loan.refresh_from_db()
    assert (loan.ends_on, loan.free_again_on) == (november(16), november(19))


def test_extend_is_refused_into_the_next_loan_and_changes_nothing():
    loan = make_loan(ends_on=november(9))
    make_loan(copy=loan.copy, starts_on=november(18), ends_on=november(20))

    with pytest.raises(CopyPromised):
        lifecycle.extend(loan=loan, ends_on=november(16), by=make_staff())

    loan.refresh_from_db()
    assert (loan.ends_on, loan.events.count()) == (november(9), 1)


def test_extend_is_refused_into_a_repair_of_the_copy():
    loan = make_loan(ends_on=november(9))
    loan.copy.repairs.create(
        starts_on=november(17), free_again_on=november(20), reason="wiel vervangen"
    )

    with pytest.raises(CopyPromised):
        lifecycle.extend(loan=loan, ends_on=november(16), by=make_staff())


@pytest.mark.parametrize(("day", "refusal"), [(15, NotAHandoverDay), (30, LoanTooLong)])
def test_school_extends_within_the_rules(day, refusal):
    loan = make_loan(ends_on=november(9))

    with pytest.raises(refusal):
        lifecycle.extend(loan=loan, ends_on=november(day), by=loan.submission.user)


@pytest.mark.parametrize("day", [9, 6])
def test_extend_refuses_the_present_return_and_earlier_days(day):
    loan = make_loan(ends_on=november(9))

    with pytest.raises(NotLater):
        lifecycle.extend(loan=loan, ends_on=november(day), by=make_staff())

    loan.refresh_from_db()
    assert (loan.ends_on, loan.events.count()) == (november(9), 1)


def test_extend_of_an_overdue_loan_refuses_today():
    loan = make_loan(state=LoanState.OUT, ends_on=november(9))

    with time_machine.travel(amsterdam(2026, 11, 11, 9), tick=False):
        with pytest.raises(NotLater):
            lifecycle.extend(loan=loan, ends_on=november(11), by=loan.submission.user)
        lifecycle.extend(loan=loan, ends_on=november(12), by=loan.submission.user)

    assert Loan.objects.get().ends_on == november(12)


def test_school_cancels_until_the_box_is_packed():
    loan = make_loan(state=LoanState.PACKED)

    with pytest.raises(TooLate):
        lifecycle.cancel(loan=loan, by=loan.submission.user)
    lifecycle.cancel(loan=loan, by=make_staff())

    make_loan(copy=loan.copy)


# --- At the desk -----------------------------------------------------------------------------


def test_box_goes_out_and_comes_back_whole():
    loan, staff = make_loan(), make_staff()

    desk.pack(loan=loan, by=staff)
    desk.hand_out(loan=loan, counts=counts_of(loan), by=staff)
    desk.take_back(loan=loan, by=staff)
    desk.check(loan=loan, counts=counts_of(loan), by=staff)

    loan.refresh_from_db()
    assert loan.state == LoanState.DONE
    assert not Shortage.objects.exists()
    assert not ChargeLine.objects.exists()
    assert loan.counts.count() == 4
    make_loan(copy=loan.copy)  # its time is free again


def test_hand_out_twice_happens_once():
    loan, staff = make_loan(), make_staff()
    desk.hand_out(loan=loan, counts=counts_of(loan), by=staff)

    with pytest.raises(IllegalMove):
        desk.hand_out(loan=loan, counts=counts_of(loan), by=staff)

    assert LoanEvent.objects.filter(move="hand_out").count() == 1


def test_hand_out_needs_every_item_counted_and_leaves_nothing_half():
    loan = make_loan()

    with pytest.raises(CountMissing):
        desk.hand_out(loan=loan, counts={}, by=make_staff())

    loan.refresh_from_db()
    assert (loan.state, loan.counts.count()) == (LoanState.RESERVED, 0)


def test_box_that_never_came_back_is_not_handed_out():
    late = make_loan(state=LoanState.OUT, starts_on=november(2), ends_on=november(4))
    loan = make_loan(copy=late.copy, starts_on=november(16), ends_on=november(20))

    with pytest.raises(CopyNotHere):
        desk.hand_out(loan=loan, counts=counts_of(loan), by=make_staff())


def test_box_handed_out_early_is_away_from_that_day():
    loan, staff = make_loan(), make_staff()
    assert list(free_copies(loan.kit, NOW.date(), MONDAY)) == [loan.copy]

    desk.hand_out(loan=loan, counts=counts_of(loan), by=staff)

    loan.refresh_from_db()
    assert (loan.starts_on, loan.ends_on) == (NOW.date(), THREE_WEEKS_ON)
    assert list(free_copies(loan.kit, NOW.date(), NOW.date() + days.ONE_DAY)) == []


def test_box_that_another_class_has_first_is_not_handed_out_early():
    loan = make_loan()
    make_loan(
        copy=loan.copy,
        starts_on=datetime.date(2026, 10, 5),
        ends_on=datetime.date(2026, 10, 9),
    )

    with pytest.raises(CopyPromised):
        desk.hand_out(loan=loan, counts=counts_of(loan), by=make_staff())

    loan.refresh_from_db()
    assert (loan.state, loan.starts_on, loan.counts.count()) == (LoanState.RESERVED, MONDAY, 0)


@pytest.mark.parametrize(("first", "is_refused"), [(15, True), (16, False)])
def test_box_in_repair_today_is_not_handed_out(first, is_refused):
    loan = make_loan(starts_on=NOW.date(), ends_on=datetime.date(2026, 9, 25))
    loan.copy.repairs.create(
        starts_on=datetime.date(2026, 9, first),
        free_again_on=datetime.date(2026, 9, 18),
        reason="Wiel",
    )

    with pytest.raises(CopyInRepair) if is_refused else nullcontext():
        desk.hand_out(loan=loan, counts=counts_of(loan), by=make_staff())

    loan.refresh_from_db()
    assert loan.state == (LoanState.RESERVED if is_refused else LoanState.OUT)


def test_box_that_is_out_is_promised_last():
    kit = make_kit(copies=2)
    out, here = kit.copies.order_by("code")
    september = {"starts_on": datetime.date(2026, 8, 24), "ends_on": datetime.date(2026, 9, 4)}
    make_loan(copy=out, state=LoanState.OUT, **september)

    assert list(free_copies(kit, MONDAY, THREE_WEEKS_ON)) == [here, out]


def test_missing_parts_become_shortage_charge_and_shopping():
    loan = make_loan(state=LoanState.RETURNED)

    desk.check(loan=loan, counts=counts_of(loan, Count(4, damaged=1), Count(3)), by=make_staff())

    found = {s.item.name: (s.missing, s.damaged) for s in Shortage.objects.all()}
    assert found == {"Robot": (1, 1), "Batterij": (9, 0)}
    charge = ChargeLine.objects.get()
    assert (charge.item.name, charge.quantity, charge.amount) == ("Robot", 2, 80)


def test_what_lacked_before_is_not_charged_again():
    loan = make_loan(state=LoanState.RETURNED)
    desk.check(loan=loan, counts=counts_of(loan, Count(5)), by=make_staff())
    following = make_loan(copy=loan.copy, state=LoanState.RETURNED)

    desk.check(loan=following, counts=counts_of(following, Count(5)), by=make_staff())

    assert ChargeLine.objects.get().loan == loan


def test_found_parts_close_the_shortage():
    loan = make_loan(state=LoanState.RETURNED)
    desk.check(loan=loan, counts=counts_of(loan, Count(5)), by=make_staff())
    following = make_loan(copy=loan.copy, state=LoanState.RETURNED)

    desk.check(loan=following, counts=counts_of(following), by=make_staff())

    assert not Shortage.objects.filter(closed_at=None).exists()


def test_copy_without_something_essential_is_not_packed():
    loan = make_loan()
    robot = loan.kit.contents.get(name="Robot")
    Shortage.objects.create(copy=loan.copy, item=robot, missing=1)

    with pytest.raises(CopyUnfit):
        desk.pack(loan=loan, by=make_staff())


def test_broken_copy_with_three_loans_ahead_moves_what_it_can_and_flags_the_rest():
    kit = make_kit(copies=2)
    broken, other = kit.copies.order_by("code")
    now = make_loan(copy=broken, state=LoanState.RETURNED, ends_on=november(4))
    ahead = [
        make_loan(copy=broken, starts_on=november(day), ends_on=november(day + 1))
        for day in (9, 16, 23)
    ]
    make_loan(copy=other, starts_on=november(16), ends_on=november(17))

    desk.check(loan=now, counts=counts_of(now, Count(0)), by=make_staff())

    for loan in ahead:
        loan.refresh_from_db()
    assert [loan.copy for loan in ahead] == [other, broken, other]
    assert [bool(loan.attention) for loan in ahead] == [False, True, False]
    assert [loan.events.last().move for loan in ahead] == ["swap", "flag", "swap"]


def test_packed_box_is_left_alone_when_its_copy_goes_for_repair():
    kit = make_kit(copies=2)
    first = kit.copies.order_by("code").first()
    packed = make_loan(copy=first, state=LoanState.PACKED)

    desk.out_of_service(
        copy=first, starts_on=MONDAY, free_again_on=november(5), reason="wiel", by=make_staff()
    )

    packed.refresh_from_db()
    assert packed.copy == first


def test_write_off_withdraws_the_copy_and_charges_durable_parts():
    loan = make_loan(state=LoanState.OUT)

    desk.write_off(loan=loan, by=make_staff(), note="Kwijt bij verhuizing")

    loan.copy.refresh_from_db()
    assert loan.copy.is_withdrawn
    assert ChargeLine.objects.get().amount == 240


def test_packed_loan_of_a_withdrawn_box_is_flagged():
    kit = make_kit(copies=2)
    packed = make_loan(copy=kit.copies.order_by("code")[0], state=LoanState.PACKED)

    moved, left = desk.withdraw(copy=packed.copy, by=make_staff())
    desk.withdraw(copy=packed.copy, by=make_staff())

    assert (moved, left) == ([], [packed])
    packed.refresh_from_db()
    assert packed.attention == (
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
        desk.out_of_service(copy=copy, reason="Wiel", by=staff, **period)
    desk.out_of_service(
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


# --- The clock -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "day", "move"),
    [
        (LoanState.RESERVED, datetime.date(2026, 10, 29), None),
        (LoanState.RESERVED, datetime.date(2026, 10, 30), "remind_collect"),
        (LoanState.PACKED, november(1), "remind_collect"),
        (LoanState.RESERVED, november(2), None),
        (LoanState.OUT, november(19), None),
        (LoanState.OUT, november(20), "remind_return"),
        (LoanState.OUT, november(23), None),
        (LoanState.OUT, november(24), "remind_overdue"),
        (LoanState.RETURNED, november(24), None),
    ],
)
def test_reminders_come_when_they_help(state, day, move):
    loan = make_loan(state=state)

    with time_machine.travel(amsterdam(day.year, day.month, day.day, 11), tick=False):
        clock.remind_due()
        clock.remind_due()

    moves = [event.move for event in loan.events.all()]
    assert moves == ["made", *([move] if move else [])]


def test_overdue_is_said_on_the_day_and_weekly_after_without_piling_up():
    loan = make_loan(state=LoanState.OUT)
    told = []

    for day in (24, 25, 30):
        with time_machine.travel(amsterdam(2026, 11, day, 11), tick=False):
            told.append(clock.remind_due())
    for day in (1, 2, 22):
        with time_machine.travel(amsterdam(2026, 12, day, 11), tick=False):
            told.append(clock.remind_due())

    assert told == [1, 0, 0, 1, 0, 1]
    assert loan.events.filter(move="remind_overdue").count() == 3


@pytest.mark.parametrize("why", ["repair", "withdrawn"])
def test_copy_that_became_unfit_while_we_waited_for_its_lock_is_not_given_out(why):
    """As in `claim_any`, with what others did between its look and its lock."""
    copy, before = make_kit().copies.get(), november(26)
    written: list[KitCopy] = []
    write = copies.unless_away(written.append, MONDAY, before)
    if why == "repair":
        copy.repairs.create(starts_on=november(25), free_again_on=before, reason="Wiel")
    else:
        KitCopy.objects.update(is_withdrawn=True)

    with pytest.raises(copies.Away):
        copies.claim(copy.pk, write)
    assert written == []
