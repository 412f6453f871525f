"""Calendar feeds: addresses that a calendar program follows, without signing in.

`/agenda/<kind>/<key>/<token>.ics`. The key names a user and, for staff, what is followed
('12-3'). The token is derived from both and the user's `link_version` (tec_site/tokens.py):
raising that makes all her addresses invalid at once. Every failure is the same 404.
"""

import datetime
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from bookings import ical
from bookings.models import Booking, Visit
from kits import ical as kits_ical
from kits.models import Loan
from programmes.models import Venue, Zone
from schools.models import User
from schools.requests import SignedInRequest

from . import calendars, tokens

# A year back and all ahead.
WINDOW = datetime.timedelta(days=365)
_COLUMNS = ("is_staff", "language", "link_version", "school_id")
_KEY = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


@dataclass(frozen=True)
class Feed:
    title: str
    bookings: QuerySet[Booking]
    build: Callable[[Iterable[Booking], str], bytes]
    with_schools: bool = False  # whether events name the school
    loans: QuerySet[Loan] | None = None  # boxes to collect and to return

    def revision(self, since: datetime.datetime) -> ical.Revision:
        parts = [ical.revision(self._bookings(since), with_schools=self.with_schools)]
        if self.loans is not None:
            parts.append(kits_ical.revision(self._loans(since)))
        tags = [self.title, *(part.etag for part in parts)]
        moments = [part.last_modified for part in parts if part.last_modified]
        digest = hashlib.sha256("\n".join(tags).encode())
        return ical.Revision(digest.hexdigest()[:32], max(moments, default=None))

    def content(self, since: datetime.datetime) -> bytes:
        bookings = ical.for_feed(self._bookings(since))
        if self.loans is None:
            return self.build(bookings, self.title)
        events = kits_ical.events(kits_ical.for_feed(self._loans(since)))
        return calendars.calendar([*ical.events(bookings), *events], name=self.title)

    def _bookings(self, since: datetime.datetime) -> QuerySet[Booking]:
        return self.bookings.filter(visit__slot__starts_at__gte=since)

    def _loans(self, since: datetime.datetime) -> QuerySet[Loan]:
        assert self.loans is not None
        return self.loans.filter(ends_on__gte=since.date())


# --- What can be followed: by kind, for a user and perhaps an object ---------------------------


def _mine(user: User, key: int | None) -> Feed:
    return Feed(
        _("My visits to TEC"),
        Booking.objects.visible_to(user),
        ical.feed,
        loans=Loan.objects.visible_to(user),
    )


def _school(user: User, key: int | None) -> Feed:
    """Of the school the user belongs to now, whichever that was before."""
    if user.school is None:
        raise Http404
    bookings = Booking.objects.filter(submission__school=user.school)
    title = _("%(school)s at TEC") % {"school": user.school.name}
    return Feed(title, bookings, ical.colleagues_feed)


def _desk(user: User, key: int | None) -> Feed:
    _require_staff(user)
    return Feed(_("TEC: all visits"), Booking.objects.all(), ical.staff_feed, with_schools=True)


def _venue(user: User, key: int | None) -> Feed:
    _require_staff(user)
    venue = get_object_or_404(Venue, pk=key)
    bookings = Booking.objects.filter(visit__slot__venue=venue)
    return Feed(venue.name, bookings, ical.staff_feed, with_schools=True)


def _zone(user: User, key: int | None) -> Feed:
    _require_staff(user)
    zone = get_object_or_404(Zone.objects.select_related("venue"), pk=key)
    # A visit from which everybody withdrew has no claims left, but its date of change counts.
    uses_zone = Q(claims__zone=zone) | Q(programme__zones=zone, released_at__isnull=False)
    bookings = Booking.objects.filter(visit__in=Visit.objects.filter(uses_zone))
    return Feed(_zone_title(zone), bookings, ical.staff_feed, with_schools=True)


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
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    since = today - WINDOW
    with translation.override(user.language):
        revision = followed.revision(since)
        return calendars.feed_response(
            request,
            etag=revision.etag,
            last_modified=revision.last_modified,
            build=lambda: followed.content(since),
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
