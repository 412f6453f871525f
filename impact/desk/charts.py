"""Columns over time, drawn as an SVG of a fixed size: where each stands, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format

from impact.counting.spans import Span
from impact.counting.tables import Row

MOST_COLUMNS = 24
WIDTH, HEIGHT, FOOT, TOP = 480, 200, 24, 22
GAP = 0.28  # of the room of a column


@dataclass(frozen=True)
class Column:
    label: str
    name: str  # the whole of the label
    value: int
    behind: int  # a second value, drawn as an outline
    x: float
    width: float
    y: float
    height: float
    y_behind: float
    height_behind: float
    asked: int | None = None  # what a target asks of it, drawn as a stroke
    y_asked: float = 0

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def end(self) -> float:
        return round(self.x + self.width, 1)

    @property
    def above(self) -> float:
        """The height at which its number stands."""
        top = min(self.y, self.y_behind, self.y_asked if self.asked else self.y)
        return round(top - 5, 1)


@dataclass(frozen=True)
class Chart:
    columns: Sequence[Column]

    width, height, foot = WIDTH, HEIGHT, HEIGHT - 6
    base = HEIGHT - FOOT


def chart(points: Sequence[tuple[str, str, int, int]], asked: Sequence[int] = ()) -> Chart:
    """Columns of (label, whole label, value, value behind), in time order; `asked`: targets."""
    highest = max((max(value, behind) for _, _, value, behind in points), default=0) or 1
    highest = max(highest, *asked, 1)
    room = WIDTH / max(len(points), 1)
    high = HEIGHT - FOOT - TOP
    columns = []
    for number, (label, name, value, behind) in enumerate(points):
        tall, tall_behind = (round(high * one / highest, 1) for one in (value, behind))
        columns.append(
            Column(
                label,
                name,
                value,
                behind,
                x=round(room * (number + GAP / 2), 1),
                width=round(room * (1 - GAP), 1),
                y=HEIGHT - FOOT - tall,
                height=tall,
                y_behind=HEIGHT - FOOT - tall_behind,
                height_behind=tall_behind,
                asked=asked[number] if asked else None,
                y_asked=round(HEIGHT - FOOT - high * asked[number] / highest, 1) if asked else 0,
            )
        )
    return Chart(columns)


def chart_over_time(
    rows: Sequence[Row], spans: Sequence[Span], form: str, asked: Sequence[int] = ()
) -> Chart | None:
    """Pupils who came, before those as booked, and what a target asks of each span. `form`: how a
    month is called, as Django formats a date; empty for school years. None where there is nothing
    to see, or too much."""
    if len(rows) > MOST_COLUMNS or not any(row.booked for row in rows):
        return None
    return chart(
        [
            (
                date_format(span.first, form) if form else f"{span.first:%y}–{span.last:%y}",
                row.label,
                row.here,
                row.booked,
            )
            for row, span in zip(rows, spans, strict=True)
        ],
        asked,
    )
