"""From a filled-in form to what is confirmed: the two steps a teacher takes.

The same for visits and kits: each app hands in its own verbs `hold`, `book` and `verify`. Each
step is one transaction, mail included; what may not be undone by it (counting a wrong code)
stays outside.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.lifecycle import Refused
from core.transactions import retried
from schools.models import User
from submissions import codes
from submissions.models import CodeChallenge, Submission
from submissions.telling import send_code

VERIFY = CodeChallenge.Purpose.VERIFY


class AlreadyConfirmed(Refused):
    message = _("This is confirmed already, so its address stays as it was.")


type Verb = Callable[..., Submission]


@retried
def submit(
    *, hold: Verb, book: Verb, submission: Submission, user: User | None, **details: Any
) -> Submission:
    """Hold what is asked and mail a code; book at once for a teacher who is signed in.

    `details` go to the verb. Sent twice it answers with the first, and mails nothing. Raises
    what the verb raises, and TooMany.
    """
    if user is not None and not user.is_staff and user.email == submission.email:
        return book(submission=submission, by=user, **details)
    held = hold(submission=submission, by=None, **details)
    if held is submission:
        mail_code(held)
    return held


def confirm(*, verify: Verb, submission: Submission, browser: str, typed: str) -> Submission:
    """The code was typed: confirm all, or say why not. Raises a refusal of codes or of verify."""
    challenge = codes.check(purpose=VERIFY, browser=browser, typed=typed, submission=submission)
    return _use_and_verify(challenge, verify, submission)


@retried
def _use_and_verify(challenge: CodeChallenge, verify: Verb, submission: Submission) -> Submission:
    return verify(submission=submission, prove=lambda locked: codes.use(challenge, locked))


@retried
def correct_address(*, submission: Submission, email: str) -> None:
    """Another address for what is not confirmed yet, and a new code to it.

    Raises AlreadyConfirmed: in another tab the code was typed while this one was corrected.
    """
    waiting = Submission.objects.filter(pk=submission.pk, verified_at=None)
    if not waiting.update(email=email):
        raise AlreadyConfirmed
    submission.email = email
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
