"""On which days boxes change hands, at the desk and by the round, and when a copy can go out again.

On which of them a loan can start and end: `lendable_days.py`.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import BooleanField, CharField, DateField, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.dates import ONE_DAY, days_between
from core.public_holidays import add_working_days, public_holiday
from kits.models import Delivery, DeskDay, LessonKit, Loan
from kits.models.loan import LoanQuerySet
from programmes.models import Closure, Venue
from schools.models import HolidayRegion, SchoolHoliday


class Days(NamedTuple):
    """From when until when a box is lent."""

    starts_on: datetime.date
    ends_on: datetime.date

    def __str__(self) -> str:
        return _("%(first)s to %(last)s") % {
            "first": date_format(self.starts_on, "MONTH_DAY_FORMAT"),
            "last": date_format(self.ends_on, "MONTH_DAY_FORMAT"),
        }


def free_again_on(kit: LessonKit, ends_on: datetime.date) -> datetime.date:
    """The first day on which a copy returned on `ends_on` can go out again.

    The turnaround is whole working days after the day of return: back on Monday with two days
    of turnaround, it is checked and refilled on Tuesday and Wednesday and free on Thursday.
    """
    return add_working_days(ends_on, kit.turnaround + 1)


def overdue_until(turnaround: int) -> datetime.date:
    """The first day from which a box that is overdue today is counted on again.

    Nobody knows when it comes back: `OVERDUE_KEEPS_WORKING_DAYS` from now, and the turnaround of
    its kit. Each day on which it is still away moves that day on.
    """
    back = add_working_days(timezone.localdate(), settings.OVERDUE_KEEPS_WORKING_DAYS)
    return add_working_days(back, turnaround + 1)


class Closed(NamedTuple):
    """A school holiday of the venue's region, or days on which the venue itself is closed."""

    starts_on: datetime.date
    ends_on: datetime.date
    reason: str
    is_holiday: bool


@dataclass(frozen=True)
class DeskCalendar:
    """On which days boxes change hands in one way, and why not on the others.

    `visit`: the day on which the class is here itself, whose teacher takes the box along.
    """

    weekdays: frozenset[int]
    closed: Sequence[Closed]
    visit: datetime.date | None = None

    def is_open(self, day: datetime.date) -> bool:
        if day == self.visit:
            return True
        return day.weekday() in self.weekdays and not self.closed_because(day)

    def closed_because(self, day: datetime.date) -> str:
        """The public holiday, school holiday or closure of that day; empty if there is none."""
        if name := public_holiday(day):
            return name
        return next((one.reason for one in self.closed_on(day)), "")

    def closed_on(self, day: datetime.date) -> Iterator[Closed]:
        return (one for one in self.closed if one.starts_on <= day <= one.ends_on)

    def days(self, first: datetime.date, before: datetime.date) -> list[datetime.date]:
        return [day for day in days_between(first, before - ONE_DAY) if self.is_open(day)]

    def return_days(self, kit: LessonKit, start: datetime.date) -> list[datetime.date]:
        """On which days a loan that starts on `start` can end: within the kit's longest loan."""
        return self.days(start + ONE_DAY, start + datetime.timedelta(days=kit.loan_days + 1))


def desk_calendars(
    venues: Collection[Venue], first: datetime.date, before: datetime.date
) -> dict[tuple[int, str], DeskCalendar]:
    """Per venue (primary key) and way of collecting, for days in `[first, before)`: when its desk
    is open, and when its transport round drives.

    Not on public holidays, in the school holidays of the venue's region or while the venue is
    closed: a loan may span such days, but never starts or ends on one. One query.
    """
    holidays, closures = _closed(venues, first, before - ONE_DAY)
    nothing = Value(None, output_field=DateField())
    # A row is a weekday of the desk, or a period in which the venue or its whole region is closed.
    rows: Any = (
        DeskDay.objects.filter(venue__in=venues)
        .order_by()
        .annotate(where=_text("venue"), a=nothing, b=nothing, what=_text("weekday"))
        .values_list("where", "a", "b", "what", "is_round")
        .union(
            holidays.order_by().values_list("region", "starts_on", "ends_on", "name", _NO),
            closures.order_by()
            .annotate(where=_text("venue"))
            .values_list("where", "starts_on", "ends_on", "reason", _NO),
            all=True,
        )
        .order_by()  # the models' own order does not fit the columns
    )
    open_on: dict[tuple[str, bool], set[int]] = defaultdict(set)
    closed: dict[str, list[Closed]] = defaultdict(list)
    for where, starts_on, ends_on, what, is_round in rows:
        if starts_on is None:
            open_on[where, is_round].add(int(what))
        else:
            closed[where].append(Closed(starts_on, ends_on, what, where in HolidayRegion))
    return {
        (venue.pk, way): DeskCalendar(
            frozenset(open_on[str(venue.pk), way == Delivery.ROUND]),
            closed[venue.holiday_region] + closed[str(venue.pk)],
        )
        for venue in venues
        for way in Delivery
    }


def _closed(
    venues: Collection[Venue], first: datetime.date, last: datetime.date
) -> tuple[QuerySet[SchoolHoliday], QuerySet[Closure]]:
    regions = {venue.holiday_region for venue in venues}
    holidays = SchoolHoliday.objects.overlapping(first, last).filter(region__in=regions)
    closures = Closure.objects.filter(venue__in=venues, starts_on__lte=last, ends_on__gte=first)
    return holidays, closures


_NO = Value(False, output_field=BooleanField())


def _text(column: str) -> Cast:
    return Cast(column, CharField())


def desk_calendar(
    venue: Venue,
    first: datetime.date,
    before: datetime.date,
    delivery: str,
    booking: Booking | None = None,
) -> DeskCalendar:
    """One of `desk_calendars`; `booking`: the visit with which a loan goes."""
    found = desk_calendars([venue], first, before)[venue.pk, delivery]
    return replace(found, visit=visit_day(venue.pk, delivery, booking))


def visit_day(venue: int, delivery: str, booking: Booking | None) -> datetime.date | None:
    """The day on which a class is at the venue itself, and can take its box along or bring it."""
    if booking is None or delivery != Delivery.DESK or not booking.is_holding:
        return None
    slot = booking.visit.slot
    return slot.day if slot.venue_id == venue else None


def desk_for_loan(
    kit: LessonKit, start: datetime.date, delivery: str, booking: Booking | None = None
) -> DeskCalendar:
    """The calendar of all days of the longest loan that starts on `start`. One query."""
    before = start + datetime.timedelta(days=kit.loan_days + 1)
    return desk_calendar(kit.venue, start, before, delivery, booking)


# --- A box that comes back on a day that was closed afterwards ----------------------------------

# Further than the longest holiday.
LOOK_AHEAD = datetime.timedelta(days=100)


def open_day_for(loan: Loan, day: datetime.date) -> datetime.date:
    """The day itself, or the next open one where it was closed afterwards.

    A day that staff agreed on counts, though the desk has no hours on that weekday.
    """
    calendar = _calendar_of(loan, day)
    return day if not calendar.closed_because(day) else _next_open(calendar, day)


def late_from(loan: Loan) -> datetime.date:
    """The first open day after the one on which the box is to come back: before it nobody can
    bring it, and nobody is told to be late."""
    return _after(_calendar_of(loan, loan.ends_on), loan.ends_on)


def is_late(loan: Loan) -> bool:
    return bool(late([loan]))


def late(loans: Iterable[Loan]) -> list[Loan]:
    """Loans that could have been brought back by now. One query, however many they are; none where
    all are in time."""
    away = [loan for loan in loans if loan.is_overdue]
    gone_by = _gone_by(Due(loan.kit.venue, loan.delivery, loan.ends_on) for loan in away)
    return [loan for loan in away if (loan.kit.venue_id, loan.delivery, loan.ends_on) in gone_by]


class Due(NamedTuple):
    """Where, in which way and on which day a box is to come back."""

    venue: Venue
    way: str
    day: datetime.date


def overdue(loans: LoanQuerySet) -> list[Due]:
    """When each of them that should have come back was due; one query, and no row of a loan."""
    columns = "copy__kit__venue", "copy__kit__venue__holiday_region", "delivery", "ends_on"
    rows = loans.overdue().order_by().values_list(*columns)
    return [
        Due(Venue(pk=venue, holiday_region=region), way, day) for venue, region, way, day in rows
    ]


def number_late(overdue: Collection[Due]) -> int:
    """How many of these could have been brought back by now; one query where there are any."""
    gone_by = _gone_by(overdue)
    return sum((due.venue.pk, due.way, due.day) in gone_by for due in overdue)


def _gone_by(dues: Iterable[Due]) -> set[tuple[int, str, datetime.date]]:
    """The due days after which the desk has been open by now."""
    known = set(dues)
    if not known:
        return set()
    # Where the next open day is still to come it does not matter which one that is.
    first, today = min(day for _venue, _way, day in known), timezone.localdate()
    calendars = desk_calendars({venue for venue, *_rest in known}, first, today + ONE_DAY)
    return {
        (venue.pk, way, day)
        for venue, way, day in known
        if _after(calendars[venue.pk, way], day) <= today
    }


def _after(calendar: DeskCalendar, due: datetime.date) -> datetime.date:
    if calendar.closed_because(due):
        due = _next_open(calendar, due)
    return _next_open(calendar, due)


def _calendar_of(loan: Loan, day: datetime.date) -> DeskCalendar:
    return desk_calendar(loan.kit.venue, day, day + LOOK_AHEAD, loan.delivery)


def _next_open(calendar: DeskCalendar, day: datetime.date) -> datetime.date:
    """The first open day after this one; the next day where the desk has no days at all."""
    found = calendar.days(day + ONE_DAY, day + LOOK_AHEAD)
    return found[0] if found else day + ONE_DAY


# (venue, way of collecting, weekday) → from when until when.
type DeskHours = Mapping[tuple[int, str, int], tuple[datetime.time, datetime.time]]


def desk_hours(venues: Iterable[int]) -> DeskHours:
    """The hours of the desk and of the round at these venues (primary keys); one query."""
    return {
        (day.venue_id, Delivery.ROUND if day.is_round else Delivery.DESK, day.weekday): (
            day.opens_at,
            day.closes_at,
        )
        for day in DeskDay.objects.filter(venue__in=list(venues))
    }


def handover_times(
    loan: Loan, day: datetime.date, hours: DeskHours
) -> tuple[datetime.time, datetime.time] | None:
    """When its box changes hands on a day: during the class's own visit, or else while the desk
    is open or the round comes by; None where that is not known."""
    if day == visit_day(loan.kit.venue_id, loan.delivery, loan.booking):
        assert loan.booking is not None
        start, end = (
            timezone.localtime(moment) for moment in (loan.booking.starts_at, loan.booking.ends_at)
        )
        return start.time(), end.time()
    return hours.get((loan.kit.venue_id, loan.delivery, day.weekday()))
