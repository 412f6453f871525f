"""What a kit's page says of each day of a month (free, few, full), and the days to return.

The sentences are made here rather than in the template because each holds the words that are
seen ('3 of 4 free'), in that order: who speaks to the browser names what is seen (WCAG 2.5.3).
"""

import calendar
import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.dates import YearMonth, month_of
from kits.lendable_days import Period
from schools.months import MonthPage


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
    can_wait: bool  # it could, if a box were free

    @cached_property
    def name(self) -> str:
        return date_format(self.date, "LONG_DAY_FORMAT")

    @property
    def sentence(self) -> str:
        """Without the names of closed days and holidays, which are Dutch: the page adds them."""
        word = self.word or ("" if self.closed else _("no desk"))
        return f"{self.name}, {word}" if word else self.name


@dataclass(frozen=True)
class Month(MonthPage):
    """A month of a kit, of which there are `total` copies."""

    total: int

    @property
    def can_start(self) -> bool:
        return any(day.can_start for week in self.weeks for day in week)

    @property
    def can_wait(self) -> bool:
        return any(day.can_wait for week in self.weeks for day in week)


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
        can_wait=shown and period.can_wait(date),
    )


def _state_of(period: Period, date: datetime.date) -> tuple[str, str]:
    if refused := period.refused_because(date):
        return "closed", refused
    if period.can_wait(date):
        return "full", _("none free, waiting list")
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
