"""The mails about a submission: what those of every kind share, and the one with a code.

That one has no move and no event: it goes straight out.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import kinds
from core.documents import DocumentsUnavailable, can_be_made
from core.mail import markers, templates
from core.mail.queue import Attachment, Message, enqueue
from core.models import Mail
from programmes.models import Venue
from schools.models import User
from submissions import codes
from submissions.kinds import SubmissionLink, submitted
from submissions.lifecycle import refuse_too_much_held
from submissions.models import CodeChallenge, Submission
from submissions.sharing.readers import Reader, reader_who_asked


def mail_about(
    submission: Submission,
    template: str,
    context: Mapping[str, Any],
    *,
    venue: Venue,
    link: type[SubmissionLink],
    files: Sequence[Attachment] = (),
    letter: str = "",
    expires_at: datetime.datetime | None = None,
    reader: Reader | None = None,
) -> Message:
    """Mail of its hub to the asker or another reader; answers and calls go where it happens.

    `letter`: the marker of the letter that goes along, or ''. `context`: what the template shows
    besides.
    """
    reader = reader or reader_who_asked(submission)
    hub = submission.hub
    email = venue.email or hub.email
    return templates.render(
        template,
        to=reader.email,
        language=reader.language,
        context={
            "submission": submission,
            "reader": reader,
            "hub": hub,
            "phone": venue.phone or hub.phone,
            "email": email,
            "link": markers.marker(link.name, submission.pk, to=reader.email),
            "has_letter": bool(letter),
            **context,
        },
        attachments=files,
        enclosed=letter,
        sender=hub.sender,
        reply_to=email,
        hub=hub.pk,
        reference=submission.reference,
        about=submission.asker_name,
        expires_at=expires_at,
    )


class LetterEnclosure(kinds.Enclosure):
    """The letter that goes along, of how things stand at the moment of sending."""

    def letter(self, object_id: str, to: str) -> bytes | None:
        """The PDF as `to` may have it, or None. Raises DocumentsUnavailable."""
        raise NotImplementedError

    def make(self, object_id: str, to: str) -> bytes | None:
        try:
            return self.letter(object_id, to)
        except DocumentsUnavailable:
            return None

    def marker(self, key: int, reader: Reader, filename: str) -> str:
        """Its marker, for a reader's mail; '' where PDFs cannot be made."""
        if not can_be_made():
            return ""
        return markers.enclosure(self.name, key, to=reader.email, name=filename)


# --- The mail with a code ------------------------------------------------------------------------


class CodeMarker(kinds.Marker):
    name = "code"

    def reveal(self, object_id: str, to: str) -> str | None:
        return codes.code_for_mail(object_id, to)

    def otherwise(self) -> str:
        return _("(this code is too old)")


class Codes(kinds.Part):
    name = "codes"
    jobs = {"purge": datetime.timedelta(hours=1)}
    markers = (CodeMarker(),)

    def purge(self) -> None:
        codes.purge()


def ask_code(submission: Submission) -> None:
    """A new code for what is held, to the address that was typed; part of a verb's transaction.

    Raises TooMany, TooMuchHeld.
    """
    challenge = codes.ask(
        purpose=CodeChallenge.Purpose.VERIFY,
        email=submission.email,
        browser=submission.browser,
        submission=submission,
    )
    # The count of its codes keeps others with this address waiting until this is committed.
    refuse_too_much_held(submission)
    send_code(challenge, get_language() or submission.language)


def send_code(challenge: CodeChallenge, language: str) -> Mail:
    """Put the mail that answers a challenge in the queue, before all others.

    Whoever asks to sign in gets a mail in any case, so that the page need not tell who is
    known: a teacher her code, staff the way to their own sign-in, a stranger the catalogue.
    """
    # Whoever only signs in asks nothing of a hub: the site answers.
    submission = challenge.submission
    hub = submission.hub if submission else None
    message = templates.render(
        _template_for(challenge),
        to=challenge.email,
        language=language,
        context={
            "what": _what_for(submission, language) if submission else "",
            "code": markers.marker(CodeMarker.name, challenge.pk, to=challenge.email),
            "minutes": settings.CODE_VALID_FOR // datetime.timedelta(minutes=1),
            "staff_url": settings.SITE_URL + reverse("account_login"),
        },
        sender=hub.sender if hub else "",
        hub=hub.pk if hub else None,
        reference=submission.reference if submission else "",
        about=submission.asker_name if submission else "",
        # A code that comes when it no longer works only confuses.
        expires_at=challenge.expires_at,
        urgent=True,
    )
    return enqueue(message)


def _what_for(submission: Submission, language: str) -> str:
    """Programme or kit and date, never a name: colleagues who share a mailbox tell codes apart."""
    with translation.override(language):
        return next(filter(None, (kind.called(submission) for kind in submitted())), "") or _(
            "your booking"
        )


def _template_for(challenge: CodeChallenge) -> str:
    if challenge.purpose == CodeChallenge.Purpose.VERIFY:
        return "code_to_confirm"
    if challenge.purpose == CodeChallenge.Purpose.JOIN:
        return "code_to_join"
    user = User.objects.filter(email=challenge.email, is_active=True).first()
    if user is None:
        return "sign_in_unknown"
    return "sign_in_staff" if user.is_staff else "code_to_sign_in"
