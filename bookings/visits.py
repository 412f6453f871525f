"""What staff do to a whole visit, with all its classes: move it, or change how many fit.

The moves are those of `lifecycle.py`, one for each class.
"""

from django.utils import timezone

from schools.models import User
from tec_site.lifecycle import apply
from tec_site.transactions import retried

from . import places
from .lifecycle import MOVES, expired_in_the_way, lapse_all, reschedule
from .models import Booking, State, Visit, VisitSlot
from .refusals import BelowBooked, NothingToMove, SlotPast


@retried
def move_visit(*, visit: Visit, slot: VisitSlot, by: User, note: str = "") -> int:
    """Move a visit with all its classes to another slot; returns how many classes moved.

    If the programme already runs there the classes join it, all or none. Raises SlotPast,
    DoesNotFit, NothingToMove, ZonesTaken, VisitFull, VisitGone.
    """
    if slot.starts_at <= timezone.now():
        raise SlotPast
    if visit.programme.length > slot.length:
        raise places.DoesNotFit
    moving = Booking.objects.filter(visit=visit, state__in=MOVES["reschedule"].sources)
    bookings = list(moving.with_facts().order_by("pk"))
    if not bookings:
        raise NothingToMove
    lapse_all(Booking.objects.filter(visit=visit, state=State.HELD))
    lapse_all(expired_in_the_way(slot, visit.programme))
    if Visit.objects.active().filter(slot=slot, programme=visit.programme).exists():
        for booking in bookings:
            reschedule(booking=booking, slot=slot, by=by, note=note)
        return len(bookings)
    for booking in bookings:
        data = {"from": booking.starts_at.isoformat(), "to": slot.starts_at.isoformat()}
        changes = {"changed_at": timezone.now()}
        apply(booking, MOVES["reschedule"], by=by, note=note, changes=changes, data=data)
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if visit.groups_taken != len(bookings):
        raise places.VisitGone  # somebody joined or left while we told the others
    visit.slot = slot
    visit.save(update_fields=["slot"])
    places.reclaim_zones(visit)
    return len(bookings)


@retried
def set_maxima(*, visit: Visit, max_groups: int, max_pupils: int) -> None:
    """Raise or lower a visit's capacity; never below what is booked (BelowBooked)."""
    room = Visit.objects.filter(
        pk=visit.pk, groups_taken__lte=max_groups, pupils_taken__lte=max_pupils
    )
    if not room.update(max_groups=max_groups, max_pupils=max_pupils):
        raise BelowBooked
