"""How an indicator stands on its target: what was reached, what the line asks for, the status.

The line is straight from nothing on the first day to the next milestone, and from there to the
norm; both ends of the period are in, so that the norm is asked for at the end of its last day.
"""

import datetime
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone

from core.dates import ONE_DAY
from impact.counting.figure import Basis
from impact.counting.figures import FIGURES, compute
from impact.counting.scope import ProgrammeLine, Scope
from impact.counting.spans import Span
from impact.models import Indicator, Milestone, Status, Target, Value


@dataclass(frozen=True)
class TargetStatus:
    target: Target
    reached: Decimal | None  # None: nothing was entered yet, or no programmes were chosen
    expected: Decimal
    milestones: Sequence[Milestone] = ()
    value: Value | None = None  # that was entered

    def asked_in(self, span: Span) -> int:
        """What the line asks of the days of a span; months add up to the norm."""
        ends = (span.first - ONE_DAY, span.last)
        before, after = (round(expected(self.target, self.milestones, day)) for day in ends)
        return after - before

    @property
    def proposed(self) -> Status:
        if self.reached is not None and self.reached >= self.target.amount:
            return Status.MET
        if self.reached is None or self.reached < self.expected:
            return Status.BEHIND
        return Status.ON_TRACK

    @property
    def status(self) -> Status:
        return Status(self.target.overruled) if self.target.overruled else self.proposed

    @property
    def colour(self) -> str:
        """The colour of its badge."""
        return {Status.MET: "success", Status.ON_TRACK: "info", Status.BEHIND: "warning"}[
            self.status
        ]

    @property
    def percent(self) -> int:
        """How much of the norm it is, for a bar: 100 at most."""
        return min(100, int(100 * (self.reached or 0) / self.target.amount))

    @property
    def percent_expected(self) -> int:
        return min(100, int(100 * self.expected / self.target.amount))


def expected(target: Target, milestones: Iterable[Any], on: datetime.date) -> Decimal:
    """What the line asks for at the end of this day; nothing before it starts."""
    points = [(target.starts_on - ONE_DAY, Decimal(0))]
    points += [
        (one.day, one.amount)
        for one in sorted(milestones, key=lambda one: one.day)
        if target.starts_on <= one.day < target.due_on
    ]
    points.append((target.due_on, target.amount))
    for (since, low), (until, high) in itertools.pairwise(points):
        if since <= on <= until:
            return low + (high - low) * (on - since).days / (until - since).days
    return target.amount if on > target.due_on else Decimal(0)


def scope_of(indicator: Indicator, span: Span) -> Scope:
    if FIGURES[indicator.figure].basis == Basis.HOUSE:
        return Scope(span, (indicator.hub_id,))
    programmes = tuple(one.pk for one in indicator.programmes.all())
    line = ProgrammeLine(indicator.line) if indicator.line else None
    return Scope(span, (indicator.hub_id,), programmes, line)


def statuses_of(targets: Sequence[Target], on: datetime.date | None = None) -> list[TargetStatus]:
    """How these stand at the end of this day (today): what was computed, or entered last.

    `targets` have their indicator, its programmes and their milestones at hand.
    """
    today = on or timezone.localdate()
    entered = _entered([one for one in targets if not one.indicator.is_computed], today)
    computed = _computed([one for one in targets if one.indicator.is_computed], today)
    found = []
    for target in targets:
        value = entered.get(target.pk)
        reached = value.amount if value else computed.get(target.pk)
        milestones = list(target.milestones.all())
        asked = expected(target, milestones, today)
        found.append(TargetStatus(target, reached, asked, milestones, value))
    return found


def _computed(targets: Sequence[Target], today: datetime.date) -> dict[int, Decimal]:
    """Target (primary key) → what was reached; those over the same rows are computed together."""
    over: dict[Scope, list[Target]] = {}
    for target in targets:
        if target.indicator.is_without_programmes:
            continue
        last = max(target.starts_on, min(today, target.due_on))
        scope = scope_of(target.indicator, Span(target.starts_on, last))
        over.setdefault(scope, []).append(target)
    found: dict[int, Decimal] = {}
    for scope, same in over.items():
        numbers = compute(scope, {one.indicator.figure for one in same})
        found |= {one.pk: Decimal(numbers[one.indicator.figure]) for one in same}
    return found


def _entered(targets: Sequence[Target], today: datetime.date) -> dict[int, Value]:
    """The last value within the period of each, in one query."""
    rows = Value.objects.filter(indicator__in={one.indicator_id for one in targets})
    found: dict[int, Value] = {}
    for value in rows.filter(day__lte=today).select_related("by").order_by("day", "pk"):
        for target in targets:
            of_target = target.indicator_id == value.indicator_id
            if of_target and target.starts_on <= value.day <= target.due_on:
                found[target.pk] = value
    return found


def goals(scope: Scope, found: Mapping[str, int]) -> dict[str, TargetStatus]:
    """The targets of one whole hub for exactly this period, by the code of their figure, beside
    what was found of it; in one query. Our own come before those of a funder."""
    if len(scope.hubs) != 1 or scope.is_limited:
        return {}
    rows = Target.objects.filter(
        indicator__hub=scope.hubs[0],
        indicator__figure__in=list(found),
        indicator__line="",
        indicator__programmes=None,
        indicator__of_programmes=False,
        starts_on=scope.span.first,
        due_on=scope.span.last,
    ).annotate(milestone_day=F("milestones__day"), milestone_amount=F("milestones__amount"))
    own_first = F("funder_id").asc(nulls_first=True)
    of_figure: dict[str, list[Any]] = {}
    for row in rows.select_related("indicator").order_by(own_first, "pk"):
        same = of_figure.setdefault(row.indicator.figure, [])
        if not same or same[0].pk == row.pk:
            same.append(row)
    return {code: _goal(same, found[code]) for code, same in of_figure.items()}


def _goal(rows: list[Any], reached: int) -> TargetStatus:
    """How one target stands. `rows`: one for each of its milestones."""
    today = timezone.localdate()
    milestones = [
        Milestone(day=row.milestone_day, amount=row.milestone_amount)
        for row in rows
        if row.milestone_day
    ]
    asked = expected(rows[0], milestones, today)
    return TargetStatus(rows[0], Decimal(reached), asked, milestones)
