"""The events of a row as staff read them: who made each, and whether it was told."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst

from core.kinds import Kind, kind_of
from core.lifecycle import Event, Move, Role


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


def staff_history(row: Any) -> list[StaffLine]:
    """All events of a row, newest first, in one query."""
    kind = kind_of(type(row))
    return [
        StaffLine(
            at=event.at,
            text=event_in_words(kind, event),
            who=who_made(event),
            note=event.note,
            overruled=", ".join(kind.overruled(event)),
            told_at=event.noticed_at,
            is_waiting=bool(event.notice) and event.noticed_at is None,
        )
        for event in row.events.select_related("by").order_by("-pk")
    ]


def event_in_words(kind: Kind, event: Event) -> str:
    return kind.sentence(event) or move_label(kind.moves, event.move)


def move_label(moves: Mapping[str, Move], name: str) -> str:
    return capfirst(str(moves[name].label)) if name in moves else name


def who_made(event: Event) -> str:
    return event.by.get_full_name() if event.by else str(Role(event.by_role).label)
