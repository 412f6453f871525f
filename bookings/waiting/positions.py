"""Who stands where on the waiting list, as one may honestly say it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, F, Max, Min, QuerySet, Sum

from bookings.models import VisitWait
from schools.models import User
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


def demand(user: User) -> QuerySet[Any, Any]:
    """What more capacity would have served, a line for each programme and date (or its wishes):
    how many classes and pupils wait, or waited until it was too late. The most first."""
    rows = VisitWait.objects.of_hubs(user).unserved().order_by()
    return (
        rows.values("programme__title", "slot")
        .annotate(
            starts_at=F("slot__starts_at"),
            first=Min("first_day"),
            last=Max("last_day"),
            entries=Count("submission", distinct=True),
            classes=Count("pk"),
            heads=Sum("pupils"),
        )
        .order_by("-heads", "starts_at", "programme__title")
    )
