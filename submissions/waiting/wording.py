"""What the waiting list of every kind says."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.lifecycle import Event
from schools.audience import Audience
from submissions.models import Ending
from submissions.wording import details_changed


@dataclass(frozen=True)
class Position:
    """Where an entry stands, as one may honestly say it."""

    number: int  # 1 is next
    larger: int = 0  # of those before, how many classes wait for a larger place than came free


def position_in_words(position: Position | None) -> str:
    """'Jullie zijn nummer 2; 1 klas wacht op een grotere plek.'"""
    if position is None:
        return ""
    text = _("You are number %(number)d on the list") % {"number": position.number}
    if position.larger:
        larger = ngettext(
            "%(number)d class waits for a larger place",
            "%(number)d classes wait for a larger place",
            position.larger,
        )
        text = f"{text}; {larger % {'number': position.larger}}"
    return f"{text}."


_ENDINGS = {
    Ending.WITHDRAWN: lambda: _("You withdrew."),
    Ending.PASSED: lambda: _("You did not need the place that we offered."),
    Ending.EXPIRED: lambda: _("The offer was not taken in time; the place went to the next."),
    Ending.TOO_LATE: lambda: _("There is no place any more that you could still take."),
    Ending.CALLED_OFF: lambda: _("We called this off."),
    Ending.BY_US: lambda: _("We took you off the waiting list."),
}


def ending_in_words(why: str) -> str:
    return _ENDINGS[Ending(why)]() if why in Ending.values else ""


def why_ended(row: Any) -> str:
    """Why an entry ended, in words; empty of what is on."""
    last = row.events.filter(move__in=("cancel", "expire", "end")).order_by("pk").last()
    return ending_in_words(last.data.get("why", "")) if last else ""


def sentence(event: Event, audience: Audience, *, starts_at: str = "", until: str = "") -> str:
    """One event in words; empty where the label of its move says it all. `starts_at`, `until`: of
    an offer, in words."""
    match event.move:
        case "verify":
            return _("On the waiting list from now on.")
        case "offer":
            words = _("Offered: %(day)s, until %(until)s.")
            return words % {"day": starts_at, "until": until}
        case "pass_over":
            return _("A place came free that was too small; it went to the next.")
        case "wait_on":
            return _("What we offered does not go ahead; you stay where you were in the row.")
        case "take":
            return _("The offer was taken.")
        case "cancel" | "expire" | "end":
            return ending_in_words(event.data.get("why", ""))
        case "change_numbers":
            before, after = audience.heads(event.data["from"]), audience.heads(event.data["to"])
            words = _("Numbers changed: %(before)s became %(after)s.")
            return words % {"before": before, "after": after}
        case "describe":
            return details_changed(event)
    return ""
