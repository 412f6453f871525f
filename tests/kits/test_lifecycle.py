"""Every state × every move of a loan, and what each verb does to the copy's time."""

import datetime
import functools

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from core.dates import ONE_DAY
from core.lifecycle import IllegalMove
from kits import boxes, clock, handling, lifecycle
from kits.lifecycle import MOVES
from kits.models import Delivery, KitCopy, LessonKit, Loan, LoanState
from kits.refusals import (
    CopyPromised,
    CopyRepairedThen,
    DatesPassed,
    LoanTooLong,
    NoCopyFree,
    NotAHandoverDay,
    NothingHeld,
    NotLater,
    NotLentAnyMore,
    TooFarAhead,
    TooLate,
    TooSoon,
)
from schools.models import User
from submissions.models import Submission
from submissions.rules import Party, Rule, RulesBroken
from tests.factories import NOW, amsterdam, make_kit, make_loan, make_staff
from tests.kits.asking import MONDAY, hold, november

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]


# --- The table -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", LoanState)
@pytest.mark.parametrize("name", sorted(set(MOVES) - {"hold"}))
def test_move_is_legal_exactly_where_the_table_says(name, state):
    loan = make_loan(state=state)
    move = MOVES[name]
    changes = {"held_until": None} if move.target else {}
    if state in move.sources:
        event = lifecycle.MOVES.apply(loan, move, by=None, changes=changes)
        loan.refresh_from_db()
        assert (loan.state, event.from_state, event.notice) == (
            move.target or state,
            state,
            move.notice,
        )
    else:
        with pytest.raises(IllegalMove):
            lifecycle.MOVES.apply(loan, move, by=None, changes=changes)
        assert Loan.objects.get().state == state
        assert loan.events.count() == 1


# --- The constraint --------------------------------------------------------------------------


def test_database_refuses_a_second_loan_of_a_copy_turnaround_included():
    loan = make_loan()
    assert loan.free_again_on == november(26)  # two working days after Monday the 23rd

    with pytest.raises(CopyPromised) as refused:
        make_loan(copy=loan.copy, starts_on=november(25), ends_on=november(27))
    assert "copy_lent_once" in str(refused.value.__cause__)
    make_loan(copy=loan.copy, starts_on=november(26), ends_on=november(27))


def test_raw_sql_is_refused_as_well():
    loan = make_loan()
    other = make_loan()

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE kits_loan SET copy_id = %s WHERE id = %s", [loan.copy_id, other.pk])


# --- Reserving -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("years", "pupils", "broken"),
    [
        ((5, 8), 28, []),
        ((5, 8), 29, [Rule.NUMBERS]),
        ((4, 8), 24, [Rule.YEAR_GROUP]),
        ((5, 9), 24, [Rule.YEAR_GROUP]),
    ],
)
def test_class_may_be_exactly_as_large_and_as_old_as_the_kit_serves(years, pupils, broken):
    kit = make_kit(max_pupils=28)
    party = Party("Groep 7", *years, pupils)

    if broken:
        with pytest.raises(RulesBroken) as refusal:
            hold(kit, party=party)
        assert [one.rule for one in refusal.value.broken] == broken
    else:
        assert hold(kit, party=party).loans.get().pupils == pupils


def test_hold_takes_a_free_copy_and_says_when_none_is_left():
    kit = make_kit(copies=2)

    first = hold(kit, 1).loans.get()
    second = hold(kit, 2).loans.get()

    assert {first.copy.code[-2:], second.copy.code[-2:]} == {"01", "02"}
    with pytest.raises(NoCopyFree):
        hold(kit, 3)
    assert Submission.objects.count() == 2


def test_copy_goes_out_on_the_day_on_which_its_repair_is_over():
    kit = make_kit()
    [copy] = kit.copies.all()
    first, before = november(9), november(30)
    copy.repairs.create(starts_on=november(2), free_again_on=first, reason="Wiel")
    copy.repairs.create(starts_on=before, free_again_on=before + ONE_DAY, reason="Wiel")
    with transaction.atomic():
        assert boxes.lock_free(kit, first, before) == copy
        with pytest.raises(NoCopyFree):
            boxes.lock_free(kit, first - ONE_DAY, before)
        with pytest.raises(NoCopyFree):
            boxes.lock_free(kit, first, before + ONE_DAY)


def test_hold_passes_over_a_copy_in_repair_or_withdrawn():
    kit = make_kit(copies=3)
    first, second, third = kit.copies.order_by("code")
    handling.out_of_service(
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


@pytest.mark.parametrize("day", [2, 23], ids=["its first day", "the last day of the longest loan"])
def test_hold_refuses_a_day_on_which_the_venue_is_closed(day):
    kit = make_kit()
    kit.venue.closures.create(starts_on=november(day), ends_on=november(day), reason="Studiedag")

    with pytest.raises(NotAHandoverDay):
        hold(kit)


@pytest.mark.parametrize(("is_brought", "refused"), [(True, False), (False, True)])
def test_round_brings_only_what_may_go_along(is_brought, refused):
    kit = make_kit(can_be_delivered=is_brought)
    for weekday in (0, 2):
        kit.venue.desk_days.create(
            weekday=weekday, is_round=True, opens_at="13:00", closes_at="16:00"
        )
    asked = {"delivery": Delivery.ROUND, "ends_on": november(11)}

    if refused:
        with pytest.raises(NotAHandoverDay):
            hold(kit, **asked)
    else:
        assert hold(kit, **asked).loans.get().delivery == Delivery.ROUND


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "refusal"),
    [
        # Tuesday 15 September: five working days on is Tuesday 22.
        (datetime.date(2026, 9, 21), datetime.date(2026, 9, 28), TooSoon),
        (datetime.date(2026, 9, 22), datetime.date(2026, 9, 28), None),
        # The next school year ends on Monday 31 July 2028.
        (datetime.date(2028, 7, 24), datetime.date(2028, 7, 31), None),
        (datetime.date(2028, 7, 24), datetime.date(2028, 8, 1), TooFarAhead),
        # Also where it would be closed, or lent for too long.
        (datetime.date(2028, 8, 5), datetime.date(2028, 9, 30), TooFarAhead),
    ],
)
def test_box_can_be_asked_for_from_the_lead_time_to_the_end_of_next_school_year(
    starts_on, ends_on, refusal
):
    kit, days = make_kit(), {"starts_on": starts_on, "ends_on": ends_on}

    if refusal is None:
        assert hold(kit, **days).loans.get().ends_on == ends_on
    else:
        with pytest.raises(refusal):
            hold(kit, **days)


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


def test_verify_refuses_when_the_reservation_was_cancelled():
    submission = hold(make_kit())
    lifecycle.cancel(loan=submission.loans.get(), by=None)

    with pytest.raises(NothingHeld):
        lifecycle.verify(submission=submission)

    submission.refresh_from_db()
    assert (submission.verified_at, submission.user) == (None, None)


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
    [
        (datetime.date(2026, 12, 3), DatesPassed),
        (datetime.date(2026, 11, 3), DatesPassed),
        (datetime.date(2026, 11, 2), TooSoon),
        (datetime.date(2026, 11, 1), TooSoon),
    ],
)
def test_verify_after_lapse_refuses_days_that_cannot_be_asked_for_any_more(day, refusal):
    submission = hold(make_kit())

    with time_machine.travel(amsterdam(day.year, day.month, day.day, 14), tick=False):
        clock.lapse_expired()
        with pytest.raises(refusal):
            lifecycle.verify(submission=submission)

    assert submission.loans.get().state == LoanState.LAPSED


@pytest.mark.parametrize("lapse", [clock.lapse_expired, lambda: None])
def test_hold_whose_time_is_up_is_not_confirmed_of_a_kit_that_was_taken_off_the_site(lapse):
    submission = hold(make_kit())
    LessonKit.objects.update(is_published=False)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        lapse()
        with pytest.raises(NotLentAnyMore):
            lifecycle.verify(submission=submission)

    assert submission.loans.get().state in {LoanState.HELD, LoanState.LAPSED}


def test_code_that_is_typed_in_time_is_still_for_the_kit_that_was_taken_off_the_site():
    submission = hold(make_kit())
    LessonKit.objects.update(is_published=False)
    lifecycle.verify(submission=submission)
    assert submission.loans.get().state == LoanState.RESERVED


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

    with pytest.raises(CopyRepairedThen):
        lifecycle.extend(loan=loan, ends_on=november(16), by=make_staff())


@pytest.mark.parametrize(("day", "refusal"), [(15, NotAHandoverDay), (30, LoanTooLong)])
def test_school_extends_within_the_rules(day, refusal):
    loan = make_loan(ends_on=november(9))

    with pytest.raises(refusal):
        lifecycle.extend(loan=loan, ends_on=november(day), by=loan.submission.user)


def test_school_keeps_a_box_exactly_as_long_as_the_kit_is_lent():
    loan = make_loan(ends_on=november(9))  # from the 2nd: three weeks

    lifecycle.extend(loan=loan, ends_on=november(23), by=loan.submission.user)

    loan.refresh_from_db()
    assert loan.ends_on == november(23)
    with pytest.raises(LoanTooLong):
        lifecycle.extend(loan=loan, ends_on=november(24), by=loan.submission.user)


def test_school_keeps_no_box_beyond_the_days_that_are_planned(frozen):
    """The next school year ends on Monday 31 July 2028."""
    loan = make_loan(starts_on=datetime.date(2028, 7, 17), ends_on=datetime.date(2028, 7, 24))
    extend = functools.partial(lifecycle.extend, loan=loan, by=loan.submission.user)

    with pytest.raises(TooFarAhead, match="Deze datum ligt te ver weg"):
        extend(ends_on=datetime.date(2028, 8, 1))

    extend(ends_on=datetime.date(2028, 7, 31))
    loan.refresh_from_db()
    assert loan.ends_on == datetime.date(2028, 7, 31)


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


def test_who_reserved_since_yesterday_has_the_confirmation_at_hand():
    loan = make_loan(starts_on=datetime.date(2026, 9, 18), ends_on=datetime.date(2026, 9, 25))

    with time_machine.travel(NOW + datetime.timedelta(hours=23), tick=False):
        clock.remind_due()
    assert [event.move for event in loan.events.all()] == ["made"]

    with time_machine.travel(NOW + datetime.timedelta(days=1, seconds=1), tick=False):
        clock.remind_due()
    assert [event.move for event in loan.events.all()] == ["made", "remind_collect"]


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
    """As in `lock_free`, with what others did between its look and its lock."""
    copy, before = make_kit().copies.get(), november(26)
    assert boxes.is_free(boxes.lock(copy.pk), MONDAY, before)
    if why == "repair":
        copy.repairs.create(starts_on=november(25), free_again_on=before, reason="Wiel")
    else:
        KitCopy.objects.update(is_withdrawn=True)

    assert not boxes.is_free(boxes.lock(copy.pk), MONDAY, before)
