"""What the waiting list for kits says: mails, the page, the history."""

import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from core.mail.queue import Message
from kits.desk_days import Days
from kits.models import LessonKit, LoanWait, LoanWaitEvent
from kits.telling.other_days import others_for
from kits.waiting.loan_list import position_of
from submissions.kinds import SubmissionLink
from submissions.models import WaitState
from submissions.waiting import wording
from submissions.waiting.telling import readers_of_entry, wait_mail
from submissions.wording import DateLink, HistoryLine

# Which notice tells what, as long as the row is in this state.
TOLD = {
    "joined": WaitState.WAITING,
    "offered": WaitState.OFFERED,
    "waits_on": WaitState.WAITING,
    "expired": WaitState.ENDED,
    "ended": WaitState.ENDED,
}


class LoanWaitLink(SubmissionLink):
    name = "loanwait"
    page = "loans:wait"
    model = LoanWait


def when_of(row: LoanWait) -> str:
    """'maandag 2 november tot en met maandag 23 november'"""
    return _span_in_words(row.starts_on, row.ends_on)


def _span_in_words(*days: datetime.date) -> str:
    first, last = (date_format(day, "LONG_DAY_FORMAT") for day in days)
    return _("%(first)s up to and including %(last)s") % {"first": first, "last": last}


def position_in_words(row: LoanWait) -> str:
    if row.state != WaitState.WAITING:
        return ""
    return wording.position_in_words(wording.Position(position_of(row)))


def sentence(event: LoanWaitEvent) -> str:
    facts = {}
    if event.move == "offer":
        day = date_format(datetime.date.fromisoformat(event.data["starts_at"]), "LONG_DAY_FORMAT")
        until = timezone.localtime(datetime.datetime.fromisoformat(event.data["until"]))
        facts = {"starts_at": day, "until": date_format(until, "LONG_DAY_TIME_FORMAT")}
    return wording.sentence(event, event.wait.audience, **facts)


def history_of(row: LoanWait) -> list[HistoryLine]:
    lines = []
    for event in LoanWaitEvent.objects.filter(wait=row).order_by("-pk"):
        event.wait = row
        if text := sentence(event):
            lines.append(HistoryLine(event.at, "", text, event.note if event.notice else ""))
    return lines


# --- Other days ----------------------------------------------------------------------------------


def where_to_choose(kit: LessonKit) -> str:
    """The path of other days, or of another kit where this one is no longer lent."""
    if kit.is_published:
        return f"{kit.get_absolute_url()}#lenen"
    return reverse("kits:catalogue")


def _link_to(row: LoanWait, other: Days) -> DateLink:
    """In the language of the moment."""
    query = {"van": other.starts_on, "tot": other.ends_on, "hoe": row.delivery}
    address = reverse("kits:reserve", args=[row.kit.slug], query=query)
    return DateLink(_span_in_words(*other), settings.SITE_URL + address)


# --- Mails ---------------------------------------------------------------------------------------


def mails_of(events: list[LoanWaitEvent]) -> list[Message]:
    """Each tells how things stand now."""
    name, rows = events[0].notice, [events[0].wait]
    row = rows[0]
    if row.state != TOLD[name]:
        return []
    facts: dict[str, Any] = {}
    if name == "offered":
        facts = {
            "of_box": True,
            "until": timezone.localtime(row.held_until),
            "offered_day": row.starts_on,
        }
        facts |= {"expires_at": row.held_until}
    facts |= {"dates_path": where_to_choose(row.kit), "link": LoanWaitLink}
    others = others_for(row) if name in {"ended", "expired", "waits_on"} else []
    mails = []
    for reader in readers_of_entry(rows):
        with translation.override(reader.language):
            facts |= {"position": position_in_words(row), "when": capfirst(when_of(row))}
            facts |= {
                "hope": _(
                    "When a box is free we mail you at once, and keep it for you for a while."
                )
            }
            facts |= {"others": [_link_to(row, other) for other in others]}
        mails.append(wait_mail(name, events, rows, reader, thing=row.kit, **facts))
    return mails
