"""What staff write to many, and as one of them reads it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import translation

from core.mail import markers, templates
from core.mail.queue import Message
from programmes.models import Hub
from submissions.writing.recipients import Circle, Recipient


@dataclass(frozen=True)
class MailingWords:
    """In both languages; without English everybody reads the Dutch."""

    subject: str
    text: str
    subject_en: str = ""
    text_en: str = ""

    @property
    def values(self) -> dict[str, str]:
        return asdict(self)

    def for_reader(self, language: str) -> tuple[str, str, str]:
        """Subject, text, and the language in which they are."""
        if language == "en" and self.text_en:
            return self.subject_en, self.text_en, "en"
        return self.subject, self.text, "nl"


@dataclass(frozen=True)
class Mailing:
    """What to write, and to whom."""

    circle: Circle
    words: MailingWords

    @property
    def about(self) -> str:
        """A fingerprint and the subject: one task at a time for one mailing."""
        values = json.dumps([self.circle.values, self.words.values], sort_keys=True)
        fingerprint = hashlib.sha256(values.encode()).hexdigest()[:16]
        return f"{fingerprint} {self.words.subject}"[:60]


def mail_to(person: Recipient, words: MailingWords, hub: Hub) -> Message:
    subject, text, written_in = words.for_reader(person.language)
    with translation.override(person.language):
        things = [
            {
                "lines": kind.lines(rows),
                "link": markers.marker(kind.link.name, reader.submission.pk, to=person.email),
            }
            for kind, reader, rows in person.hers
        ]
    asked = (reader.submission.reference for _kind, reader, _rows in person.hers)
    reference, *also = dict.fromkeys(asked)
    context: dict[str, Any] = {
        "subject": subject,
        "text": text,
        "written_in": written_in,
        "things": things,
        "name": person.name,
        "hub": hub,
        "phone": hub.phone,
        "email": hub.email,
    }
    return templates.render(
        "written",
        to=person.email,
        language=person.language,
        context=context,
        sender=hub.sender,
        reply_to=hub.email,
        hub=hub.pk,
        reference=reference,
        also=also,
        about=person.asker,
    )
