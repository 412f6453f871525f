"""The mail with a code. It has no move and no event: it goes straight out."""

from datetime import timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import override
from post_office.models import PRIORITY, STATUS, Email

from schools.codes import marker_of
from schools.models import CodeChallenge, User


def send_code(challenge: CodeChallenge, language: str) -> Email:
    """Put the mail that answers a challenge in the queue, and return it.

    Whoever asks to sign in gets a mail in any case, so that the page need not tell who is
    known: a teacher her code, staff the way to their own sign-in, a stranger the catalogue.
    """
    name = "code_to_confirm"
    if challenge.purpose == CodeChallenge.Purpose.SIGN_IN:
        user = User.objects.filter(email=challenge.email, is_active=True).first()
        name = "code_to_sign_in"
        if user is None:
            name = "sign_in_unknown"
        elif user.is_staff:
            name = "sign_in_staff"
    with override(language):
        context = {
            "code": marker_of(challenge),
            "minutes": settings.CODE_VALID_FOR // timedelta(minutes=1),
            "site_url": settings.SITE_URL,
            "address": challenge.email,
            "staff_url": settings.SITE_URL + reverse("account_login"),
        }
        return Email.objects.create(
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[challenge.email],
            subject=" ".join(render_to_string(f"mail/{name}.subject.txt", context).split()),
            message=render_to_string(f"mail/{name}.txt", context),
            html_message=render_to_string(f"mail/{name}.html", context),
            status=STATUS.queued,
            priority=PRIORITY.now,
            # A code that comes when it no longer works only confuses.
            expires_at=challenge.expires_at,
        )
