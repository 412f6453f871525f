"""The figures of evaluations: of all, of a programme or kit, or of one visit."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from bookings.models import Visit
from core.addresses import row_number
from core.backoffice.base import scoped
from impact.desk.onward import NAMES, VISIT, may_see_figures, results_address
from impact.models import Evaluation
from impact.results import results_of, totals, years_of
from impact.small_numbers import hide_from_reader, totals_for_reader
from programmes.models import Programme
from schools.years import current_school_year, school_year_in, school_year_label

YEAR = "jaar"


def results(request: HttpRequest) -> HttpResponse:
    """What was answered in a school year, or in all of them; a visit has one."""
    if not may_see_figures(request.user):
        raise PermissionDenied
    thing = _thing(request)
    of_hubs = Evaluation.objects.of_hubs(request.user)
    found = of_hubs.of(thing) if thing is not None else of_hubs
    year = school_year_in(request.GET.get(YEAR))
    in_year = found if year is None else found.in_year(year)
    may_read = request.user.has_perm("impact.view_evaluation")
    results, parts = results_of(in_year), [] if thing else totals(in_year)
    if not may_read:
        hide_from_reader(results, of_hubs, thing, year)
        parts = [] if thing else totals_for_reader(of_hubs, year)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "opts": Evaluation._meta,
        "title": _("Results"),
        "thing": thing,
        "is_visit": isinstance(thing, Visit),
        "is_of_groups": _is_of_groups(thing),
        "query": {name: request.GET[name] for name in NAMES.values() if name in request.GET},
        "year": year,
        "years": [(one, school_year_label(one)) for one in years_of(found, current_school_year())],
        "results": results,
        "totals": [(one, results_address(one.thing)) for one in parts],
        "may_read": may_read,
    }
    return TemplateResponse(request, "admin/impact/results.html", context)


def _is_of_groups(thing: Any) -> bool:
    """A programme or visit for which no class is asked: nobody there is a teacher or a pupil."""
    programme = thing.programme if isinstance(thing, Visit) else thing
    return isinstance(programme, Programme) and programme.whom.is_groups


def _thing(request: HttpRequest) -> Any:
    """What the query names, or None; 404 for what does not exist, or is another hub's."""
    models: dict[str, Any] = {name: model for model, name in NAMES.items()} | {VISIT: Visit}
    for name, model in models.items():
        if name in request.GET:
            rows = scoped(model._default_manager.all(), request.user)
            if model is Visit:
                rows = rows.select_related("programme", "slot")
            found = rows.filter(pk=row_number(request.GET[name])).first()
            if found is None:
                raise Http404
            return found
    return None
