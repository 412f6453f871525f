"""The site's addresses and the floor's: the least a view can do, through the site's own
middleware. What others are compared with.
"""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from benchmarks.client import STATEMENTS
from schools.models import School
from tec_site.urls import urlpatterns as site

PAGE = engines["django"].from_string(
    "<!doctype html><html lang=nl><title>{{ school.name }}</title><p>{{ school.city }}</p></html>"
)


@login_not_required
def select(request: HttpRequest) -> HttpResponse:
    """One SELECT by an index and a small template."""
    return HttpResponse(PAGE.render({"school": School.objects.get(site_code="000100")}, request))


@csrf_exempt
@login_not_required
def insert(request: HttpRequest) -> HttpResponse:
    """One row, in a transaction."""
    with transaction.atomic():
        Session.objects.create(
            session_key=secrets.token_hex(16),
            session_data="floor",
            expire_date=timezone.now() + timedelta(hours=1),
        )
    return HttpResponse("ok")


urlpatterns = [
    path("bench/floor/select/", select, name="floor_select"),
    path("bench/floor/insert/", insert, name="floor_insert"),
    *site,
]


class StatementsMiddleware:
    """Says in a header how many statements a response took; BEGIN is not counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        statements = 0

        def count(execute: Any, *arguments: Any) -> Any:
            nonlocal statements
            # Of SQLite only; on PostgreSQL the driver begins transactions by itself.
            statements += not arguments[0].startswith("BEGIN")
            return execute(*arguments)

        with connection.execute_wrapper(count):
            response = self.get_response(request)
        response.headers[STATEMENTS] = str(statements)
        return response
