"""Signing in with a code, for teachers. Staff have their own way in (tec_site/staff/urls.py).

Known, unknown and staff addresses get the same pages in the same time; only the mail differs.
"""

from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LogoutView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import rate_limits
from core.addresses import wanted_page
from core.pages import drafts
from schools.models import User
from submissions import browsers, codes
from submissions.forms import CodeForm, EmailForm
from submissions.models import CodeChallenge
from submissions.telling import send_code

SIGN_IN = CodeChallenge.Purpose.SIGN_IN


def verify_and_sign_in(request: HttpRequest, user: User) -> None:
    """Sign in the teacher whose code was just redeemed in this browser.

    A code never signs in staff or somebody who was shut out: for them this does nothing. Nor
    does it take a member of staff out of the session in which she confirms for a teacher.
    """
    if user.is_staff or not user.is_active or getattr(request.user, "is_staff", False):
        return
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(int(settings.TEACHER_SESSION_AGE.total_seconds()))


def signed_in_address(request: HttpRequest) -> str:
    """Where somebody goes once she is signed in."""
    return wanted_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The address; a POST mails a code (or what that address gets instead)."""
    if request.user.is_authenticated:
        return redirect(signed_in_address(request))
    form = EmailForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _mail_code(request, form.cleaned_data["email"])
            return _to_code_page(request)
        except rate_limits.TooMany as refusal:
            form.add_error("email", refusal)
            status = 429
    browsers.give_number(request)
    context = {"form": form, "next": wanted_page(request)}
    return render(request, "submissions/sign_in.html", context, status=status)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The code from the mail; the right one signs in."""
    if request.user.is_authenticated:
        return redirect(signed_in_address(request))
    browser = browsers.browser_of(request)
    challenge = codes.pending(browser=browser, purpose=SIGN_IN) if browser else None
    if challenge is None:
        return redirect("submissions:sign_in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verify_and_sign_in(request, _redeem(browser, form.cleaned_data["code"]))
            return redirect(signed_in_address(request))
        except codes.Refused as refusal:
            form.add_error("code", refusal)
    context = {"form": form, "email": challenge.email, "next": wanted_page(request)}
    return render(request, "submissions/sign_in_code.html", context)


class SignOutView(LogoutView):
    """Signing out; what was booked here is not shown to the next person at this computer."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        browsers.forget(request)
        response = super().post(request, *args, **kwargs)
        drafts.forget(response)
        return response


# --- Within a request --------------------------------------------------------------------------


@transaction.atomic
def _mail_code(request: HttpRequest, email: str) -> None:
    rate_limits.count_post(request)
    browser = browsers.give_number(request)
    challenge = codes.ask(purpose=SIGN_IN, email=email, browser=browser)
    send_code(challenge, get_language() or settings.LANGUAGE_CODE)


def _redeem(browser: str, typed: str) -> User:
    """The teacher whose code was typed.

    The mail to a stranger or to staff held no code. Whoever guesses theirs is told what a
    wrong guess is told.
    """
    try:
        challenge = codes.redeem(browser=browser, purpose=SIGN_IN, typed=typed)
    except codes.CodeUsed:
        again = codes.repeated(browser=browser, purpose=SIGN_IN, typed=typed)
        if again is None:
            raise
        challenge = again
    user = User.objects.filter(email=challenge.email, is_active=True, is_staff=False).first()
    if user is None:
        raise codes.WrongCode(left=settings.CODE_TRIES - challenge.tries)
    return user


def _to_code_page(request: HttpRequest) -> HttpResponse:
    wanted = wanted_page(request)
    query = {"next": wanted} if wanted else None
    return HttpResponseRedirect(reverse("submissions:sign_in_code", query=query))
