"""The hours of each person in a school year."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.addresses import row_number
from roster import hours
from roster.models import Person, Shift
from schools.years import current_school_year, school_year_label

YEARS_SHOWN = 4


def hours_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("roster.view_person"):
        raise PermissionDenied
    current = current_school_year()
    years = range(current, current - YEARS_SHOWN, -1)
    year = row_number(request.GET.get("jaar"))
    year = year if year in years else current
    worked = hours.by_person_in_year(Shift.objects.of_hubs(request.user), year)
    people = Person.objects.of_hubs(request.user).filter(pk__in=worked)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "opts": Person._meta,
        "title": _("Hours"),
        "year": school_year_label(year),
        "years": [(one, school_year_label(one)) for one in years],
        "rows": [(one, hours.in_hours(worked[one.pk])) for one in people],
        "total": hours.in_hours(hours.total(worked.values())),
    }
    return TemplateResponse(request, "admin/roster/hours.html", context)
