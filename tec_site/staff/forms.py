"""allauth's forms where ours differ: who may use them, and how often."""

from datetime import timedelta
from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from django.conf import settings
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import rate_limits
from core.kinds import Marker, Part
from core.text.fields import MailAddressField
from tec_site.staff import sign_ins
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


class PasswordLink(Marker):
    """The address where a member of staff sets a new password."""

    name = "password"

    def reveal(self, user_id: str, to: str) -> str | None:
        staff = get_user_model().objects.filter(email=to, is_staff=True, is_active=True)
        user = staff.filter(pk=user_id).first()
        if user is None:
            return None
        key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs=key)

    def otherwise(self) -> str:
        return gettext("(this link is too old)")


class StaffAccounts(Part):
    name = "staff accounts"
    markers = (PasswordLink(),)
    jobs = {"purge": timedelta(hours=6)}

    def purge(self) -> None:
        sign_ins.purge()
