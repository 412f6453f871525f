"""A programme's month as a calendar: weeks of days, and every slot as a full sentence.

The sentences are made here rather than in the template because each holds the words that are
seen ('9:00 free'), in that order: who speaks to the browser names what is seen (WCAG 2.5.3).
"""

import calendar
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.planning.availability import Offer, Status
from core.dates import YearMonth
from schools.months import MonthPage


@dataclass(frozen=True)
class Cell:
    """One slot in the calendar."""

    offer: Offer
    time: str
    word: str
    sentence: str


@dataclass
class Day:
    date: datetime.date
    is_outside: bool
    is_today: bool
    holiday: str = ""
    # Mornings first; None keeps the row of the morning free where there is an afternoon only.
    cells: list[Cell | None] = field(default_factory=list)

    @property
    def can_be_booked(self) -> bool:
        return any(cell.offer.can_be_booked for cell in self.cells if cell)

    @cached_property
    def name(self) -> str:
        return date_format(self.date, "l j F")

    @property
    def sentence(self) -> str:
        """What a screen reader says of a day as a whole; its slots have their own."""
        if self.holiday:
            text = _("%(day)s: %(holiday)s") % {"day": self.name, "holiday": self.holiday}
        elif self.cells:
            text = self.name
        else:
            text = _("%(day)s: no visits") % {"day": self.name}
        return _("Today, %(sentence)s") % {"sentence": text} if self.is_today else text


class Month(MonthPage):
    """A month of a programme."""

    @property
    def can_be_booked(self) -> bool:
        return any(day.can_be_booked for week in self.weeks for day in week)


def build_month(
    at: YearMonth, offers: Sequence[Offer], holidays: Mapping[datetime.date, str]
) -> Month:
    """`offers` are those of the month; past ones are left out. `holidays`: day → name."""
    today = timezone.localdate()
    weeks = [
        [
            Day(date, date.month != at.month, date == today, _holiday(date, at, holidays))
            for date in week
        ]
        for week in calendar.Calendar().monthdatescalendar(at.year, at.month)
    ]
    days = {day.date: day for week in weeks for day in week if not day.is_outside}
    coming = [offer for offer in offers if offer.day >= today]
    has_mornings = any(offer.is_morning for offer in coming)
    for offer in coming:
        day = days[offer.day]
        if has_mornings and not day.cells and not offer.is_morning:
            day.cells.append(None)
        day.cells.append(_cell(offer, day.name))
    return Month(at, weeks)


def _holiday(day: datetime.date, at: YearMonth, holidays: Mapping[datetime.date, str]) -> str:
    return holidays.get(day, "") if day.month == at.month else ""


def _cell(offer: Offer, day: str) -> Cell:
    start, end = timezone.localtime(offer.starts_at), timezone.localtime(offer.ends_at)
    time, word = f"{start:%H:%M}", word_for(offer)
    pattern = (
        _("%(day)s, morning: %(seen)s, until %(end)s")
        if offer.is_morning
        else _("%(day)s, afternoon: %(seen)s, until %(end)s")
    )
    sentence = pattern % {"day": day, "seen": f"{time} {word}", "end": f"{end:%H:%M}"}
    if offer.can_be_booked:
        sentence = _("%(sentence)s, %(room)s") % {"sentence": sentence, "room": room_for(offer)}
    return Cell(offer, time, word, sentence)


def word_for(offer: Offer) -> str:
    """The state in a word or two, as it stands beside its mark."""
    return {
        Status.FREE: _("free"),
        Status.FEW: _("1 place"),
        Status.FULL: _("full"),
        Status.CLOSED: _("closed"),
    }[offer.status]


def room_for(offer: Offer) -> str:
    return ngettext(
        "room for %(number)d class", "room for %(number)d classes", offer.groups_left
    ) % {"number": offer.groups_left}
