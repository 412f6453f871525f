"""Volunteers and their hours, and what these are worth as a contribution in kind."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from core.dates import NO_TIME, ONE_DAY
from impact.counting.house import shifts_of
from impact.counting.scope import Scope
from impact.counting.spans import Span
from impact.models.funding import HourRate
from roster import hours

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Volunteering:
    people: int
    hours: float  # in quarters
    value: Decimal | None  # None: a part of the hours has no rate

    @property
    def is_worth_something(self) -> bool:
        return bool(self.value)


def volunteering(scope: Scope) -> Volunteering:
    """In a query for each hub and rate: what overlaps in one person's day counts once."""
    found: dict[str, datetime.timedelta] = {}
    value: Decimal | None = Decimal(0)
    for hub, span, rate in _rated(scope):
        of_hub = shifts_of(scope.over(span)).filter(visit__slot__venue__hub=hub)
        worked = hours.by_holder(of_hub)
        for person, time in worked.items():
            found[person] = found.get(person, NO_TIME) + time
        length = hours.total(worked.values())
        if rate is not None and value is not None:
            value += Decimal(length / datetime.timedelta(seconds=1)) * rate / 3600
        elif length:
            value = None
    return Volunteering(
        people=len(found),
        hours=hours.in_hours(hours.total(found.values())),
        value=None if value is None else value.quantize(CENT),
    )


def _rated(scope: Scope) -> list[tuple[int, Span, Decimal | None]]:
    """The span of each hub, cut where another rate begins."""
    rates: dict[int, list[HourRate]] = {}
    for row in HourRate.objects.filter(hub__in=scope.hubs).order_by("since"):
        rates.setdefault(row.hub_id, []).append(row)
    found: list[tuple[int, Span, Decimal | None]] = []
    for hub in scope.hubs:
        first = scope.span.first
        rate: Decimal | None = None
        for row in rates.get(hub, ()):
            if row.since > scope.span.last:
                break
            if row.since > first:
                found.append((hub, Span(first, row.since - ONE_DAY), rate))
                first = row.since
            rate = row.amount
        found.append((hub, Span(first, scope.span.last), rate))
    return found
