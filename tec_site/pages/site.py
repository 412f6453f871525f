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
from django.utils.translation import get_language
from django.views import defaults
from django.views.decorators.http import require_safe

from bookings.planning.availability import first_offers
from bookings.telling.wording import requirements_of
from core.markup import parse
from programmes.models import Programme, Zone
from roster.pages.access import OldLink
from submissions.access import Erased
from submissions.pages.code import after_second_click
from tec_site.models import Statement
from tec_site.pages.catalogue import comes_later
from tec_site.pages.statements import text_of

NEXT_FREE_SHOWN = 4
RETRY_AFTER_SECONDS = 30
NOT_FOR_ROBOTS = [
    *("boekingen/", "uitleen/", "mijn/", "agenda/", "k/"),
    *("inloggen/", "uitloggen/", "taal/", "scholen/"),
    *("beheer/", "personeel/", "gezond/", "demo/"),
]


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    programmes = Programme.objects.published()
    free = first_offers(programmes)
    soonest = sorted(
        (programme for programme in programmes if programme.pk in free),
        key=lambda programme: (comes_later(programme), free[programme.pk].starts_at),
    )
    required = requirements_of(soonest[:NEXT_FREE_SHOWN], request.user)
    context = {
        "next_free": [
            (one, free[one.pk], required.get(one.pk, "")) for one in soonest[:NEXT_FREE_SHOWN]
        ],
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
    """`CSRF_FAILURE_VIEW`: an old or cookieless form; what was typed is still in the browser."""
    if led_to := after_second_click(request):
        return HttpResponseRedirect(led_to)
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`; to the link of somebody who was erased, or left the team, it says that."""
    if isinstance(exception, Erased):
        return render(request, "submissions/erased.html", status=410)
    if isinstance(exception, OldLink):
        person = exception.person
        context = {"person": person, "hub": person.hub}
        return render(request, "roster/old_link.html", context, status=404)
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
