"""Steps of sharing, for tests: who invites, who accepts, and what went out."""

import re
from typing import Any

from django.test import Client
from django.utils import timezone

from core.mail.markers import reveal
from core.mail.outbox import Teller
from core.models import Mail
from submissions.models import Companion, CompanionEvent
from submissions.sharing import lifecycle
from submissions.sharing.lifecycle import Share
from tests.factories import make_teacher


def tell() -> list[Mail]:
    """Have everything told that waits; the mails that came of it, oldest first."""
    last = Mail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    Teller().tell(seconds=30)
    return list(Mail.objects.filter(pk__gt=last).order_by("pk"))


def shared(
    submission: Any, *, row: Any = None, with_mails: bool = False, **fields: Any
) -> Companion:
    """A colleague who has accepted, told of it already; the mails themselves cost a third of it."""
    user = make_teacher(**fields)
    invited = lifecycle.invite(
        shares=[Share(submission, row)], email=user.email, by=submission.user
    )
    [companion] = lifecycle.accept(
        invitation=invited[0].invitation,
        email=user.email,
        person={"name": user.name},
        language="nl",
    )
    if with_mails:
        tell()
    CompanionEvent.objects.filter(noticed_at=None).update(noticed_at=timezone.now())
    return companion


def link_in(mail: Mail) -> str:
    """The path of the last link to this site in a mail, as its reader gets it."""
    text = reveal(mail.text, to=mail.to)
    return re.findall(r"https?://[^/\s]+(/\S+/)", text)[-1]


def calendar_in(mail: Mail) -> list[str]:
    """The unfolded text of each calendar file that goes along."""
    files = mail.files.filter(mimetype__startswith="text/calendar").order_by("pk")
    return [bytes(file.content).decode().replace("\r\n ", "") for file in files]


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client
