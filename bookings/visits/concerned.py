"""Whom it concerns when something is done to a whole visit."""

from dataclasses import dataclass

from bookings import lifecycle
from bookings.models import Booking, State, Visit, VisitWait
from submissions.waiting.lifecycle import LIVE


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

    def is_as(self, seen: str) -> bool:
        """Whether they are who was `seen` in that line. Where nobody is left it was done already:
        by the first of two clicks, or a colleague."""
        return self.in_a_line in ("", seen)


def concerned(visit: Visit) -> Concerned:
    return concerned_in(visit.slot_id, visit.programme_id)


def concerned_in(slot: int, programme: int) -> Concerned:
    """Everyone in a programme in a slot (keys), whether it has a visit yet or not."""
    # Its key, looked up first: PostgreSQL does not look into a subquery behind a dozen joined
    # tables, and would read all bookings of all years.
    active = Visit.objects.active().filter(slot=slot, programme=programme)
    there = list(active.values_list("pk", flat=True))
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
