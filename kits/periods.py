"""When a kit can be borrowed: some weeks of it, and what else is free when the days asked for are
not.
"""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.dates import ONE_DAY
from kits.availability import KitCalendar, calendars
from kits.days import DeskCalendar, desk_calendar, free_again_on
from kits.models import LessonKit, Loan
from kits.rules import LoanItem
from schools.years import last_plannable_day
from submissions.rules import first_bookable_moment

# How far from the days asked for others are looked for.
LOOK_AROUND = datetime.timedelta(days=42)


class Return(NamedTuple):
    """A day on which a loan can end, and how many copies are free until then."""

    date: datetime.date
    free: int
    total: int
    days: int


@dataclass(frozen=True)
class Period:
    """What lending a kit needs to know about some weeks: two queries, however many copies."""

    kit: LessonKit
    desk: DeskCalendar
    copies: KitCalendar
    may_wait: bool = False

    def first_start(self) -> datetime.date:
        return timezone.localdate(first_bookable_moment(None))

    def can_start(self, day: datetime.date) -> bool:
        return self._is_chance(day) and self.copies.free_on(day) > 0

    def can_wait(self, day: datetime.date) -> bool:
        """Whether a loan could start on it if a box were free; one with a visit never waits."""
        is_full = self.copies.total > 0 and self.copies.free_on(day) == 0
        return self.may_wait and is_full and self._is_chance(day)

    def _is_chance(self, day: datetime.date) -> bool:
        return self.refused_because(day) == "" and self.desk.is_open(day)

    def refused_because(self, day: datetime.date) -> str:
        """In a few words, why no loan starts on a day like this however many copies are free."""
        if day < self.first_start():
            return _("too soon")
        return "" if day < last_plannable_day() else _("closed")

    def returns(self, start: datetime.date) -> list[Return]:
        """All days on which a loan from `start` can end, those without a free copy too."""
        return [
            Return(
                day,
                self.copies.free_in(start, free_again_on(self.kit, day)),
                self.copies.total,
                (day - start).days,
            )
            for day in self.desk.return_days(self.kit, start)
            if day <= last_plannable_day()
        ]


def look_at(
    kit: LessonKit,
    first: datetime.date,
    last: datetime.date,
    delivery: str,
    booking: Booking | None = None,
    but: Loan | None = None,
) -> Period:
    """The period in which a loan, perhaps with a visit, can start on a day in `first`..`last` and
    end after that. `but`: a loan that gives up its days for these, so it is in nobody's way."""
    before = free_again_on(kit, last + datetime.timedelta(days=kit.loan_days)) + ONE_DAY
    found = calendars(first, before, [kit], but=but)
    desk = desk_calendar(kit.venue, first, before, delivery, booking)
    return Period(
        kit, desk, found.get(kit.pk, KitCalendar()), may_wait=booking is None and but is None
    )


# --- What else is free ---------------------------------------------------------------------------


class Other(NamedTuple):
    starts_on: datetime.date
    ends_on: datetime.date


def other_periods(item: LoanItem, number: int = 4) -> list[Other]:
    """Periods within six weeks in which a copy is free, nearest first; two queries."""
    starts_on, length = item.starts_on, item.ends_on - item.starts_on
    first, last = starts_on - LOOK_AROUND, starts_on + LOOK_AROUND
    period = look_at(item.kit, first, last, item.delivery, item.booking)
    found = []
    for start in period.desk.days(first, last + ONE_DAY):
        if not period.can_start(start):
            continue
        ends = [one.date for one in period.returns(start) if one.free]
        # As long as asked for, or a little shorter: never longer than the teacher wanted.
        end = max((day for day in ends if day - start <= length), default=None)
        if end is not None and (end - start) * 2 >= length:
            found.append(Other(start, end))
    found.sort(key=lambda other: (abs(other.starts_on - starts_on), other.starts_on))
    return sorted(found[:number])
