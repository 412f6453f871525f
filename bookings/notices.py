"""The mails about bookings: one function per notice of the table of moves.

Each gets the events of one submission that belong together, and tells how things stand *now*:
a worker that comes late does not confirm what was cancelled meanwhile, nor remind of the past.
"""

import datetime
import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone, translation

from schools import links
from schools.models import Submission
from tec_site import mail_templates, mailer, notices
from tec_site.calendars import Method, content_type
from tec_site.documents import DocumentsUnavailable
from tec_site.mail_queue import Attachment, Message

from . import documents, ical
from .models import FACTS, Booking, BookingEvent, State, Visit

LINK = "booking"  # the kind of marker


def register() -> None:
    """Called when the app is ready."""
    notices.register(
        BookingEvent,
        {
            "confirmed": confirmed,
            "requested": requested,
            "declined": declined,
            "cancelled": cancelled,
            "changed": changed,
            "reminder": reminder,
        },
        together=["booking__submission"],
        related=[f"booking__{fact}" for fact in FACTS],
    )
    mailer.register(LINK, link_to, otherwise=lambda: settings.SITE_URL)


def link_to(submission_id: str) -> str | None:
    """What a mail's link stands for while it is sent."""
    submission = Submission.objects.filter(pk=submission_id).first()
    return links.link_to(submission, "bookings:booking") if submission else None


# --- One function per notice -----------------------------------------------------------------


def confirmed(events: list[BookingEvent]) -> list[Message]:
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    return _mail("confirmed", events, bookings, with_invitations=True)


def requested(events: list[BookingEvent]) -> list[Message]:
    return _mail("requested", events, _upcoming(_bookings(events, {State.REQUESTED})))


def declined(events: list[BookingEvent]) -> list[Message]:
    return _mail("declined", events, _bookings(events, {State.DECLINED}))


def cancelled(events: list[BookingEvent]) -> list[Message]:
    bookings = _bookings(events, {State.CANCELLED})
    # Calendars only know what was confirmed to them before.
    invited = set(
        BookingEvent.objects.filter(
            booking__in=bookings, notice="confirmed", pk__lt=events[0].pk
        ).values_list("booking", flat=True)
    )
    files = [
        _calendar_file(booking, number, Method.CANCEL)
        for number, booking in enumerate(bookings, start=1)
        if booking.pk in invited
    ]
    return _mail("cancelled", events, bookings, files=files)


def changed(events: list[BookingEvent]) -> list[Message]:
    bookings = _upcoming(_bookings(events, {State.CONFIRMED, State.REQUESTED}))
    return _mail("changed", events, bookings, with_invitations=True)


def reminder(events: list[BookingEvent]) -> list[Message]:
    about = events[0].about
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    # Moved to another day since: that day gets a reminder of its own.
    bookings = [booking for booking in bookings if booking.visit.slot.day == about]
    start = min((booking.starts_at for booking in bookings), default=None)
    return _mail("reminder", events, bookings, expires_at=start)


# --- What they have in common ----------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """The classes of a submission that come in the same visit."""

    visit: Visit
    bookings: list[Booking]

    @property
    def goes_ahead(self) -> bool:
        return self.bookings[0].is_holding

    @property
    def starts_at(self) -> datetime.datetime:
        return timezone.localtime(self.bookings[0].starts_at)

    @property
    def ends_at(self) -> datetime.datetime:
        return timezone.localtime(self.bookings[0].ends_at)

    @property
    def change_until(self) -> datetime.date:
        return self.bookings[0].change_until

    @property
    def can_change(self) -> bool:
        return timezone.localdate() <= self.change_until

    @property
    def cancel_until(self) -> datetime.date:
        return self.bookings[0].cancel_until

    @property
    def can_cancel(self) -> bool:
        return timezone.localdate() <= self.cancel_until

    @property
    def bring(self) -> list[str]:
        lines = self.visit.programme.bring.splitlines()
        return [line.strip() for line in lines if line.strip()]


def _bookings(events: Iterable[BookingEvent], states: Collection[str]) -> list[Booking]:
    """The bookings of the events that are in one of these states, each once."""
    bookings = {event.booking_id: event.booking for event in events}.values()
    found = [booking for booking in bookings if booking.state in states]
    return sorted(found, key=lambda booking: (booking.starts_at, booking.visit_id, booking.pk))


def _upcoming(bookings: Iterable[Booking]) -> list[Booking]:
    now = timezone.now()
    return [booking for booking in bookings if booking.starts_at > now]


def _mail(
    name: str,
    events: list[BookingEvent],
    bookings: list[Booking],
    *,
    files: Iterable[Attachment] = (),
    with_invitations: bool = False,
    expires_at: datetime.datetime | None = None,
) -> list[Message]:
    if not bookings:
        return []
    submission = bookings[0].submission
    attachments = list(files)
    letter = None
    if with_invitations:
        attachments += _invitations(bookings)
        letter = _letter(submission) if attachments else None
    stays = [
        Stay(visit, list(group))
        for visit, group in itertools.groupby(bookings, key=lambda booking: booking.visit)
    ]
    message = mail_templates.render(
        f"booking_{name}",
        to=submission.email,
        language=submission.language,
        context={
            "submission": submission,
            "stays": stays,
            "first": stays[0],
            "venue": stays[0].visit.slot.venue,
            "count": len(bookings),
            "note": events[0].note.strip(),
            "link": mailer.marker(LINK, submission.pk, to=submission.email),
            "has_calendar": bool(attachments),
            "has_letter": letter is not None,
        },
        attachments=[*attachments, *([letter] if letter else [])],
        reply_to=stays[0].visit.slot.venue.email,
        expires_at=expires_at,
    )
    return [message]


def _invitations(bookings: Iterable[Booking]) -> list[Attachment]:
    """A calendar file per class. A request is not in the school's calendar yet."""
    return [
        _calendar_file(booking, number, Method.REQUEST)
        for number, booking in enumerate(bookings, start=1)
        if booking.state == State.CONFIRMED
    ]


def _calendar_file(booking: Booking, number: int, method: Method) -> Attachment:
    write = ical.cancellation if method == Method.CANCEL else ical.invitation
    name = f"tec-{booking.submission.reference}-{number}.ics"
    with translation.override(booking.submission.language):
        return Attachment(name, write(booking), content_type(method))


def _letter(submission: Submission) -> Attachment | None:
    """The letter; None where the libraries that make PDFs are missing."""
    try:
        content = documents.letter(submission)
    except DocumentsUnavailable:
        return None
    return Attachment(documents.letter_filename(submission), content, "application/pdf")
