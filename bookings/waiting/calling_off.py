"""Staff call a whole visit off: everybody who hangs on it hears so once, and nothing of it is
offered to anybody any more.
"""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from bookings import lifecycle, places
from bookings.models import Booking, State, Visit, VisitWait
from bookings.refusals import SlotPast
from bookings.waiting.visits import LIST
from core.transactions import retried
from schools.models import User
from submissions.models import Ending
from submissions.waiting.lifecycle import LIVE, submissions_of


@dataclass(frozen=True)
class Concerned:
    """Whom it concerns: classes that come, and entries of the waiting list."""

    booked: list[Booking]
    waiting: list[VisitWait]  # for this date: they end
    offered: list[VisitWait]  # wishes that were offered a place in it: they wait on


def concerned(visit: Visit) -> Concerned:
    of_date = Q(slot=visit.slot_id, programme=visit.programme_id)
    waiting = VisitWait.objects.filter(of_date, state__in=LIVE).order_by("pk")
    wishes = VisitWait.objects.filter(slot=None, booking__visit=visit, state__in=LIVE)
    booked = Booking.objects.filter(visit=visit, state__in=lifecycle.COMING).order_by("pk")
    return Concerned(
        list(booked.with_facts()),
        list(waiting.with_facts()),
        list(wishes.exclude(held_until=None).with_facts().order_by("pk")),
    )


@retried
def call_off(*, visit: Visit, by: User, note: str = "") -> Concerned:
    """Cancel all its classes, end what waits for its date, and take it off that half day, so that
    nobody is offered what it leaves. Raises SlotPast, VisitGone."""
    slot = visit.slot
    if slot.starts_at <= timezone.now():
        raise SlotPast
    _lock(visit)
    found = concerned(visit)
    slot.programmes.remove(visit.programme_id)
    for wish in submissions_of(found.offered):
        LIST.wait_on(wish, by=by, note=note)
    for entry in submissions_of(found.waiting):
        LIST.end(entry, Ending.CALLED_OFF, by=by, note=note)
    lifecycle.MOVES.lapse_all(Booking.objects.filter(visit=visit, state=State.HELD).order_by("pk"))
    changes, data = {"attention": ""}, {"why": Ending.CALLED_OFF}
    for booking in found.booked:
        lifecycle.MOVES.apply(booking, "cancel", by=by, note=note, changes=changes, data=data)
        lifecycle.flag_dependents(booking, booking.starts_at, by)
    return found


def _lock(visit: Visit) -> None:
    """Nobody joins it unseen: the classes first, then the visit, and whether they are all."""
    inside = Booking.objects.holding().filter(visit=visit).order_by("pk")
    number = len(inside.select_for_update(of=("self",)))
    locked = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    if locked.groups_taken != number:
        raise places.VisitGone
