"""The mails about bookings: one function per notice of the table of moves.

Each gets the events of one submission that belong together, and tells how things stand *now*:
a worker that comes late does not confirm what was cancelled meanwhile, nor remind of the past.
"""

import datetime
import itertools
from collections.abc import Collection, Iterable, Sequence

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, BookingEvent, State, by_date, was_asked
from bookings.still_coming import KNOWN_FOR, is_near
from bookings.telling import enclosures, neighbours
from bookings.telling.links import BookingLink, ProposalLink, StillComingLink
from bookings.telling.mail import BookingMail
from core.documents import can_be_made
from core.mail.queue import Message
from schools.audience import Audience
from submissions.models import Ending, Submission
from submissions.sharing.readers import readers_of

OTHER_WAY = {
    Audience.SCHOOLS: _(
        "The groups go along the components in another way, because another class comes, changes "
        "or does not come. The letter with this mail replaces the one you have."
    ),
    Audience.GROUPS: _(
        "You go along the components in another way, because another group comes, changes or does "
        "not come. The letter with this mail replaces the one you have."
    ),
}

# --- One function per notice -----------------------------------------------------------------


def mails_of(events: list[BookingEvent]) -> list[Message]:
    """The mails that tell of these events, which have the same notice."""
    match events[0].notice:
        case "confirmed":
            return confirmed(events)
        case "requested":
            return requested(events)
        case "declined":
            return declined(events)
        case "cancelled":
            return cancelled(events)
        case "changed":
            return changed(events)
        case "date_kept":
            return date_kept(events)
        case "reminder":
            return reminder(events)
        case "still_coming":
            return still_coming(events)
        case "proposed" | "joined_by":
            return proposed(events)
    raise LookupError(events[0].notice)


def confirmed(events: list[BookingEvent]) -> list[Message]:
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    calendar = enclosures.invitations(bookings)
    # The letter goes along as far as anything is confirmed.
    mail = BookingMail(
        "confirmed", events[0].word_from_us, calendar=calendar, with_letter=bool(calendar)
    )
    return [*mail.to_all(bookings), *_to_neighbours(events)]


def requested(events: list[BookingEvent]) -> list[Message]:
    bookings = _upcoming(_bookings(events, {State.REQUESTED}))
    return BookingMail("requested", events[0].word_from_us).to_all(bookings)


def declined(events: list[BookingEvent]) -> list[Message]:
    bookings = _bookings(events, {State.DECLINED})
    return BookingMail("declined", events[0].word_from_us).to_all(bookings)


def cancelled(events: list[BookingEvent]) -> list[Message]:
    bookings = _bookings(events, {State.CANCELLED})
    mail = BookingMail(
        "cancelled",
        events[0].word_from_us,
        calendar=enclosures.cancellations(bookings, events),
        with_resting=True,
        by_us=events[0].data.get("why") == Ending.CALLED_OFF,
    )
    return [*mail.to_all(bookings), *_to_neighbours(events)]


def changed(events: list[BookingEvent]) -> list[Message]:
    """Where other classes of the submission were cancelled in the same go, that is told along, with
    all that remains; the calendars of what did not change are left alone."""
    bookings = _upcoming(_bookings(events, {State.CONFIRMED, State.REQUESTED}))
    went = [event for event in events if event.move == "cancel"]
    gone = _bookings(went, {State.CANCELLED})
    remaining = _upcoming(_that_remain(gone[0].submission)) if gone else bookings
    if gone and not remaining:
        return cancelled(events)
    told = [event for event in events if event.booking in bookings or event.booking in gone]
    calendar = [*enclosures.invitations(bookings), *enclosures.cancellations(gone, events)]
    moved = [event.booking for event in events if event.move == "reschedule"]
    mails = []
    for reader, hers in readers_of([*remaining, *gone]):
        if not any(reader.has(event.booking) for event in told):
            continue  # of another class of hers nothing changed
        # Of who has nothing left of it, it is cancelled.
        left = [booking for booking in hers if booking in remaining]
        mail = BookingMail(
            "changed" if left else "cancelled",
            events[0].word_from_us,
            told=told,
            calendar=calendar,
            with_letter=bool(left and calendar),
            with_resting=not left,
            is_asked=_is_asked([one for one in bookings if reader.has(one)], moved),
            came_near=[one for one in moved if one in left and is_near(one.visit.slot.day)],
        )
        mails.append(mail.to(reader, left or hers))
    return [*mails, *_to_neighbours(events)]


def _that_remain(submission: Submission) -> list[Booking]:
    found = Booking.objects.filter(submission=submission, state__in=State.where(is_coming=True))
    return list(found.with_facts().order_by("visit__slot__starts_at", "visit", "pk"))


def _is_asked(bookings: Sequence[Booking], moved: Sequence[Booking]) -> bool:
    """Whether this mail must ask if they come: one was asked and is open again since, or we moved
    it to a near date."""
    keys = [one.pk for one in bookings]
    near = [one.pk for one in moved if is_near(one.visit.slot.day)]
    is_open = Booking.objects.unanswered().filter(pk__in=keys)
    return is_open.filter(Q(pk__in=near) | was_asked()).exists()


def date_kept(events: list[BookingEvent]) -> list[Message]:
    """The answer to a question for another date; none where it was moved or cancelled since."""
    bookings = _upcoming(_bookings(events, {State.CONFIRMED, State.REQUESTED}))
    told = [event for event in events if event.booking in bookings]
    return BookingMail("date_kept", events[0].word_from_us, told).to_all(bookings)


def reminder(events: list[BookingEvent]) -> list[Message]:
    about = events[0].about
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    # Moved to another day since: that day gets a reminder of its own.
    bookings = [booking for booking in bookings if booking.visit.slot.day == about]
    is_asked = _is_open(bookings)
    mail = BookingMail(
        "reminder",
        events[0].word_from_us,
        is_asked=is_asked,
        link=StillComingLink if is_asked else BookingLink,
        expires_at=_first_start(bookings),
    )
    return mail.to_all(bookings)


def _is_open(bookings: Sequence[Booking]) -> bool:
    """Whether one still has to say that it comes: no 'yes' yet, and not lately confirmed."""
    silent = {one.pk for one in bookings if not one.said_yes}
    lately = BookingEvent.objects.filter(
        booking__in=silent, notice="confirmed", at__gt=timezone.now() - KNOWN_FOR
    )
    return bool(silent.difference(lately.order_by().values_list("booking", flat=True)))


def still_coming(events: list[BookingEvent]) -> list[Message]:
    """The question, with the preparation; none to those who answered since, or moved."""
    about = events[0].about
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    bookings = [one for one in bookings if one.visit.slot.day == about and not one.said_yes]
    start = _first_start(bookings)
    mail = BookingMail(
        "still_coming", events[0].word_from_us, link=StillComingLink, expires_at=start
    )
    return mail.to_all(bookings)


def proposed(events: list[BookingEvent]) -> list[Message]:
    """Tell a small class that it could come with another, on another date; or, 'joined_by', that
    another may come on its own. None to those who moved or cancelled meanwhile."""
    name = events[0].notice
    link = ProposalLink if name == "proposed" else BookingLink
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    bookings = [one for one in bookings if one.visit.slot.day == events[0].about]
    told = [event for event in events if event.booking in bookings]
    return BookingMail(name, events[0].word_from_us, told, link=link).to_all(bookings)


# --- What they have in common ----------------------------------------------------------------


def _bookings(events: Iterable[BookingEvent], states: Collection[str]) -> list[Booking]:
    """The bookings of the events that are in one of these states, each once."""
    bookings = {event.booking_id: event.booking for event in events}.values()
    found = [booking for booking in bookings if booking.state in states]
    return sorted(found, key=by_date)


def _upcoming(bookings: Iterable[Booking]) -> list[Booking]:
    now = timezone.now()
    return [booking for booking in bookings if booking.starts_at > now]


def _first_start(bookings: Iterable[Booking]) -> datetime.datetime | None:
    """After which a reminder is of no use."""
    return min((booking.starts_at for booking in bookings), default=None)


def _to_neighbours(events: list[BookingEvent]) -> list[Message]:
    """A new letter to whose groups go another way through what another class did."""
    affected = neighbours.affected(events)
    if not affected or not can_be_made():
        return []
    mails = []
    for submission, bookings in itertools.groupby(
        sorted(affected, key=lambda booking: (booking.submission_id, booking.starts_at)),
        key=lambda booking: booking.submission,
    ):
        if submission == events[0].booking.submission and events[0].notice != "cancelled":
            continue  # the letter about all her classes has just gone along
        other_way = OTHER_WAY[submission.audience]
        mails += BookingMail("changed", other_way, with_letter=True).to_all(list(bookings))
    return mails
