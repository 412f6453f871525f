"""One mail about bookings, as each of its readers gets it."""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise

from bookings import tasters
from bookings.models import Booking, BookingEvent
from bookings.telling import enclosures, wording
from bookings.telling.around import AroundStay
from bookings.telling.links import BookingLink
from bookings.telling.other_dates import links_to, other_dates, where_to_choose
from core.kinds import kinds
from core.mail.queue import Message
from core.text.bilingual import Words
from submissions.sharing.readers import Reader, readers_of
from submissions.telling import mail_about
from submissions.wording import DateLink


@dataclass(frozen=True)
class BookingMail:
    """What a mail says besides how its bookings stand."""

    name: str  # of its template
    note: str | Promise
    told: Sequence[BookingEvent] = ()  # what changed
    calendar: enclosures.Calendar = ()
    with_letter: bool = False
    with_resting: bool = False  # the Experiences that rested on these, which are cancelled
    by_us: bool = False  # that they are: other dates are named
    is_asked: bool = False  # whether she still comes
    came_near: Sequence[Booking] = ()  # moved to a near date: their preparation stands in it
    link: type[BookingLink] = BookingLink
    expires_at: datetime.datetime | None = None

    def to_all(self, bookings: Sequence[Booking]) -> list[Message]:
        """A mail for every reader, each about the classes that are hers."""
        return [self.to(reader, hers) for reader, hers in readers_of(bookings)]

    def to(self, reader: Reader, bookings: Sequence[Booking]) -> Message:
        files = enclosures.calendar_files(self.calendar, reader)
        has_letter = self.with_letter and (not self.calendar or bool(files))
        return mail_about(
            reader.submission,
            f"booking_{self.name}",
            self._facts(bookings) | self._words(reader, bookings),
            venue=bookings[0].visit.slot.venue,
            link=self.link,
            files=files,
            letter=enclosures.letter_for(reader) if has_letter else "",
            expires_at=self.expires_at,
            reader=reader,
        )

    def _facts(self, bookings: Sequence[Booking]) -> dict[str, Any]:
        stays = _mail_stays(bookings)
        return {
            "stays": stays,
            "near": _mail_stays(self.came_near),
            "first": stays[0],
            "count": len(bookings),
            "by_us": self.by_us,
            "is_asked": self.is_asked,
            "site_url": settings.SITE_URL,
            "dates_url": settings.SITE_URL + where_to_choose(stays[0].visit.programme),
        }

    def _words(self, reader: Reader, bookings: Sequence[Booking]) -> dict[str, Any]:
        """What is said in her language."""
        hers = [event for event in self.told if reader.has(event.booking)]
        gone = [event.booking for event in hers if event.move == "cancel"]
        cancelled = bookings if self.with_resting else gone
        concerned = list(dict.fromkeys([*bookings, *gone]))
        with translation.override(reader.language):
            resting = [one for booking in cancelled for one in tasters.resting_on(booking)]
            return {
                "note": str(self.note),
                "changes": _changes(hers),
                "resting": wording.resting_in_words(resting),
                "along": [line for kind in kinds() for line in kind.said_beside(concerned)],
                "others": _others(bookings) if self.by_us else [],
            }


@dataclass(frozen=True)
class MailStay(AroundStay):
    """A stay with what a mail says of it."""

    @property
    def goes_ahead(self) -> bool:
        return self.bookings[0].is_holding

    @property
    def bring(self) -> Words:
        return self.visit.programme.shown.bring


def _mail_stays(bookings: Sequence[Booking]) -> list[MailStay]:
    by_visit = itertools.groupby(bookings, key=lambda booking: booking.visit)
    return [MailStay(visit, list(group)) for visit, group in by_visit]


def _changes(events: Sequence[BookingEvent]) -> list[str]:
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


def _others(bookings: Sequence[Booking]) -> list[DateLink]:
    """What else is free, for those not coming because of us."""
    programme = bookings[0].visit.programme
    return links_to(programme, other_dates(programme, bookings))
