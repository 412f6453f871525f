"""Positions on the waiting list, as one may honestly tell them."""

from collections.abc import Sequence

from bookings.models import VisitWait
from submissions.models import WaitState
from submissions.waiting.wording import Position


def positions(rows: Sequence[VisitWait]) -> dict[int, Position]:
    """Row (primary key) → where its entry stands among those that may want the same; one query.

    What is offered to somebody is not before you: it is hers already.
    """
    waiting = [row for row in rows if row.state == WaitState.WAITING]
    if not waiting:
        return {}
    programmes = {row.programme_id for row in waiting}
    queue = list(
        VisitWait.objects.waiting().filter(programme__in=programmes).select_related("slot")
    )
    return {row.pk: _position(row, queue) for row in waiting}


def _position(row: VisitWait, queue: Sequence[VisitWait]) -> Position:
    before: dict[int, list[VisitWait]] = {}
    for other in queue:
        if other.submission_id == row.submission_id:
            break  # the queue is in order
        if other.rivals(row):
            before.setdefault(other.submission_id, []).append(other)
    larger = sum(one.is_passed_over for rows in before.values() for one in rows)
    return Position(len(before) + 1, larger)
