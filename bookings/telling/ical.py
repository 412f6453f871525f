"""A booking as an iCalendar event: in mails, as a download, in feeds.

Every booking is one VEVENT with a UID of its own, for each can be moved or cancelled alone. Classes
that come together are in one file, which is opened once. Nothing here holds a token: calendars are
shared and forwarded.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from icalendar import Event, vText, vUri

from bookings.models import Booking, BookingEvent, State, Visit
from bookings.models.booking import BookingQuerySet
from core import calendars
from core.calendars import Method, Text
from core.dates import start_of_day
from core.kinds import Feed
from programmes.models import Venue
from submissions.kinds import under
from submissions.models import Submission
from submissions.sharing.readers import Reader, reader_who_asked

# Raise it when events say something else or something more: feeds are then fetched again.
EDITION = 3


def booking_page(submission: Submission) -> str:
    """The address of the page about these bookings; it opens only to those signed in."""
    return settings.SITE_URL + reverse("bookings:booking", args=[submission.public_id])


def invitation(*bookings: Booking, reader: Reader | None = None) -> bytes:
    """METHOD:REQUEST, for the mail that confirms or changes; see `calendars.content_type`."""
    events = [_invited(booking, reader) for booking in bookings]
    for event in events:
        event.add_component(calendars.alarm(event))
    return calendars.calendar(events, method=Method.REQUEST)


def cancellation(*bookings: Booking, reader: Reader | None = None) -> bytes:
    """METHOD:CANCEL, for the mail that says it is off. Only after an invitation."""
    events = [_invited(booking, reader) for booking in bookings]
    for event in events:
        event["STATUS"] = vText("CANCELLED")
    return calendars.calendar(events, method=Method.CANCEL)


def download(bookings: Iterable[Booking]) -> bytes:
    """No METHOD: a file to add to one's own calendar."""
    events = [for_school(booking) for booking in bookings]
    for event in events:
        if event["STATUS"] != "CANCELLED":
            event.add_component(calendars.alarm(event))
    return calendars.calendar(events)


# --- What a feed shows, and whether it changed ---------------------------------------------


def followed(feed: Feed, key: int) -> BookingQuerySet:
    """The bookings that a feed is about; which of them it shows, says `for_feed`."""
    found = Booking.objects.all()
    match feed:
        case Feed.MINE:
            return found.visible_to(key)
        case Feed.SCHOOL:
            return found.filter(under(school=key))
        case Feed.VENUE:
            return found.filter(visit__slot__venue=key)
        case Feed.ZONE:
            # A visit from which everybody withdrew has no claims left, but its change counts.
            uses = Q(claims__zone=key) | Q(programme__zones=key, released_at__isnull=False)
            return found.filter(visit__in=Visit.objects.filter(uses))
    return found


def events(feed: Feed, bookings: BookingQuerySet) -> list[Event]:
    """The events of a feed, as its readers may know them."""
    shown = for_feed(bookings)
    if feed == Feed.MINE:
        return [for_school(booking) for booking in shown]
    if feed == Feed.SCHOOL:
        return [for_colleagues(booking) for booking in shown]
    return [for_staff(booking) for booking in shown]


def for_feed(bookings: BookingQuerySet) -> BookingQuerySet:
    """What of `bookings` a feed shows, in order."""
    promised = Q(state__in=[*State.where(is_listed=True), *State.where(is_offer=True)])
    shown = bookings.filter(promised | _called_off())
    return with_columns(shown).order_by("visit__slot__starts_at", "pk")


def with_columns(bookings: BookingQuerySet) -> BookingQuerySet:
    """`bookings` with what their events are made of."""
    facts = bookings.select_related(
        "submission__school", "submission__organisation", "visit__slot__venue", "visit__programme"
    )
    return facts.only(*_COLUMNS)


def _called_off() -> Q:
    """What calendars had and does not go ahead: until its day has passed, so that a program which
    forgets nothing by itself learns of it."""
    known = State.where(is_listed=True)
    was_known = BookingEvent.objects.filter(booking=OuterRef("pk"), from_state__in=known)
    coming = Q(visit__slot__starts_at__gte=start_of_day(timezone.localdate()))
    return coming & Q(Exists(was_known), state__in=State.where(is_off=True))


def words(schools_of: QuerySet[Booking] | None = None) -> list[Any]:
    """What events say besides what a booking says itself; who asked for these bookings too."""
    # All venues and programmes: they are few.
    offered = Venue.objects.order_by("pk", "programmes__pk").values_list(
        *("pk", "name", "street", "postcode", "city"),
        *(
            f"programmes__{name}"
            for name in ("pk", "title", "title_en", "duration", "bring", "bring_en")
        ),
    )
    found: list[Any] = [EDITION, list(offered)]
    if schools_of is not None:
        askers = ("school_id", "school__name", "organisation_id", "organisation__name")
        nobody = {"submission__school": None, "submission__organisation": None}
        asked = schools_of.order_by().exclude(**nobody)
        names = asked.values_list(*(f"submission__{name}" for name in askers))
        found.append(sorted(names.distinct(), key=str))
    return found


_COLUMNS = (
    *("uid", "party_name", "year_from", "year_to", "level", "group_kind", "pupils", "supervisors"),
    *("state", "sequence", "changed_at"),
    *("submission__public_id", "submission__reference"),
    *("submission__typed_school_name", "submission__typed_organisation"),
    *("submission__school__name", "submission__organisation__name"),
    "visit__slot__starts_at",
    *(f"visit__slot__venue__{name}" for name in ("name", "street", "postcode", "city")),
    *(
        f"visit__programme__{name}"
        for name in ("title", "title_en", "duration", "bring", "bring_en")
    ),
)


# --- One event -----------------------------------------------------------------------------


def _event(booking: Booking, summary: str, description: Iterable[str]) -> Event:
    """What every reader gets. `bookings` come with their facts (`with_facts()`)."""
    status, location = booking.standing.calendar, booking.visit.slot.venue.address
    if booking.standing.is_offer:
        summary = _("Offer: %(summary)s") % {"summary": summary}
    event = calendars.event_of(
        booking, booking.uid, summary=summary, location=location, status=status
    )
    event["DTSTART"] = calendars.local(booking.starts_at)
    event["DTEND"] = calendars.local(booking.ends_at)
    event["DESCRIPTION"] = Text("\n".join(line for line in description if line))
    is_busy = status != "CANCELLED" and not booking.standing.is_offer
    event["TRANSP"] = vText("OPAQUE" if is_busy else "TRANSPARENT")
    return event


def for_school(booking: Booking) -> Event:
    """What the teacher who booked it sees."""
    page = booking_page(booking.submission)
    event = _event(
        booking,
        _("%(programme)s with %(class_name)s")
        % {"programme": booking.visit.programme.shown.title, "class_name": booking.party_name},
        [
            _numbers(booking),
            _("Reference: %(reference)s") % {"reference": booking.submission.reference},
            _bring(booking),
            _("Everything about this visit: %(address)s") % {"address": page},
        ],
    )
    event["URL"] = vUri(page)
    return event


def for_colleagues(booking: Booking) -> Event:
    """What a teacher sees of her school: what and when, not who booked."""
    return _event(
        booking,
        _("%(programme)s with %(class_name)s")
        % {"programme": booking.visit.programme.shown.title, "class_name": booking.party_name},
        [_numbers(booking), _bring(booking)],
    )


def for_staff(booking: Booking) -> Event:
    """What staff see of a venue or a zone."""
    return _event(
        booking,
        _("%(programme)s: %(class_name)s, %(school)s")
        % {
            "programme": booking.visit.programme.shown.title,
            "class_name": booking.party_name,
            "school": booking.submission.asker_name,
        },
        [
            _numbers(booking),
            _("Reference: %(reference)s") % {"reference": booking.submission.reference},
            str(booking.get_state_display()),
        ],
    )


def _numbers(booking: Booking) -> str:
    return f"{booking.year_groups}, {booking.numbers}"


def _bring(booking: Booking) -> str:
    things = ", ".join(booking.visit.programme.shown.bring.lines)
    return _("Bring: %(things)s") % {"things": things} if things else ""


def _invited(booking: Booking, reader: Reader | None) -> Event:
    event, hub = for_school(booking), booking.submission.hub
    reader = reader or reader_who_asked(booking.submission)
    event["CONTACT"] = Text(hub.contact)
    calendars.invite(event, hub, email=reader.email, name=reader.name)
    return event
