"""A month's notice before a person is erased by the clock.

She gets one mail, with the date. From it on she has a whole month, also where the worker or the
mail server stood still: a mail that could not go out in time does not count, and is made anew.
Every act postpones: signing in, asking, answering, changing by the link of a mail, a calendar that
follows her visits; and so does what is still to come.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from core import kinds, tokens
from core.dates import start_of_day
from core.mail import markers, templates
from core.mail.queue import enqueue
from core.models import Mail
from schools.models import User
from schools.years import school_year_of, school_year_start
from submissions.kinds import submitted
from submissions.models import Companion, Submission

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


def saw(user: User) -> None:
    """Note that her calendar asked for her visits: once a month, and not if we know something
    fresher of her."""
    month_ago = timezone.now() - settings.ERASURE_TOLD_BEFORE
    if max(user.last_login or user.joined_at, user.joined_at) < month_ago:
        fresh = Q(seen_on=None) | Q(seen_on__lt=timezone.localdate(month_ago))
        User.objects.filter(fresh, pk=user.pk).update(seen_on=timezone.localdate())


def limit_on(day: datetime.date) -> datetime.datetime:
    """The moment since which silent teachers may be erased on `day`: the start of the school year
    before the one of that day."""
    return start_of_day(school_year_start(school_year_of(day) - 1))


def needed_since(moment: datetime.datetime) -> Q:
    """Submissions about which somebody must be reached, at `moment` or later."""
    needed = Q(pk__in=[])
    for kind in submitted():
        needed |= Q(pk__in=kind.needed_since(moment))
    return needed


def silent_since(limit: datetime.datetime) -> QuerySet[User]:
    """Teachers of whom nothing was heard since, and who have nothing still to come."""
    day = timezone.localdate(limit)
    recent = Submission.objects.filter(Q(created_at__gte=limit) | needed_since(limit))
    shared = Companion.objects.alive().filter(submission__in=recent)
    silent = User.objects.filter(
        Q(last_login=None) | Q(last_login__lt=limit),
        Q(seen_on=None) | Q(seen_on__lt=day),
        is_staff=False,
        joined_at__lt=limit,
    )
    found: tuple[Any, ...] = (recent, shared)
    for rows in found:
        silent = silent.exclude(pk__in=rows.filter(user__isnull=False).values("user"))
        silent = silent.exclude(email__in=rows.exclude(email="").values("email"))
    for kind in kinds.kinds():
        acts = kind.event._base_manager.filter(at__gte=limit, by__isnull=False)
        silent = silent.exclude(pk__in=acts.values("by"))
    return silent


def due(limit: datetime.datetime) -> QuerySet[User]:
    """Silent teachers whose month is over."""
    return silent_since(limit).filter(erase_on__lte=timezone.localdate())


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
