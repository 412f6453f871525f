"""Other rooms for a visit than those of its programme: staff choose them, or two visits swap.

Bookings are locked before visits, and these before zones, each by primary key, as everywhere;
`zone_claimed_once` refuses what overlaps.
"""

from collections.abc import Collection, Mapping

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import places
from bookings.lifecycle import MOVES
from bookings.models import Booking, Visit, ZoneClaim
from bookings.refusals import SlotPast
from bookings.visits.moving import lock_all
from bookings.waiting import freed_places
from core.lifecycle import Refused
from core.transactions import retried
from programmes.models import Component, Zone
from schools.models import User


class RoomsFixed(Refused):
    message = _("The components of this programme have rooms of their own, so it stays in these.")


class NoRoom(Refused):
    message = _("Choose one room at least, of the venue of this visit.")


def rooms_of(visit: Visit) -> list[Zone]:
    """The rooms in which it is now."""
    return list(Zone.objects.filter(claims__visit=visit).order_by("position", "name"))


def names_by_visit(visits: QuerySet[Visit]) -> dict[int, list[str]]:
    """The rooms that each has claimed, by name; one query."""
    found: dict[int, list[str]] = {}
    claims = ZoneClaim.objects.filter(visit__in=visits).order_by("zone__position", "zone__name")
    for visit, name in claims.values_list("visit", "zone__name"):
        found.setdefault(visit, []).append(name)
    return found


def rehouse(
    visits: QuerySet[Visit], before: Mapping[int, list[str]], *, by: User, note: str
) -> None:
    """One event for each class whose visit has other rooms than `before`; nobody gets a mail."""
    after = names_by_visit(visits)
    others = [visit for visit, names in after.items() if names != before.get(visit)]
    for booking in Booking.objects.holding().filter(visit__in=others).order_by("pk"):
        data = {"from": before.get(booking.visit_id, []), "to": after[booking.visit_id]}
        changes = {"changed_at": timezone.now()}  # for calendars of zones
        MOVES.apply(booking, "rehouse", by=by, note=note, data=data, changes=changes)


def beside(visit: Visit) -> list[Visit]:
    """The other visits at its venue while it is there: with these it can swap."""
    mine = ZoneClaim.objects.filter(visit=visit).order_by("pk").first()
    if mine is None:
        return []
    overlapping = ZoneClaim.objects.filter(
        zone__venue=visit.slot.venue_id, starts_at__lt=mine.ends_at, ends_at__gt=mine.starts_at
    )
    others = Visit.objects.active().filter(pk__in=overlapping.values("visit"))
    others = others.exclude(pk=visit.pk).select_related("slot__venue", "programme")
    return list(others.order_by("slot__starts_at", "pk"))


@retried
def give_rooms(
    *,
    visit: Visit,
    zones: Collection[Zone],
    by: User,
    note: str = "",
    seen: Mapping[int, list[str]] | None = None,
) -> None:
    """Raises NoRoom, RoomsFixed, SlotPast, ZonesTaken, VisitGone (also where it is in other rooms
    than were `seen`, as `names_by_visit` gives them)."""
    lock_all([visit])
    _refuse_unseen([visit], seen)
    _change({visit: list(zones)}, by=by, note=note)


@retried
def swap_rooms(
    *,
    visit: Visit,
    other: Visit,
    by: User,
    note: str = "",
    seen: Mapping[int, list[str]] | None = None,
) -> None:
    """Each gets the rooms of the other. Raises what `give_rooms` raises: who swaps what a colleague
    has just swapped would swap it back."""
    lock_all([visit, other])
    _refuse_unseen([visit, other], seen)
    _change({visit: rooms_of(other), other: rooms_of(visit)}, by=by, note=note)


def _refuse_unseen(changing: Collection[Visit], seen: Mapping[int, list[str]] | None) -> None:
    rows = Visit.objects.filter(pk__in=[one.pk for one in changing])
    if seen is not None and names_by_visit(rows) != seen:
        raise places.VisitGone


def _change(rooms: Mapping[Visit, list[Zone]], *, by: User, note: str) -> None:
    keys = [visit.pk for visit in rooms]
    _refuse(rooms)
    locked = Visit.objects.filter(pk__in=keys)
    wanted = {zone.pk for zones in rooms.values() for zone in zones}
    zones = Zone.objects.filter(
        Q(pk__in=wanted)
        | Q(pk__in=ZoneClaim.objects.filter(visit__in=keys).values("zone"))
        | Q(pk__in=Zone.objects.filter(programmes__visits__in=keys).values("pk"))
    )
    list(zones.order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    before = names_by_visit(locked)
    places.unclaim_zones(locked)
    for visit, chosen in sorted(rooms.items(), key=lambda item: item[0].pk):
        visit.has_own_rooms = set(chosen) != set(visit.programme.zones.all())
        visit.own_rooms.set(chosen if visit.has_own_rooms else [])
        visit.save(update_fields=["has_own_rooms"])
        places.claim_again(visit)
    rehouse(locked, before, by=by, note=note)
    freed_places.opened()


def _refuse(rooms: Mapping[Visit, list[Zone]]) -> None:
    for visit, zones in rooms.items():
        if visit.slot.starts_at <= timezone.now():
            raise SlotPast
        if not zones or any(zone.venue_id != visit.slot.venue_id for zone in zones):
            raise NoRoom
    programmes = [visit.programme_id for visit in rooms]
    if Component.objects.filter(programme__in=programmes).exclude(zone=None).exists():
        raise RoomsFixed
