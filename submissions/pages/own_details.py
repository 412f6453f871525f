"""Privacy at one's own hand: what we know of the user, to read, take along or erase; and
the page of the mail that tells of an erasure to come.

Nothing is written down for it: each answer is made in its request, and no browser keeps it.
"""

import json
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from core import tokens
from core.addresses import row_number
from core.pages.saying import say_once
from schools.models import User
from submissions import browsers
from submissions.access import SignedInRequest
from submissions.kinds import by_day, submitted
from submissions.models import Submission
from submissions.privacy import erasure_notice
from submissions.privacy.erasure import StillComing, erase_person
from submissions.privacy.own_data import known_of

# What a form to erase oneself carries, to be known by once she is erased.
ERASED = "erased"


@never_cache
@require_safe
def my_details(request: SignedInRequest) -> HttpResponse:
    return render(request, "submissions/own_details.html", {"known": known_of(request.user)})


@never_cache
@require_safe
def download_json(request: SignedInRequest) -> HttpResponse:
    text = json.dumps(known_of(request.user), ensure_ascii=False, indent=2)
    return _file(text, "application/json", "json")


@never_cache
@require_safe
def download_page(request: SignedInRequest) -> HttpResponse:
    context = {"known": known_of(request.user), "at": timezone.now()}
    text = render_to_string("submissions/own_details_file.html", context)
    return _file(text, "text/html", "html")


def _file(text: str, content_type: str, ending: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{content_type}; charset=utf-8")
    name = _("what-tec-knows-of-me") + f".{ending}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase_me(request: HttpRequest) -> HttpResponse:
    """First what is still to come, to be cancelled or handed over; then one button."""
    user = request.user
    if not user.is_authenticated:
        # Also the second of two clicks: the first has erased her and her session.
        return redirect("erased") if _is_erased(request) else redirect_to_login(request.path)
    if user.is_staff:  # her account is the coordinator's to end
        raise Http404
    if request.method == "POST" and "sure" in request.POST:
        try:
            erase_person(email=user.email)
        except StillComing as refusal:
            messages.error(request, str(refusal))
            return redirect("erase_me")
        logout(request)
        browsers.forget(request)
        return redirect("erased")
    hers = Submission.objects.filter(user=user)
    coming = [(kind, by_day(kind.coming_in(hers))) for kind in submitted()]
    context: dict[str, Any] = {
        "coming": [(kind, rows) for kind, rows in coming if rows],
        "not_sure": request.method == "POST",
        "who": f"{user.pk} {tokens.make(ERASED, user.pk, 1)}",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "submissions/erase_me.html", context, status=status)


def _is_erased(request: HttpRequest) -> bool:
    """Whether the form was made for somebody whom we know no more."""
    number, _space, token = request.POST.get("who", "").partition(" ")
    key = row_number(number)
    return tokens.matches(token, ERASED, key, 1) and not User.objects.filter(pk=key).exists()


@login_not_required
@never_cache
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    return render(request, "submissions/erased.html", {"is_done": True})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def keep_me(request: HttpRequest, pk: int, token: str) -> HttpResponse:
    """'Keep me another year', by the link of the mail; opening it changes nothing."""
    user = erasure_notice.user_of(pk, token)
    if user is None:
        raise Http404
    if request.method == "POST":
        erasure_notice.keep(user)
        say_once(request, _("We keep your details for another school year."))
        return redirect(request.path)
    return render(request, "submissions/keep_me.html", {"day": user.erase_on})
