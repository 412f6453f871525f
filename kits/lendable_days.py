"""On which days a loan of a kit can start and end: the desk is open (`desk_days.py`), a box is
free (`free_boxes.py`), and it is neither too soon nor too far ahead.

Which other days are proposed: `kits/telling/other_days.py`.
"""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.dates import ONE_DAY
from kits.desk_days import DeskCalendar, desk_calendar, free_again_on
from kits.free_boxes import KitCalendar, calendars
from kits.models import LessonKit, Loan
from schools.years import last_plannable_day
from submissions.rules import first_bookable_moment


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
        return self.copies.free_on(day) > 0 and self._is_chance(day)

    def can_be_lent_from(self, day: datetime.date) -> bool:
        """Whether a loan can start on it, and its box come back on another day: on the soonest, or
        on none, as a longer loan needs the same days and more."""
        return self.can_start(day) and any(
            self._free_until(day, back) for back in self._return_days(day)[:1]
        )

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
            Return(day, self._free_until(start, day), self.copies.total, (day - start).days)
            for day in self._return_days(start)
        ]

    def _return_days(self, start: datetime.date) -> list[datetime.date]:
        last = last_plannable_day()
        return [day for day in self.desk.return_days(self.kit, start) if day <= last]

    def _free_until(self, start: datetime.date, back: datetime.date) -> int:
        return self.copies.free_in(start, free_again_on(self.kit, back))


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
