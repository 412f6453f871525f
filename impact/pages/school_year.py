"""A school's own year with us, on a page and on paper: for teachers who belong to it now.

That is who may follow the school's calendar, too; it names classes, and no teacher.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.addresses import row_number
from core.documents import DocumentsUnavailable, pdf_response, render_pdf
from impact.counting.school_year import school_year
from impact.counting.spans import Span
from schools.models import School
from schools.years import current_school_year
from submissions.access import SignedInRequest

YEAR = "schooljaar"
YEARS_OFFERED = 6  # this one and those before


@never_cache
@require_safe
def page(request: SignedInRequest) -> HttpResponse:
    school = request.user.school
    facts = _facts(request, school) if school else {}
    return render(request, "impact/school_year.html", facts)


@require_safe
def pdf(request: SignedInRequest) -> HttpResponse:
    school = request.user.school
    if school is None:
        raise Http404
    facts = _facts(request, school)
    found = facts["found"]
    try:
        content = render_pdf("pdf/school_year.html", facts | {"organizer": found.school.name})
    except DocumentsUnavailable:
        messages.error(request, _("The overview cannot be made at this moment."))
        return redirect("school_year")
    name = slugify(f"{found.school.name} {found.span}")
    return pdf_response(content, f"{name}.pdf")


def _facts(request: HttpRequest, school: School) -> dict[str, Any]:
    """404 for a year that is not offered."""
    newest = current_school_year()
    years = [newest - back for back in range(YEARS_OFFERED)]
    year = row_number(request.GET.get(YEAR)) if request.GET.get(YEAR) else newest
    if year not in years:
        raise Http404
    return {
        "found": school_year(school, Span.of_school_year(year)),
        "year": year,
        "years": [(one, str(Span.of_school_year(one))) for one in years],
    }
