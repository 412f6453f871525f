"""The planner: a day or a week with rows by zone on a real time axis, or a month at a glance."""

import datetime
from typing import Any, NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Min, Q
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.admin.only_looking import these_days
from bookings.models import ZoneClaim
from bookings.planning.planner import PlannerDay, planner
from core.dates import ONE_DAY, ONE_WEEK, monday_of, month_of, parse_day, start_of_day


class PlannerView(NamedTuple):
    """The days that a view shows, and where it leads."""

    view: str  # as the address says it
    first: datetime.date
    number: int
    title: str
    before: datetime.date
    after: datetime.date


def view_of(request: HttpRequest, today: datetime.date) -> PlannerView:
    """What the address asks for; this week where it asks for nothing, and at the weekend the week
    to come."""
    if day := parse_day(request.GET.get("dag", "")):
        title = date_format(day, "LONG_DATE_FORMAT")
        return PlannerView("dag", day, 1, title, day - ONE_DAY, day + ONE_DAY)
    if day := parse_day(request.GET.get("maand", "")):
        month = month_of(day)
        first = monday_of(month.first)
        number = (monday_of(month.last) + ONE_WEEK - first).days
        title = date_format(month.first, "YEAR_MONTH_FORMAT")
        return PlannerView(
            "maand", first, number, title, month.previous.first, month.following.first
        )
    monday = monday_of(parse_day(request.GET.get("week", "")) or today + 2 * ONE_DAY)
    title = _("Week %(number)s, from %(from)s") % {
        "number": date_format(monday, "W"),
        "from": date_format(monday, "DATE_FORMAT"),
    }
    return PlannerView("week", monday, 7, title, monday - ONE_WEEK, monday + ONE_WEEK)


def week_page(model_admin: admin.ModelAdmin, request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("bookings.view_visit"):
        raise PermissionDenied
    today = timezone.localdate()
    span = view_of(request, today)
    may_plan = request.user.has_perm("bookings.change_visit")
    shown = Q() if may_plan else these_days("starts_at")
    found = planner(span.first, span.number, request.user, shown=shown, with_free=may_plan)
    days = found.days if span.view != "week" else [one for one in found.days if _in_week(one)]
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": _("Planner"),
        "span": span,
        "views": [("dag", _("Day")), ("week", _("Week")), ("maand", _("Month"))],
        # Of a month its middle, so that a week or a day of it is asked for, and not of the last.
        "around": span.first + span.number // 2 * ONE_DAY if span.view == "maand" else span.first,
        "planner": found,
        "days": days,
        "weeks": [days[n : n + 7] for n in range(0, len(days), 7)] if span.number > 7 else [],
        "month": month_of(span.before).following if span.view == "maand" else None,
        "next": _first_from(span.first + span.number * ONE_DAY, request.user)
        if found.is_empty
        else None,
        "today": today,
        "on_paper": next((one.visit for day in days for one in day.visits), None),
        "may_plan": may_plan,
        "may_close": request.user.has_perm("programmes.add_closure"),
    }
    return TemplateResponse(request, "admin/bookings/planner.html", context)


def _in_week(day: PlannerDay) -> bool:
    """The weekend only when it is used."""
    return day.day.weekday() < 5 or bool(day.rows)


def _first_from(day: datetime.date, user: Any) -> datetime.date | None:
    """The first day from `day` on with a visit, which an empty week leads to."""
    later = ZoneClaim.objects.of_hubs(user).filter(starts_at__gte=start_of_day(day))
    first = later.aggregate(first=Min("starts_at"))["first"]
    return timezone.localdate(first) if first else None
