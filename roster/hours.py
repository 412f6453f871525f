"""How long people really worked: the one sum that pages, lists and figures use.

Elapsed time, so that a night on which the clock changes has its real length; what overlaps counts
once; a shift that was missed, or whose visit was called off, counts for nothing
(`Shift.objects.worked()`).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from roster.models import Shift
from roster.models.shift import ShiftQuerySet

Span = tuple[datetime.datetime, datetime.datetime]
NOTHING = datetime.timedelta()


def by_person(shifts: ShiftQuerySet) -> dict[int, datetime.timedelta]:
    """The key of each person → how long, of those of `shifts` that count; one query."""
    spans: dict[int, list[Span]] = defaultdict(list)
    for one in shifts.worked().exclude(person=None).order_by("starts_at"):
        assert one.person_id is not None
        spans[one.person_id].append(_in_utc(one))
    return {person: _elapsed(found) for person, found in spans.items()}


def by_person_in_year(shifts: ShiftQuerySet, year: int) -> dict[int, datetime.timedelta]:
    """The same of the school year that starts in `year`."""
    return by_person(shifts.in_year(year))


def total(hours: Iterable[datetime.timedelta]) -> datetime.timedelta:
    return sum(hours, NOTHING)


def in_hours(length: datetime.timedelta) -> float:
    """The number of hours, with quarters: 2.25."""
    return round(length / datetime.timedelta(minutes=15)) / 4


def length_of(shift: Shift) -> datetime.timedelta:
    """How long one shift is, whatever overlaps it."""
    start, end = _in_utc(shift)
    return end - start


def _in_utc(shift: Shift) -> Span:
    """Aware datetimes of one zone subtract by the clock on the wall unless they are in UTC."""
    start, end = shift.worked_span
    return start.astimezone(datetime.UTC), end.astimezone(datetime.UTC)


def _elapsed(spans: list[Span]) -> datetime.timedelta:
    """The length of the union of spans."""
    length, until = NOTHING, datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for start, end in sorted(spans):
        length += max(NOTHING, end - max(start, until))
        until = max(until, end)
    return length
