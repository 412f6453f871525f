"""A shift as an iCalendar event: in mails, and in the calendar that a person follows.

Nothing here holds a token: calendars are shared and forwarded.
"""

import datetime
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Event

from core import calendars
from core.calendars import Method, Text
from core.dates import start_of_day
from roster.models import Person, Shift, ShiftEvent
from roster.models.shift import ShiftQuerySet


def invitation(shift: Shift, person: Person) -> bytes:
    """METHOD:REQUEST, for the mail that says that it is hers, or has moved."""
    event = _invited(shift, person, is_hers=True)
    event.add_component(calendars.alarm(event))
    return calendars.calendar([event], method=Method.REQUEST)


def cancellation(shift: Shift, person: Person) -> bytes:
    """METHOD:CANCEL, for the mail that says that it is off."""
    return calendars.calendar([_invited(shift, person, is_hers=False)], method=Method.CANCEL)


def feed(person: Person) -> bytes:
    """What she has, a year back and all ahead; what she had stays, cancelled, until it is past."""
    events = [event_of(one, is_hers=one.person_id == person.pk) for one in for_feed(person)]
    title = _("My shifts at %(hub)s") % {"hub": person.hub.short_name}
    return calendars.calendar(events, name=title)


def for_feed(person: Person) -> ShiftQuerySet:
    today = timezone.localdate()
    first = start_of_day(today.replace(year=today.year - 1, day=1))
    had = ShiftEvent.objects.filter(shift=OuterRef("pk"), person=person)
    hers = Q(person=person, starts_at__gte=first) & Q(state__in=Shift.states.where(is_listed=True))
    gone = Q(starts_at__gte=start_of_day(today)) & Q(Exists(had))
    return Shift.objects.filter(hers | gone).with_facts().order_by("starts_at", "pk")


def last_change(shifts: Iterable[Shift]) -> datetime.datetime | None:
    return max((one.changed_at for one in shifts), default=None)


def event_of(shift: Shift, *, is_hers: bool) -> Event:
    venue = shift.visit.slot.venue
    event = calendars.event_of(
        shift,
        shift.uid,
        summary=_("Shift: %(programme)s") % {"programme": shift.programme.shown.title},
        location=venue.address,
        status=shift.standing.calendar if is_hers else "CANCELLED",
    )
    event["DTSTART"] = calendars.local(shift.starts_at)
    event["DTEND"] = calendars.local(shift.ends_at)
    event["CONTACT"] = Text(venue.hub.contact)
    return event


def _invited(shift: Shift, person: Person, *, is_hers: bool) -> Event:
    event, hub = event_of(shift, is_hers=is_hers), shift.visit.slot.venue.hub
    calendars.invite(event, hub, email=person.email, name=person.name)
    return event
