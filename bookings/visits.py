"""What staff do to a whole visit, with all its classes: move it, or change how many fit.

The moves are those of `lifecycle.py`, one for each class.
"""

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import places
from bookings.lifecycle import MOVES, reschedule
from bookings.models import Booking, State, Visit, VisitSlot
from bookings.refusals import BelowBooked, NothingToMove, SlotPast
from bookings.waiting import door
from core.transactions import retried
from schools.models import User


@retried
def move_visit(*, visit: Visit, slot: VisitSlot, by: User, note: str = "") -> int:
    """Move all classes of a visit to another slot, or none; returns how many classes moved.

    They join the visit that is there, or open one with the maxima of this one. What is over or
    was never confirmed stays behind in this one, on the date that it was about. Raises SlotPast,
    DoesNotFit, NothingToMove, ZonesTaken, VisitFull, VisitGone, ClassAlreadyBooked.
    """
    if slot.starts_at <= timezone.now():
        raise SlotPast
    if visit.programme.length > slot.length:
        raise places.DoesNotFit
    inside = Booking.objects.holding().filter(visit=visit).order_by("pk")
    there = list(inside.with_facts().select_for_update(of=("self",)))
    moving = [booking for booking in there if booking.state in MOVES["reschedule"].sources]
    if not moving:
        raise NothingToMove
    _lock(visit, slot, inside=len(there))
    MOVES.lapse_all(booking for booking in there if booking.state == State.HELD)
    MOVES.lapse_all(Booking.objects.expired().in_the_way(slot, visit.programme))
    # Its rooms are free first, so that it can move to a slot that overlaps this one.
    places.unclaim_zones(Visit.objects.filter(pk=visit.pk))
    to = places.find_or_open(slot, visit.programme)
    if not to.groups_taken:
        maxima = {"max_groups": visit.max_groups, "max_pupils": visit.max_pupils}
        is_other = any(getattr(to, name) != value for name, value in maxima.items())
        maxima["has_own_maxima"] = visit.has_own_maxima or is_other
        Visit.objects.filter(pk=to.pk).update(**maxima)
    for booking in moving:
        reschedule(booking=booking, slot=slot, by=by, note=note)
    places.claim_zones(Visit.objects.active().filter(pk=visit.pk))  # if anybody stayed behind
    return len(moving)


def _lock(visit: Visit, slot: VisitSlot, *, inside: int) -> None:
    """Nobody joins or leaves the visit, nor the one it goes to; or somebody just did."""
    both = Q(pk=visit.pk) | Q(slot=slot, programme=visit.programme)
    rows = Visit.objects.active().filter(both).order_by("pk").select_for_update(of=("self",))
    locked = {row.pk: row for row in rows}
    if visit.pk not in locked or locked[visit.pk].groups_taken != inside:
        raise places.VisitGone
    visit.refresh_from_db(fields=["max_groups", "max_pupils", "has_own_maxima"])


@retried
def set_maxima(*, visit: Visit, max_groups: int, max_pupils: int) -> None:
    """Raise or lower a visit's capacity; never below what is booked (BelowBooked)."""
    if not _limit(visit, max_groups, max_pupils, has_own_maxima=True):
        raise BelowBooked


@retried
def keep_limits(visits: QuerySet[Visit]) -> list[str]:
    """Let visits to come follow the limits of their programme and slot, after staff changed one.

    Returns a line for each that does not: more is booked in it, or its maximum was set by hand.
    """
    coming = visits.filter(released_at=None, slot__starts_at__gt=timezone.now())
    lines = []
    for visit in coming.select_related("slot", "programme").order_by("slot__starts_at", "pk"):
        groups = min(visit.programme.max_groups, visit.slot.max_groups)
        pupils = min(visit.programme.max_pupils, visit.slot.max_pupils)
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


def _limit(visit: Visit, groups: int, pupils: int, **fields: bool) -> bool:
    """Write the maxima where what is booked fits; says whether it does."""
    room = Visit.objects.filter(pk=visit.pk, groups_taken__lte=groups, pupils_taken__lte=pupils)
    if groups > visit.max_groups or pupils > visit.max_pupils:
        door.freed(visit.pk)
    return bool(room.update(max_groups=groups, max_pupils=pupils, **fields))
