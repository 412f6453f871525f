"""The events of a row as staff read them: who made each, and whether it was told."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.lifecycle import Event


@dataclass(frozen=True)
class StaffLine:
    """An event with everything staff may know about it."""

    at: datetime.datetime
    text: str
    who: str
    note: str
    overruled: str
    told_at: datetime.datetime | None
    is_waiting: bool


def staff_history(
    row: Any, words_for: Callable[[Any], str], rule_label: Callable[[str], str] = str
) -> list[StaffLine]:
    """All events of a row, newest first, in one query."""
    return [
        StaffLine(
            at=event.at,
            text=words_for(event),
            who=who_made(event),
            note=event.note,
            overruled=", ".join(rule_label(name) for name in event.data.get("overruled", [])),
            told_at=event.noticed_at,
            is_waiting=bool(event.notice) and event.noticed_at is None,
        )
        for event in row.events.select_related("by").order_by("-pk")
    ]


def who_made(event: Event) -> str:
    if event.by:
        return event.by.get_full_name()
    return {"teacher": _("school"), "staff": _("staff")}.get(event.by_role, _("the site"))
