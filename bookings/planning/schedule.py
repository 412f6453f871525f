"""Patterns become slots, for a whole season at once.

Running it again adds what is missing and touches nothing else: slots that exist stay as staff
left them, with or without visits. A programme that came to the pattern later joins them when staff
say so (`join_slots`).
"""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import SchedulePattern, VisitSlot
from bookings.waiting import freed_places
from core.backoffice.changes import log_values
from core.dates import ONE_WEEK, days_between
from core.public_holidays import public_holiday
from core.transactions import retried
from programmes.models import Closure, Programme
from schools.models import SchoolHoliday


@dataclass(frozen=True)
class Skipped:
    """A day on which the pattern would have had a slot, and why it has none."""

    day: datetime.date
    reason: str
    can_be_placed: bool = False  # all the same: in a holiday, but not while the venue is closed


@dataclass
class SlotPlan:
    """What materialising a pattern would do: nothing is written until `make_slots`."""

    pattern: SchedulePattern
    new: list[VisitSlot] = field(default_factory=list)
    existing: list[datetime.date] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    joining: list["Joining"] = field(default_factory=list)


@dataclass(frozen=True)
class Joining:
    """A programme of the pattern, and the slots to come in which it is not bookable yet."""

    programme: Programme
    slots: list[VisitSlot]


class Obstacles:
    """Holidays of schools and closures in the seasons of some patterns, day by day; two queries."""

    def __init__(self, patterns: Iterable[SchedulePattern]) -> None:
        patterns = list(patterns)
        first = min(one.season_from for one in patterns)
        last = max(one.season_to for one in patterns)
        self.closed: dict[int, dict[datetime.date, str]] = defaultdict(dict)
        regions = {one.venue.holiday_region for one in patterns}
        of_regions = SchoolHoliday.objects.filter(region__in=regions)
        self.holidays = of_regions.by_region(first, last)  # region → day → name
        closures = Closure.objects.filter(venue__in={one.venue_id for one in patterns})
        for closure in closures.filter(starts_on__lte=last, ends_on__gte=first):
            for day in days_between(closure.starts_on, closure.ends_on):
                self.closed[closure.venue_id][day] = closure.reason


def plan_slots(
    pattern: SchedulePattern,
    anyway: Collection[datetime.date] = (),
    obstacles: Obstacles | None = None,
) -> SlotPlan:
    """The preview: which slots the pattern gets, which it has, which days it skips and why.

    `anyway`: days in a holiday that get one all the same. Nothing of this is kept: a closure that
    is gone is no reason any more. `obstacles`: of several patterns together.

    Skips public holidays, the school holidays of the venue's region, the venue's closures and
    hours that a change of clocks takes away. Few queries, however long the season.
    """
    plan = SlotPlan(pattern)
    obstacles = obstacles or Obstacles([pattern])
    holidays = obstacles.holidays.get(pattern.venue.holiday_region, {})
    closed = obstacles.closed[pattern.venue_id]
    slots = list(pattern.slots.order_by("starts_at")) if pattern.pk else []
    there = {slot.day for slot in slots}
    for day in _days_of(pattern):
        cannot_be = closed.get(day) or _clock_reason(pattern, day)
        reason = public_holiday(day) or cannot_be or holidays.get(day, "")
        if day in there:
            plan.existing.append(day)
        elif cannot_be or (reason and day not in anyway):
            plan.skipped.append(Skipped(day, reason, can_be_placed=not cannot_be))
        else:
            plan.new.append(_slot(pattern, day))
    plan.joining = _joining(pattern, slots)
    return plan


def _joining(pattern: SchedulePattern, slots: list[VisitSlot]) -> list[Joining]:
    coming = [slot for slot in slots if slot.starts_at > timezone.now()]
    prefetch_related_objects(coming, "programmes")
    found = []
    for programme in pattern.programmes.all() if coming else ():
        without = [slot for slot in coming if programme not in slot.programmes.all()]
        if without:
            found.append(Joining(programme, without))
    return found


@retried
def join_slots(pattern: SchedulePattern) -> int:
    """Let the programmes of a pattern into its slots to come; returns into how many."""
    SchedulePattern.objects.select_for_update(of=("self",)).get(pk=pattern.pk)
    joined = set()
    for one in plan_slots(pattern).joining:
        one.programme.slots.add(*one.slots)
        joined |= {slot.pk for slot in one.slots}
    freed_places.opened()
    return len(joined)


@retried
def make_slots(pattern: SchedulePattern, anyway: Collection[datetime.date] = ()) -> SlotPlan:
    """Write the plan; a second time, or by two people at once, it adds nothing twice."""
    SchedulePattern.objects.select_for_update(of=("self",)).get(pk=pattern.pk)
    plan = plan_slots(pattern, anyway)
    write([plan])
    return plan


def write(plans: Sequence[SlotPlan]) -> None:
    """The new slots of patterns that the caller has locked, or made."""
    VisitSlot.objects.bulk_create(slot for plan in plans for slot in plan.new)
    link: Any = VisitSlot.programmes.through
    link.objects.bulk_create(
        link(visitslot_id=slot.pk, programme_id=programme.pk)
        for plan in plans
        for programme in plan.pattern.programmes.all()
        for slot in plan.new
    )
    freed_places.opened()


@retried
def set_closed(slots: QuerySet[VisitSlot], closed: bool, *, by: Any) -> int:
    """Close them for new bookings, or open them again; returns how many that changes."""
    freed_places.opened()
    changed = list(slots.filter(is_closed=not closed))
    VisitSlot.objects.filter(pk__in=[slot.pk for slot in changed]).update(is_closed=closed)
    log_values(by, [(slot, [("is_closed", not closed, closed)]) for slot in changed])
    return len(changed)


def _days_of(pattern: SchedulePattern) -> Iterator[datetime.date]:
    day = pattern.season_from
    day += datetime.timedelta(days=(pattern.weekday - day.weekday()) % 7)
    while day <= pattern.season_to:
        yield day
        day += ONE_WEEK


def _slot(pattern: SchedulePattern, day: datetime.date) -> VisitSlot:
    return VisitSlot(
        venue=pattern.venue,
        pattern=pattern,
        starts_at=_moment(day, pattern.starts_at),
        ends_at=_moment(day, pattern.ends_at),
        max_groups=pattern.max_groups,
        max_pupils=pattern.max_pupils,
    )


def time_on(
    pattern: SchedulePattern, day: datetime.date
) -> tuple[datetime.datetime, datetime.datetime] | None:
    """From when until when a slot of that day is; None where the clocks change at that hour."""
    if _clock_reason(pattern, day):
        return None
    return _moment(day, pattern.starts_at), _moment(day, pattern.ends_at)


def _moment(day: datetime.date, clock: datetime.time) -> datetime.datetime:
    """Ten o'clock is ten o'clock in summer and in winter: wall-clock time in Amsterdam."""
    return timezone.make_aware(datetime.datetime.combine(day, clock))


def _clock_reason(pattern: SchedulePattern, day: datetime.date) -> str:
    """Why a wall-clock time does not exist once that day: 02:30 when the clocks change."""
    for clock in (pattern.starts_at, pattern.ends_at):
        start = _moment(day, clock)
        round_trip = timezone.localtime(start.astimezone(datetime.UTC))
        other = start.replace(fold=1).utcoffset()
        if round_trip.time() != clock or other != start.utcoffset():
            return _("The clocks change at that hour.")
    return ""
