"""Mail backends that put links and codes in the place of their markers while sending.

A queued mail holds `[[code:42:…]]` instead of a code, `[[booking:7:…]]` instead of a link that
opens a booking: neither the database nor the staff who read the queue ever see a live secret.
The last part of a marker is an HMAC over its kind, its object *and the mail's only recipient*.
A marker typed into a form, copied from the queue into another mail, or sent to another
address is therefore replaced by a harmless text.

Apps register a function per kind (`register`); this module knows none of them.
"""

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends import locmem, smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailAlternative
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import escape

MARKER = re.compile(r"\[\[([a-z]+):([0-9A-Za-z-]+):([0-9a-f]{32})\]\]")

# From an object's id to what its reader may see; None when it is gone or no longer valid.
Resolver = Callable[[str], str | None]


@dataclass(frozen=True)
class _Kind:
    resolve: Resolver
    otherwise: Callable[[], str]


_kinds: dict[str, _Kind] = {}


def register(kind: str, resolve: Resolver, *, otherwise: Callable[[], str]) -> None:
    """What markers of this kind stand for; `otherwise` gives the text in place of None."""
    _kinds[kind] = _Kind(resolve, otherwise)


def marker(kind: str, object_id: object, *, to: str) -> str:
    """The text that becomes a secret when the mail is sent to `to`, and to nobody else."""
    return f"[[{kind}:{object_id}:{_mac(kind, str(object_id), to)}]]"


def _mac(kind: str, object_id: str, to: str) -> str:
    value = "\n".join((kind, object_id, to.strip().lower()))
    return salted_hmac("tec_site.mailer", value, algorithm="sha256").hexdigest()[:32]


def reveal(text: str, *, to: str) -> str:
    """`text` with its markers replaced, as `to` gets to see it, in the active language."""

    def replacement(match: re.Match[str]) -> str:
        kind, object_id, mac = match.groups()
        known = _kinds.get(kind)
        if known is None or not constant_time_compare(mac, _mac(kind, object_id, to)):
            return "[…]"
        return known.resolve(object_id) or known.otherwise()

    return MARKER.sub(replacement, text)


def reveal_html(html: str, *, to: str) -> str:
    """As `reveal`, with what is put in escaped for text and for quoted attributes."""
    return MARKER.sub(lambda match: escape(reveal(match.group(), to=to)), html)


def revealed(message: EmailMessage) -> EmailMessage:
    """A copy of the message as it goes out; the message itself keeps its markers."""
    recipients = message.recipients()
    to = recipients[0] if len(recipients) == 1 else ""
    sent = copy.copy(message)
    language = message.extra_headers.get("Content-Language")
    with translation.override(language):
        sent.subject = " ".join(reveal(str(message.subject), to=to).split())
        sent.body = reveal(str(message.body), to=to)
        if isinstance(message, EmailMultiAlternatives):
            sent.alternatives = [  # type: ignore[attr-defined]
                EmailAlternative(reveal_html(str(content), to=to), mimetype)
                for content, mimetype in message.alternatives
            ]
    return sent


class SMTPMailer(smtp.EmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return super().send_messages([revealed(message) for message in email_messages])


class MemoryMailer(locmem.EmailBackend):
    """For tests: what would have gone out is in `django.core.mail.outbox`."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        return super().send_messages([revealed(message) for message in messages])


class DemoMailer(BaseEmailBackend):
    """Delivers nowhere: `/demo/mails/` shows the mails. Builds them, so that faults show."""

    def send_messages(self, email_messages: Sequence[Any]) -> int:
        for message in email_messages:
            revealed(message).message()
        return len(email_messages)
