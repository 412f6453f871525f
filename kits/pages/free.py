"""What a class can borrow on some days: every kit of which a box is free to collect then."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from core.dates import ONE_DAY
from core.kinds import Wish
from kits.availability import KitCalendar, calendars
from kits.days import desk_calendars, free_again_on
from kits.models import Delivery, LessonKit
from kits.pages.month import Period


class Free(NamedTuple):
    kit: LessonKit
    starts_on: datetime.date  # the first of the days on which it can be collected


def free_on(wish: Wish) -> list[Free]:
    """In order of that day; four queries."""
    kits = list(
        LessonKit.objects.published()
        .filter(
            year_from__lte=wish.year_group,
            year_to__gte=wish.year_group,
            max_pupils__gte=wish.pupils,
        )
        .select_related("venue__hub")
    )
    found = [
        Free(period.kit, day) for period in _periods(kits, wish) for day in _start(period, wish)
    ]
    return sorted(found, key=lambda one: (one.starts_on, one.kit.pk))


def _periods(kits: list[LessonKit], wish: Wish) -> Iterable[Period]:
    if not kits:
        return []
    longest = max(kit.loan_days for kit in kits)
    before = max(free_again_on(kit, wish.last + longest * ONE_DAY) for kit in kits)
    desks = desk_calendars({kit.venue for kit in kits}, wish.first, before, Delivery.DESK)
    copies = calendars(wish.first, before, kits)
    return [Period(kit, desks[kit.venue_id], copies.get(kit.pk, KitCalendar())) for kit in kits]


def _start(period: Period, wish: Wish) -> list[datetime.date]:
    """The first day, or none, on which one can collect a box and bring it back another."""
    days = period.desk.days(wish.first, wish.last + ONE_DAY)
    starts = (day for day in days if period.can_start(day))
    return [day for day in starts if any(one.free for one in period.returns(day))][:1]
