"""What the waiting list of every kind says."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.lifecycle import Event
from schools.audience import Audience
from submissions.wording import details_changed, ending_in_words, more_time, why_lapsed


@dataclass(frozen=True)
class Position:
    """Where an entry stands, as one may honestly say it."""

    number: int  # 1 is next
    larger: int = 0  # of those before, how many classes wait for a larger place than came free


def position_in_words(position: Position | None) -> str:
    """'Jullie zijn nummer 2; 1 ander wacht op een grotere plek.'"""
    if position is None:
        return ""
    text = _("You are number %(number)d on the list") % {"number": position.number}
    if position.larger:
        larger = ngettext(
            "%(number)d other waits for a larger place",
            "%(number)d others wait for a larger place",
            position.larger,
        )
        text = f"{text}; {larger % {'number': position.larger}}"
    return f"{text}."


def why_ended(row: Any) -> str:
    """Why an entry ended, in words; empty of what is on."""
    last = row.events.filter(move__in=("cancel", "expire", "end")).order_by("pk").last()
    return ending_in_words(last.data.get("why", "")) if last else ""


_SENTENCES = {
    "hold": lambda: _("Asked for a place on the waiting list."),
    "verify": lambda: _("On the waiting list from now on."),
    "prolong": more_time,
    "pass_over": lambda: _("A place came free that was too small; it went to the next."),
    "wait_on": lambda: _(
        "What we offered does not go ahead; you stay where you were in the queue."
    ),
    "take": lambda: _("The offer was taken."),
}


def sentence(event: Event, audience: Audience, *, starts_at: str = "", until: str = "") -> str:
    """One event in words; empty where the label of its move says it all. `starts_at`, `until`: of
    an offer, in words."""
    match event.move:
        case "lapse":
            return why_lapsed(event) or _("It lapsed: no code was typed in time.")
        case "offer":
            words = _("Offered: %(day)s, until %(until)s.")
            return words % {"day": starts_at, "until": until}
        case "cancel" | "expire" | "end":
            return ending_in_words(event.data.get("why", ""))
        case "change_numbers":
            before, after = audience.heads(event.data["from"]), audience.heads(event.data["to"])
            words = _("Numbers changed: %(before)s became %(after)s.")
            return words % {"before": before, "after": after}
        case "describe":
            return details_changed(event)
    plain = _SENTENCES.get(event.move)
    return plain() if plain else ""
