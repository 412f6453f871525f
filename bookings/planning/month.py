"""A programme's month as a calendar: weeks of days, and every slot as a full sentence.

The words are made here, once for a month, a day or a slot; the template only puts them in their
places. A sentence holds the words that are seen ('9:00 free'), in that order: who speaks to the
browser names what is seen (WCAG 2.5.3).
"""

import calendar
import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.planning.offer import Offer, Status
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


class Own(NamedTuple):
    """What is offered to the reader: until when, and where she takes it."""

    until: datetime.datetime
    address: str


class Addresses(NamedTuple):
    """Where the slots of a month lead."""

    chosen: Callable[[Offer], str]
    waiting: Callable[[Offer], str] | None
    own: Mapping[int, Own]


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

    @property
    def can_be_chosen(self) -> bool:
        """To book, or to wait for."""
        return any(cell and cell.address for cell in self.cells)


@dataclass(frozen=True)
class Month(MonthPage):
    """A month of a programme. `soonest`: the first date that can be chosen, and its address, for
    a month in which there is none."""

    soonest: tuple[str, datetime.datetime] | None = None

    @property
    def can_be_booked(self) -> bool:
        return any(day.can_be_booked for week in self.weeks for day in week)


def build_month(
    at: YearMonth,
    offers: Sequence[Offer],
    holidays: Mapping[datetime.date, str],
    *,
    address: Callable[[Offer], str],
    soonest: Sequence[Offer] = (),
    waiting: Callable[[Offer], str] | None = None,
    own: Mapping[int, Own] | None = None,
) -> Month:
    """`offers` are those of the month; past ones are left out. `holidays`: day → name. `address`:
    where an offer is chosen. `soonest`: the first that can be, whenever that is. `waiting`: where
    one waits for what is full. `own`: slot → what is offered to the reader there."""
    today = timezone.localdate()
    weeks = [
        [Day(date, date.month != at.month, date == today) for date in week]
        for week in calendar.Calendar().monthdatescalendar(at.year, at.month)
    ]
    days = {day.date: day for week in weeks for day in week if not day.is_outside}
    for day in days.values():
        day.name = date_format(day.date, "LONG_DAY_FORMAT")
        day.holiday = holidays.get(day.date, "")
    coming = [offer for offer in offers if offer.day >= today]
    _add_cells(days, coming, Addresses(address, waiting, own or {}))
    for day in days.values():
        day.sentence = _sentence_of(day)
    first = next(((address(offer), offer.starts_at) for offer in soonest), None)
    return Month(at, weeks, first)


def _add_cells(
    days: Mapping[datetime.date, Day],
    offers: Sequence[Offer],
    addresses: Addresses,
) -> None:
    has_mornings = any(offer.is_morning for offer in offers)
    for offer in offers:
        day = days[offer.day]
        if has_mornings and not day.cells and not offer.is_morning:
            day.cells.append(None)
        day.cells.append(_cell(offer, day.name, addresses))
        day.can_be_booked = day.can_be_booked or offer.can_be_booked


def _word(offer: Offer, addresses: Addresses) -> str:
    """How it stands with a slot in a word or two, beside its mark."""
    if own := addresses.own.get(offer.slot_id):
        until = timezone.localtime(own.until)
        return _("yours until %(until)s") % {"until": f"{date_format(until, 'D')} {until:%H:%M}"}
    if offer.can_be_booked:
        words = ngettext("%(number)d place", "%(number)d places", offer.groups_left)
        return words % {"number": offer.groups_left}
    if offer.status == Status.OWN:
        return _("now yours")
    if offer.status == Status.FULL:
        return _("full, waiting list") if addresses.waiting else _("full")
    return _("closed")


def _cell(offer: Offer, day: str, addresses: Addresses) -> Cell:
    word = _word(offer, addresses)
    start, end = offer.local_start, timezone.localtime(offer.ends_at)
    time = f"{start:%H:%M}"
    pattern = (
        _("%(day)s, morning: %(seen)s, until %(end)s")
        if offer.is_morning
        else _("%(day)s, afternoon: %(seen)s, until %(end)s")
    )
    sentence = pattern % {"day": day, "seen": f"{time} {word}", "end": f"{end:%H:%M}"}
    if own := addresses.own.get(offer.slot_id):
        return Cell(Status.FREE.value, own.address, time, word, sentence)
    if offer.can_be_booked:
        return Cell(offer.status.value, addresses.chosen(offer), time, word, sentence)
    if offer.status == Status.FULL and addresses.waiting is not None:
        return Cell(offer.status.value, addresses.waiting(offer), time, word, sentence)
    return Cell(offer.status.value, "", time, word, sentence)


def to_form(
    programme: Programme, carried: Mapping[str, Any] | None, **more: Any
) -> Callable[[Offer], str]:
    """Where an offer is booked; `carried`, and `more`: what the addresses take along."""
    along = {**(carried or {}), **more}
    query = f"?{urlencode(along)}" if along else ""
    return lambda offer: reverse("bookings:book", args=[programme.slug, offer.slot_id]) + query


def _sentence_of(day: Day) -> str:
    """Without the name of a holiday, which is Dutch in every language: the page adds it."""
    is_quiet = not day.holiday and not day.cells
    text = _("%(day)s: no visits") % {"day": day.name} if is_quiet else day.name
    return _("Today, %(sentence)s") % {"sentence": text} if day.is_today else text
