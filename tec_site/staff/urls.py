"""Staff sign-in at `/personeel/`: what we use of django-allauth, and nothing more.

Its sign-up, sign-in by code and e-mail address pages are not here. The names are allauth's:
its views and templates reverse them.
"""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path, re_path, reverse, reverse_lazy

from tec_site.staff import accounts

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
        enrolled = request.user.is_authenticated and accounts.is_enrolled(request.user)
        if enrolled and not accounts.has_second_factor(request):
            step = accounts.next_step(request)
            return redirect(reverse(step, query={"next": request.get_full_path()}))
        return view(request, *args, **kwargs)

    return for_staff(wrapped)


_password = [
    path("", factor_first(account.password_change), name="account_change_password"),
    path("instellen/", factor_first(account.password_set), name="account_set_password"),
    path("vergeten/", for_staff(account.password_reset), name="account_reset_password"),
    path(
        "vergeten/verstuurd/",
        for_staff(account.password_reset_done),
        name="account_reset_password_done",
    ),
    path(
        "nieuw/klaar/",
        for_staff(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
_codes = [
    path("", factor_first(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "nieuw/",
        factor_first(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "bestand/",
        factor_first(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
_keys = [
    path("", factor_first(keys.list_webauthn), name="mfa_list_webauthn"),
    path("nieuw/", factor_first(keys.add_webauthn), name="mfa_add_webauthn"),
    path("inloggen/", for_staff(keys.login_webauthn), name="mfa_login_webauthn"),
    path("bevestig/", for_staff(keys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("<id:pk>/weg/", factor_first(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("<id:pk>/naam/", factor_first(keys.edit_webauthn), name="mfa_edit_webauthn"),
]
_second_step: list[URLPattern | URLResolver] = [
    path("", factor_first(mfa.index), name="mfa_index"),
    path("inloggen/", for_staff(mfa.authenticate), name="mfa_authenticate"),
    path("bevestig/", for_staff(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("app/", factor_first(totp.activate_totp), name="mfa_activate_totp"),
    path("app/uit/", factor_first(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("herstelcodes/", include(_codes)),
    path("sleutels/", include(_keys)),
]

urlpatterns: list[URLPattern | URLResolver] = [
    # Closed; allauth's sign-in page looks up its address.
    path("aanmelden/", for_staff(account.signup), name="account_signup"),
    path("inloggen/", for_staff(account.login), name="account_login"),
    path("uitloggen/", for_staff(account.logout), name="account_logout"),
    path("inactief/", for_staff(account.account_inactive), name="account_inactive"),
    path("bevestig/", for_staff(account.reauthenticate), name="account_reauthenticate"),
    path("wachtwoord/", include(_password)),
    re_path(
        r"^wachtwoord/nieuw/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        for_staff(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("tweede-stap/", include(_second_step)),
]
