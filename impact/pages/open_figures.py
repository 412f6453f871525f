"""The totals for everybody, without persons: a page, and JSON and CSV at an address that stays."""

import csv
import io
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.addresses import row_number
from core.backoffice.spreadsheets import as_text
from impact.counting.figures import FIGURES, compute
from impact.counting.headings import under_headings
from impact.counting.scope import Scope
from impact.counting.spans import Span
from impact.keeping.kept import Question, answer_to
from impact.small_numbers import are_hours_of_few
from programmes.models import Hub
from schools.years import current_school_year

YEAR, HUB = "schooljaar", "hub"
NO_SUMS = gettext_lazy(
    "Schools, classes and boards do not add up over hubs or years: one is in several."
)
UNTOLD = gettext_lazy(
    "Hours of volunteers are left out where those of a hub are of fewer than five people."
)
FIRST_YEAR = 2015
HOUR = 60 * 60
COLUMNS = ("hub", "school_year", "code", "number", "unit", "name_nl", "name_en",
           "definition_nl", "definition_en")  # fmt: skip


OF_VISITS, OF_KITS = ("pupils", "visits", "schools"), ("kit-pupils",)


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What there is to take along, with the largest numbers; those of visits are kept."""
    year, hub, hubs = _asked(request)
    years = [Span.of_school_year(one) for one in range(FIRST_YEAR, current_school_year() + 1)]
    scope = Scope(Span.of_school_year(year), tuple(one.pk for one in hubs))
    visits = answer_to(Question(scope, OF_VISITS, [years]))
    numbers = visits.figures | compute(scope, OF_KITS)
    lines = zip(years, visits.series[0], strict=True)
    facts = {
        "span": scope.span,
        "is_running": year == current_school_year(),
        "hub": hub,
        "hubs": Hub.objects.all(),
        "large": [(FIGURES[code], number) for code, number in numbers.items()],
        "lines": [(span, row) for span, row in reversed(list(lines)) if row.booked],
        "headed": under_headings(FIGURES),
        "notes": [NO_SUMS, UNTOLD],
    }
    return render(request, "impact/open_figures.html", facts)


@login_not_required
@require_safe
@cache_control(public=True, max_age=HOUR)
def as_json(request: HttpRequest) -> JsonResponse:
    lines = _lines(request)
    facts = {
        "counted_at": timezone.localtime().isoformat(timespec="minutes"),
        "school_year": lines[0]["school_year"],
        **{f"note_{language}": _note(language) for language in ("nl", "en")},
        "csv": settings.SITE_URL + reverse("open_csv"),
        "figures": lines,
    }
    return JsonResponse(facts, json_dumps_params={"ensure_ascii": False, "indent": 1})


@login_not_required
@require_safe
@cache_control(public=True, max_age=HOUR)
def as_csv(request: HttpRequest) -> HttpResponse:
    """In UTF-8 with its mark, so that spreadsheets read it (RFC 4180 for the rest)."""
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    for line in _lines(request):
        writer.writerow({name: as_text(value) for name, value in line.items()})
    content = written.getvalue().encode("utf-8-sig")
    return HttpResponse(content, content_type="text/csv; charset=utf-8")


def _asked(request: HttpRequest) -> tuple[int, Hub | None, list[Hub]]:
    """A school year (the running one); of which hub, if of one, and all those that are counted.
    404 for a year without figures, and for a hub that does not exist."""
    asked = request.GET.get(YEAR)
    year = row_number(asked) if asked else current_school_year()
    hubs = Hub.objects.all()
    slug = request.GET.get(HUB, "")
    if not FIRST_YEAR <= year <= current_school_year() or "\0" in slug:
        raise Http404
    if not slug:
        return year, None, list(hubs)
    hub = get_object_or_404(hubs, slug=slug)
    return year, hub, [hub]


def _lines(request: HttpRequest) -> list[dict[str, Any]]:
    """A line for each figure."""
    year, hub, hubs = _asked(request)
    scope = Scope(Span.of_school_year(year), tuple(one.pk for one in hubs))
    numbers: dict[str, int | None] = {**compute(scope)}
    if are_hours_of_few(scope):
        numbers["volunteer-hours"] = None
    return [
        {
            "hub": hub.name if hub else "",
            "school_year": f"{year}-{year + 1}",
            "code": code,
            "number": number,
            **_words(code),
        }
        for code, number in numbers.items()
    ]


def _note(language: str) -> str:
    with translation.override(language):
        return " ".join((str(NO_SUMS), str(UNTOLD)))


def _words(code: str) -> dict[str, str]:
    """Unit (in Dutch, as all data here), name and definition, in both languages."""
    figure = FIGURES[code]
    words = {}
    for language in ("nl", "en"):
        with translation.override(language):
            words[f"name_{language}"] = str(figure.name)
            words[f"definition_{language}"] = str(figure.definition)
    with translation.override("nl"):
        words["unit"] = str(figure.unit.label)
    return words
