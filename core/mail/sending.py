"""Sending what waits in the queue, over one connection, from one thread (docs/decisions/0014)."""

import contextlib
import datetime
import logging
import smtplib
import time
from typing import Any

from django.conf import settings
from django.core.mail import mailers
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.mail import markers, outbox
from core.mail.models import Mail
from core.mail.outbox import InItsPlace
from core.mail.queue import Message, enqueue
from core.transactions import retried

logger = logging.getLogger(__name__)

# Whoever claims a mail has this long to send it; after a crash it is sent again, with the same
# Message-ID. Longer than one delivery can take with a timeout per answer.
CLAIM_FOR = datetime.timedelta(minutes=2)
# How long to leave a mail server alone that does not answer, in seconds.
PAUSE = 15.0
# How many mails are read at a time.
PORTION = 50


class ServerAway(Exception):
    """The mail server does not answer, or hung up."""


class Sender:
    """Sends what waits, over one connection, from one thread; any number may run at once."""

    def __init__(self) -> None:
        self.paused_until = 0.0

    def send(self, *, seconds: float) -> int:
        """Send waiting mails for about so many seconds; how many went out.

        A server that is away costs no mail a try: everything waits, and it is asked again
        after a pause. One that hangs up half way costs the mail at hand a try, so that a mail at
        which it always does so ends. What it refuses for good (5xx) stops at once, for staff to
        see.
        """
        give_up_expired()
        if time.monotonic() < self.paused_until:
            return 0
        until = time.monotonic() + seconds
        sent = 0
        waiting = list(_next_mails())
        if not waiting:
            return 0
        mailer = mailers.default
        try:
            _open(mailer)
            for mail in waiting:
                if time.monotonic() > until:
                    break
                if _claim(mail):
                    sent += _deliver(mail, mailer)
        except ServerAway as away:
            logger.warning("The mail server does not answer: %s", away)
            self.paused_until = time.monotonic() + PAUSE
        finally:
            # Saying goodbye to a server that is gone fails in many ways; none of them matters.
            with contextlib.suppress(OSError):
                mailer.close()
        return sent


def _next_mails() -> QuerySet[Mail]:
    """Whose turn it is: urgent ones first, and about one submission in the order of what happened.

    A mail that waits, because the server put it off or another sender has it in its hands, holds
    back the later ones to the same person about the same submission: no confirmation comes after
    the cancellation. Codes neither wait for others nor hold them back.
    """
    earlier = Mail.objects.waiting().filter(
        reference=OuterRef("reference"),
        to=OuterRef("to"),
        is_urgent=False,
        pk__lt=OuterRef("pk"),
    )
    in_turn = Q(is_urgent=True) | Q(reference="") | ~Exists(earlier)
    ready = Mail.objects.waiting().unclaimed().filter(in_turn)
    return ready.prefetch_related("files").order_by("-is_urgent", "pk")[:PORTION]


def _open(mailer: Any) -> None:
    try:
        mailer.open()
    except OSError as error:  # smtplib's errors are OSErrors
        raise ServerAway(error) from error


def _claim(mail: Mail) -> bool:
    """Take the mail for this process: of several senders, one changes the row."""
    now = timezone.now()
    free = Mail.objects.waiting().filter(pk=mail.pk, scheduled_at=mail.scheduled_at)
    return bool(free.update(scheduled_at=now + CLAIM_FOR, changed_at=now))


def _deliver(mail: Mail, mailer: Any) -> bool:
    try:
        if _made_anew(mail) is InItsPlace.NOTHING:  # what waited an hour may have been cancelled
            _update(mail, state=Mail.State.WITHDRAWN, scheduled_at=None)
            return False
        message = markers.complete(mail.email_message())
    except DatabaseError as error:
        # What its words, link or letter are made of broke a query, or else the database is away.
        if not connection.is_usable():
            raise
        _retry(mail, error, Mail.State.PUT_OFF)
        return False
    except Exception as error:
        _stop(mail, Mail.State.FAILED, error)
        return False
    try:
        mailer.send_messages([message])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        code = _code(error)
        if code >= 500:
            _stop(mail, Mail.State.FAILED, error)
        else:
            _retry(mail, error, Mail.State.QUEUED if code == 421 else Mail.State.PUT_OFF)
        if code == 421:  # RFC 5321 section 3.8: the server closes the connection
            raise ServerAway(f"it said {code}") from None  # its words hold the address
        return False
    except OSError as error:
        _retry(mail, error, Mail.State.QUEUED)
        raise ServerAway(error) from error
    except Exception as error:
        _stop(mail, Mail.State.FAILED, error)
        return False
    names = {attachment[0] for attachment in message.attachments}
    missing = "" if mail.enclosed_name in names else mail.enclosed_name
    _update(mail, state=Mail.State.SENT, scheduled_at=None, went_without=missing)
    return True


def _made_anew(mail: Mail) -> Message | InItsPlace:
    """The mail as the outbox makes it now. Where that fails, the one that was made before goes out,
    rather than none."""
    try:
        return outbox.made_anew(mail)
    except DatabaseError:
        raise
    except Exception:
        logger.exception("Mail %s cannot be made anew", mail.pk)
        return InItsPlace.ITSELF


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _text in error.recipients.values())
    return int(getattr(error, "smtp_code", 0))


def _update(mail: Mail, **fields: object) -> bool:
    """Whether the mail was still there: it may be erased while it is sent."""
    return bool(Mail.objects.filter(pk=mail.pk).update(**fields, changed_at=timezone.now()))


def _retry(mail: Mail, error: Exception, state: Mail.State) -> None:
    """Try again after 1, 2, 4, … and at most 60 minutes, until there were enough tries.

    `state` is 'put off' where an answer says so of this mail; a server that hangs up said nothing.
    """
    tries = mail.tries + 1
    if tries > settings.MAIL_TRIES:
        _stop(mail, Mail.State.FAILED, error)
        return
    later = timezone.now() + datetime.timedelta(minutes=min(2 ** min(tries - 1, 6), 60))
    if _update(mail, state=state, scheduled_at=later, tries=tries):
        _note(mail, error)


def _stop(mail: Mail, state: Mail.State, error: Exception) -> None:
    logger.error("Mail %s is not sent: %s", mail.pk, type(error).__name__)
    if _update(mail, state=state, scheduled_at=None):
        _note(mail, error)


def _note(mail: Mail, error: Exception) -> None:
    mail.attempts.create(error=type(error).__name__, message=str(error)[:1000])


class Expired(Exception):
    """It is too late for what this mail says."""


def give_up_expired() -> None:
    """What came too late stops visibly, instead of waiting for ever.

    Claimed first, as for sending: what another sender is sending may still arrive.
    """
    for mail in Mail.objects.waiting().unclaimed().expired():
        if _claim(mail):
            _stop(mail, Mail.State.EXPIRED, Expired(f"{mail.expires_at:%Y-%m-%d %H:%M} UTC"))


def send_again(mails: QuerySet[Mail]) -> list[Mail]:
    """Queue again what was sent or stopped and still holds; returns the mails that now wait.

    What tells of events is made anew, as of now, to today's address. Anything else goes as it
    is, with the same Message-ID: whoever did get it, sees it once.
    """
    done = mails.filter(state__in=Mail.DONE).order_by("pk")
    again = [_queue_again(mail, _made_anew(mail)) for mail in done]
    return [mail for mail in again if mail is not None]


def send_to_address_of_now(mails: QuerySet[Mail]) -> list[Mail]:
    """As `send_again`; what still waits for another address leaves the queue first."""
    keys = list(mails.values_list("pk", flat=True))
    for mail in Mail.objects.waiting().filter(pk__in=keys):
        if _claim(mail):
            _update(mail, state=Mail.State.WITHDRAWN, scheduled_at=None)
    told = Mail.objects.filter(pk__in=keys).exclude(tells_of="").order_by("pk")
    again = [_queue_again(mail, _made_anew(mail)) for mail in told]
    return [mail for mail in again if mail is not None]


@retried
def _queue_again(mail: Mail, anew: Message | InItsPlace) -> Mail | None:
    # Locked: of two who press at once, one queues it.
    mail = Mail.objects.select_for_update().get(pk=mail.pk)
    if isinstance(anew, Message):
        return _queue_anew(mail, anew)
    if anew is InItsPlace.NOTHING:
        return None
    is_late = mail.expires_at is not None and mail.expires_at <= timezone.now()
    if is_late or mail.state not in Mail.DONE:
        return None
    _update(mail, state=Mail.State.QUEUED, scheduled_at=None, tries=0)
    return mail


def _queue_anew(mail: Mail, message: Message) -> Mail | None:
    """`message` in the place of `mail`, which stays to be read; None when it waits already."""
    twins = Mail.objects.waiting().filter(tells_of=mail.tells_of, template=mail.template)
    if twins.filter(reference=mail.reference, to=message.to).exists():
        return None
    if mail.state in Mail.STOPPED:  # nobody need do anything about it any more
        _update(mail, state=Mail.State.WITHDRAWN)
    anew = enqueue(message, tells_of=mail.tells_of)
    if mail.state == Mail.State.WITHDRAWN and mail.to == anew.to:
        _update(anew, tries=mail.tries)  # else one at which the server hangs up would never end
    return anew
