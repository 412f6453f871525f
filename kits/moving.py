"""Other days for a loan, with the same box or another one: by itself, or along with its visit.

A school chooses them itself until the box is packed, and asks staff after.
"""

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.kinds import Along
from core.lifecycle import Event, Role, role_of
from core.transactions import retried
from kits import boxes, lifecycle
from kits.desk_days import Days, desk_calendar, free_again_on, visit_day
from kits.free_boxes import calendars
from kits.lifecycle import COMING, MOVES, span
from kits.models import Attention, KitCopy, Loan, LoanEvent, LoanState
from kits.refusals import DatesPassed, NoCopyFree
from kits.rules import LoanItem, refuse_dates, refuse_late_cancelling
from kits.waiting import freed_boxes
from schools.models import ClassGroup, User
from schools.years import school_year_of
from submissions import changing
from submissions.changing import move_asked_of

# A loan that goes along starts as long after its visit as it did; boxes must change hands then.
LOOK_AHEAD = datetime.timedelta(days=14)


@retried
def move(
    *,
    loan: Loan,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: User | None,
    note: str = "",
) -> LoanEvent | None:
    """Other days, with its own box if that is free then, or else another; None if they are its
    days already. Raises NoCopyFree, and for the school itself TooLate once the box is packed, and
    what `rules.refuse_dates` does.
    """
    boxes.lock_loan(loan)
    if (loan.starts_on, loan.ends_on) == (starts_on, ends_on):
        return None
    _refuse_to_move(loan, by)
    if role_of(by) == Role.TEACHER:
        refuse_dates(replace(LoanItem.of(loan), starts_on=starts_on, ends_on=ends_on))
    return _move(loan, starts_on, ends_on, by, note)


@retried
def ask_to_move(
    *,
    loan: Loan,
    starts_on: datetime.date,
    ends_on: datetime.date,
    by: User | None,
    note: str = "",
) -> Event | None:
    """The school asks for other days once its box is packed, and keeps these until staff answer;
    None if it asked for the same before. Raises what `rules.refuse_dates` does."""
    boxes.lock_loan(loan)
    MOVES.check(loan, "ask_to_move")
    if loan.starts_on < timezone.localdate():
        raise DatesPassed
    refuse_dates(replace(LoanItem.of(loan), starts_on=starts_on, ends_on=ends_on))
    data = {"from": span(loan.starts_on, loan.ends_on), "to": span(starts_on, ends_on)}
    return changing.ask_to_move(loan, data, by=by, note=note)


@retried
def keep_date(*, loan: Loan, by: User, note: str = "") -> Event:
    boxes.lock_loan(loan)
    behind = lifecycle.behind_question(loan)
    event = changing.keep_date(loan, by=by, note=note)
    lifecycle.flag(loan, behind, by)
    return event


def wished_days(loan: Loan) -> tuple[datetime.date, datetime.date] | None:
    """From when until when the school asked to have it instead."""
    if (wish := move_asked_of(loan)) is None:
        return None
    first, last = map(datetime.date.fromisoformat, wish.data["to"])
    return first, last


def _refuse_to_move(loan: Loan, by: User | None) -> None:
    """Locked. Raises IllegalMove, and TooLate for the school itself once the box is packed."""
    MOVES.check(loan, "change_dates")
    refuse_late_cancelling(loan, by)


def _move(
    loan: Loan, starts_on: datetime.date, ends_on: datetime.date, by: User | None, note: str
) -> LoanEvent:
    """Write copy and days in one UPDATE."""
    before = free_again_on(loan.kit, ends_on)
    if freed_boxes.offer_to_waiting_first(loan.kit, starts_on, before):
        MOVES.lapse_all(boxes.in_the_way(loan.kit, starts_on, before))
    copy, attention = _own_or_free(loan, starts_on, before)
    changes: dict[str, Any] = {
        "copy": copy,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "free_again_on": before,
        "attention": attention,
    }
    school = loan.submission.school
    if school and school_year_of(loan.starts_on) != school_year_of(starts_on):
        changes["class_group"] = ClassGroup.objects.named_in(loan, school, starts_on)
    data = {
        "from": span(loan.starts_on, loan.ends_on),
        "to": span(starts_on, ends_on),
        "copy": copy.code,
    }
    event: LoanEvent = MOVES.apply(
        loan, "change_dates", by=by, note=note, changes=changes, data=data
    )
    if loan.state == LoanState.PACKED:
        MOVES.apply(loan, "unpack", by=by)  # it goes back to its shelf, or another is packed
    return event


def _own_or_free(
    loan: Loan, first: datetime.date, before: datetime.date
) -> tuple[KitCopy, Attention | str]:
    """Its own box, or another where that is not free or lacks something essential; locked.

    Where no other will do it keeps its own and comes under 'needs attention', as in
    `handling.rehome`: there is time to fill it. Raises NoCopyFree.
    """
    own, unfit = boxes.lock(loan.copy_id), boxes.unfit(loan.kit)
    is_free = boxes.is_free(own, first, before, to=loan)
    if is_free and own.pk not in unfit:
        return own, ""
    try:
        return boxes.lock_free(loan.kit, first, before, besides=[own.pk, *unfit]), ""
    except NoCopyFree:
        if not is_free:
            raise
        return own, Attention.NO_OTHER_BOX


# --- Along with its visit ------------------------------------------------------------------------


def along(booking: Booking, day: datetime.date | None, by_staff: bool) -> list[Along]:
    """The reserved kits of a visit that is to move to `day`, or to be cancelled, and how each can
    go along."""
    found = []
    for loan in _loans_of(booking, by_staff):
        days = days_along(loan, booking.visit.slot.day, day) if day else None
        ways = [("keep", _("leave it as it is")), ("cancel", _("cancel it"))]
        if days is not None and _has_box(loan, days):
            ways.insert(0, ("move", _("move it along: %(days)s") % {"days": days}))
        text = _("The lesson kit %(kit)s, %(days)s") % {
            "kit": loan.kit.shown.title,
            "days": Days(loan.starts_on, loan.ends_on),
        }
        found.append(Along(_name_of(loan), text, ways))
    return found


def follow(
    booking: Booking, ways: Mapping[str, str], *, left: datetime.date, by: User | None
) -> None:
    """Move or cancel kits with a visit that has just left a day. Raises NoCopyFree, TooLate."""
    # Those that were packed since she chose, too: what she may do no more is refused, not dropped.
    for loan in _loans_of(booking, by_staff=True):
        match ways.get(_name_of(loan)):
            case "move" if booking.is_holding:
                move_along(loan, left, by)
            case "cancel":
                lifecycle.cancel(loan=loan, by=by)


def move_along(loan: Loan, left: datetime.date, by: User | None, note: str = "") -> None:
    """After its visit, which has left a day. Raises NoCopyFree where it cannot, TooLate as `move`
    does."""
    boxes.lock_loan(loan)
    _refuse_to_move(loan, by)
    assert loan.booking is not None
    days = days_along(loan, left, loan.booking.visit.slot.day)
    if days is None:
        raise NoCopyFree
    _move(loan, *days, by, note)


def days_along(loan: Loan, left: datetime.date, day: datetime.date) -> Days | None:
    """Its days if its visit moves from `left` to `day`: as long after the visit, and as long as
    they were, or a little later where no boxes change hands; None where they do not fit."""
    start, length = day + (loan.starts_on - left), loan.ends_on - loan.starts_on
    before = start + LOOK_AHEAD + datetime.timedelta(days=loan.kit.loan_days + 1)
    desk = desk_calendar(loan.kit.venue, start, before, loan.delivery)
    if visit_day(loan.kit.venue_id, loan.delivery, loan.booking) is not None:
        desk = replace(desk, visit=day)
    starts = desk.days(max(start, timezone.localdate()), start + LOOK_AHEAD)
    if not starts:
        return None
    ends = desk.return_days(loan.kit, starts[0])
    if not ends:
        return None
    as_long = (end for end in ends if end >= starts[0] + length)
    return Days(starts[0], next(as_long, ends[-1]))


def _has_box(loan: Loan, days: Days) -> bool:
    before = free_again_on(loan.kit, days.ends_on)
    found = calendars(days.starts_on, before, [loan.kit], but=loan)
    return loan.kit.pk in found and found[loan.kit.pk].free_in(days.starts_on, before) > 0


def _loans_of(booking: Booking, by_staff: bool) -> list[Loan]:
    """The loans that can still be moved: by staff also once they are packed."""
    loans = Loan.objects.filter(booking=booking, state__in=COMING).with_facts().order_by("pk")
    return [loan for loan in loans if by_staff or loan.is_free_to_cancel]


def _name_of(loan: Loan) -> str:
    return f"leskist-{loan.pk}"
