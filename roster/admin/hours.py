"""The hours of each person in a school year, on a page and to take along."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.addresses import row_number
from core.backoffice.exports import spreadsheet
from roster import hours
from roster.models import Person, Role, Shift
from schools.years import current_school_year, school_year_label

YEARS_SHOWN = 4


@dataclass(frozen=True)
class Year:
    """A school year, and who worked how long in it."""

    start: int
    years: range
    rows: list[tuple[Person, str, float]]  # with her role then
    total: float


def _year_of(request: HttpRequest) -> Year:
    """The one that the address names, or this one; of her own hubs."""
    current = current_school_year()
    years = range(current, current - YEARS_SHOWN, -1)
    year = row_number(request.GET.get("jaar"))
    year = year if year in years else current
    shifts = Shift.objects.of_hubs(request.user)
    worked = {role: hours.by_person_in_year(shifts.by_role(role), year) for role in Role}
    people = Person.objects.of_hubs(request.user).filter(pk__in=set().union(*worked.values()))
    rows = [
        (one, str(role.label), hours.in_hours(found[one.pk]))
        for one in people
        for role, found in worked.items()
        if one.pk in found
    ]
    lengths = [length for found in worked.values() for length in found.values()]
    return Year(year, years, rows, hours.in_hours(hours.total(lengths)))


def hours_sheet(request: HttpRequest, ending: str) -> HttpResponse:
    """A POST: the log keeps who took it along."""
    if not request.user.has_perm("roster.change_person"):
        raise PermissionDenied
    found = _year_of(request)
    label = school_year_label(found.start)
    heading = [_("name"), _("role"), _("hub"), _("school year"), _("hours worked")]
    rows = [
        [one.name, role, one.hub.name, label, Decimal(str(worked))]
        for one, role, worked in found.rows
    ]
    title = _("Hours of %(year)s") % {"year": label}
    return spreadsheet(request, Person, title, [heading, *rows], ending)


def hours_page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm("roster.view_person"):
        raise PermissionDenied
    found = _year_of(request)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "opts": Person._meta,
        "title": _("Hours"),
        "year": school_year_label(found.start),
        "start": found.start,
        "years": [(one, school_year_label(one)) for one in found.years],
        "rows": found.rows,
        "total": found.total,
        "may_take": request.user.has_perm("roster.change_person"),
    }
    return TemplateResponse(request, "admin/roster/hours.html", context)
