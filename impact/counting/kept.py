"""What the board's page counts of visits, kept until anything that is counted changes.

A full year is counted anew in four statements over all its bookings; between two changes, every
further look reads what the first one counted (docs/decisions/0054). What is kept are numbers: names
of months and days come when it is shown, in the language of who looks.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from core.dates import ONE_DAY
from core.models import Change
from impact.counting.coverage import Area, Coverage, coverage
from impact.counting.figures import compute
from impact.counting.scope import Scope
from impact.counting.sources import PIECES, PaidPupils, Source, of_pieces, pieces, share_out
from impact.counting.spans import Span
from impact.counting.tables import Row, count_over_times, rows_of
from impact.models import Kept


@dataclass(frozen=True)
class Counted:
    figures: dict[str, int]
    series: list[list[Row]]  # of each series of spans
    coverage: Coverage
    parts: list[PaidPupils]


def counted(
    scope: Scope, codes: Sequence[str], series: Sequence[list[Span]], sources: Sequence[Source]
) -> Counted:
    cut = pieces(scope.span, sources) if sources else []
    value = _value(scope, codes, series, cut)
    areas = value["coverage"]
    return Counted(
        value["figures"],
        rows_of(series, value["series"]),
        Coverage(
            [Area(*row) for row in areas["municipalities"]],
            [Area(*row) for row in areas["boards"]],
            areas["unplaced"],
        ),
        share_out(sources, cut, [row for row in value["series"] if row["series"] == PIECES]),
    )


def _value(
    scope: Scope, codes: Sequence[str], series: Sequence[list[Span]], cut: list[Span]
) -> dict[str, Any]:
    """As it was kept, or counted now. What is limited to some visits is not kept: it is few."""
    if scope.is_limited:
        return _count(scope, codes, series, cut)
    # What nobody noted is of days before today, as far as these are in the span.
    today = min(max(timezone.localdate(), scope.span.first), scope.span.last + ONE_DAY)
    asked = repr((scope, today, codes, series, cut))
    name = hashlib.sha256(asked.encode()).hexdigest()
    now = Change.objects.seen()  # before counting: what changes meanwhile is not in it
    kept = Kept.objects.filter(name=name, seen=now).values_list("value", flat=True).first()
    if kept is not None:
        return kept
    value = _count(scope, codes, series, cut)
    _keep(Kept(name=name, seen=now, value=value))
    return value


def _count(
    scope: Scope, codes: Sequence[str], series: Sequence[list[Span]], cut: list[Span]
) -> dict[str, Any]:
    areas = coverage(scope)
    # To count what is different is the dearest: not twice where it follows from the areas.
    found = areas.figures
    found |= compute(scope, [code for code in codes if code not in found])
    return {
        "figures": {code: found[code] for code in codes},
        "series": count_over_times(scope, series, *([of_pieces(scope, cut)] if cut else [])),
        "coverage": {
            "municipalities": [list(asdict(area).values()) for area in areas.municipalities],
            "boards": [list(asdict(area).values()) for area in areas.boards],
            "unplaced": areas.unplaced,
        },
    }


def _keep(row: Kept) -> None:
    """Who only looks is not kept from it by a disk that is full."""
    try:
        Kept.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=["seen", "value"]
        )
    except DatabaseError:
        return


def forget() -> int:
    """All that is kept, along with the changes of before. Once a day is enough."""
    with transaction.atomic():
        number, _models = Kept.objects.all().delete()
        Change.objects.forget()
    return number
