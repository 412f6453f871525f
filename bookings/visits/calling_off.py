"""Staff call a whole visit off: everybody who hangs on it hears so once, and nothing of it is
offered to anybody any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from bookings import lifecycle
from bookings.models import Booking, State, Visit, VisitWait
from bookings.moving import take_along
from bookings.refusals import SlotPast
from bookings.visits import lock_with_classes
from bookings.waiting.visit_list import LIST
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
    held: list[Booking]  # not confirmed yet: they lapse

    @property
    def in_a_line(self) -> str:
        """Who, and how each stands; another line where somebody joined, left or changed."""
        rows = [*self.booked, *self.held, *self.waiting, *self.offered]
        return " ".join(f"{type(row).__name__}:{row.pk}:{row.state}:{row.pupils}" for row in rows)


def concerned(visit: Visit) -> Concerned:
    return concerned_in(visit.slot_id, visit.programme_id)


def concerned_in(slot: int, programme: int) -> Concerned:
    """Of a programme in a slot, by their keys: whether there is a visit yet or not."""
    there = Visit.objects.active().filter(slot=slot, programme=programme)
    waiting = VisitWait.objects.filter(slot=slot, programme=programme, state__in=LIVE)
    wishes = VisitWait.objects.filter(slot=None, booking__visit__in=there, state__in=LIVE)
    inside = Booking.objects.filter(visit__in=there).order_by("pk")
    booked = inside.filter(state__in=lifecycle.COMING)
    return Concerned(
        list(booked.with_facts()),
        list(waiting.order_by("pk").with_facts()),
        list(wishes.exclude(held_until=None).with_facts().order_by("pk")),
        list(inside.filter(state=State.HELD)),
    )


@retried
def call_off(
    *, visit: Visit, by: User, note: str = "", along: Mapping[str, str] | None = None
) -> Concerned:
    """Cancel all its classes with what goes along, as `along` says; end what waits for its date,
    and take it off that half day, so that nobody is offered what it leaves. Raises SlotPast,
    VisitGone, and the refusals of what goes along."""
    slot = visit.slot
    if slot.starts_at <= timezone.now():
        raise SlotPast
    lock_with_classes(visit)
    found = concerned(visit)
    slot.programmes.remove(visit.programme_id)
    let_go(found, by=by, note=note)
    for booking in found.booked:
        take_along(booking, along or {}, left=slot.day, by=by)
    return found


def let_go(found: Concerned, *, by: User, note: str, keep_booked: bool = False) -> None:
    """End what waits for the date, and cancel who comes unless that goes on elsewhere; part of a
    verb's transaction, after which the date is offered to nobody."""
    for wish in submissions_of(found.offered):
        LIST.wait_on(wish, by=by, note=note)
    for entry in submissions_of(found.waiting):
        LIST.end(entry, Ending.CALLED_OFF, by=by, note=note)
    lifecycle.MOVES.lapse_all(found.held)
    changes, data = {"attention": ""}, {"why": Ending.CALLED_OFF}
    for booking in () if keep_booked else found.booked:
        lifecycle.MOVES.apply(booking, "cancel", by=by, note=note, changes=changes, data=data)
        lifecycle.flag_dependents(booking, booking.starts_at, by)
