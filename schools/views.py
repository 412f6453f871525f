"""The search for a school: a page of its own, or the list within a form."""

import re

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from core.addresses import is_for_part
from core.text.normal import line
from schools.forms import MAX_QUERY, school_choices

# The names that a form gives its fields, prefixes of form sets included.
FIELD_NAME = re.compile(r"[a-zA-Z][\w-]{0,60}", re.ASCII)


@login_not_required
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Schools for `q`: a plain page, or for htmx the radio list of the form's field `field`."""
    name = request.GET.get("field", "")
    if not FIELD_NAME.fullmatch(name):
        name = "school"
    query = request.GET.get("q") or request.GET.get(f"{name}_q", "")
    context = school_choices(name, line(query)[:MAX_QUERY], request.GET.get(name, ""))
    if is_for_part(request):
        response = render(request, "schools/_school_choices.html", context | {"live": True})
    else:
        response = render(request, "schools/school_search.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
