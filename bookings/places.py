"""Places in visits and the zones visits occupy: opening, taking, freeing, moving.

Only moves come here (`BookingLifecycle.change_places`) and the verbs of `bookings/lifecycle/`
and `bookings/visits/`, always inside a transaction. The order of locks on PostgreSQL is
booking → visits → zones, each by primary key; freeing takes no zone locks. The check constraints
of Visit and `zone_claimed_once` stand behind every line here.
"""

import datetime
from collections.abc import Iterable

from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Footprint, Visit, VisitSlot, ZoneClaim
from bookings.waiting import freed_places
from core.dates import ONE_MINUTE
from core.lifecycle import Refused
from core.transactions import stop_writing
from programmes.models import Programme, Zone

TRIES = 3


class VisitFull(Refused):
    message = _("The last places on this date have just gone.")


class ZonesTaken(Refused):
    message = _("Another visit already uses these rooms at that time.")


class DoesNotFit(Refused):
    message = _("This programme takes longer than this half day.")


class VisitGone(Refused):
    """Somebody joined or left a visit, or staff moved it, while it was being changed."""

    message = _("This date has just changed. Please try again.")


def find_or_open(
    slot: VisitSlot,
    programme: Programme,
    *,
    leaving: int | None = None,
    only_planned: bool = False,
) -> Visit:
    """The active visit of this programme in this slot, or a new, still empty one; locked.

    Two who open at once: the second insert waits for the first and then joins it. Its zones are
    claimed with the first place taken. `leaving`: another visit that a class leaves for this
    one, locked along in order of primary key. `only_planned`: not where staff have just closed this
    half day, taken the programme off it or made it one for others. Raises DoesNotFit, VisitGone.
    """
    # Each part of the OR by an index of its own: this is asked while others wait for the lock.
    this = Q(slot=slot, programme=programme, released_at=None)
    for _again in range(TRIES):
        if programme.length <= slot.length:
            groups, pupils = programme.most(slot.max_groups, slot.max_pupils)
            new = Visit(slot=slot, programme=programme, max_groups=groups, max_pupils=pupils)
            Visit.objects.bulk_create([new], ignore_conflicts=True)
        elif not Visit.objects.filter(this).exists():
            raise DoesNotFit
        both = Visit.objects.filter(this | Q(pk=leaving)).order_by("pk")
        locked = both.select_for_update(of=("self",))
        if only_planned:
            # As it is under the lock: `stop_promising` made us wait while staff closed the day.
            planned = VisitSlot.objects.open().filter(
                pk=OuterRef("slot"),
                programmes=programme,
                programmes__audience=programme.audience,
            )
            locked = locked.filter(Q(Exists(planned)) | Q(pk=leaving))
        for visit in locked:
            where = visit.slot_id, visit.programme_id
            if where == (slot.pk, programme.pk) and visit.released_at is None:
                visit.slot, visit.programme = slot, programme  # they are at hand
                return visit
        # Its last class left while we waited for the lock: open another one.
    raise VisitGone


def refuse_full(visit: Visit) -> None:
    """Raise VisitFull where this visit, which is locked, has no place left.

    `change` would find out, and alone decides. But of fifty who want the last place each has the
    lock in turn, so whoever is too late lets go of it at once.
    """
    if not visit.groups_left:
        raise VisitFull


def change(before: Footprint | None, after: Footprint | None) -> None:
    """Free `before` and take `after`.

    Within one visit only the difference counts, so growing from 20 to 24 pupils needs room for
    four. Freeing comes first, so that a move can end in rooms it leaves itself. Raises
    VisitFull, VisitGone or ZonesTaken; the caller's transaction then rolls back.
    """
    if before and after and before.visit_id == after.visit_id:
        groups, pupils = after.groups - before.groups, after.pupils - before.pupils
        _take(Footprint(after.visit_id, groups, pupils))
        if pupils < 0:
            freed_places.freed(after.visit_id)
        return
    both: dict[int, Visit] = {}
    if before and after:
        # Both rows in order of primary key before either is written.
        rows = Visit.objects.filter(pk__in=[before.visit_id, after.visit_id]).order_by("pk")
        rows = rows.select_related("slot", "programme").select_for_update(of=("self",))
        both = {visit.pk: visit for visit in rows}
    if before:
        _free(before)
    if before and after and both[before.visit_id].groups_taken == before.groups:
        keep_own_rooms(both[before.visit_id], both[after.visit_id])
    if after:
        _take(after)


def keep_own_rooms(left: Visit, to: Visit) -> None:
    """Keep rooms that staff chose when all leave a visit for one that opens for them, if each room
    is free then. Else the programme's are claimed, as for any visit.

    The visit that is left has no claims any more.
    """
    if not left.has_own_rooms or to.groups_taken or left.slot.venue_id != to.slot.venue_id:
        return
    rooms = left.own_rooms.values("pk")
    # The programme's too, in one order: these are claimed where the others are not free.
    wanted = Zone.objects.filter(Q(pk__in=rooms) | Q(programmes=to.programme_id)).order_by("pk")
    list(wanted.select_for_update(of=("self",)).values_list("pk"))
    start = to.slot.starts_at
    ends = start.astimezone(datetime.UTC) + to.programme.occupies
    in_use = ZoneClaim.objects.filter(zone__in=rooms, starts_at__lt=ends, ends_at__gt=start)
    if in_use.exists():
        return
    to.has_own_rooms = True
    to.save(update_fields=["has_own_rooms"])
    to.own_rooms.set(left.own_rooms.all())
    claim_again(to)


def _take(footprint: Footprint) -> None:
    """Add to the counters if there is room (a negative number frees; there is room for that)."""
    groups, pupils = footprint.groups, footprint.pupils
    visits = Visit.objects.active().filter(pk=footprint.visit_id)
    room = Q()
    if groups > 0:
        room &= Q(groups_taken__lte=F("max_groups") - groups)
    if pupils > 0:
        room &= Q(pupils_taken__lte=F("max_pupils") - pupils)
    # One conditional UPDATE: whoever comes second sees the counters of whoever came first.
    taken = visits.filter(room).update(
        groups_taken=F("groups_taken") + groups, pupils_taken=F("pupils_taken") + pupils
    )
    if not taken:
        raise VisitFull if visits.exists() else VisitGone
    if groups > 0:
        # Whoever came first claims the zones for all.
        claim_zones(visits.filter(groups_taken=groups))


def _free(footprint: Footprint) -> None:
    visits = Visit.objects.filter(pk=footprint.visit_id)
    visits.update(
        groups_taken=F("groups_taken") - footprint.groups,
        pupils_taken=F("pupils_taken") - footprint.pupils,
    )
    if visits.filter(groups_taken=0).update(released_at=timezone.now()):
        ZoneClaim.objects.filter(visit_id=footprint.visit_id).delete()
    freed_places.freed(footprint.visit_id)


def claim_zones(visits: QuerySet[Visit]) -> None:
    """Claim the programme's zones for the one visit, changeover included; not for one that has
    rooms of its own. Raises ZonesTaken.

    Two transactions that insert into an exclusion constraint at once would deadlock, so the zone
    rows are locked first and the second one waits there. `zone_claimed_once` still refuses what
    is written without these locks.
    """
    zones = (
        Zone.objects.select_for_update(of=("self",))
        .filter(programmes__visits__in=visits, programmes__visits__has_own_rooms=False)
        .annotate(
            visit_id=F("programmes__visits"),
            starts_at=F("programmes__visits__slot__starts_at"),
            minutes=F("programmes__duration") + F("programmes__changeover"),
        )
        .order_by("pk")
    )
    _claim((zone.visit_id, zone, zone.starts_at, zone.minutes) for zone in zones)


def claim_again(visit: Visit) -> None:
    """Claim zones for a visit that gave up its claims: its own rooms, where staff chose some
    (`bookings/visits/rooms.py`). Raises ZonesTaken."""
    if not visit.has_own_rooms:
        claim_zones(Visit.objects.filter(pk=visit.pk))
        return
    rooms = visit.own_rooms.order_by("pk").select_for_update(of=("self",))
    start, takes = visit.slot.starts_at, visit.programme.occupies // ONE_MINUTE
    _claim((visit.pk, room, start, takes) for room in rooms)


def _claim(wanted: Iterable[tuple[int, Zone, datetime.datetime, int]]) -> None:
    claims = [
        ZoneClaim(
            visit_id=visit,
            zone=zone,
            starts_at=start,
            ends_at=start.astimezone(datetime.UTC) + minutes * ONE_MINUTE,
        )
        for visit, zone, start, minutes in wanted
    ]
    try:
        ZoneClaim.objects.bulk_create(claims)
    except IntegrityError as error:
        raise ZonesTaken from error


def stop_promising() -> None:
    """Wait for whoever opens, joins or leaves a visit, and keep others out until this transaction
    ends: a visit being opened is seen by nobody yet, and would claim the old rooms.

    For the rare moment in which staff change rooms.
    """
    stop_writing(Visit, or_locking=True)


def unclaim_zones(visits: QuerySet[Visit]) -> None:
    """Give up the claims of visits that the caller has locked, to claim again in this transaction.

    The zones are locked before the claims are deleted. Somebody else who is claiming them holds
    those locks already and waits for our claims to go; we would then wait for her locks, and
    neither could go on.
    """
    claims = ZoneClaim.objects.filter(visit__in=visits)
    wanted = Zone.objects.filter(programmes__visits__in=visits)
    zones = Zone.objects.filter(Q(pk__in=claims.values("zone")) | Q(pk__in=wanted.values("pk")))
    list(zones.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    claims.delete()
