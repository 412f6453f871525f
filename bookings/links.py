"""The link in a mail that opens the page of a submission's bookings without signing in."""

from django.conf import settings
from django.urls import reverse

from schools.models import Submission
from tec_site import tokens

PURPOSE = "submission"


def address_of(submission: Submission) -> str:
    """The absolute address with its token. Never to be stored: derive it when it is needed."""
    token = tokens.make(PURPOSE, submission.public_id, submission.link_version)
    path = reverse("bookings:booking", kwargs={"public_id": submission.public_id, "token": token})
    return settings.SITE_URL + path


def opens(submission: Submission, token: str) -> bool:
    """Whether this token, as found in an address, opens these bookings now."""
    return tokens.matches(token, PURPOSE, submission.public_id, submission.link_version)
