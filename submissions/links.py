"""The token in a mail's link, that opens a submission's pages without signing in."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from core import tokens
from submissions.models import Companion, Submission

PURPOSE = "submission"
# Of a colleague: what is shared with her, and the invitation to it.
SHARED, INVITATION = "companion", "invitation"


def token_of(submission: Submission) -> str:
    """Never to be stored: derive it when it is needed."""
    return tokens.make(PURPOSE, submission.public_id, submission.link_version)


def link_to(submission: Submission, page: str, **more: int) -> str:
    """The absolute address of a page (a URL name), token included."""
    kwargs = {"public_id": submission.public_id, "token": token_of(submission), **more}
    return settings.SITE_URL + reverse(page, kwargs=kwargs)


def opens(submission: Submission, token: str) -> bool:
    """Whether this token, as found in an address, opens this submission's pages now."""
    return tokens.matches(token, PURPOSE, submission.public_id, submission.link_version)


def opened_once(submission: Submission, token: str, purpose: str = PURPOSE) -> bool:
    """Whether it was the link to somebody whom we have erased since: erasing raises the version."""
    if submission.email:
        return False
    earlier = range(1, submission.link_version)
    return any(tokens.matches(token, purpose, submission.public_id, one) for one in earlier)


# --- Of a colleague ------------------------------------------------------------------------------


def shared_link_to(companion: Companion, page: str, **more: int) -> str:
    """The link to the same page for a colleague with whom it is shared."""
    token = tokens.make(SHARED, companion.pk, companion.link_version)
    kwargs = {"public_id": companion.submission.public_id, "token": token, **more}
    return settings.SITE_URL + reverse(page, kwargs=kwargs)


def opens_as(companion: Companion, token: str) -> bool:
    return tokens.matches(token, SHARED, companion.pk, companion.link_version)


def opened_as(companion: Companion, token: str) -> bool:
    """Whether it was her link until she left, which raised the version."""
    return tokens.matches(token, SHARED, companion.pk, companion.link_version - 1)


def invitation_token(invitation: UUID) -> str:
    """Opens a page that says how things stand, and lets nobody in."""
    return tokens.make(INVITATION, invitation, 1)


def invitation_link(companion: Companion) -> str:
    args = [companion.invitation, invitation_token(companion.invitation)]
    return settings.SITE_URL + reverse("sharing:invitation", args=args)


def is_invitation(invitation: UUID, token: str) -> bool:
    return tokens.matches(token, INVITATION, invitation, 1)
