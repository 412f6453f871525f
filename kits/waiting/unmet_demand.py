"""What more boxes would have served: how many wait for a kit at one time, or waited in vain."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from kits.desk_days import free_again_on
from kits.models import LessonKit, LoanWait
from schools.models import User


@dataclass(frozen=True)
class KitDemand:
    """A kit, and a run of days on which somebody waits for it all the time, turnaround included:
    how many wait, and how many boxes more would have served them all."""

    kit: LessonKit
    starts_on: datetime.date
    ends_on: datetime.date
    entries: int
    pupils: int
    boxes: int


def demand(user: User) -> list[KitDemand]:
    """A line for each kit and run of days, those that lack the most boxes first; one query."""
    rows = LoanWait.objects.of_hubs(user).unserved().select_related("kit")
    rows = rows.order_by("kit__title", "kit_id", "starts_on", "pk")
    lines = [
        _line(run)
        for _kit, of_kit in groupby(rows, key=lambda row: row.kit_id)
        for run in _runs(of_kit)
    ]
    return sorted(lines, key=lambda line: (-line.boxes, -line.entries))


def _runs(rows: Iterable[LoanWait]) -> list[list[LoanWait]]:
    """Rows of one kit by the day on which they start, parted where no box is needed."""
    runs: list[list[LoanWait]] = []
    until = datetime.date.min
    for row in rows:
        if row.starts_on >= until:
            runs.append([])
        runs[-1].append(row)
        until = max(until, free_again_on(row.kit, row.ends_on))
    return runs


def _line(run: Sequence[LoanWait]) -> KitDemand:
    return KitDemand(
        run[0].kit,
        run[0].starts_on,
        max(row.ends_on for row in run),
        len(run),
        sum(row.pupils for row in run),
        max(_away_on(row.starts_on, run) for row in run),
    )


def _away_on(day: datetime.date, run: Sequence[LoanWait]) -> int:
    """How many of their boxes would have been away that day, turnaround included."""
    return sum(row.starts_on <= day < free_again_on(row.kit, row.ends_on) for row in run)
