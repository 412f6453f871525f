"""A month's notice before a person is erased by the clock, and the button by which she stays.

She gets one mail, with the date. From it on she has a whole month, also where the worker or the
mail server stood still: a mail that could not go out in time does not count, and is made anew.
"""

import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from core import kinds, tokens
from core.mail import markers, templates
from core.mail.queue import enqueue
from core.models import Mail
from schools.models import User
from submissions.privacy.when_erased import limit_on, silent_since

TEMPLATE = "erasure_notice"


class KeepLink(kinds.Marker):
    """The link to the page with the button 'keep me another year'."""

    name = "keep"

    def reveal(self, user_id: str, to: str) -> str | None:
        user = User.objects.filter(pk=user_id, email=to).first()
        if user is None:
            return None
        return settings.SITE_URL + reverse("keep_me", args=[user.pk, keep_token(user)])

    def otherwise(self) -> str:
        return settings.SITE_URL


def keep_token(user: User) -> str:
    return tokens.make("keep", user.pk, user.link_version)


def user_of(pk: int, token: str) -> User | None:
    """Whose link it is; it opens nothing but the page with the button."""
    user = User.objects.filter(pk=pk, is_active=True).first()
    matches = user is not None and tokens.matches(token, "keep", user.pk, user.link_version)
    return user if matches else None


def keep(user: User) -> None:
    """She wants to stay: from today on she counts as having acted."""
    User.objects.filter(pk=user.pk).update(seen_on=timezone.localdate(), erase_on=None)


def tell_silent(at_once: int) -> int:
    """Tell some of those whose time comes within a month; returns how many were told."""
    today = timezone.localdate()
    erase_on = today + settings.ERASURE_TOLD_BEFORE + settings.ERASURE_MAIL_MAY_WAIT
    silent = silent_since(limit_on(erase_on))
    told = User.objects.filter(erase_on__isnull=False)
    told.exclude(pk__in=silent.values("pk")).update(erase_on=None)  # she acted since
    for user in told.filter(erase_on__lte=today).order_by("pk")[:at_once]:
        if not _was_told(user):
            User.objects.filter(pk=user.pk, erase_on=user.erase_on).update(erase_on=None)
    found = list(silent.filter(erase_on=None).order_by("pk")[:at_once])
    return sum(_tell(user, erase_on) for user in found)


@transaction.atomic
def _tell(user: User, erase_on: datetime.date) -> bool:
    """Whether she was told: of two workers one writes the date, and mails it."""
    if not User.objects.filter(pk=user.pk, erase_on=None).update(erase_on=erase_on):
        return False
    message = templates.render(
        TEMPLATE,
        to=user.email,
        language=user.language,
        context={
            "name": user.name,
            "day": erase_on,
            "link": markers.marker(KeepLink.name, user.pk, to=user.email),
        },
        expires_at=timezone.now() + settings.ERASURE_MAIL_MAY_WAIT,
    )
    enqueue(message)
    return True


def _was_told(user: User) -> bool:
    mail = Mail.objects.filter(to=user.email, template=TEMPLATE).order_by("-pk").first()
    return mail is not None and mail.state in (Mail.State.SENT, Mail.State.FAILED)
