"""The roster of a week, on screen and on paper."""

import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import ONE_DAY, ONE_WEEK, monday_of, parse_day
from core.documents import DocumentsUnavailable, pdf_response
from roster.models import Shift
from roster.telling.dashboard import days_of, next_day
from roster.telling.documents import week_filename, week_sheet


def week_page(request: HttpRequest) -> HttpResponse:
    monday = _monday(request)
    days = days_of(monday, monday + ONE_WEEK, request.user)
    user: Any = request.user
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "opts": Shift._meta,
        "title": _("Roster"),
        "monday": monday,
        "days": days,
        "open": sum(day.open for day in days),
        "next": None if days else next_day(monday + ONE_WEEK, user),
        "today": timezone.localdate(),
        "before": monday - ONE_WEEK,
        "after": monday + ONE_WEEK,
    }
    return TemplateResponse(request, "admin/roster/week.html", context)


def week_pdf(request: HttpRequest) -> HttpResponse:
    monday = _monday(request)
    try:
        content = week_sheet(monday, request.user)
    except DocumentsUnavailable:
        messages.error(request, _("The roster cannot be printed at this moment."))
        return redirect("admin:roster_shift_week")
    return pdf_response(content, week_filename(monday))


def _monday(request: HttpRequest) -> datetime.date:
    """The Monday of the week that is asked for; at the weekend 'this week' is the one to come."""
    if not request.user.has_perm("roster.view_shift"):
        raise PermissionDenied
    asked = parse_day(request.GET.get("week", ""))
    return monday_of(asked or timezone.localdate() + 2 * ONE_DAY)
