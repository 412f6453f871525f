"""The queue of mails: rows of django-post-office, written and sent by ourselves.

`post_office.mail.send()` and its backend compile the text as a template, and a `{%` typed by a
user would run; its sender counts a dead mail server against every mail, tries a refused
address as often as a busy one, and sends from threads. Its tables, its admin and its message
building are used as they are.
"""

import contextlib
import datetime
import email.utils
import logging
import smtplib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.mail import mailers
from django.core.validators import validate_email
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import Min, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from post_office import models as post_office
from post_office.mail import get_queued
from post_office.models import PRIORITY, STATUS, Email
from post_office.settings import get_max_retries, get_message_id_fqdn
from post_office.utils import cleanup_expired_mails

from core.mail.markers import ENCLOSED
from core.transactions import joined
from core.uploads import delete_orphans

logger = logging.getLogger(__name__)

WAITING = (STATUS.queued, STATUS.requeued)
# Whoever claims a mail has this long to send it; after a crash it is sent again, with the same
# Message-ID. Longer than one delivery can take with a timeout per answer.
CLAIM_FOR = datetime.timedelta(minutes=2)
# How long to leave a mail server alone that does not answer, in seconds.
PAUSE = 15.0


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    # With parameters if need be: 'text/calendar; method=REQUEST'.
    mimetype: str


@dataclass(frozen=True)
class Message:
    """A mail, already rendered. Links and codes in it are markers (`core/mail/markers.py`)."""

    to: str
    subject: str
    text: str
    html: str = ""
    language: str = settings.LANGUAGE_CODE
    attachments: Sequence[Attachment] = ()
    # What is made while it goes out (`mailer.enclosure`).
    enclosed: str = ""
    reply_to: str = ""
    # Not sent any more after this moment: a code, a reminder.
    expires_at: datetime.datetime | None = None
    # Before all others in the queue: somebody is waiting for it.
    urgent: bool = False
    headers: dict[str, str] = field(default_factory=dict)


def enqueue(message: Message) -> Email:
    """Put the mail in the queue, in the caller's transaction if there is one.

    Raises ValidationError for what is not one plain address.
    """
    validate_email(message.to)
    if "," in message.to:  # legal between quotes, but post_office stores a list with commas
        raise ValidationError(_("This e-mail address cannot be used."))
    headers = {
        "Content-Language": message.language,
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
    } | message.headers
    if message.reply_to:
        headers["Reply-To"] = message.reply_to
    if message.enclosed:
        headers[ENCLOSED] = message.enclosed
    mail = Email(
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[message.to],
        subject=" ".join(message.subject.split())[:200],
        message=message.text,
        html_message=message.html,
        status=STATUS.queued,
        priority=PRIORITY.high if message.urgent else PRIORITY.medium,
        headers=headers,
        expires_at=message.expires_at,
        message_id=email.utils.make_msgid(domain=get_message_id_fqdn()),
    )
    with joined():
        mail.save()
        mail.attachments.add(*[_store(attachment) for attachment in message.attachments])
    return mail


def _store(attachment: Attachment) -> post_office.Attachment:
    row = post_office.Attachment(name=attachment.name, mimetype=attachment.mimetype)
    row.file.save(attachment.name, ContentFile(attachment.content), save=True)
    return row


# --- Sending -------------------------------------------------------------------------------


class ServerAway(Exception):
    """The mail server does not answer, or hung up: not this mail's fault."""


class Sender:
    """Sends what waits, over one connection, from one thread; any number may run at once."""

    def __init__(self) -> None:
        self.paused_until = 0.0

    def send(self, *, seconds: float) -> int:
        """Send waiting mails for about so many seconds; how many went out.

        A server that is away costs no mail a try: everything waits, and it is asked again
        after a pause. What it refuses for good (5xx) stops at once, for staff to see.
        """
        give_up_expired()
        if time.monotonic() < self.paused_until:
            return 0
        until = time.monotonic() + seconds
        sent = 0
        waiting = list(get_queued())
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


def _open(mailer: Any) -> None:
    try:
        mailer.open()
    except OSError as error:  # smtplib's errors are OSErrors
        raise ServerAway(error) from error


def _claim(mail: Email) -> bool:
    """Take the mail for this process: of several senders, one changes the row."""
    now = timezone.now()
    free = Email.objects.filter(pk=mail.pk, status__in=WAITING, scheduled_time=mail.scheduled_time)
    return bool(free.update(scheduled_time=now + CLAIM_FOR, last_updated=now))


def _deliver(mail: Email, mailer: Any) -> bool:
    try:
        message = mail.email_message()
    except Exception as error:
        _fail(mail, error)
        return False
    # post_office writes an 'Expires' without a year (and it is its own business anyway).
    message.extra_headers.pop("Expires", None)
    try:
        mailer.send_messages([message])
    except DatabaseError as error:
        # What its link or letter is made of broke a query, or else the database is away.
        if not connection.is_usable():
            raise
        _retry(mail, error)
        return False
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        code = _code(error)
        if code >= 500:
            _fail(mail, error)
        else:
            _retry(mail, error)
        if code == 421:  # RFC 5321 section 3.8: the server closes the connection
            raise ServerAway(f"it said {code}") from None  # its words hold the address
        return False
    except OSError as error:
        _retry(mail, error)
        raise ServerAway(error) from error
    except Exception as error:
        _fail(mail, error)
        return False
    _update(mail, status=STATUS.sent, scheduled_time=None)
    return True


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return min(code for code, _text in error.recipients.values())
    return int(getattr(error, "smtp_code", 0))


def _update(mail: Email, **fields: object) -> None:
    Email.objects.filter(pk=mail.pk).update(**fields, last_updated=timezone.now())


def _retry(mail: Email, error: Exception) -> None:
    """Try again after 1, 2, 4, … and at most 60 minutes, until there were enough tries."""
    tries = (mail.number_of_retries or 0) + 1
    if tries > get_max_retries():
        _fail(mail, error)
        return
    later = timezone.now() + datetime.timedelta(minutes=min(2 ** min(tries - 1, 6), 60))
    _update(mail, status=STATUS.requeued, scheduled_time=later, number_of_retries=tries)
    _log(mail, error)


def _fail(mail: Email, error: Exception) -> None:
    logger.error("Mail %s is not sent: %s", mail.pk, type(error).__name__)
    _update(mail, status=STATUS.failed, scheduled_time=None)
    _log(mail, error)


def _log(mail: Email, error: Exception) -> None:
    mail.logs.create(
        status=STATUS.failed, message=str(error)[:1000], exception_type=type(error).__name__
    )


class Expired(Exception):
    """What this mail says is no longer true."""


def give_up_expired() -> None:
    """What came too late stops visibly, instead of waiting for ever.

    Claimed first, as for sending: what another sender is sending may still arrive.
    """
    now = timezone.now()
    free = Q(scheduled_time=None) | Q(scheduled_time__lte=now)
    for mail in Email.objects.filter(free, status__in=WAITING, expires_at__lte=now):
        if _claim(mail):
            _fail(mail, Expired(f"{mail.expires_at:%Y-%m-%d %H:%M} UTC"))


# --- Looking after the queue -----------------------------------------------------------------


@dataclass(frozen=True)
class Backlog:
    waiting: int
    failed: int
    oldest: datetime.timedelta | None


def backlog() -> Backlog:
    """What waits, what stopped in the last week, and since when the oldest waits."""
    now = timezone.now()
    waiting = Email.objects.filter(status__in=WAITING)
    failed = Q(status=STATUS.failed, last_updated__gt=now - datetime.timedelta(days=7))
    first = waiting.aggregate(first=Min("created"))["first"]
    return Backlog(
        waiting=waiting.count(),
        failed=Email.objects.filter(failed).count(),
        oldest=now - first if first else None,
    )


def purge() -> int:
    """Delete mails, with their attachments, that are older than `MAIL_KEPT_FOR`."""
    deleted, _files_deleted = cleanup_expired_mails(
        timezone.now() - settings.MAIL_KEPT_FOR, delete_attachments=True
    )
    delete_orphans(post_office.Attachment, "file", folder="post_office_attachments")
    return deleted


def send_again(mails: QuerySet[Email]) -> list[Email]:
    """Queue again what was sent or stopped and still holds; returns those mails.

    With the same Message-ID: whoever did get it, sees it once.
    """
    now = timezone.now()
    done = mails.filter(status__in=(STATUS.sent, STATUS.failed)).exclude(expires_at__lte=now)
    again = []
    for mail in done.order_by("pk"):
        # Compare and set: of two who press at once, one queues it.
        if Email.objects.filter(pk=mail.pk, status=mail.status).update(
            status=STATUS.queued, scheduled_time=None, number_of_retries=None, last_updated=now
        ):
            again.append(mail)
    return again
