"""What else is free when the days asked for are not: the same length, as near as can be."""

import datetime
from typing import NamedTuple

from bookings.models import Booking
from core.dates import ONE_DAY
from kits.models import LessonKit
from kits.pages.month import look_at

LOOK_AROUND = datetime.timedelta(days=42)


class Other(NamedTuple):
    starts_on: datetime.date
    ends_on: datetime.date


def other_periods(
    kit: LessonKit,
    starts_on: datetime.date,
    ends_on: datetime.date,
    delivery: str,
    booking: Booking | None = None,
    number: int = 4,
) -> list[Other]:
    """Periods within six weeks in which a copy is free, nearest first; two queries."""
    length = ends_on - starts_on
    first, last = starts_on - LOOK_AROUND, starts_on + LOOK_AROUND
    period = look_at(kit, first, last, delivery, booking)
    found = []
    for start in period.desk.days(first, last + ONE_DAY):
        if not period.can_start(start):
            continue
        ends = [one.date for one in period.returns(start) if one.free]
        # As long as asked for, or a little shorter: never longer than the teacher wanted.
        end = max((day for day in ends if day - start <= length), default=None)
        if end is not None and (end - start) * 2 >= length:
            found.append(Other(start, end))
    found.sort(key=lambda other: (abs(other.starts_on - starts_on), other.starts_on))
    return sorted(found[:number])
