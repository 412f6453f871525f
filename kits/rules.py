"""What a class must satisfy to borrow a kit, and on which days a school may ask for it.

As in `bookings/rules.py`: the verb asks, the form shows, and staff may overrule each rule about
the class, with a note; about the days they agree by telephone.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Self

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking
from core.lifecycle import Role, role_of
from kits import desk_days
from kits.models import Delivery, LessonKit, Loan
from kits.refusals import (
    DatesPassed,
    LoanTooLong,
    NotAHandoverDay,
    NotLentAnyMore,
    TooFarAhead,
    TooLate,
    TooSoon,
)
from schools.years import last_plannable_day
from submissions.models import Submission
from submissions.rules import Broken, Party, Rule, first_bookable_moment

RULES = (Rule.YEAR_GROUP, Rule.NUMBERS)


@dataclass(frozen=True)
class LoanItem:
    """Any copy of one kit for some days, as a school asks for it."""

    kit: LessonKit
    starts_on: datetime.date
    ends_on: datetime.date
    delivery: str
    booking: Booking | None = None  # the visit that it goes with

    @classmethod
    def of(cls, loan: Loan) -> Self:
        """What the loan was asked for."""
        return cls(loan.kit, loan.starts_on, loan.ends_on, loan.delivery, loan.booking)


@dataclass(frozen=True)
class LoanRequest:
    """What is asked for in one go.

    `submission` is not saved yet: it carries the key, the hash of the data and what was typed.
    What staff `overrule` asks for a `note` that says why.
    """

    submission: Submission
    item: LoanItem
    party: Party
    overrule: Collection[Rule] = ()
    note: str = ""


def broken_rules(kit: LessonKit, party: Party) -> list[Broken]:
    found = []
    if not party.within(kit.year_from, kit.year_to):
        message = _("This kit is for %(for_whom)s, not for %(asked)s.") % {
            "for_whom": kit.for_whom,
            "asked": party.year_groups,
        }
        found.append(Broken(Rule.YEAR_GROUP, "year_groups", message))
    if party.pupils > kit.max_pupils:
        message = ngettext(
            "This kit serves %(number)d pupil at once.",
            "This kit serves %(number)d pupils at once.",
            kit.max_pupils,
        ) % {"number": kit.max_pupils}
        found.append(Broken(Rule.NUMBERS, "pupils", message))
    return found


# --- The days --------------------------------------------------------------------------------


def refuse_dates(item: LoanItem) -> None:
    """Raise what is wrong with the days a school asks for; nothing if they are fine."""
    if item.starts_on < timezone.localdate(first_bookable_moment(None)):
        raise TooSoon
    if item.starts_on > last_plannable_day():
        raise TooFarAhead
    if item.delivery == Delivery.ROUND and not item.kit.can_be_delivered:
        raise NotAHandoverDay
    desk = desk_days.desk_for_loan(item.kit, item.starts_on, item.delivery, item.booking)
    if not desk.is_open(item.starts_on):
        raise NotAHandoverDay
    refuse_return(item.kit, item.starts_on, item.ends_on, desk)


def refuse_out_of_time(loan: Loan) -> None:
    """Raise what stands in the way of a hold or offer whose time was up, whether or not a worker
    lapsed it: its days are chosen anew, and the site must still offer the kit."""
    if loan.is_in_time:
        return
    if loan.starts_on < timezone.localdate():
        raise DatesPassed
    if not loan.kit.is_published:
        raise NotLentAnyMore
    refuse_dates(LoanItem.of(loan))


def refuse_return(
    kit: LessonKit, starts_on: datetime.date, ends_on: datetime.date, desk: desk_days.DeskCalendar
) -> None:
    """Refuse a day on which no box can come back."""
    if ends_on > last_plannable_day():
        raise TooFarAhead
    if (ends_on - starts_on).days > kit.loan_days:
        raise LoanTooLong
    if ends_on not in desk.return_days(kit, starts_on):
        raise NotAHandoverDay


# --- Until when a school does it itself ----------------------------------------------------------


def refuse_late_cancelling(loan: Loan, by: Any) -> None:
    """Of cancelling and moving; later a school asks staff. Raises TooLate."""
    if role_of(by) == Role.TEACHER and not loan.is_free_to_cancel:
        raise TooLate
