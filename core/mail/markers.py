"""Markers: what stands in a queued mail in the place of links, codes and letters.

A queued mail holds `[[code:42:…]]` instead of a code, `[[booking:7:…]]` instead of a link that
opens a booking: neither the database nor the staff who read the queue ever see a live secret.
The last part of a marker is an HMAC over its kind, its object *and the mail's only recipient*.
A marker typed into a form, copied from the queue into another mail, or sent to another
address is therefore replaced by a harmless text.

A letter takes as long to make as thirty mails to queue, and lies about in nobody's folder: a
queued mail only says what it encloses (`enclosure`), and the file is made while it goes out.

The parts of the site bring their markers and enclosures along (`core/kinds.py`).
"""

import copy
import logging
import re

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.message import EmailAlternative
from django.db import Error as DatabaseError
from django.utils import translation
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import escape

from core.kinds import Enclosure, Marker, parts
from core.mail.models import ENCLOSED
from core.text.normal import mail_address

logger = logging.getLogger(__name__)

# In the place of a marker that somebody typed or copied.
NOT_OURS = "[…]"
MARKER = re.compile(r"\[\[([a-z_]+):([0-9A-Za-z-]+):([0-9a-f]{32})\]\]")


def _markers() -> dict[str, Marker]:
    return {one.name: one for part in parts() for one in part.markers}


def _enclosures() -> dict[str, Enclosure]:
    return {one.name: one for part in parts() for one in part.enclosures}


def marker(kind: str, object_id: object, *, to: str) -> str:
    """The text that becomes a secret when the mail is sent to `to`, and to nobody else."""
    return f"[[{kind}:{object_id}:{_mac(kind, str(object_id), to)}]]"


def enclosure(kind: str, object_id: object, *, to: str, name: str) -> str:
    """What a `Message` encloses: a PDF by this name, made when the mail goes out to `to`."""
    return f"{name} {marker(kind, object_id, to=to)}"


def _mac(kind: str, object_id: str, to: str, key: str | None = None) -> str:
    value = "\n".join((kind, object_id, mail_address(to)))
    return salted_hmac("core.mail.markers", value, secret=key, algorithm="sha256").hexdigest()[:32]


def _is_ours(mac: str, kind: str, object_id: str, to: str) -> bool:
    """Whether we wrote this for `to`, perhaps before the key changed: mails can wait for days."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(mac, _mac(kind, object_id, to, key)) for key in keys)


def reveal(text: str, *, to: str) -> str:
    """`text` with its markers replaced, as `to` gets to see it, in the active language."""

    def replacement(match: re.Match[str]) -> str:
        known, object_id = _marked(match, to)
        if known is None:
            return NOT_OURS
        return known.reveal(object_id, to) or known.otherwise()

    return MARKER.sub(replacement, text)


def masked(text: str, *, to: str) -> str:
    """`text` as it goes to `to`, fit for the eyes of staff: nothing in it lets anybody in."""

    def replacement(match: re.Match[str]) -> str:
        known, object_id = _marked(match, to)
        return known.for_staff(object_id) if known else NOT_OURS

    return MARKER.sub(replacement, text)


def _marked(match: re.Match[str], to: str) -> tuple[Marker | None, str]:
    """What the marker stands for, and the key of its object; None for one that is not ours."""
    kind, object_id, mac = match.groups()
    known = _markers().get(kind)
    return (known if known and _is_ours(mac, kind, object_id, to) else None), object_id


def reveal_html(html: str, *, to: str) -> str:
    """As `reveal`, with what is put in escaped for text and for quoted attributes."""
    return MARKER.sub(lambda match: escape(reveal(match.group(), to=to)), html)


def revealed(message: EmailMessage) -> EmailMessage:
    """A copy of the message as it is read; the message itself keeps its markers."""
    to = _only_recipient(message)
    sent = copy.copy(message)
    sent.extra_headers = {
        name: value for name, value in message.extra_headers.items() if name != ENCLOSED
    }
    language = message.extra_headers.get("Content-Language")
    with translation.override(language):
        sent.subject = " ".join(reveal(str(message.subject), to=to).split())
        sent.body = reveal(str(message.body), to=to)
        if isinstance(sent, EmailMultiAlternatives):
            sent.alternatives = [
                EmailAlternative(reveal_html(str(content), to=to), mimetype)
                for content, mimetype in sent.alternatives
            ]
    return sent


def complete(message: EmailMessage) -> EmailMessage:
    """A copy of the message as it goes out: revealed, and with what it encloses."""
    sent = revealed(message)
    content = _make(message)
    if content is not None:
        sent.attachments = [*message.attachments]
        name, _space, _marker = message.extra_headers[ENCLOSED].rpartition(" ")
        sent.attach(name, content, "application/pdf")
    return sent


def _make(message: EmailMessage) -> bytes | None:
    match = MARKER.search(message.extra_headers.get(ENCLOSED, ""))
    if match is None:
        return None
    kind, object_id, mac = match.groups()
    to = _only_recipient(message)
    if not _is_ours(mac, kind, object_id, to):
        return None
    try:
        return _enclosures()[kind].make(object_id, to)
    except DatabaseError:
        raise
    except Exception:
        # What the mail says must get there; the letter is on the booking's page too.
        logger.exception("No enclosure could be made of %s %s", kind, object_id)
        return None


def _only_recipient(message: EmailMessage) -> str:
    """Whom markers must have been written for; '' where somebody reads along."""
    recipients = message.recipients()
    return recipients[0] if len(recipients) == 1 else ""
