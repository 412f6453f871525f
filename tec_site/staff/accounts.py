"""Staff sign in through django-allauth: a password or passkey and a second factor.

Nobody signs up here, and nothing of allauth's is open to teachers: they use a code
(submissions/codes.py). A passkey asks its owner for a finger, face or PIN, so it is both factors.

allauth's own rate limits live in a process's memory; ours are counted in the database.
"""

import time
from base64 import urlsafe_b64encode
from typing import Any

from allauth.account import app_settings as account_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language

from core import rate_limits
from core.mail import markers, templates
from core.mail.queue import Message, enqueue
from core.text.normal import mail_address
from tec_site.staff import sign_ins

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def is_enrolled(user: Any) -> bool:
    """Whether this person has a second factor; recovery codes alone are none."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists()


def has_second_factor(request: HttpRequest) -> bool:
    """Whether the second factor was shown in this session, or is not asked here (the demo)."""
    if not settings.STAFF_SECOND_FACTOR:
        return True
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" for record in records)


def next_step(request: HttpRequest) -> str:
    """The name of the page where a signed-in member of staff gets her second factor in order."""
    if not is_enrolled(request.user):
        return "mfa_index"
    if Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP).exists():
        return "mfa_reauthenticate"
    return "mfa_reauthenticate_webauthn"


def first_factor_counts(
    request: HttpRequest, user: Any, authenticator: Any, **_signal: Any
) -> None:
    """Enrolling shows the factor: it need not be shown again.

    Only the first one: whoever knows but the password must not get in by adding another.
    """
    others = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)
    if authenticator.type in FACTORS and not others.exclude(pk=authenticator.pk).exists():
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)


def limit_session(request: HttpRequest) -> None:
    """A moment rather than a number of seconds: being busy does not prolong it."""
    request.session.set_expiry(timezone.now() + settings.STAFF_SESSION_AGE)


class StaffAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Not after just signing in: she showed it a moment ago."""
        records = get_authentication_records(self.request, self.request.user)
        latest = max((record["at"] for record in records), default=0.0)
        if time.time() - latest < account_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return bool(super().is_reauthentication_required(app=app))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        rate_limits.count("passwords_per_address", mail_address(credentials.get("email", "")))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        user = super().authenticate(request, **credentials)
        return user if user is not None and user.is_staff and user.is_active else None

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        sign_ins.record_refusal(request, mail_address(credentials.get("email", "")))

    def reauthenticate(self, user: Any, password: str) -> bool:
        rate_limits.count("passwords_per_address", user.email)
        return bool(user.check_password(password))

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        limit_session(request)
        sign_ins.record(request, user)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def get_client_ip(self, request: HttpRequest) -> str:
        return rate_limits.network_of(request)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        enqueue(
            templates.render(
                "staff_password",
                to=user.email,
                language=get_language() or settings.LANGUAGE_CODE,
                context={"link": markers.marker("password", user.pk, to=user.email)},
                urgent=True,
            )
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Any other mail of allauth's: through our queue, as text."""
        mail = self.render_mail(template_prefix, email, {"email": email, **context})
        enqueue(Message(to=email, subject=str(mail.subject), text=str(mail.body)))


class StaffMFAAdapter(DefaultMFAAdapter):
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays while one is asked; replace it by adding another first."""
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=FACTORS)
        return not settings.STAFF_SECOND_FACTOR or others.exclude(pk=authenticator.pk).exists()

    def encrypt(self, text: str) -> str:
        """Secrets of apps and recovery codes: a copy of the database makes no valid code."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return settings.MFA_TOTP_ISSUER


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    macs = [
        salted_hmac("tec_site.staff.accounts", "mfa", secret=key, algorithm="sha256").digest()
        for key in keys
    ]
    return MultiFernet([Fernet(urlsafe_b64encode(mac)) for mac in macs])
