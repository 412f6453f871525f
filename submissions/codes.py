"""One code mechanism, for confirming a booking and for signing in.

A code is six digits, *derived* with the site's key from a random nonce, the purpose and the
address; no row, session or mail in the queue holds it. It works in the browser that asked for
it and nowhere else, for `settings.CODE_VALID_FOR`, with `settings.CODE_TRIES` tries, once.
Of several codes asked for in one browser only the newest works.

    challenge = ask(purpose=…, email=…, browser=browsers.give_number(request))
    challenge = redeem(purpose=…, browser=browsers.browser_of(request), typed=…)

Whoever changes something else together with using the code calls the two halves of `redeem`:
`check()` outside a transaction, then `use()` inside the one that makes the change. Of two clicks
on a slow network the second finds the code used: `repeated()` tells it from a code used before.
"""

import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core import rate_limits
from core.lifecycle import Refused
from core.text.normal import code, mail_address
from submissions.models import CodeChallenge, Submission

DIGITS = 6
# How long a challenge is kept after it expired, so that a late visitor reads 'too old'.
KEEP_FOR = timedelta(days=1)


class NoCode(Refused):
    message = _("There is no code to type here. Ask for a new one.")


class CodeUsed(NoCode):
    message = _("This code has already been used. Ask for a new one.")


class CodeExpired(Refused):
    message = _("This code is too old. Ask for a new one.")


class TooManyTries(Refused):
    message = _("The code was wrong too often. Ask for a new one.")


class WrongCode(Refused):
    """`left`: the number of tries that remain."""

    message = ngettext_lazy(
        "That is not the code in our last mail. You can try once more.",
        "That is not the code in our last mail. You can try %(left)d more times.",
        "left",
    )

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(left=left)


def ask(
    *, purpose: str, email: str, browser: str, submission: Submission | None = None
) -> CodeChallenge:
    """A new challenge for `email`; mailing it is `telling.send_code`.

    Raises `rate_limits.TooMany` when this address was sent enough codes. The count keeps a
    row locked until the end of the transaction, so call this as the last thing in one.
    """
    email = mail_address(email)
    rate_limits.count("codes_per_address", email)
    return CodeChallenge.objects.create(
        purpose=purpose,
        email=email,
        nonce=secrets.token_urlsafe(32),
        browser=browser,
        submission=submission,
        expires_at=timezone.now() + settings.CODE_VALID_FOR,
    )


def code_of(challenge: CodeChallenge) -> str:
    """The six digits of a challenge. For the mail that is being sent, never for storing."""
    what = f"{challenge.purpose}\0{challenge.nonce}\0{challenge.email}"
    derived = salted_hmac("submissions.codes", what, algorithm="sha256").digest()
    return f"{int.from_bytes(derived) % 10**DIGITS:0{DIGITS}d}"


def code_for_mail(challenge_id: str, to: str) -> str | None:
    """What a mail's marker stands for while it is sent: None once the code is too old."""
    valid = CodeChallenge.objects.filter(email=to, expires_at__gt=timezone.now())
    challenge = valid.filter(pk=challenge_id).first()
    return code_of(challenge) if challenge else None


def pending(
    *, browser: str, purpose: str, submission: Submission | None = None
) -> CodeChallenge | None:
    """The challenge this browser would answer now: its newest, expired or used as it may be."""
    return (
        CodeChallenge.objects.filter(browser=browser, purpose=purpose, submission=submission)
        .order_by("-pk")
        .first()
    )


def check(
    *, browser: str, purpose: str, typed: str, submission: Submission | None = None
) -> CodeChallenge:
    """The challenge that `typed` answers, not yet used; or a named refusal.

    Counts a try first, and durably: inside a caller's transaction the count would vanish
    with the refusal, and guessing would be free.
    """
    challenge = pending(browser=browser, purpose=purpose, submission=submission)
    if challenge is None:
        raise NoCode
    with transaction.atomic(durable=True):
        counted = CodeChallenge.objects.filter(
            pk=challenge.pk,
            used_at=None,
            tries__lt=settings.CODE_TRIES,
            expires_at__gt=timezone.now(),
        ).update(tries=F("tries") + 1)
    challenge.tries += counted
    if counted and hmac.compare_digest(_bare(typed), code_of(challenge).encode()):
        return challenge
    challenge.refresh_from_db(fields=["tries", "used_at"])
    if not counted:
        raise _why_not(challenge)
    raise WrongCode(left=max(settings.CODE_TRIES - challenge.tries, 0))


def use(challenge: CodeChallenge, locked: Submission | None = None) -> None:
    """Spend a checked challenge, within the caller's transaction.

    Of two tabs with the same code one gets `CodeUsed`. A submission's address can be corrected
    while its code is being typed. The code proves the address it was mailed to and no other, so
    the submission is locked until that transaction ends (or was by the caller: `locked`); NoCode
    when it has another address by now.
    """
    if challenge.submission_id is not None:
        if locked is None:
            locked = Submission.objects.select_for_update().get(pk=challenge.submission_id)
        if locked.email != challenge.email:
            raise NoCode
    now = timezone.now()
    if not CodeChallenge.objects.filter(pk=challenge.pk, used_at=None).update(used_at=now):
        raise CodeUsed
    challenge.used_at = now


def redeem(
    *, browser: str, purpose: str, typed: str, submission: Submission | None = None
) -> CodeChallenge:
    """`check()` and `use()`: the challenge that `typed` answered, now spent.

    Raises NoCode, CodeUsed, CodeExpired, TooManyTries or WrongCode (with `left`).
    """
    challenge = check(browser=browser, purpose=purpose, typed=typed, submission=submission)
    with transaction.atomic():
        use(challenge)
    return challenge


def repeated(
    *, browser: str, purpose: str, typed: str, submission: Submission | None = None
) -> CodeChallenge | None:
    """The challenge that the same browser answered with the same code a moment ago, or None.

    The second of two clicks, where the answer to the first never reached the page. It counts as
    a try like any other.
    """
    challenge = pending(browser=browser, purpose=purpose, submission=submission)
    if challenge is None:
        return None
    since = timezone.now() - settings.SAME_CLICK_WITHIN
    with transaction.atomic(durable=True):
        counted = CodeChallenge.objects.filter(
            pk=challenge.pk, used_at__gte=since, tries__lt=settings.CODE_TRIES
        ).update(tries=F("tries") + 1)
    is_right = hmac.compare_digest(_bare(typed), code_of(challenge).encode())
    return challenge if counted and is_right else None


def purge() -> int:
    """Delete challenges that expired a day ago; the worker calls this. Returns how many."""
    return CodeChallenge.objects.filter(expires_at__lt=timezone.now() - KEEP_FOR).delete()[0]


def _bare(typed: str) -> bytes:
    return code(typed).encode()


def _why_not(challenge: CodeChallenge) -> Refused:
    if challenge.used_at is not None:
        return CodeUsed()
    if challenge.expires_at <= timezone.now():
        return CodeExpired()
    return TooManyTries()
