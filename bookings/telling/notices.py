"""The mails about bookings: one function per notice of the table of moves.

Each gets the events of one submission that belong together, and tells how things stand *now*:
a worker that comes late does not confirm what was cancelled meanwhile, nor remind of the past.
"""

import datetime
import itertools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bookings import rules
from bookings.models import Booking, BookingEvent, State, by_date, was_asked
from bookings.preparing import is_near
from bookings.telling import dates, enclosures, neighbours, wording
from bookings.telling.around import AroundStay
from bookings.telling.links import BookingLink, ProposalLink, StillComingLink
from core.documents import can_be_made
from core.kinds import kinds
from core.mail.queue import Message
from core.text.bilingual import Words
from submissions.models import Ending, Submission
from submissions.sharing.readers import Reader, readers_of
from submissions.telling import mail_about
from submissions.wording import DateLink

# Who was confirmed so lately has just said that she comes.
KNOWN_FOR = datetime.timedelta(days=3)

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
    return [*_with_letter("confirmed", events, bookings), *_to_neighbours(events)]


def requested(events: list[BookingEvent]) -> list[Message]:
    bookings = _upcoming(_bookings(events, {State.REQUESTED}))
    return _mail("requested", bookings, note=events[0].word_from_us)


def declined(events: list[BookingEvent]) -> list[Message]:
    return _mail("declined", _bookings(events, {State.DECLINED}), note=events[0].word_from_us)


def cancelled(events: list[BookingEvent]) -> list[Message]:
    bookings = _bookings(events, {State.CANCELLED})
    by_us = events[0].data.get("why") == Ending.CALLED_OFF
    note, calendar = events[0].word_from_us, enclosures.cancellations(bookings, events)
    details: dict[str, Any] = {"calendar": calendar, "with_resting": True, "by_us": by_us}
    mails = _mail("cancelled", bookings, note=note, **details)
    return [*mails, *_to_neighbours(events)]


def changed(events: list[BookingEvent]) -> list[Message]:
    """Where other classes of the submission were cancelled in the same go, that is told along, with
    all that stays; the calendars of what did not change are left alone."""
    bookings = _upcoming(_bookings(events, {State.CONFIRMED, State.REQUESTED}))
    went = [event for event in events if event.move == "cancel"]
    gone = _bookings(went, {State.CANCELLED})
    if gone and not (stays := _upcoming(_that_stay(gone[0].submission))):
        return cancelled(events)
    told = [event for event in events if event.booking in bookings or event.booking in gone]
    calendar = [*enclosures.invitations(bookings), *enclosures.cancellations(gone, events)]
    moved = [event.booking for event in events if event.move == "reschedule"]
    rows, mails = stays if gone else bookings, []
    for reader, hers in readers_of([*rows, *gone]):
        if not any(reader.has(event.booking) for event in told):
            continue  # of another class of hers nothing changed
        # Of who has nothing left of it, it is cancelled.
        left = [booking for booking in hers if booking in rows]
        mails.append(
            _mail_to(
                reader,
                "changed" if left else "cancelled",
                left or hers,
                note=events[0].word_from_us,
                calendar=calendar,
                with_letter=bool(left and calendar),
                told=told,
                with_resting=not left,
                is_asked=_is_asked([one for one in bookings if reader.has(one)], moved),
                came_near=[one for one in moved if one in left and is_near(one.visit.slot.day)],
            )
        )
    return [*mails, *_to_neighbours(events)]


def _that_stay(submission: Submission) -> list[Booking]:
    found = Booking.objects.filter(submission=submission, state__in=State.where(is_coming=True))
    return list(found.with_facts().order_by("visit__slot__starts_at", "visit", "pk"))


def _is_asked(bookings: Sequence[Booking], moved: Sequence[Booking]) -> bool:
    """Whether one of them was asked whether it comes, and is open again since; or was moved to a
    near date by us, of which this mail asks."""
    keys = [one.pk for one in bookings]
    near = [one.pk for one in moved if is_near(one.visit.slot.day)]
    is_open = Booking.objects.unanswered().filter(pk__in=keys)
    return is_open.filter(Q(pk__in=near) | was_asked()).exists()


def date_kept(events: list[BookingEvent]) -> list[Message]:
    """The answer to who asked for another date; of one that was moved or cancelled since, none."""
    bookings = _upcoming(_bookings(events, {State.CONFIRMED, State.REQUESTED}))
    told = [event for event in events if event.booking in bookings]
    return _mail("date_kept", bookings, note=events[0].word_from_us, told=told)


def reminder(events: list[BookingEvent]) -> list[Message]:
    about = events[0].about
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    # Moved to another day since: that day gets a reminder of its own.
    bookings = [booking for booking in bookings if booking.visit.slot.day == about]
    start = min((booking.starts_at for booking in bookings), default=None)
    open_still = Booking.objects.unanswered().filter(pk__in=[one.pk for one in bookings])
    lately = BookingEvent.objects.filter(
        booking=OuterRef("pk"), notice="confirmed", at__gt=timezone.now() - KNOWN_FOR
    )
    is_asked = open_still.exclude(Exists(lately)).exists()
    return _mail(
        "reminder",
        bookings,
        note=events[0].word_from_us,
        link=StillComingLink if is_asked else BookingLink,
        is_asked=is_asked,
        expires_at=start,
    )


def still_coming(events: list[BookingEvent]) -> list[Message]:
    """The question, with the preparation; of who answered since, or moved, there is none."""
    about = events[0].about
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    bookings = [one for one in bookings if one.visit.slot.day == about and not one.said_yes]
    start = min((booking.starts_at for booking in bookings), default=None)
    return _mail(
        "still_coming",
        bookings,
        note=events[0].word_from_us,
        link=StillComingLink,
        expires_at=start,
    )


def proposed(events: list[BookingEvent]) -> list[Message]:
    """To a small class: it could come with another one, on another date; or, 'joined_by', another
    one may come on its own. To who moved or cancelled meanwhile there is none."""
    name = events[0].notice
    link = ProposalLink if name == "proposed" else BookingLink
    bookings = _upcoming(_bookings(events, {State.CONFIRMED}))
    bookings = [one for one in bookings if one.visit.slot.day == events[0].about]
    told = [event for event in events if event.booking in bookings]
    return _mail(name, bookings, note=events[0].word_from_us, told=told, link=link)


# --- What they have in common ----------------------------------------------------------------


@dataclass(frozen=True)
class MailStay(AroundStay):
    """With what a mail says of it."""

    @property
    def goes_ahead(self) -> bool:
        return self.bookings[0].is_holding

    @property
    def bring(self) -> Words:
        return self.visit.programme.shown.bring


def _bookings(events: Iterable[BookingEvent], states: Collection[str]) -> list[Booking]:
    """The bookings of the events that are in one of these states, each once."""
    bookings = {event.booking_id: event.booking for event in events}.values()
    found = [booking for booking in bookings if booking.state in states]
    return sorted(found, key=by_date)


def _upcoming(bookings: Iterable[Booking]) -> list[Booking]:
    now = timezone.now()
    return [booking for booking in bookings if booking.starts_at > now]


def _with_letter(
    name: str, events: list[BookingEvent], bookings: list[Booking], **details: Any
) -> list[Message]:
    """With calendar files and the letter, as far as anything is confirmed."""
    calendar, note = enclosures.invitations(bookings), events[0].word_from_us
    letter = bool(calendar)
    return _mail(name, bookings, note=note, calendar=calendar, with_letter=letter, **details)


def _changes(events: list[BookingEvent]) -> list[str]:
    """What changed, in order; once where it is the same for all."""
    if not events:
        return []
    lines: dict[Booking, list[str]] = {}
    for event in events:
        lines.setdefault(event.booking, []).append(wording.sentence(event))
    first, *others = lines.values()
    if all(other == first for other in others):
        return first
    return [f"{booking.party_name}: {line}" for booking, of in lines.items() for line in of]


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
        with translation.override(submission.language):
            note = _(
                "The groups go along the components in another way, because another class comes, "
                "changes or does not come. The letter with this mail replaces the one you have."
            )
        mails += _mail("changed", list(bookings), note=note, with_letter=True)
    return mails


def _mail(name: str, bookings: list[Booking], **details: Any) -> list[Message]:
    """A mail for every reader, each about the classes that are hers."""
    return [_mail_to(reader, name, hers, **details) for reader, hers in readers_of(bookings)]


def _mail_to(
    reader: Reader,
    name: str,
    bookings: list[Booking],
    *,
    note: str,
    calendar: enclosures.Calendar = (),
    with_letter: bool = False,
    told: Sequence[BookingEvent] = (),
    with_resting: bool = False,
    by_us: bool = False,
    is_asked: bool = False,
    came_near: Sequence[Booking] = (),
    link: type[BookingLink] = BookingLink,
    expires_at: datetime.datetime | None = None,
) -> Message:
    files = enclosures.calendar_files(calendar, reader)
    has_letter = with_letter and (not calendar or bool(files))
    gone = [event.booking for event in told if event.move == "cancel" and reader.has(event.booking)]
    cancelled = bookings if with_resting else gone
    concerned = list(dict.fromkeys([*bookings, *gone]))
    resting = [one for booking in cancelled for one in rules.resting_on(booking)]
    with translation.override(reader.language):
        context: dict[str, Any] = {
            "note": note,
            "changes": _changes([event for event in told if reader.has(event.booking)]),
            "resting": wording.resting_in_words(resting),
            "along": [line for kind in kinds() for line in kind.said_beside(concerned)],
            "others": _others(bookings) if by_us else [],
        }
    stays = _mail_stays(bookings)
    context |= {
        "stays": stays,
        "near": _mail_stays(came_near),
        "first": stays[0],
        "count": len(bookings),
        "by_us": by_us,
        "is_asked": is_asked,
        "site_url": settings.SITE_URL,
        "dates_url": settings.SITE_URL + dates.where_to_choose(stays[0].visit.programme),
    }
    return mail_about(
        reader.submission,
        f"booking_{name}",
        context,
        venue=stays[0].visit.slot.venue,
        link=link,
        files=files,
        letter=enclosures.letter_for(reader) if has_letter else "",
        expires_at=expires_at,
        reader=reader,
    )


def _mail_stays(bookings: Sequence[Booking]) -> list[MailStay]:
    by_visit = itertools.groupby(bookings, key=lambda booking: booking.visit)
    return [MailStay(visit, list(group)) for visit, group in by_visit]


def _others(bookings: Sequence[Booking]) -> list[DateLink]:
    """What else is free, for who does not come because of us."""
    programme = bookings[0].visit.programme
    return dates.links_to(programme, dates.other_dates(programme, bookings))
