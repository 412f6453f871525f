"""Somebody who does not exist asks for something: of what she gets, staff read the mails."""

from collections.abc import Iterable
from uuid import uuid4

from django.utils.translation import gettext as _

from core.dates import ONE_DAY
from core.mail.queue import Message
from submissions.models import Submission

# Nobody's: the domain is kept for examples (RFC 2606 section 2).
EMAIL = "juf@school.example"
AHEAD = 42 * ONE_DAY


def sample_submission(*, city: str, language: str, is_group: bool = False) -> Submission:
    key = uuid4().hex
    submission = Submission(
        submission_key=key,
        data_hash=key,
        contact_name=_("Example teacher"),
        email=EMAIL,
        phone="0570 00 00 00",
        typed_city=city,
        language=language,
    )
    if is_group:
        submission.typed_organisation, submission.photos = _("Example company"), ""
    else:
        submission.typed_school_name = _("Example school")
    return submission


def hers(mails: Iterable[Message]) -> list[Message]:
    return [mail for mail in mails if mail.to == EMAIL]
