"""The token in a mail's link that opens the evaluations of a submission, and nothing else of it."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from core import tokens
from submissions import links
from submissions.models import Companion, Submission

PURPOSE = "evaluation"


def token_of(submission: Submission, companions: Sequence[Companion] = ()) -> str:
    """Never to be stored: derive it when it is needed. `companions`: as whom a colleague looks."""
    for one in companions:
        return tokens.make(PURPOSE, f"companion {one.pk}", one.link_version)
    return tokens.make(PURPOSE, submission.public_id, submission.link_version)


def link_to(submission: Submission, companions: Sequence[Companion] = ()) -> str:
    """The absolute address of the page, token included."""
    kwargs = {"public_id": submission.public_id, "token": token_of(submission, companions)}
    return settings.SITE_URL + reverse("evaluations:overview", kwargs=kwargs)


def opens(submission: Submission, token: str) -> bool:
    return tokens.matches(token, PURPOSE, submission.public_id, submission.link_version)


def opens_as(companion: Companion, token: str) -> bool:
    return tokens.matches(token, PURPOSE, f"companion {companion.pk}", companion.link_version)


def opened_once(submission: Submission, token: str) -> bool:
    """Whether it was the link to somebody whom we have erased since."""
    return links.opened_once(submission, token, PURPOSE)
