"""The queue of mails: what goes into it, how it stands, and what leaves it unsent.

Mails are written already rendered, in the transaction of whoever tells something;
`core/mail/sending.py` sends them (docs/decisions/0014).
"""

import datetime
import email.utils
import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from core.calendars import blanked as blanked_calendar
from core.calendars import escaped
from core.mail.models import Mail, MailFile, MailQuerySet, MailReference
from core.transactions import retried

# What staff say of a mail, where else the kind of error stands that sending it gave.
CAME_BACK = "Bounced"


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
    # What is made while it goes out (`markers.enclosure`).
    enclosed: str = ""
    sender: str = ""
    reply_to: str = ""
    # The template it is rendered from.
    template: str = ""
    # The submission it is about, by its reference, and other words that staff look for.
    reference: str = ""
    also: Sequence[str] = ()  # and more of them
    about: str = ""
    hub: int | None = None
    # Not sent any more after this moment: a code, a reminder.
    expires_at: datetime.datetime | None = None
    # Before all others in the queue: somebody is waiting for it.
    urgent: bool = False


def enqueue(message: Message, *, tells_of: str = "") -> Mail:
    """Put the mail in the queue, in the caller's transaction if there is one.

    `tells_of` names the events that it tells of (`core/mail/outbox.py`). Raises ValidationError
    for what is not one plain address.
    """
    validate_email(message.to)
    if "," in message.to:  # legal between quotes, but a header takes it for two
        raise ValidationError(_("This e-mail address cannot be used."))
    mail = Mail(
        sender=message.sender or settings.DEFAULT_FROM_EMAIL,
        to=message.to,
        reply_to=message.reply_to,
        subject=" ".join(message.subject.split())[:200],
        text=message.text,
        html=message.html,
        language=message.language,
        enclosed=message.enclosed,
        reference=message.reference,
        about=" ".join(message.about.split())[:400],
        hub=message.hub,
        template=message.template,
        tells_of=tells_of,
        is_urgent=message.urgent,
        expires_at=message.expires_at,
        message_id=email.utils.make_msgid(domain=settings.CALENDAR_DOMAIN),
    )
    with transaction.atomic(savepoint=False):
        mail.save(force_insert=True)
        MailFile.objects.bulk_create(
            MailFile(mail=mail, name=file.name, mimetype=file.mimetype, content=file.content)
            for file in message.attachments
        )
        MailReference.objects.bulk_create(
            MailReference(mail=mail, reference=reference) for reference in message.also
        )
    return mail


# --- Looking after the queue -----------------------------------------------------------------


@dataclass(frozen=True)
class Backlog:
    waiting: int
    failed: int
    oldest: datetime.timedelta | None


def stopped_this_week() -> Q:
    """Mails that could not be delivered in the last seven days."""
    week_ago = timezone.now() - datetime.timedelta(days=7)
    return Q(state__in=Mail.STOPPED, changed_at__gt=week_ago)


def backlog(mails: MailQuerySet | None = None) -> Backlog:
    """What waits, since when the oldest does, and what stopped in the last week. `mails`: of
    these only."""
    now, among = timezone.now(), Mail.objects.all() if mails is None else mails
    waiting, stopped = Q(state__in=Mail.WAITING), stopped_this_week()
    found = among.filter(waiting | stopped).aggregate(
        first=Min("created_at", filter=waiting),
        waiting=Count("pk", filter=waiting),
        failed=Count("pk", filter=stopped),
    )
    first = found.pop("first")
    return Backlog(**found, oldest=now - first if first else None)


@retried
def came_back(mails: QuerySet[Mail]) -> list[Mail]:
    """Staff say that these were sent and came back; returns those of which nobody had said so.
    They stand among what was not delivered, until they are sent again."""
    back = list(mails.filter(state=Mail.State.SENT).order_by("pk").select_for_update())
    for mail in back:
        mail.attempts.create(error=CAME_BACK)
    keys = [mail.pk for mail in back]
    Mail.objects.filter(pk__in=keys).update(state=Mail.State.FAILED, changed_at=timezone.now())
    return back


def purge() -> int:
    """Delete mails, with their attachments, that are older than `MAIL_KEPT_FOR`."""
    old = Mail.objects.filter(created_at__lt=timezone.now() - settings.MAIL_KEPT_FOR)
    return _delete(old.values_list("pk", flat=True))


def erase(address: str) -> int:
    """Delete mails to this address or that name it, with their attachments; returns how many."""
    fields = ("to", "reply_to", "subject", "text", "html", "about")
    about = Q()
    for field in fields:
        about |= Q(**{f"{field}__icontains": address})
    # 'an@school.nl' is not in a mail to 'jan@school.nl'.
    exactly = re.compile(rf"(?<![\w.+-]){re.escape(address)}(?![\w.-]*\w)", re.IGNORECASE)
    rows = Mail.objects.filter(about).values_list("pk", *fields)
    return _delete([pk for pk, *texts in rows if any(map(exactly.search, texts))])


def blank(words: Iterable[str], mails: MailQuerySet | None = None) -> int:
    """Make these words illegible in the mails to others that hold them, and in the calendar files
    that went along; returns how many mails did. `mails`: only in these."""
    found = [word for word in words if word]
    if not found:
        return 0
    forms = {*found, *map(escape, found), *map(escaped, found)}  # in text, HTML, a calendar
    longest_first = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)", re.IGNORECASE)
    fields = ("subject", "text", "html", "about")
    holds = Q()
    for field, word in itertools.product(fields, forms):
        holds |= Q(**{f"{field}__icontains": word})
    blanked = 0
    among = Mail.objects.all() if mails is None else mails
    for mail in among.filter(holds).only(*fields):
        before = [getattr(mail, field) for field in fields]
        after = [pattern.sub("…", text) for text in before]
        if after != before:
            Mail.objects.filter(pk=mail.pk).update(**dict(zip(fields, after, strict=True)))
            _blank_files(mail, pattern)
            blanked += 1
    return blanked


def _blank_files(mail: Mail, pattern: re.Pattern[str]) -> None:
    """What a calendar says of it stands in the mail as well."""
    for file in mail.files.filter(mimetype__startswith="text/calendar").order_by("pk"):
        before = bytes(file.content)
        file.content = blanked_calendar(before, pattern)
        if file.content != before:
            file.save(update_fields=["content"])


def _delete(keys: Iterable[int]) -> int:
    _rows, deleted = Mail.objects.filter(pk__in=keys).delete()
    return deleted.get(Mail._meta.label, 0)
