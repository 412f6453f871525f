"""A programme's month as a calendar: weeks of days, and every slot as a full sentence.

The words are made here, once for a month, a day or a slot; the template only puts them in their
places. A sentence holds the words that are seen ('9:00 free'), in that order: who speaks to the
browser names what is seen (WCAG 2.5.3).
"""

import calendar
import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.planning.availability import Offer, Status
from core.dates import YearMonth
from programmes.models import Programme
from schools.months import MonthPage


class Cell(NamedTuple):
    """One slot in the calendar; its `address` is '' where it cannot be booked."""

    status: str
    address: str
    time: str
    word: str
    sentence: str


@dataclass
class Day:
    date: datetime.date
    is_outside: bool
    is_today: bool
    name: str = ""
    holiday: str = ""
    # What a screen reader says of the day as a whole; its slots have their own.
    sentence: str = ""
    # Mornings first; None keeps the row of the morning free where there is an afternoon only.
    cells: list[Cell | None] = field(default_factory=list)
    can_be_booked: bool = False


class Month(MonthPage):
    """A month of a programme."""

    @property
    def can_be_booked(self) -> bool:
        return any(day.can_be_booked for week in self.weeks for day in week)


def build_month(
    programme: Programme,
    at: YearMonth,
    offers: Sequence[Offer],
    holidays: Mapping[datetime.date, str],
) -> Month:
    """`offers` are those of the month; past ones are left out. `holidays`: day → name."""
    today = timezone.localdate()
    weeks = [
        [Day(date, date.month != at.month, date == today) for date in week]
        for week in calendar.Calendar().monthdatescalendar(at.year, at.month)
    ]
    days = {day.date: day for week in weeks for day in week if not day.is_outside}
    for day in days.values():
        day.name = date_format(day.date, "l j F")
        day.holiday = holidays.get(day.date, "")
    _add_cells(days, programme, [offer for offer in offers if offer.day >= today])
    for day in days.values():
        day.sentence = _sentence_of(day)
    return Month(at, weeks)


def _add_cells(
    days: Mapping[datetime.date, Day], programme: Programme, offers: Sequence[Offer]
) -> None:
    words = _words()
    has_mornings = any(offer.is_morning for offer in offers)
    for offer in offers:
        day = days[offer.day]
        if has_mornings and not day.cells and not offer.is_morning:
            day.cells.append(None)
        day.cells.append(_cell(offer, programme, day.name, words[offer.status]))
        day.can_be_booked = day.can_be_booked or offer.can_be_booked


def _words() -> dict[Status, str]:
    """Each state in a word or two, as it stands beside its mark."""
    return {
        Status.FREE: _("free"),
        Status.FEW: _("1 place"),
        Status.FULL: _("full"),
        Status.CLOSED: _("closed"),
    }


def _cell(offer: Offer, programme: Programme, day: str, word: str) -> Cell:
    start, end = timezone.localtime(offer.starts_at), timezone.localtime(offer.ends_at)
    time = f"{start:%H:%M}"
    pattern = (
        _("%(day)s, morning: %(seen)s, until %(end)s")
        if offer.is_morning
        else _("%(day)s, afternoon: %(seen)s, until %(end)s")
    )
    sentence = pattern % {"day": day, "seen": f"{time} {word}", "end": f"{end:%H:%M}"}
    if not offer.can_be_booked:
        return Cell(offer.status.value, "", time, word, sentence)
    sentence = _("%(sentence)s, %(room)s") % {
        "sentence": sentence,
        "room": programme.whom.room_for(offer.groups_left),
    }
    address = reverse("bookings:book", args=[programme.slug, offer.slot_id])
    return Cell(offer.status.value, address, time, word, sentence)


def _sentence_of(day: Day) -> str:
    """Without the name of a holiday, which is Dutch in every language: the page adds it."""
    is_quiet = not day.holiday and not day.cells
    text = _("%(day)s: no visits") % {"day": day.name} if is_quiet else day.name
    return _("Today, %(sentence)s") % {"sentence": text} if day.is_today else text
