"""Calendar feeds: addresses that a calendar program follows, without signing in.

`/agenda/<kind>/<key>/<token>.ics`. The key names a user and, for staff, what is followed
('12-3'). The token is derived from both and the user's `link_version` (core/tokens.py):
raising that makes all her addresses invalid at once. Every failure is the same 404.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
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

from core import calendars, tokens
from core.backoffice.base import scoped
from core.kinds import STAFF_FEEDS, Feed, Kind, kinds
from core.pages.saying import say_once
from programmes.models import Venue, Zone
from schools.models import School, User
from submissions.access import SignedInRequest
from submissions.privacy import when_erased

_COLUMNS = (
    *("is_staff", "is_superuser", "language", "link_version", "school_id"),
    *("joined_at", "last_login"),
)
_KEY = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


def _first_day() -> datetime.date:
    """A year back, and to the first of that month: so a month long nothing drops out."""
    today = timezone.localdate()
    return today.replace(year=today.year - 1, day=1)


def _count(rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
    """One row. Each move that changes something raises a `sequence` and dates it."""
    one = rows.order_by().values(what=Value(rows.model._meta.model_name))
    is_off = Q(state__in=rows.model.states.where(is_off=True))
    counted = one.annotate(off=Count("pk", filter=is_off))
    sums = Count("pk"), Sum("pk"), Sum("sequence"), Max("changed_at")
    return counted.values_list("what", "off", *sums)


def _counted(*followed: QuerySet[Any, Any]) -> dict[str, list[Any]]:
    """What is counted of each kind, in whatever state and however long ago; one query."""
    if not followed:
        return {}
    first, *others = map(_count, followed)
    found = first.union(*others, all=True).order_by() if others else first
    return {what: counted for what, *counted in found}


@dataclass(frozen=True)
class Followed:
    """A feed: which, of whom or what, and under which title."""

    feed: Feed
    key: int
    title: str
    user: User
    first_day: datetime.date = field(default_factory=_first_day)

    def revision(self) -> tuple[str, datetime.datetime | None]:
        """ETag and date. Two feeds with the same tag are the same, byte for byte; it is found
        without building them (docs/decisions/0012)."""
        counted = _counted(*self._all.values())
        has_rows = {what for what, (_off, number, *_sums) in counted.items() if number}
        words = [
            kind.calendar_words(self.feed, rows, self.first_day)
            for kind, rows in self._all.items()
            if str(kind.model._meta.model_name) in has_rows
        ]
        place = [translation.get_language(), settings.SITE_URL, settings.CALENDAR_DOMAIN]
        # What was called off stays until its day has passed, and then drops out by itself.
        day = timezone.localdate() if any(off for off, *_sums in counted.values()) else None
        sources = [self.title, self.first_day, day, *place, sorted(counted.items()), words]
        digest = hashlib.sha256(json.dumps(sources, default=str).encode())
        changes = [one[-1] for one in counted.values() if one[-1]]
        return digest.hexdigest()[:32], max(changes, default=None)

    def content(self) -> bytes:
        events = [
            event
            for kind, rows in self._all.items()
            for event in kind.calendar_events(self.feed, kind.since(rows, self.first_day))
        ]
        return calendars.calendar(events, name=self.title)

    @cached_property
    def _all(self) -> dict[Kind, QuerySet[Any, Any]]:
        """What of each kind is followed; of staff's hubs where it is staff who follow it."""
        found = {kind: kind.followed(self.feed, self.key) for kind in kinds()}
        of_staff = self.feed in STAFF_FEEDS
        return {
            kind: scoped(rows, self.user) if of_staff else rows
            for kind, rows in found.items()
            if rows is not None
        }


# --- What can be followed: for a user and perhaps an object ------------------------------------


def _mine(user: User, key: int | None) -> Followed:
    return Followed(Feed.MINE, user.pk, _("My visits and lesson kits"), user)


def _school(user: User, key: int | None) -> Followed:
    """The feed of the user's present school. That of the one before stops working, but for a typed
    school that was found to be this one: then it is the same school."""
    if user.school is None:
        raise Http404
    if key != user.school.pk:
        get_object_or_404(School, pk=key, merged_into=user.school)
    title = _("Visits of %(school)s") % {"school": user.school.name}
    return Followed(Feed.SCHOOL, user.school.pk, title, user)


def _desk(user: User, key: int | None) -> Followed:
    _require_staff(user)
    return Followed(Feed.DESK, 0, _("All visits at all venues"), user)


def _venue(user: User, key: int | None) -> Followed:
    _require_staff(user)
    venue = get_object_or_404(Venue.objects.of_hubs(user), pk=key)
    return Followed(Feed.VENUE, venue.pk, venue.name, user)


def _zone(user: User, key: int | None) -> Followed:
    _require_staff(user)
    zone = get_object_or_404(Zone.objects.of_hubs(user).select_related("venue"), pk=key)
    return Followed(Feed.ZONE, zone.pk, _zone_title(zone), user)


def _zone_title(zone: Zone) -> str:
    return f"{zone.venue.name}: {zone.name}"


def _require_staff(user: User) -> None:
    if not user.is_staff:
        raise Http404


FEEDS: dict[str, Callable[[User, int | None], Followed]] = {
    Feed.MINE: _mine,
    Feed.SCHOOL: _school,
    Feed.DESK: _desk,
    Feed.VENUE: _venue,
    Feed.ZONE: _zone,
}


# --- Addresses -----------------------------------------------------------------------------


def feed_address(kind: str, user: User, subject: Any = None) -> str:
    """The full address of a feed: whoever has it can read it, until the user renews hers.

    Of a school it is that of hers now.
    """
    if kind == Feed.SCHOOL and subject is None:
        subject = user.school
    key = str(user.pk) if subject is None else f"{user.pk}-{subject.pk}"
    token = tokens.make(f"feed {kind}", key, user.link_version)
    return settings.SITE_URL + reverse("feed", args=[kind, key, token])


def _open(kind: str, key: str, token: str) -> tuple[User, Followed]:
    """The user whose address this is, and what she follows; Http404 otherwise."""
    parts = _KEY.fullmatch(key)
    if kind not in FEEDS or parts is None:
        raise Http404
    users = User.objects.filter(is_active=True)
    user = get_object_or_404(users.only(*_COLUMNS), pk=int(parts[1]))
    if not tokens.matches(token, f"feed {kind}", key, user.link_version):
        raise Http404
    with translation.override(user.language):
        return user, FEEDS[kind](user, int(parts[2]) if parts[2] else None)


# --- Views ---------------------------------------------------------------------------------


@login_not_required
@require_safe
def feed(request: HttpRequest, kind: str, key: str, token: str) -> HttpResponseBase:
    user, followed = _open(kind, key, token)
    when_erased.saw(user)
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
    return render(request, "pages/my_calendar.html", {"feeds": _subscriptions(request.user)})


@require_POST
def renew_addresses(request: SignedInRequest) -> HttpResponse:
    """Every address derived from the user's version stops working at once."""
    User.objects.filter(pk=request.user.pk).update(link_version=F("link_version") + 1)
    say_once(request, _("Your old calendar addresses no longer work. Here are new ones."))
    return redirect("my_calendar")


@dataclass(frozen=True)
class Subscription:
    """A feed that somebody can follow, and what opens it in the programs that most people use."""

    title: str
    address: str

    @property
    def apple(self) -> str:
        """A plain link to the file would be imported once, and never fetched again."""
        return f"webcal://{self.address.partition('://')[2]}"

    @property
    def google(self) -> str:
        """Google refuses an address with https here."""
        return f"https://calendar.google.com/calendar/r?cid={quote(self.apple, safe='')}"

    @property
    def outlook(self) -> str:
        """Outlook on the web refuses one with webcal."""
        query = urlencode({"url": self.address, "name": self.title}, quote_via=quote)
        return f"https://outlook.office.com/calendar/addfromweb?{query}"


def _subscriptions(user: User) -> list[Subscription]:
    return [Subscription(title, address) for title, address in _addresses(user)]


def _addresses(user: User) -> list[tuple[str, str]]:
    """Title and address of every feed that `user` can follow."""
    found = [(_("My visits"), feed_address(Feed.MINE, user))]
    if user.school_id:
        found.append((_("All visits of my school"), feed_address(Feed.SCHOOL, user)))
    if user.is_staff:
        found.append((_("All visits at all venues"), feed_address(Feed.DESK, user)))
        venues = Venue.objects.of_hubs(user)
        zones = Zone.objects.of_hubs(user).select_related("venue")
        found += [(venue.name, feed_address(Feed.VENUE, user, venue)) for venue in venues]
        found += [(_zone_title(zone), feed_address(Feed.ZONE, user, zone)) for zone in zones]
    return found
