"""The first page of the back office: what needs attention, today, and the days to come.

All of it comes from the registry (`core/kinds.py`): each part of the site says what waits, each
kind what there is on a day, as far as this member of staff may see it.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from core.dates import ONE_DAY
from core.kinds import Kind, OnDay, kinds, parts
from programmes.models import is_of_no_hub, read_hubs_of

DAYS_AHEAD = 7
# Of a visit today all are named.
CLASSES_NAMED_AHEAD = 4


@dataclass(frozen=True)
class Day:
    date: datetime.date
    entries: list[OnDay]

    @property
    def summary(self) -> str:
        return " · ".join(entry.summary for entry in self.entries)


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """django-unfold's DASHBOARD_CALLBACK."""
    user = request.user
    read_hubs_of(user)
    # What is asked for comes before the machinery that everything stands on.
    found = [matter for part in reversed(parts()) for matter in part.matters(user)]
    seen = [kind for kind in kinds() if kind.may_view(user)]
    blocks = [kind.dashboard_block(user) for kind in kinds()]
    context |= {
        "has_no_hub": is_of_no_hub(user),
        "matters": [matter for matter in found if not matter.is_fine],
        "fine": [matter for matter in found if matter.is_fine],
        "actions": [action for kind in kinds() for action in kind.actions(user)],
        "blocks": [block for block in blocks if block],
    }
    if seen:
        today, *coming = days_from(timezone.localdate(), 1 + DAYS_AHEAD, seen, user)
        busy = [day for day in coming if day.entries]
        after = coming[-1].date + ONE_DAY
        context |= {
            "today": today,
            "coming": busy,
            "named_ahead": CLASSES_NAMED_AHEAD,
            "next": None if busy else _next(after, seen, user),
        }
    return context


def days_from(first: datetime.date, number: int, of: Iterable[Kind], user: Any) -> list[Day]:
    days = [first + offset * ONE_DAY for offset in range(number)]
    found = [entry for kind in of for entry in kind.on_days(first, days[-1] + ONE_DAY, user)]
    return [Day(day, [entry for entry in found if entry.day == day]) for day in days]


def _next(day: datetime.date, of: Iterable[Kind], user: Any) -> datetime.date | None:
    days = [kind.next_day(day, user) for kind in of]
    return min((one for one in days if one), default=None)
