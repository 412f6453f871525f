"""allauth's forms where ours differ: who may use them, and how often."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core import rate_limits
from core.text.fields import MailAddressField
from tec_site.staff.accounts import limit_session


class StaffLoginForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.fields["login"]
        self.fields["login"] = MailAddressField(label=asked.label, widget=asked.widget)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> Any:
        answer = super().login(request, redirect_url)
        limit_session(request)  # once more: allauth set a number of seconds
        return answer


class StaffResetPasswordForm(ResetPasswordForm):
    """For staff only; says the same to everybody. Teachers have no password to reset."""

    email = MailAddressField(label=_("E-mail address"), max_length=254)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        rate_limits.count("codes_per_address", email)
        users = get_user_model().objects.filter(email=email, is_staff=True, is_active=True)
        self.users = list(users)
        return email


class CountedCode:
    """Counts each code of an authenticator app or recovery code that somebody tries."""

    user: Any

    def clean_code(self) -> str:
        rate_limits.count("second_factors_per_user", str(self.user.pk))
        mixed_in: Any = super()
        return mixed_in.clean_code()


class StaffAuthenticateForm(CountedCode, AuthenticateForm):
    pass


class StaffReauthenticateForm(CountedCode, ReauthenticateForm):
    pass
