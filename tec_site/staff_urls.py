"""Staff sign-in at `/personeel/`: what we use of django-allauth, and nothing more.

Its sign-up, sign-in by code and e-mail address pages are not here. The names are allauth's:
its views and templates reverse them.
"""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, re_path, reverse, reverse_lazy

from tec_site import staff_accounts

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """A page that teachers get a 404 for, and the anonymous the staff's sign-in."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    page: Any = wrapped
    page.login_url = reverse_lazy("account_login")
    return page


def factor_first(view: View) -> View:
    """A page about second factors: once there is one, it is asked before anything changes."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        enrolled = request.user.is_authenticated and staff_accounts.is_enrolled(request.user)
        if enrolled and not staff_accounts.has_second_factor(request):
            step = staff_accounts.next_step(request)
            return redirect(reverse(step, query={"next": request.get_full_path()}))
        return view(request, *args, **kwargs)

    return for_staff(wrapped)


urlpatterns: list[URLPattern] = [
    # Closed; allauth's sign-in page looks up its address.
    path("aanmelden/", for_staff(account.signup), name="account_signup"),
    path("inloggen/", for_staff(account.login), name="account_login"),
    path("uitloggen/", for_staff(account.logout), name="account_logout"),
    path("inactief/", for_staff(account.account_inactive), name="account_inactive"),
    path("bevestig/", for_staff(account.reauthenticate), name="account_reauthenticate"),
    path("wachtwoord/instellen/", factor_first(account.password_set), name="account_set_password"),
    path("wachtwoord/", factor_first(account.password_change), name="account_change_password"),
    path("wachtwoord/vergeten/", for_staff(account.password_reset), name="account_reset_password"),
    path(
        "wachtwoord/vergeten/verstuurd/",
        for_staff(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^wachtwoord/nieuw/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        for_staff(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "wachtwoord/nieuw/klaar/",
        for_staff(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("tweede-stap/", factor_first(mfa.index), name="mfa_index"),
    path("tweede-stap/inloggen/", for_staff(mfa.authenticate), name="mfa_authenticate"),
    path("tweede-stap/bevestig/", for_staff(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("tweede-stap/app/", factor_first(totp.activate_totp), name="mfa_activate_totp"),
    path("tweede-stap/app/uit/", factor_first(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path(
        "tweede-stap/herstelcodes/",
        factor_first(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "tweede-stap/herstelcodes/nieuw/",
        factor_first(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "tweede-stap/herstelcodes/bestand/",
        factor_first(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("tweede-stap/sleutels/", factor_first(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path(
        "tweede-stap/sleutels/nieuw/", factor_first(webauthn.add_webauthn), name="mfa_add_webauthn"
    ),
    path(
        "tweede-stap/sleutels/inloggen/",
        for_staff(webauthn.login_webauthn),
        name="mfa_login_webauthn",
    ),
    path(
        "tweede-stap/sleutels/bevestig/",
        for_staff(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "tweede-stap/sleutels/<id:pk>/weg/",
        factor_first(webauthn.remove_webauthn),
        name="mfa_remove_webauthn",
    ),
    path(
        "tweede-stap/sleutels/<id:pk>/naam/",
        factor_first(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
]
