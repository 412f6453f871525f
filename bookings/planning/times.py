"""A pattern got another time: its slots to come follow once staff say so. What somebody counts on
stays at the time that was told, and is named, to be moved with its visit.
"""

import datetime
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from bookings.models import SchedulePattern, Visit, VisitSlot, VisitWait
from bookings.planning.schedule import time_on
from bookings.waiting import freed_places
from core.backoffice.changes import log_values
from core.kinds import kinds
from core.transactions import retried
from submissions.waiting.lifecycle import LIVE


@dataclass(frozen=True)
class OtherTime:
    """A slot that is at another time than its pattern."""

    slot: VisitSlot
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    is_promised: bool  # somebody has, had or waits for its date
    visits: list[Visit]  # that go ahead there


def at_another_time(pattern: SchedulePattern) -> list[OtherTime]:
    """The slots to come on its weekday; two queries more where there are any."""
    coming = pattern.slots.filter(starts_at__gt=timezone.now()).order_by("starts_at")
    found = []
    for slot in coming:
        span = time_on(pattern, slot.day)
        if slot.day.weekday() == pattern.weekday and span not in (None, _span(slot)):
            found.append((slot, span))
    if not found:
        return []
    keys = [slot.pk for slot, _span in found]
    visits: dict[int, list[Visit]] = defaultdict(list)
    for visit in Visit.objects.filter(slot__in=keys).select_related("programme", "slot"):
        visits[visit.slot_id].append(visit)
    counted_on = promised(keys)
    return [
        OtherTime(
            slot,
            *span,
            is_promised=slot.pk in counted_on,
            visits=[one for one in visits[slot.pk] if one.released_at is None],
        )
        for slot, span in found
        if span
    ]


def promised(slots: Collection[int]) -> set[int]:
    """Keys of `slots` on whose date somebody counts: has it, had it or waits for it."""
    visits = Visit.objects.filter(slot__in=slots).order_by().values_list("slot")
    waits = VisitWait.objects.filter(slot__in=slots, state__in=LIVE).order_by()
    return {slot for (slot,) in visits.union(waits.values_list("slot")).order_by()}


@retried
def retime_slots(pattern: SchedulePattern, *, by: Any) -> int:
    """Give the time of the pattern to those on which nobody counts; returns how many. Nobody gets
    one meanwhile."""
    for kind in kinds():
        kind.stop_promising()
    changes = []
    for one in at_another_time(pattern):
        if one.is_promised:
            continue
        before, after = _span(one.slot), (one.starts_at, one.ends_at)
        VisitSlot.objects.filter(pk=one.slot.pk).update(starts_at=after[0], ends_at=after[1])
        names = ("starts_at", "ends_at")
        changes.append((one.slot, list(zip(names, before, after, strict=True))))
    log_values(by, changes)
    freed_places.opened()
    return len(changes)


def _span(slot: VisitSlot) -> tuple[datetime.datetime, datetime.datetime]:
    return slot.starts_at, slot.ends_at
