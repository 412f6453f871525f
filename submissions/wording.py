"""Words that the pages, mails and letters of every kind share."""

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.lifecycle import Event, StateTable
from core.text.bilingual import Words
from schools.audience import Audience
from schools.years import level_label
from submissions.models import OFFERED, Asked, Ending, Submission
from submissions.rules import Rule


@dataclass(frozen=True)
class DateLink:
    """Something that is free, in a mail."""

    day: str  # in words
    address: str


@dataclass(frozen=True)
class HistoryLine:
    at: datetime.datetime
    party_name: str
    text: str
    note: str
    word: str | None = None  # from us, with what put an end to it; None where it went on


def word_at_end(event: Event, states: type[StateTable]) -> str | None:
    """What we wrote with it, where it was told; None where the event ended nothing."""
    if not states(event.to_state).standing.is_off:
        return None
    return event.word_from_us if event.notice else ""


def last_word(history: Iterable[HistoryLine]) -> str:
    """What we wrote when we called it off or declined it, as its mail says it."""
    return next((line.word for line in history if line.word is not None), "")


def rule_label(name: str) -> str:
    return str(Rule(name).label) if name in Rule.values else name


# The fields that a teacher can change herself, as the history names them.
_DETAILS = {
    "party_name": lambda: _("name"),
    "contact_name": lambda: _("contact"),
    "phone": lambda: _("telephone"),
    "facilities": lambda: _("what we arrange"),
    "photos": lambda: _("photographs"),
    "purchase_order": lambda: _("purchase-order number"),
}


def details_changed(event: Event) -> str:
    """Which details, of an event of the move 'describe'."""
    changed = [_DETAILS[name]() for name in event.data.get("fields", []) if name in _DETAILS]
    return _("Details changed: %(which)s.") % {"which": ", ".join(changed)}


def level_corrected(event: Event) -> str:
    """Words for an event of 'correct_level'."""
    names = {name: level_label(level) for name, level in event.data.items()}
    return _("The level is now: %(to)s. It was: %(from)s.") % names


_ENDINGS = {
    Ending.WITHDRAWN: lambda: _("You withdrew."),
    Ending.PASSED: lambda: _("You did not need what we offered."),
    Ending.EXPIRED: lambda: _("The offer was not taken in time."),
    Ending.TOO_LATE: lambda: _("There is no place any more that you could still take."),
    Ending.CALLED_OFF: lambda: _("We called this off."),
    Ending.BY_US: lambda: _("We took you off the waiting list."),
    Ending.REPLACED: lambda: _("It lapsed when you asked for something else."),
}


def ending_in_words(why: str) -> str:
    return _ENDINGS[Ending(why)]() if why in Ending.values else ""


def more_time() -> str:
    """Words for an event of 'prolong', of an entry and of what it was offered."""
    return _("There is more time to take the offer.")


def why_lapsed(event: Event) -> str:
    """Words for an event of 'lapse'; '' for a hold whose time was up, which has a sentence of its
    own."""
    offer = _("The offer lapsed.") if event.from_state == OFFERED else ""  # as old events have it
    return ending_in_words(event.data.get("why", "")) or offer


class Term(NamedTuple):
    """Something that is agreed, as a row of a table; `note` is staff's own."""

    name: str
    text: str
    note: Words = Words("")


class Sentence(NamedTuple):
    text: str
    explanation: str
    is_off: bool


def asker_in_full(submission: Submission) -> str:
    """The school or organisation, with its place."""
    if submission.asker:
        return str(submission.asker)
    return ", ".join(part for part in (submission.asker_name, submission.typed_city) if part)


def numbers_of(rows: Sequence[Asked]) -> str:
    """Parties and heads: '3 klassen, 70 leerlingen'."""
    return f"{parties_of(rows)}, {heads_of(rows)}"


def parties_of(rows: Iterable[Asked]) -> str:
    """How many parties: '3 klassen', or '3 klassen en 1 groep'."""
    counts = Counter(row.audience for row in rows)
    return _together([one.parties(counts[one]) for one in _in(counts)])


def heads_of(rows: Iterable[Asked]) -> str:
    """How many heads: '70 leerlingen', or '70 leerlingen en 12 deelnemers'."""
    counts = Counter[Audience]()
    for row in rows:
        counts[row.audience] += row.pupils
    return _together([one.heads(counts[one]) for one in _in(counts)])


def _in(counts: Counter[Audience]) -> list[Audience]:
    """The audiences of which there are any; schools where there is nobody."""
    return [one for one in Audience if counts[one]] or [Audience.SCHOOLS]


def _together(parts: list[str]) -> str:
    if len(parts) == 1:
        return parts[0]
    classes, groups = parts
    return _("%(classes)s and %(groups)s") % {"classes": classes, "groups": groups}
