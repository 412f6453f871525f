"""What the board's page counts of visits, kept until anything that is counted changes.

A full year is counted anew in four statements over all its bookings; between two changes, every
further look reads what was counted first, by a reader or by the worker (docs/decisions/0054).
What is kept are numbers: names of months and days come when it is shown, in the reader's
language.
"""

import datetime
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.dates import ONE_DAY
from core.models import Change
from impact.counting.coverage import Area, Coverage, coverage
from impact.counting.figures import compute
from impact.counting.scope import Scope
from impact.counting.sources import (
    PaidPupils,
    Source,
    count_pieces,
    piece_rows,
    pieces,
    share_out,
)
from impact.counting.spans import Span
from impact.counting.tables import Row, count_over_times, rows_of
from impact.models import Kept


@dataclass(frozen=True)
class Answer:
    figures: dict[str, int]
    series: list[list[Row]]  # of each series of spans
    coverage: Coverage
    parts: list[PaidPupils]


@dataclass(frozen=True)
class Question:
    """What is counted over a scope: figures, schools by area, a line for each series of spans; if
    asked, who pays."""

    scope: Scope
    codes: Sequence[str]
    series: Sequence[list[Span]]
    by_source: bool = False

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """Only for unlimited scopes."""
        return {
            "span": _days(self.scope.span),
            "hubs": sorted(self.scope.hubs),
            "codes": list(self.codes),
            "series": [[_days(span) for span in spans] for spans in self.series],
            "by_source": self.by_source,
        }

    @classmethod
    def of_json(cls, asked: dict[str, Any]) -> Self:
        return cls(
            Scope(_span(asked["span"]), tuple(asked["hubs"])),
            asked["codes"],
            [[_span(days) for days in spans] for spans in asked["series"]],
            asked["by_source"],
        )

    @property
    def name(self) -> str:
        return hashlib.sha256(json.dumps(self.as_json).encode()).hexdigest()

    def cut(self, sources: Sequence[Source]) -> list[Span]:
        """Its span in pieces; none unless it asks who pays."""
        return pieces(self.scope.span, sources) if self.by_source and sources else []

    def fingerprint(self, changes: str, sources: Sequence[Source]) -> str:
        """All on which the answer depends: it is the same as long as this is."""
        # What nobody noted is of days before today, as far as these are in the span.
        span = self.scope.span
        today = min(max(timezone.localdate(), span.first), span.last + ONE_DAY)
        cut = hashlib.sha256(repr(self.cut(sources)).encode()).hexdigest()
        return f"{changes} {today} {cut[:12]}"


def _days(span: Span) -> list[str]:
    return [span.first.isoformat(), span.last.isoformat()]


def _span(days: list[str]) -> Span:
    return Span(*map(datetime.date.fromisoformat, days))


def answer_to(question: Question, sources: Sequence[Source] = ()) -> Answer:
    """`sources`: those of its hubs, where it asks who pays."""
    value = _value(question, sources)
    areas, cut = value["coverage"], question.cut(sources)
    return Answer(
        value["figures"],
        rows_of(question.series, value["series"]),
        Coverage(
            [Area(*row) for row in areas["municipalities"]],
            [Area(*row) for row in areas["boards"]],
            areas["unplaced"],
        ),
        share_out(sources, cut, piece_rows(value["series"])),
    )


def _value(question: Question, sources: Sequence[Source]) -> dict[str, Any]:
    """As it was kept, or counted now. What is limited to some visits is not kept: it is few."""
    if question.scope.is_limited:
        return count(question, sources)
    # Before counting: what changes meanwhile is not in it.
    now = question.fingerprint(Change.objects.seen(), sources)
    today = timezone.localdate()
    rows = Kept.objects.filter(name=question.name, seen=now)
    if row := rows.first():
        if row.looked_on != today:
            _note_look(rows, today)
        return row.value
    value = count(question, sources)
    _keep(Kept(name=question.name, asked=question.as_json, seen=now, value=value, looked_on=today))
    return value


def count(question: Question, sources: Sequence[Source]) -> dict[str, Any]:
    scope, cut = question.scope, question.cut(sources)
    areas = coverage(scope)
    # To count what is different is the dearest: not twice where it follows from the areas.
    found = areas.figures
    found |= compute(scope, [code for code in question.codes if code not in found])
    more = [count_pieces(scope, cut)] if cut else []
    return {
        "figures": {code: found[code] for code in question.codes},
        "series": count_over_times(scope, question.series, *more),  # and the pieces
        "coverage": {
            "municipalities": [list(asdict(area).values()) for area in areas.municipalities],
            "boards": [list(asdict(area).values()) for area in areas.boards],
            "unplaced": areas.unplaced,
        },
    }


# Who only looks is not kept from it by a disk that is full.


def _keep(row: Kept) -> None:
    columns = ["seen", "value", "looked_on"]
    try:
        Kept.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=columns
        )
    except DatabaseError:
        return


def _note_look(rows: Any, today: datetime.date) -> None:
    try:
        rows.update(looked_on=today)
    except DatabaseError:
        return


def forget() -> int:
    """Forget what nobody looked at for long, and old changes; the rest is to be counted again. Once
    a day is enough. Returns how many."""
    since = timezone.localdate() - settings.COUNT_AHEAD_FOR
    with transaction.atomic():
        number, _models = Kept.objects.filter(looked_on__lt=since).delete()
        Kept.objects.update(seen="")
        Change.objects.forget()
    return number
