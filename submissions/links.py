"""The token in a mail's link, that opens a submission's pages without signing in."""

from django.conf import settings
from django.urls import reverse

from core import tokens
from submissions.models import Submission

PURPOSE = "submission"


def token_of(submission: Submission) -> str:
    """Never to be stored: derive it when it is needed."""
    return tokens.make(PURPOSE, submission.public_id, submission.link_version)


def link_to(submission: Submission, page: str) -> str:
    """The absolute address of a page (a URL name), token included."""
    kwargs = {"public_id": submission.public_id, "token": token_of(submission)}
    return settings.SITE_URL + reverse(page, kwargs=kwargs)


def opens(submission: Submission, token: str) -> bool:
    """Whether this token, as found in an address, opens this submission's pages now."""
    return tokens.matches(token, PURPOSE, submission.public_id, submission.link_version)
