"""Calendar feeds: addresses that a calendar program follows, without signing in.

`/agenda/<kind>/<key>/<token>.ics`. The key names a user and, for staff, what is followed
('12-3'). The token is derived from both and the user's `link_version` (core/tokens.py):
raising that makes all her addresses invalid at once. Every failure is the same 404.
"""

import datetime
import functools
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, F, Max, Q, QuerySet, Sum, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from icalendar import Event

from bookings.models import Booking, Visit
from bookings.telling import ical
from core import calendars, tokens
from core.dates import start_of_day
from core.prepared import Prepared
from core.searching import Among
from kits.models import Loan
from kits.telling import ical as kits_ical
from programmes.models import Venue, Zone
from schools.models import User
from submissions.access import SignedInRequest
from submissions.models import Submission

_COLUMNS = ("is_staff", "language", "link_version", "school_id")
_KEY = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


def _first_day() -> datetime.date:
    """A year back, and to the first of that month: so a month long nothing drops out."""
    today = timezone.localdate()
    return today.replace(year=today.year - 1, day=1)


@dataclass(frozen=True)
class Rows:
    """What a kind of feed holds: functions of the primary key of whose or which feed it is."""

    bookings: Callable[[int], QuerySet[Booking]]
    event: Callable[[Booking], Event]
    loans: Callable[[int], QuerySet[Loan]] = lambda _key: Loan.objects.none()
    with_schools: bool = False  # whether events name the school
    are_all: bool = False  # whatever the key

    @functools.cached_property
    def counted(self) -> Prepared:
        """A row for bookings and one for loans, in whatever state and however long ago."""

        def build(key: int = 0) -> QuerySet[Any, Any]:
            bookings, loans = _count(self.bookings(key)), _count(self.loans(key))
            return bookings.union(loans, all=True).order_by()

        return Prepared(build, numbers=[] if self.are_all else ["key"])


def _count(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """One row. Each move that changes something raises a `sequence` and dates it."""
    one = rows.order_by().values(what=Value(rows.model._meta.model_name))
    return one.annotate(Count("pk"), Sum("pk"), Sum("sequence"), Max("changed_at"))


@dataclass(frozen=True)
class Feed:
    title: str
    rows: Rows
    key: int
    since: datetime.date = field(default_factory=_first_day)

    def revision(self) -> tuple[str, datetime.datetime | None]:
        """ETag and date. Two feeds with the same tag are the same, byte for byte; it is found
        without building them (docs/decisions/0012)."""
        counted = {what: facts for what, *facts in self.rows.counted.rows(key=self.key)}
        words = ical.words(self._bookings() if self.rows.with_schools else None)
        if counted.get("loan", [0])[0]:
            words += kits_ical.words(self._loans())
        place = [translation.get_language(), settings.SITE_URL, settings.CALENDAR_DOMAIN]
        sources = [self.title, self.since, *place, sorted(counted.items()), words]
        digest = hashlib.sha256(json.dumps(sources, default=str).encode())
        changes = [facts[-1] for facts in counted.values() if facts[-1]]
        return digest.hexdigest()[:32], max(changes, default=None)

    def content(self) -> bytes:
        events = [self.rows.event(booking) for booking in ical.for_feed(self._bookings())]
        events += kits_ical.events(kits_ical.for_feed(self._loans()))
        return calendars.calendar(events, name=self.title)

    def _bookings(self) -> QuerySet[Booking]:
        since = start_of_day(self.since)
        return self.rows.bookings(self.key).filter(visit__slot__starts_at__gte=since)

    def _loans(self) -> QuerySet[Loan]:
        return self.rows.loans(self.key).filter(ends_on__gte=self.since)


# --- What can be followed: by kind, for a user and perhaps an object ---------------------------


def _using_zone(zone: int) -> QuerySet[Booking]:
    # A visit from which everybody withdrew has no claims left, but its date of change counts.
    uses_zone = Q(claims__zone=zone) | Q(programme__zones=zone, released_at__isnull=False)
    return Booking.objects.filter(visit__in=Visit.objects.filter(uses_zone))


def _under(**whose: int) -> Among:
    """Of these submissions: PostgreSQL looks each up, where it would read all rows to join them."""
    return Among("submission", Submission.objects.filter(**whose).values("pk"))


_MINE = Rows(
    lambda user: Booking.objects.filter(_under(user=user)),
    ical.for_school,
    loans=lambda user: Loan.objects.filter(_under(user=user)),
)
_OF_SCHOOL = Rows(lambda school: Booking.objects.filter(_under(school=school)), ical.for_colleagues)
_ALL = Rows(lambda _key: Booking.objects.all(), ical.for_staff, with_schools=True, are_all=True)
_AT_VENUE = Rows(
    lambda venue: Booking.objects.filter(visit__slot__venue=venue),
    ical.for_staff,
    with_schools=True,
)
_IN_ZONE = Rows(_using_zone, ical.for_staff, with_schools=True)


def _mine(user: User, key: int | None) -> Feed:
    return Feed(_("My visits to TEC"), _MINE, user.pk)


def _school(user: User, key: int | None) -> Feed:
    """Of the school the user belongs to now, whichever that was before."""
    if user.school is None:
        raise Http404
    return Feed(_("%(school)s at TEC") % {"school": user.school.name}, _OF_SCHOOL, user.school.pk)


def _desk(user: User, key: int | None) -> Feed:
    _require_staff(user)
    return Feed(_("TEC: all visits"), _ALL, 0)


def _venue(user: User, key: int | None) -> Feed:
    _require_staff(user)
    venue = get_object_or_404(Venue, pk=key)
    return Feed(venue.name, _AT_VENUE, venue.pk)


def _zone(user: User, key: int | None) -> Feed:
    _require_staff(user)
    zone = get_object_or_404(Zone.objects.select_related("venue"), pk=key)
    return Feed(_zone_title(zone), _IN_ZONE, zone.pk)


def _zone_title(zone: Zone) -> str:
    return f"{zone.venue.name}: {zone.name}"


def _require_staff(user: User) -> None:
    if not user.is_staff:
        raise Http404


KINDS: dict[str, Callable[[User, int | None], Feed]] = {
    "mijn": _mine,
    "school": _school,
    "balie": _desk,
    "locatie": _venue,
    "zone": _zone,
}


# --- Addresses -----------------------------------------------------------------------------


def feed_address(kind: str, user: User, subject: Any = None) -> str:
    """The full address of a feed: whoever has it can read it, until the user renews hers."""
    key = str(user.pk) if subject is None else f"{user.pk}-{subject.pk}"
    token = tokens.make(f"feed {kind}", key, user.link_version)
    return settings.SITE_URL + reverse("feed", args=[kind, key, token])


def _open(kind: str, key: str, token: str) -> tuple[User, Feed]:
    """The user whose address this is, and what she follows; Http404 otherwise."""
    parts = _KEY.fullmatch(key)
    if kind not in KINDS or parts is None:
        raise Http404
    users = User.objects.filter(is_active=True)
    user = get_object_or_404(users.only(*_COLUMNS), pk=int(parts[1]))
    if not tokens.matches(token, f"feed {kind}", key, user.link_version):
        raise Http404
    with translation.override(user.language):
        return user, KINDS[kind](user, int(parts[2]) if parts[2] else None)


# --- Views ---------------------------------------------------------------------------------


@login_not_required
@require_safe
def feed(request: HttpRequest, kind: str, key: str, token: str) -> HttpResponseBase:
    user, followed = _open(kind, key, token)
    with translation.override(user.language):
        etag, last_modified = followed.revision()
        return calendars.feed_response(
            request,
            etag=etag,
            last_modified=last_modified,
            build=followed.content,
            filename=f"{kind}.ics",
        )


@never_cache
@require_safe
def my_calendar(request: SignedInRequest) -> HttpResponse:
    return render(request, "pages/my_calendar.html", {"addresses": _addresses(request.user)})


@require_POST
def renew_addresses(request: SignedInRequest) -> HttpResponse:
    """Every address derived from the user's version stops working at once."""
    User.objects.filter(pk=request.user.pk).update(link_version=F("link_version") + 1)
    messages.success(request, _("Your old calendar addresses no longer work. Here are new ones."))
    return redirect("my_calendar")


def _addresses(user: User) -> list[tuple[str, str]]:
    """Title and address of every feed that `user` can follow."""
    found = [(_("My visits"), feed_address("mijn", user))]
    if user.school_id:
        found.append((_("All visits of my school"), feed_address("school", user)))
    if user.is_staff:
        found.append((_("All visits at all venues"), feed_address("balie", user)))
        venues, zones = Venue.objects.all(), Zone.objects.select_related("venue")
        found += [(venue.name, feed_address("locatie", user, venue)) for venue in venues]
        found += [(_zone_title(zone), feed_address("zone", user, zone)) for zone in zones]
    return found
