"""Places in visits and the zones visits occupy: taking, freeing, opening, moving.

Only moves come here (`Booking.change_places`, called by `tec_site.lifecycle.apply`, and the
verbs of `bookings/lifecycle.py`), always inside a transaction. The order of locks on
PostgreSQL is booking → visits → zones, each by primary key. A check constraint and
`zone_claimed_once` stand behind every line here.
"""

from typing import TYPE_CHECKING, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programmes.models import Programme, Zone
from tec_site.lifecycle import Refused

if TYPE_CHECKING:
    from .models import Visit, VisitSlot


class VisitFull(Refused):
    message = _("The last places on this date have just gone.")


class ZonesTaken(Refused):
    message = _("Another visit already uses these rooms at that time.")


class DoesNotFit(Refused):
    message = _("This programme takes longer than this half day.")


class VisitGone(Refused):
    """The visit was released between looking and taking; the verb looks again."""

    message = _("This date has just changed. Please choose again.")


class Footprint(NamedTuple):
    """What one booking holds: a number of groups and pupils in a visit."""

    visit_id: int
    groups: int
    pupils: int


def change(before: Footprint | None, after: Footprint | None) -> None:
    """Free `before` and take `after`, visits in order of primary key.

    Within one visit only the difference counts, so growing from 20 to 24 pupils needs room for
    four. Raises VisitFull or VisitGone; the caller's transaction then rolls back.
    """
    deltas: dict[int, tuple[int, int]] = {}
    for footprint, sign in ((before, -1), (after, +1)):
        if footprint is not None:
            groups, pupils = deltas.get(footprint.visit_id, (0, 0))
            deltas[footprint.visit_id] = (
                groups + sign * footprint.groups,
                pupils + sign * footprint.pupils,
            )
    for visit_id in sorted(deltas):
        _count(visit_id, *deltas[visit_id])


def _count(visit_id: int, groups: int, pupils: int) -> None:
    from .models import Visit

    visits = Visit.objects.filter(pk=visit_id, released_at=None)
    # One conditional UPDATE: whoever comes second sees the counters of whoever came first.
    room = Q(groups_taken__lte=F("max_groups") - groups) if groups > 0 else Q()
    if pupils > 0:
        room &= Q(pupils_taken__lte=F("max_pupils") - pupils)
    taken = visits.filter(room).update(
        groups_taken=F("groups_taken") + groups, pupils_taken=F("pupils_taken") + pupils
    )
    if not taken:
        raise VisitFull if visits.exists() else VisitGone
    if groups < 0:
        _release_if_empty(visit_id)


def _release_if_empty(visit_id: int) -> None:
    from .models import Visit, ZoneClaim

    released = Visit.objects.filter(pk=visit_id, groups_taken=0).update(released_at=timezone.now())
    if released:
        ZoneClaim.objects.filter(visit_id=visit_id).delete()


def find_or_open(slot: "VisitSlot", programme: Programme) -> "Visit":
    """The active visit of this programme in this slot; opened, zones and all, if there is none.

    Two who open at once: the second insert waits for the first and then joins it. Raises
    ZonesTaken or DoesNotFit.
    """
    from .models import Visit

    active = Visit.objects.active().filter(slot=slot, programme=programme)
    visit = active.first()
    if visit is not None:
        return visit
    if programme.length > slot.length:
        raise DoesNotFit
    try:
        with transaction.atomic():
            visit = Visit.objects.create(
                slot=slot,
                programme=programme,
                max_groups=min(programme.max_groups, slot.max_groups),
                max_pupils=min(programme.max_pupils, slot.max_pupils),
            )
            claim_zones(visit)
    except IntegrityError:
        visit = active.first()
        if visit is None:
            raise
    return visit


def claim_zones(visit: "Visit") -> None:
    """Claim the programme's zones for the visit. Raises ZonesTaken.

    The zone rows are locked before inserting: two transactions that insert into an exclusion
    constraint at once would deadlock; the constraint is the net, the locks are the queue.
    """
    from .models import ZoneClaim

    zones = list(
        Zone.objects.select_for_update(of=("self",))
        .filter(programmes=visit.programme_id)
        .order_by("pk")
    )
    starts_at = visit.slot.starts_at
    ends_at = starts_at + visit.programme.occupies
    try:
        with transaction.atomic():
            ZoneClaim.objects.bulk_create(
                ZoneClaim(visit=visit, zone=zone, starts_at=starts_at, ends_at=ends_at)
                for zone in zones
            )
    except IntegrityError as error:
        raise ZonesTaken from error
