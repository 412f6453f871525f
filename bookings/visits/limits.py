"""How many classes and pupils fit in a visit, and in a half day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Visit, VisitSlot
from bookings.places import VisitGone
from bookings.refusals import BelowBooked
from bookings.waiting import freed_places
from core.backoffice.changes import log_values
from core.transactions import retried


@dataclass(frozen=True)
class Limited:
    number: int  # of slots that have another maximum now
    kept: list[str]  # a line for each visit that does not follow


@retried
def set_maxima(
    *, visit: Visit, max_groups: int, max_pupils: int, seen: tuple[int, int] | None = None
) -> None:
    """Raise or lower a visit's capacity; never below what is booked (BelowBooked). Raises VisitGone
    where the maxima are neither those that were `seen` nor already these."""
    now = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if seen is not None and (now.max_groups, now.max_pupils) not in (
        seen,
        (max_groups, max_pupils),
    ):
        raise VisitGone
    if not _limit(now, max_groups, max_pupils, has_own_maxima=True):
        raise BelowBooked


@retried
def keep_limits(visits: QuerySet[Visit]) -> list[str]:
    """Let visits to come follow the limits of their programme and slot, after staff changed one.

    Returns a line for each that does not: more is booked in it, or its maximum was set by hand.
    """
    coming = visits.filter(released_at=None, slot__starts_at__gt=timezone.now())
    lines = []
    for visit in coming.select_related("slot", "programme").order_by("slot__starts_at", "pk"):
        groups, pupils = visit.programme.most(visit.slot.max_groups, visit.slot.max_pupils)
        if (visit.max_groups, visit.max_pupils) == (groups, pupils):
            continue
        if visit.has_own_maxima:
            words = _("%(visit)s keeps its own maximum, which was set by hand.")
        elif _limit(visit, groups, pupils):
            continue
        else:
            words = _("%(visit)s keeps its maximum: more is booked in it.")
        lines.append(words % {"visit": visit})
    return lines


@retried
def limit_slots(slots: QuerySet[VisitSlot], given: Mapping[str, int], *, by: Any) -> Limited:
    """Give each of these slots the maxima that are given, of classes, pupils or both."""
    keys = list(slots.values_list("pk", flat=True))  # the list they come from may be grouped
    rows = VisitSlot.objects.filter(pk__in=keys).order_by("pk").select_for_update(of=("self",))
    changes = []
    for slot in rows:
        before = {name: getattr(slot, name) for name in given}
        if before != given:
            changes.append((slot, [(name, before[name], value) for name, value in given.items()]))
    changed = VisitSlot.objects.filter(pk__in=[slot.pk for slot, _values in changes])
    changed.update(**given)
    log_values(by, changes)
    return Limited(len(changes), keep_limits(Visit.objects.filter(slot__in=changed)))


def _limit(visit: Visit, groups: int, pupils: int, **fields: bool) -> bool:
    """Write the maxima where what is booked fits; says whether it does."""
    room = Visit.objects.filter(pk=visit.pk, groups_taken__lte=groups, pupils_taken__lte=pupils)
    if groups > visit.max_groups or pupils > visit.max_pupils:
        freed_places.freed(visit.pk)
    return bool(room.update(max_groups=groups, max_pupils=pupils, **fields))
