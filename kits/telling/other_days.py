"""Other free days of a kit, for those who do not get the days they asked for."""

import datetime

from core.dates import ONE_DAY
from kits.desk_days import Days
from kits.lendable_days import look_at
from kits.models import LoanWait
from kits.rules import LoanItem

# How far from the days asked for others are looked for, and how many are shown.
LOOK_AROUND = datetime.timedelta(weeks=6)
SHOWN = 4


def other_periods(item: LoanItem, number: int = SHOWN) -> list[Days]:
    """Periods around it in which a copy is free, nearest first; two queries. Nothing of a kit that
    is no longer lent."""
    if not item.kit.is_published:
        return []
    starts_on, length = item.starts_on, item.ends_on - item.starts_on
    first, last = starts_on - LOOK_AROUND, starts_on + LOOK_AROUND
    period = look_at(item.kit, first, last, item.delivery, item.booking)
    found = []
    for start in period.desk.days(first, last + ONE_DAY):
        if not period.can_start(start):
            continue
        ends = [one.date for one in period.returns(start) if one.free]
        # As long as asked for, or a little shorter: never longer than the teacher wanted.
        end = max((day for day in ends if day - start <= length), default=None)
        if end is not None and (end - start) * 2 >= length:
            found.append(Days(start, end))
    found.sort(key=lambda other: (abs(other.starts_on - starts_on), other.starts_on))
    return sorted(found[:number])


def others_for(row: LoanWait) -> list[Days]:
    """When it is free, as near as can be."""
    return other_periods(LoanItem(row.kit, row.starts_on, row.ends_on, row.delivery))
