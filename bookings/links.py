"""The link in a mail that opens the page of a submission's bookings without signing in."""

from django.conf import settings
from django.urls import reverse

from schools.models import Submission
from tec_site import tokens

PURPOSE = "submission"


def token_of(submission: Submission) -> str:
    """Never to be stored: derive it when it is needed."""
    return tokens.make(PURPOSE, submission.public_id, submission.link_version)


def address_of(submission: Submission) -> str:
    """The absolute address, token included."""
    kwargs = {"public_id": submission.public_id, "token": token_of(submission)}
    path = reverse("bookings:booking", kwargs=kwargs)
    return settings.SITE_URL + path


def opens(submission: Submission, token: str) -> bool:
    """Whether this token, as found in an address, opens these bookings now."""
    return tokens.matches(token, PURPOSE, submission.public_id, submission.link_version)
