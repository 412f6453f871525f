"""The least a view can do, through the site's own middleware: what others are compared with."""

import secrets
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from schools.models import School

PAGE = engines["django"].from_string(
    "<!doctype html><html lang=nl><title>{{ school.name }}</title><p>{{ school.city }}</p></html>"
)


@login_not_required
@require_safe
def select(request: HttpRequest) -> HttpResponse:
    """One SELECT by an index and a small template."""
    return HttpResponse(PAGE.render({"school": School.objects.get(site_code="000100")}, request))


@csrf_exempt
@login_not_required
@require_POST
def insert(request: HttpRequest) -> HttpResponse:
    """One row, in a transaction."""
    with transaction.atomic():
        Session.objects.create(
            session_key=secrets.token_hex(16),
            session_data="floor",
            expire_date=timezone.now() + timedelta(hours=1),
        )
    return HttpResponse("ok")
