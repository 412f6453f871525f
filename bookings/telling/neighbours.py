"""Whose letter a class changes by coming, going or growing: others in the same visit.

A programme is made for so many classes, and each gets its share of the components whoever else
comes (`bookings/rotation/`). Only where a class needs more than its share, or an earlier one goes,
do the groups of others move; they have their letter already, so they are told.
"""

import copy
from collections.abc import Iterable, Sequence

from django.db.models import Q
from django.utils import timezone

from bookings.models import Booking, BookingEvent, State, Visit
from bookings.rotation.timetable import routes
from programmes.models import Component


def affected(events: Sequence[BookingEvent]) -> list[Booking]:
    """Confirmed bookings of others whose groups these events send another way.

    The events come oldest first, with the facts of their bookings.
    """
    first: dict[int, BookingEvent] = {}
    for event in events:
        first.setdefault(event.booking_id, event)
    before = [one for one in map(_before, first.values()) if one]
    visits = {event.booking.visit_id: event.booking.visit for event in events}
    left = {one.visit_id for one in before} - visits.keys()
    if left:
        visits |= Visit.objects.select_related("programme", "slot").in_bulk(left)
    found: list[Booking] = []
    for visit in visits.values():
        if visit.slot.starts_at > timezone.now():
            found += _affected_in(visit, [one for one in before if one.visit_id == visit.pk], first)
    return found


def _before(event: BookingEvent) -> Booking | None:
    """The booking as it stood in a visit before the event; None if it did not yet."""
    if event.from_state != State.CONFIRMED:
        return None
    booking = copy.copy(event.booking)
    if event.move == "reschedule":
        booking.visit_id = event.data.get("visit", booking.visit_id)
    if event.move == "change_numbers":
        booking.pupils = event.data["from"][0]
    return booking


def _affected_in(
    visit: Visit, before: list[Booking], own: dict[int, BookingEvent]
) -> list[Booking]:
    # Mostly nobody else is in it, so its own count says; who comes later has a mail of her own.
    theirs = [one.booking for one in own.values() if one.booking.visit_id == visit.pk]
    if visit.groups_taken == sum(one.is_holding for one in theirs):
        return []
    of_programme = Component.objects.filter(programme=visit.programme_id)
    components = list(of_programme.order_by("position", "pk"))
    if not components:
        return []
    now = list(visit.bookings.promised().order_by("pk"))
    along = _moved_along(own.values())
    others = [one for one in now if one.pk not in own and one.pk not in along]
    if not others:
        return []
    then = sorted([*others, *before], key=lambda booking: booking.pk)
    told, current = routes(visit, components, then), routes(visit, components, now)
    found = [one.pk for one in others if told[one.pk] != current[one.pk]]
    # Mostly nobody: only who is told comes with all that a mail says.
    return list(visit.bookings.filter(pk__in=found).with_facts().order_by("pk")) if found else []


def _moved_along(own: Iterable[BookingEvent]) -> set[int]:
    """Bookings that moved from and to the same visits: their own letter comes, or came since."""
    found: set[int] = set()
    for event in own:
        if event.move == "reschedule":
            same = BookingEvent.objects.filter(
                Q(noticed_at=None) | Q(noticed_at__gte=event.at),
                booking__visit=event.booking.visit_id,
                move="reschedule",
                data__visit=event.data.get("visit"),
            )
            found |= set(same.values_list("booking", flat=True))
    return found
