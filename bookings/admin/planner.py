"""The week planner: zones down, days across, with the visit that uses each zone."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from programmes.models import Zone
from tec_site.days import start_of_day

from ..models import ZoneClaim

WEEK = datetime.timedelta(days=7)


@dataclass(frozen=True)
class Row:
    zone: Zone
    # One list of claims per day of the week.
    days: list[list[ZoneClaim]]


def monday_of(day: datetime.date) -> datetime.date:
    return day - datetime.timedelta(days=day.weekday())


def rows_of(monday: datetime.date) -> list[Row]:
    """What each zone is used for from `monday` on, for seven days; two queries."""
    claims = (
        ZoneClaim.objects.filter(
            starts_at__gte=start_of_day(monday), starts_at__lt=start_of_day(monday + WEEK)
        )
        .select_related("visit__programme", "visit__slot")
        .order_by("starts_at", "pk")
    )
    found: dict[tuple[int, datetime.date], list[ZoneClaim]] = defaultdict(list)
    for claim in claims:
        found[claim.zone_id, timezone.localdate(claim.starts_at)].append(claim)
    days = [monday + datetime.timedelta(days=number) for number in range(7)]
    zones = Zone.objects.select_related("venue").order_by("venue__name", "position", "name")
    return [Row(zone, [found[zone.pk, day] for day in days]) for zone in zones]


def week_page(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("bookings.view_visit"):
        raise PermissionDenied
    monday = monday_of(_asked(request) or timezone.localdate())
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Week planner"),
        "monday": monday,
        "days": [monday + datetime.timedelta(days=number) for number in range(7)],
        "rows": rows_of(monday),
        "before": monday - WEEK,
        "after": monday + WEEK,
    }
    return TemplateResponse(request, "admin/bookings/week.html", context)


def _asked(request: HttpRequest) -> datetime.date | None:
    """The day in the address, or None for nonsense and for years that no week fits in."""
    try:
        day = datetime.date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return None
    return day if 2000 < day.year < 2200 else None
