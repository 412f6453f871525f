"""The totals for everybody, without persons: JSON and CSV at an address that stays."""

import csv
import io
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.addresses import row_number
from core.backoffice.spreadsheets import as_text
from impact.counting.figures import FIGURES, compute
from impact.counting.scope import Scope
from impact.counting.spans import Span
from programmes.models import Hub
from schools.years import current_school_year

YEAR, HUB = "schooljaar", "hub"
FIRST_YEAR = 2015
HOUR = 60 * 60
COLUMNS = ("hub", "school_year", "code", "number", "unit", "name_nl", "name_en",
           "definition_nl", "definition_en")  # fmt: skip


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


def _lines(request: HttpRequest) -> list[dict[str, Any]]:
    """A line for each figure of a school year (the running one), of one hub or of all together.
    404 for a year without figures, and for a hub that does not exist."""
    asked = request.GET.get(YEAR)
    year = row_number(asked) if asked else current_school_year()
    hubs = Hub.objects.all()
    if slug := request.GET.get(HUB):
        hubs = hubs.filter(slug=slug) if "\0" not in slug else hubs.none()
    found = list(hubs)
    if not FIRST_YEAR <= year <= current_school_year() or not found:
        raise Http404
    numbers = compute(Scope(Span.of_school_year(year), tuple(hub.pk for hub in found)))
    return [
        {
            "hub": found[0].name if slug else "",
            "school_year": f"{year}-{year + 1}",
            "code": code,
            "number": number,
            **_words(code),
        }
        for code, number in numbers.items()
    ]


def _note(language: str) -> str:
    with translation.override(language):
        return _("Schools, classes and boards do not add up over hubs or years: one is in several.")


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
