"""The figures of evaluations: of all, of a programme or kit, or of one visit."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from bookings.models import Visit
from core.addresses import row_number
from core.backoffice.base import scoped
from impact.desk.onward import NAMES, VISIT, may_see_figures, results_address
from impact.models import Evaluation, EvaluationQuerySet
from impact.results import Results, results_by_visit, results_of, totals, years_of
from impact.small_numbers import guarded, guarded_among, guarded_totals, is_among, nothing_of
from schools.years import current_school_year, school_year_label, school_year_of

YEAR = "jaar"


def results(request: HttpRequest) -> HttpResponse:
    """What was answered in a school year, or in all of them; a visit has one."""
    if not may_see_figures(request.user):
        raise PermissionDenied
    thing = _thing(request)
    of_hubs = Evaluation.objects.of_hubs(request.user)
    found = of_hubs.of(thing) if thing is not None else of_hubs
    year = row_number(request.GET.get(YEAR))
    in_year = found.in_year(year) if 2000 < year < 3000 else found
    may_read = request.user.has_perm("impact.view_evaluation")
    results, parts = results_of(in_year), [] if thing else totals(in_year)
    if not may_read:
        results, parts = _for_reader(results, of_hubs, thing, year), guarded_totals(parts)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "opts": Evaluation._meta,
        "title": Evaluation._meta.verbose_name_plural,
        "thing": thing,
        "is_visit": isinstance(thing, Visit),
        "query": {name: request.GET[name] for name in NAMES.values() if name in request.GET},
        "year": year,
        "years": [(one, school_year_label(one)) for one in years_of(found, current_school_year())],
        "results": results,
        "totals": [(one, results_address(one.thing)) for one in parts],
        "may_read": may_read,
    }
    return TemplateResponse(request, "admin/impact/results.html", context)


def _for_reader(results: Results, of_hubs: EvaluationQuerySet, thing: Any, year: int) -> Results:
    """Beside what else this page tells: of everything, of the programme, of all years."""
    if isinstance(thing, Visit):
        return _of_visit(results, of_hubs, thing)
    of_year = of_hubs.in_year(year) if 2000 < year < 3000 else of_hubs
    if thing is not None and not is_among(thing, totals(of_year)):
        return nothing_of(results)
    wholes = [of_hubs, of_year]
    if thing is not None:
        wholes += [of_hubs.of(thing), of_year.of(thing)]
    told = guarded(results, [results_of(whole) for whole in wholes])
    if of_year is of_hubs:
        return told
    of_thing = of_hubs if thing is None else of_hubs.of(thing)
    last = max(current_school_year(), year)
    years = {one: results_of(of_thing.in_year(one)) for one in years_of(of_thing, last)}
    return guarded_among(told, years, year)


def _of_visit(results: Results, of_hubs: EvaluationQuerySet, visit: Visit) -> Results:
    """Beside the other visits of its programme, of its school year and of all years."""
    of_year = of_hubs.in_year(school_year_of(visit.slot.day))
    wholes = [of_hubs, of_year]
    if not all(is_among(visit.programme, totals(whole)) for whole in wholes):
        return nothing_of(results)
    of_programme = [whole.of(visit.programme) for whole in wholes]
    told = guarded(results, [results_of(whole) for whole in (*wholes, *of_programme)])
    for whole in of_programme:
        told = guarded_among(told, results_by_visit(whole), visit.pk)
    return told


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
