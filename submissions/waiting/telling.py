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
from submissions.sharing.readers import Reader, readers_of
from submissions.telling import mail_about
from submissions.wording import ending_in_words


def readers_of_entry(rows: Sequence[Waiting]) -> list[Reader]:
    """Who hears of an entry: the asker, and whoever shares the submission. An entry is served as
    one, so no row of it is shared alone (`WaitKind.is_shared_by_row`)."""
    return [reader for reader, _hers in readers_of(rows)]


def wait_mail(
    name: str,
    events: Sequence[Event],
    rows: Sequence[Waiting],
    reader: Reader,
    *,
    thing: Any,
    link: type[SubmissionLink],
    dates_path: str,
    expires_at: datetime.datetime | None = None,
    **facts: Any,
) -> Message:
    """The mail `name` about an entry, to one of its readers; `facts` that are words are in her
    language. `thing`: the programme or kit it waits for. `link`: the marker of its page."""
    with translation.override(reader.language):
        why = ending_in_words(events[0].data.get("why", ""))
    context = {
        "programme": thing,
        "rows": rows,
        "why": why,
        "note": events[0].word_from_us,
        "dates_url": settings.SITE_URL + dates_path,
        **facts,
    }
    return mail_about(
        reader.submission,
        f"wait_{name}",
        context,
        venue=thing.venue,
        link=link,
        expires_at=expires_at,
        reader=reader,
    )
