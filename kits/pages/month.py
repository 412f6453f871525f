"""When a kit can be borrowed: a month of days that count its copies, and the days to return.

The sentences are made here rather than in the template because each holds the words that are
seen ('3 of 4 free'), in that order: who speaks to the browser names what is seen (WCAG 2.5.3).
"""

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.dates import ONE_DAY, YearMonth, month_of
from kits.availability import KitCalendar, calendars
from kits.days import DeskCalendar, desk_calendar, free_again_on
from kits.models import LessonKit, Loan
from schools.months import MonthPage
from schools.years import last_plannable_day
from submissions.rules import first_bookable_moment


@dataclass(frozen=True)
class Day:
    """A day on which the desk is open has a status; `can_start`: a loan may begin on it."""

    date: datetime.date
    is_outside: bool
    is_today: bool
    is_chosen: bool
    closed: str  # why the venue is closed
    holiday: str  # of the teacher's own school
    status: str  # 'free', 'few', 'full', 'closed' (too soon or too far ahead) or ''
    word: str
    can_start: bool

    @cached_property
    def name(self) -> str:
        return date_format(self.date, "l j F")

    @property
    def sentence(self) -> str:
        """Without the names of closed days and holidays, which are Dutch: the page adds them."""
        word = self.word or ("" if self.closed else _("no desk"))
        return f"{self.name}, {word}" if word else self.name


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

    def first_start(self) -> datetime.date:
        return timezone.localdate(first_bookable_moment(None))

    def can_start(self, day: datetime.date) -> bool:
        return (
            self.refused_because(day) == ""
            and self.desk.is_open(day)
            and self.copies.free_on(day) > 0
        )

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
    return Period(kit, desk, found.get(kit.pk, KitCalendar()))


@dataclass(frozen=True)
class Month(MonthPage):
    """A month of a kit, of which there are `total` copies."""

    total: int

    @property
    def can_start(self) -> bool:
        return any(day.can_start for week in self.weeks for day in week)


def build_month(
    period: Period,
    at: YearMonth,
    chosen: datetime.date | None,
    holidays: Mapping[datetime.date, str],
) -> Month:
    """`holidays`: those of the teacher's own school, day → name."""
    weeks = [
        [_day(period, date, at, chosen, holidays) for date in week]
        for week in calendar.Calendar().monthdatescalendar(at.year, at.month)
    ]
    return Month(at, weeks, period.copies.total)


def _day(
    period: Period,
    date: datetime.date,
    at: YearMonth,
    chosen: datetime.date | None,
    holidays: Mapping[datetime.date, str],
) -> Day:
    today = timezone.localdate()
    outside = month_of(date) != at or date < today
    shown = not outside and period.desk.is_open(date)
    closed = "" if outside else period.desk.closed_because(date)
    holiday = "" if outside else holidays.get(date, "")
    status, word = _state_of(period, date) if shown else ("", "")
    return Day(
        date=date,
        is_outside=month_of(date) != at,
        is_today=date == today,
        is_chosen=date == chosen,
        closed=closed,
        holiday="" if holiday == closed else holiday,  # the same one is said once
        status=status,
        word=word,
        can_start=shown and period.can_start(date),
    )


def _state_of(period: Period, date: datetime.date) -> tuple[str, str]:
    if refused := period.refused_because(date):
        return "closed", refused
    free, total = period.copies.free_on(date), period.copies.total
    return status_of(free, total), word_for(free, total)


def status_of(free: int, total: int) -> str:
    if not free:
        return "full"
    return "few" if free == 1 and total > 1 else "free"


def word_for(free: int, total: int) -> str:
    """The state in a few words, as it stands beside its mark."""
    if not free:
        return _("none free")
    return _("%(free)d of %(total)d free") % {"free": free, "total": total}
