"""A whole visit moves, with all its classes: a move of `bookings/lifecycle/` for each."""

from collections.abc import Collection, Mapping

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import places
from bookings.lifecycle import MOVES, make_way, reschedule
from bookings.models import Booking, State, Visit, VisitSlot
from bookings.moving import take_along
from bookings.refusals import NothingToMove, SlotPast
from bookings.visits.concerned import concerned
from core.transactions import retried
from schools.models import User
from submissions.models import Ending


@retried
def move_visit(
    *,
    visit: Visit,
    slot: VisitSlot,
    by: User,
    note: str = "",
    along: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> int:
    """Move all classes of a visit to another slot with what goes along, as `along` says, or none;
    returns how many classes moved.

    They join the visit that is there, or open one with the maxima of this one and in its rooms,
    where staff chose these and they are free. What is over or was never confirmed stays behind in
    this one, on the date that it was about. Raises SlotPast,
    DoesNotFit, NothingToMove, ZonesTaken, VisitFull, VisitGone (also where it concerns others than
    were `seen`), ClassAlreadyBooked, and the refusals of what goes along.
    """
    if slot.starts_at <= timezone.now():
        raise SlotPast
    if visit.programme.length > slot.length:
        raise places.DoesNotFit
    there = lock_with_classes(visit, to=slot)
    moving = [booking for booking in there if booking.state in MOVES["reschedule"].sources]
    if not moving:
        raise NothingToMove
    if seen is not None and not concerned(visit).is_as(seen):
        raise places.VisitGone
    held = [booking for booking in there if booking.state == State.HELD]
    MOVES.lapse_all(held, by=by, why=Ending.CALLED_OFF)
    make_way(slot, visit.programme)
    # Its rooms are free first, so that it can move to a slot that overlaps this one.
    places.unclaim_zones(Visit.objects.filter(pk=visit.pk))
    to = places.find_or_open(slot, visit.programme)
    if not to.groups_taken:
        maxima = {"max_groups": visit.max_groups, "max_pupils": visit.max_pupils}
        is_other = any(getattr(to, name) != value for name, value in maxima.items())
        maxima["has_own_maxima"] = visit.has_own_maxima or is_other
        Visit.objects.filter(pk=to.pk).update(**maxima)
    places.keep_own_rooms(visit, to)
    left = visit.slot.day
    for booking in moving:
        reschedule(booking=booking, slot=slot, by=by, note=note)
    for booking in moving:
        take_along(booking, along or {}, left=left, by=by)
    if Visit.objects.active().filter(pk=visit.pk).exists():  # somebody stayed behind
        places.claim_again(visit)
    return len(moving)


def other_rooms(left: Visit, there: Visit) -> str:
    """What to say where rooms that staff chose for a visit are not those in which it is now."""
    before, after = left.room_names, there.room_names
    if not left.has_own_rooms or before == after:
        return ""
    rooms = {"from": ", ".join(before), "to": ", ".join(after)}
    return _("It is in %(to)s instead of %(from)s.") % rooms


def lock_all(visits: Collection[Visit]) -> None:
    """Nobody moves, joins or leaves any of these meanwhile: their classes are locked first, as
    everywhere. Raises VisitGone where one is not there any more."""
    keys = {one.pk for one in visits}
    inside = Booking.objects.holding().filter(visit__in=keys).order_by("pk")
    list(inside.select_for_update(of=("self",)).values_list("pk"))
    rows = Visit.objects.active().filter(pk__in=keys).order_by("pk")
    if len(rows.select_for_update(of=("self",)).values_list("pk")) < len(keys):
        raise places.VisitGone


def lock_with_classes(visit: Visit, *, to: VisitSlot | None = None) -> list[Booking]:
    """Nobody joins or leaves the visit unseen, nor the one `to` which it goes: its classes are
    locked first, as everywhere, and returned. Raises VisitGone where somebody just did.
    """
    inside = Booking.objects.holding().filter(visit=visit).order_by("pk")
    there = list(inside.select_for_update(of=("self",)))  # each is read anew to be moved
    joined = Q(slot=to, programme=visit.programme_id, released_at=None)
    both = Visit.objects.filter(Q(pk=visit.pk) | joined).order_by("pk")
    locked = {row.pk: row for row in both.select_for_update(of=("self",))}
    if locked[visit.pk].groups_taken != len(there):
        raise places.VisitGone
    visit.refresh_from_db(fields=["max_groups", "max_pupils", "has_own_maxima", "has_own_rooms"])
    return there
