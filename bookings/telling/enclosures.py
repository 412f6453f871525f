"""What goes with a mail about bookings: calendar files, and the letter."""

from collections.abc import Iterable, Sequence

from django.utils import translation

from bookings.models import Booking, BookingEvent, State
from bookings.telling import documents, ical
from bookings.telling.stays import stays_of
from core.calendars import Method, content_type
from core.mail.queue import Attachment
from submissions.models import Submission
from submissions.sharing.readers import Reader, reader_at
from submissions.telling import LetterEnclosure

# Bookings that go into the calendars of who has them, or out.
Calendar = Sequence[tuple[Booking, Method]]


class Letter(LetterEnclosure):
    name = "letter"

    def letter(self, submission_id: str, to: str) -> bytes | None:
        found = Submission.objects.select_related("school", "organisation", "hub")
        submission = found.filter(pk=submission_id).first()
        reader = reader_at(submission, to) if submission else None
        if submission is None or reader is None:
            return None
        submission.seen_as = reader.companions
        return documents.letter(submission)


def invitations(bookings: Iterable[Booking]) -> list[tuple[Booking, Method]]:
    """A request is not in the school's calendar yet."""
    return [(one, Method.REQUEST) for one in bookings if one.state == State.CONFIRMED]


def cancellations(
    bookings: list[Booking], events: list[BookingEvent]
) -> list[tuple[Booking, Method]]:
    """Calendars only know what was confirmed to them before these events."""
    invited = set(
        BookingEvent.objects.filter(
            booking__in=bookings, notice="confirmed", pk__lt=events[0].pk
        ).values_list("booking", flat=True)
    )
    return [(booking, Method.CANCEL) for booking in bookings if booking.pk in invited]


def calendar_files(calendar: Calendar, reader: Reader) -> list[Attachment]:
    """For the calendar of a reader: one for the classes of hers that come together."""
    files: list[Attachment] = []
    for method, write in ((Method.REQUEST, ical.invitation), (Method.CANCEL, ical.cancellation)):
        hers = [one for one, how in calendar if how == method and reader.has(one)]
        for stay in stays_of(hers):
            with translation.override(reader.language):
                content = write(*stay.bookings, reader=reader)
            name = f"{reader.submission.file_name}-{len(files) + 1}.ics"
            files.append(Attachment(name, content, content_type(method)))
    return files


def letter_for(reader: Reader) -> str:
    submission = reader.submission
    return Letter().marker(submission.pk, reader, documents.letter_filename(submission))
