"""The mails of the waiting list of every kind."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import translation

from core.lifecycle import Event
from core.mail.queue import Message
from submissions.kinds import SubmissionLink
from submissions.models import Waiting
from submissions.sharing.readers import readers_of
from submissions.telling import mail_about
from submissions.waiting.wording import ending_in_words


def wait_mails(
    name: str,
    events: Sequence[Event],
    rows: Sequence[Waiting],
    *,
    thing: Any,
    link: type[SubmissionLink],
    dates_path: str,
    expires_at: datetime.datetime | None = None,
    **facts: Any,
) -> list[Message]:
    """The mail `name` about an entry, to who asked and to whoever has all of it: an entry is served
    as one. `thing`: the programme or kit it waits for. `link`: the marker of its page."""
    mails = []
    for reader, hers in readers_of(rows):
        if not reader.has_all:
            continue
        with translation.override(reader.language):
            why = ending_in_words(events[0].data.get("why", ""))
        context = {
            "programme": thing,
            "rows": hers,
            "why": why,
            "note": events[0].word_from_us,
            "dates_url": settings.SITE_URL + dates_path,
            **facts,
        }
        mail = mail_about(
            reader.submission,
            f"wait_{name}",
            context,
            venue=thing.venue,
            link=link,
            expires_at=expires_at,
            reader=reader,
        )
        mails.append(mail)
    return mails
