"""What goes on paper: the letter of a submission, and the day sheet for staff."""

import datetime
import itertools
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import FACTS, Booking, State, ZoneClaim
from bookings.rotation.timetable import Timetable, timetable
from bookings.telling.around import AroundStay
from bookings.telling.stays import Stay
from core.dates import start_of_day
from core.documents import qr_code, render_pdf
from core.text.bilingual import Words
from programmes.models import Venue
from submissions.models import Submission
from submissions.wording import asker_in_full, heads_of

_ENDLESS = re.compile(r"\S{40}(?=\S)")


@dataclass(frozen=True)
class ClassLine:
    name: str
    year_groups: str
    pupils: int
    supervisors: int
    supervisors_needed: int


@dataclass(frozen=True)
class LetterStay(AroundStay):
    """A page of the letter: classes of one visit and in the same state."""

    timetable: Timetable | None

    @property
    def venue(self) -> Venue:
        return self.visit.slot.venue

    @property
    def sentence(self) -> str:
        return str(self.bookings[0].standing.letter) % {
            "day": date_format(self.starts_at, "LONG_DATE_FORMAT"),
            "time": date_format(self.starts_at, "TIME_FORMAT"),
        }

    @property
    def classes(self) -> list[ClassLine]:
        return [
            ClassLine(
                booking.party_name,
                booking.year_groups,
                booking.pupils,
                booking.supervisors,
                self.programme.supervisors_for(booking.pupils),
            )
            for booking in self.bookings
        ]

    @property
    def bring(self) -> Words:
        return self.programme.shown.bring

    @property
    def arrange(self) -> Words:
        return self.programme.shown.arrange

    @property
    def has_short_lists(self) -> bool:
        """Whether they stand side by side; long ones flow on from page to page instead."""
        return len(self.bring) + len(self.arrange) < 600

    @property
    def directions(self) -> Words:
        """Endless words get places to break (zero-width spaces): without them laying out 10 kB
        takes ten times as long."""
        words = self.venue.shown.directions
        return Words(_ENDLESS.sub("\\g<0>\u200b", words), words.lang)


def letter(submission: Submission) -> bytes:
    """The letter with the visit's facts, as a PDF in the language of the submission.

    One A4 for the facts; the rotation of a programme with components follows, on the same page
    if there is room. Raises DocumentsUnavailable.
    """
    with translation.override(submission.language):
        # Without a token: who finds the letter does not get into the booking.
        page_url = settings.SITE_URL + reverse("bookings:booking", args=[submission.public_id])
        context = {
            "submission": submission,
            "asker": asker_in_full(submission),
            "stays": _stays(submission),
            "page_url": page_url,
            "site": urlsplit(settings.SITE_URL).netloc,
            "qr": qr_code(page_url, alternative=_("QR code that opens your booking")),
            "hub": submission.hub,
            "organizer": submission.hub.organizer_name,
        }
        return render_pdf("pdf/booking_letter.html", context)


def letter_filename(submission: Submission) -> str:
    with translation.override(submission.language):
        return _("letter-%(reference)s.pdf") % {"reference": submission.reference}


@dataclass(frozen=True)
class DayVisit(Stay):
    """A visit on the day sheet, with the classes (or groups) that come."""

    @property
    def zones(self) -> str:
        return ", ".join(claim.zone.name for claim in self.visit.claims.all())

    @property
    def pupils(self) -> int:
        return sum(booking.pupils for booking in self.bookings)

    @property
    def numbers(self) -> str:
        """Total numbers: '48 leerlingen, 6 begeleiders', or '20 deelnemers'."""
        along = ngettext("%(number)d supervisor", "%(number)d supervisors", self.supervisors)
        parts = [heads_of(self.bookings), along % {"number": self.supervisors}]
        return ", ".join(parts if self.supervisors else parts[:1])

    @property
    def supervisors(self) -> int:
        return sum(booking.supervisors for booking in self.bookings)

    @property
    def who(self) -> list[str]:
        """'OBS De Notenboom, 7a, 7b': a line for each school, however many classes come."""
        classes: dict[str, list[str]] = {}
        for booking in self.bookings:
            classes.setdefault(booking.submission.asker_name, []).append(booking.party_name)
        return [", ".join([asker, *parties]) for asker, parties in classes.items()]


def visits_on(day: datetime.date, bookings: QuerySet[Booking]) -> list[DayVisit]:
    """The visits of a day with the classes among `bookings` that come, in order of time; two
    queries. Holds that nobody confirmed yet are left out."""
    found = (
        bookings.filter(
            state__in=State.where(is_listed=True),
            visit__slot__starts_at__gte=start_of_day(day),
            visit__slot__starts_at__lt=start_of_day(day + datetime.timedelta(days=1)),
        )
        .select_related(*FACTS)
        .prefetch_related(
            Prefetch("visit__claims", ZoneClaim.objects.select_related("zone").order_by("zone"))
        )
        .order_by("visit__slot__starts_at", "visit_id", "pk")
    )
    by_visit = itertools.groupby(found, key=lambda booking: booking.visit)
    return [DayVisit(visit, list(group)) for visit, group in by_visit]


def day_sheet(venue: Venue, day: datetime.date) -> bytes:
    """All visits of a venue on a day, for the wall: a PDF in the language that is active.

    Raises DocumentsUnavailable.
    """
    bookings = Booking.objects.filter(visit__slot__venue=venue)
    visits = visits_on(day, bookings)
    context = {
        "venue": venue,
        "day": day,
        "visits": visits,
        "organizer": venue.hub.organizer_name,
    }
    return render_pdf("pdf/day_sheet.html", context)


def day_sheet_filename(day: datetime.date) -> str:
    return _("day-sheet-%(day)s.pdf") % {"day": day.isoformat()}


def _stays(submission: Submission) -> list[LetterStay]:
    """What goes ahead; only if nothing does, what does not. What is offered is no promise."""
    found = Booking.objects.seen_in(submission).with_facts()
    bookings = list(found.order_by("visit__slot__starts_at", "pk"))
    held = [booking for booking in bookings if booking.is_holding]
    bookings = [booking for booking in held if not booking.standing.is_offer] or held or bookings
    bookings.sort(key=lambda booking: (booking.starts_at, booking.visit_id, booking.state))
    together = itertools.groupby(bookings, key=lambda booking: (booking.visit_id, booking.state))
    return [_stay(list(group)) for _key, group in together]


def _stay(bookings: list[Booking]) -> LetterStay:
    visit = bookings[0].visit
    rotation = None
    if bookings[0].is_holding:
        components = list(visit.programme.components.select_related("zone"))
        own = {booking.pk for booking in bookings}
        # Also the classes of others: the groups must not meet. Not who may still lapse.
        present = visit.bookings.promised() | visit.bookings.filter(pk__in=own)
        classes = list(present.order_by("pk")) if components else []
        rotation = timetable(visit, components, classes, own=own)
    return LetterStay(visit, bookings, rotation)
