"""The week planner: zones down, days across, with the visit that uses each zone."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.day import these_days
from bookings.models import Visit, ZoneClaim
from core.dates import ONE_DAY, parse_day, start_of_day
from programmes.models import Zone

WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True)
class Row:
    zone: Zone
    # One list of claims per day of the week.
    days: list[list[ZoneClaim]]


@dataclass(frozen=True)
class InUse:
    """A visit of a day with the zones that it uses: on a phone, where a week is not wide enough."""

    visit: Visit
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    zones: str


def in_use(claims: Iterable[ZoneClaim], names: Mapping[int, str]) -> list[InUse]:
    """By time, then in the order of the zones."""
    visits: dict[int, list[ZoneClaim]] = defaultdict(list)
    for claim in claims:
        visits[claim.visit_id].append(claim)
    found = [
        InUse(of[0].visit, of[0].starts_at, of[0].ends_at, ", ".join(names[c.zone_id] for c in of))
        for of in visits.values()
    ]
    return sorted(found, key=lambda one: (one.starts_at, one.visit.pk))


def monday_of(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def rows_of(monday: datetime.date, shown: Q, user: Any) -> list[Row]:
    """What of `shown` each zone that `user` may know of is used for from `monday` on, for seven
    days; two queries."""
    claims = (
        ZoneClaim.objects.of_hubs(user)
        .filter(
            shown, starts_at__gte=start_of_day(monday), starts_at__lt=start_of_day(monday + WEEK)
        )
        .select_related("visit__programme", "visit__slot")
        .order_by("starts_at", "pk")
    )
    found: dict[tuple[int, datetime.date], list[ZoneClaim]] = defaultdict(list)
    for claim in claims:
        found[claim.zone_id, timezone.localdate(claim.starts_at)].append(claim)
    days = [monday + datetime.timedelta(days=number) for number in range(7)]
    zones = (
        Zone.objects.of_hubs(user)
        .select_related("venue")
        .order_by("venue__name", "position", "name")
    )
    return [Row(zone, [found[zone.pk, day] for day in days]) for zone in zones]


def week_page(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("bookings.view_visit"):
        raise PermissionDenied
    today = timezone.localdate()
    # At the weekend 'this week' is the one to come.
    monday = monday_of(parse_day(request.GET.get("week", "")) or today + 2 * ONE_DAY)
    may_plan = request.user.has_perm("bookings.change_visit")
    rows = rows_of(monday, Q() if may_plan else these_days("starts_at"), request.user)
    days = [number for number in range(7) if number < 5 or any(row.days[number] for row in rows)]
    names = {row.zone.pk: row.zone.name for row in rows}
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Week planner"),
        "monday": monday,
        # The weekend only when it is used.
        "days": [monday + datetime.timedelta(days=number) for number in days],
        "rows": [Row(row.zone, [row.days[number] for number in days]) for row in rows],
        "by_day": [
            (
                monday + datetime.timedelta(days=number),
                in_use([claim for row in rows for claim in row.days[number]], names),
            )
            for number in days
        ],
        "is_empty": not any(claims for row in rows for claims in row.days),
        "next": _first_from(monday + WEEK, request.user),
        "today": today,
        "before": monday - WEEK,
        "after": monday + WEEK,
    }
    return TemplateResponse(request, "admin/bookings/week.html", context)


def _first_from(day: datetime.date, user: Any) -> datetime.date | None:
    """The first day from `day` on with a visit, which an empty week leads to."""
    later = ZoneClaim.objects.of_hubs(user).filter(starts_at__gte=start_of_day(day))
    first = later.aggregate(first=Min("starts_at"))["first"]
    return timezone.localdate(first) if first else None
