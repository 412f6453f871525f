from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from submissions.access import load_submission

app_name = "toys"


@login_not_required
@never_cache
@require_safe
def toy(request: HttpRequest, public_id: UUID, token: str | None = None) -> HttpResponse:
    submission = load_submission(request, public_id, token)
    return render(request, "toys/toy.html", {"submission": submission})


urlpatterns = [
    path("<uuid:public_id>/", toy, name="toy"),
    path("<uuid:public_id>/<token:token>/", toy, name="toy"),
]
