"""From a filled-in form to a confirmed booking: the two steps a teacher takes.

Each is one transaction, mail included; what may not be undone by it (counting a wrong code)
stays outside.
"""

from collections.abc import Sequence

from django.utils.translation import get_language

from programmes.models import Programme
from schools import codes
from schools.models import CodeChallenge, Submission, User
from schools.notices import send_code
from tec_site.transactions import retried

from . import lifecycle
from .models import VisitSlot
from .rules import ClassRequest

VERIFY = CodeChallenge.Purpose.VERIFY


@retried
def submit(
    *,
    slot: VisitSlot,
    programme: Programme,
    classes: Sequence[ClassRequest],
    submission: Submission,
    user: User | None,
) -> Submission:
    """Hold the places and mail a code; book at once for a teacher who is signed in.

    Sent twice it answers with the first, and mails nothing. Raises what `lifecycle.hold`
    raises, and TooMany.
    """
    if user is not None and not user.is_staff and user.email == submission.email:
        return lifecycle.book(
            slot=slot, programme=programme, classes=classes, submission=submission, by=user
        )
    held = lifecycle.hold(
        slot=slot, programme=programme, classes=classes, submission=submission, by=None
    )
    if held is submission:
        mail_code(held)
    return held


def confirm(*, submission: Submission, browser: str, typed: str) -> Submission:
    """The code was typed: confirm all, or say why not. Raises a refusal of codes or of verify."""
    challenge = codes.check(purpose=VERIFY, browser=browser, typed=typed, submission=submission)
    return _use_and_verify(challenge, submission)


@retried
def _use_and_verify(challenge: CodeChallenge, submission: Submission) -> Submission:
    codes.use(challenge)
    return lifecycle.verify(submission=submission)


@retried
def correct_address(*, submission: Submission, email: str) -> None:
    """Another address for a booking that is not confirmed yet, and a new code to it."""
    submission.email = email
    submission.save(update_fields=["email"])
    mail_code(submission)


@retried
def mail_code(submission: Submission) -> None:
    challenge = codes.ask(
        purpose=VERIFY,
        email=submission.email,
        browser=submission.browser,
        submission=submission,
    )
    send_code(challenge, get_language() or submission.language)
