"""The site's own pages: home, the three statements, and what is said when something fails.

400, 403, 404 and 500 are Django's own views with our templates. 400, 500 and 503 extend
error_base.html, which needs no context and asks the database nothing.
"""

import sys

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language
from django.views import defaults
from django.views.decorators.http import require_safe

from bookings.pages.instead import free_soonest
from core.markup import parse
from core.pages.not_found import SaysWhy
from programmes.models import Zone
from submissions.access import NotSignedIn
from submissions.pages.code import after_second_click
from tec_site.models import Statement
from tec_site.pages.once_more import signed_out, typed_in
from tec_site.pages.statements import text_of

RETRY_AFTER_SECONDS = 30
NOT_FOR_ROBOTS = [
    *("boekingen/", "uitleen/", "mijn/", "agenda/", "k/"),
    *("inloggen/", "uitloggen/", "taal/", "scholen/"),
    *("beheer/", "personeel/", "gezond/", "demo/"),
]


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {
        "next_free": free_soonest(request.user),
        "zones": Zone.objects.exclude(artwork=""),
    }
    return render(request, "home.html", context)


@login_not_required
@require_safe
def statement(request: HttpRequest, page: str) -> HttpResponse:
    blocks = parse(text_of(page, get_language() or settings.LANGUAGE_CODE))
    lead = blocks.pop(0).text if blocks and blocks[0].kind == "paragraph" else ""
    context = {"title": Statement.Page(page).label, "lead": lead, "blocks": blocks}
    return render(request, "pages/statement.html", context)


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone (RFC 9309): what is of one person, and what only answers."""
    lines = ["User-agent: *", *(f"Disallow: /{path}" for path in NOT_FOR_ROBOTS)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`: an old or cookieless form, to be sent once more."""
    if led_to := after_second_click(request):
        return HttpResponseRedirect(led_to)
    response = render(request, "403_csrf.html", typed_in(request), status=403)
    response["Cache-Control"] = "no-store"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`; of what is known to be gone, a page that says so."""
    if isinstance(exception, SaysWhy):
        return exception.answer(request)
    if isinstance(exception, NotSignedIn) and (typed := typed_in(request)):
        return signed_out(request, typed, reverse("submissions:sign_in"), status=404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`, which sees what any view or middleware raised: 503 when it will pass."""
    if database_is_away(sys.exception()):
        return unavailable()
    return defaults.server_error(request)


def database_is_away(error: BaseException | None) -> bool:
    """Whether the database is full, restarting or gone, rather than asked something wrong.

    PEP 249 keeps OperationalError for what is not the programmer's doing; SQLite also calls a
    table that does not exist one.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    return getattr(error.__cause__, "sqlite_errorname", "") != "SQLITE_ERROR"


def unavailable() -> HttpResponse:
    """503 for when the database cannot be reached or written; touches neither."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)
