"""How long people really worked: the one sum that pages, lists and figures use.

Elapsed time, so that a night on which the clock changes has its real length; what overlaps counts
once; a shift that was missed, or whose visit was called off, counts for nothing
(`Shift.objects.worked()`).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from core.dates import NO_TIME, elapsed
from roster.models.shift import ShiftQuerySet


def by_person(shifts: ShiftQuerySet) -> dict[int, datetime.timedelta]:
    """The key of each person → how long, of those of `shifts` that count; one query."""
    return _by("person_id", shifts)


def by_holder(shifts: ShiftQuerySet) -> dict[str, datetime.timedelta]:
    """`by_person`, but who has a row at each of two hubs is one (`Person.holder`)."""
    return _by("holder", shifts)


def by_person_in_year(shifts: ShiftQuerySet, year: int) -> dict[int, datetime.timedelta]:
    """`by_person` of the school year starting in `year`."""
    return by_person(shifts.in_year(year))


def _by(column: str, shifts: ShiftQuerySet) -> dict[Any, datetime.timedelta]:
    spans = defaultdict(list)
    for one in shifts.worked().exclude(person=None).order_by("starts_at"):
        spans[getattr(one, column)].append(one.worked_span)
    return {key: elapsed(found) for key, found in spans.items()}


def total(hours: Iterable[datetime.timedelta]) -> datetime.timedelta:
    return sum(hours, NO_TIME)


def in_hours(length: datetime.timedelta) -> float:
    """The number of hours, with quarters: 2.25."""
    return round(length / datetime.timedelta(minutes=15)) / 4
