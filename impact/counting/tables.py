"""Rows, split: by programme line, kind, year groups, world and so on, and over time.

What a class is one of (its line, its programme) adds up to the total. A programme is of several
worlds and core objectives, and a school comes in several months: such tables say that they do not
add up, and their total is counted, never summed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from impact.counting.figure import here, pupils
from impact.counting.scope import (
    ATTENDED,
    DAY,
    LINE_AND_LEVEL,
    PROGRAMME,
    SCHOOL,
    ProgrammeLine,
    Scope,
)
from impact.counting.spans import Span, which_of
from programmes.models import ProgrammeKind
from schools.models import GroupKind
from schools.years import Level, describe_year_groups


class TableColumn(NamedTuple):
    """`measure`: of a `Row`; `counted`: in SQL; `figure`: the code of what is its total."""

    measure: str
    label: str | Promise
    counted: Any
    figure: str


# Those of every table of figures, on pages, paper and in workbooks, in this order.
COLUMNS = (
    TableColumn("here", gettext_lazy("Who came"), here(ATTENDED), "pupils"),
    TableColumn("booked", gettext_lazy("As booked"), pupils(Q()), "pupils-booked"),
    TableColumn("visits", gettext_lazy("Visits"), Count("pk", filter=ATTENDED), "visits"),
    TableColumn(
        "schools",
        gettext_lazy("Schools"),
        Count(SCHOOL, distinct=True, filter=ATTENDED),
        "schools",
    ),
)
MEASURES: Mapping[str, Any] = {column.measure: column.counted for column in COLUMNS}


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    booked: int  # pupils
    here: int
    visits: int
    schools: int

    @property
    def cells(self) -> list[int]:
        """Its numbers in the order of `COLUMNS`."""
        return [getattr(self, column.measure) for column in COLUMNS]


def whole(key: str, label: str, found: Mapping[str, int]) -> Row:
    """A row of the figures by their codes."""
    return Row(key, label, **{column.measure: found[column.figure] for column in COLUMNS})


def together(found: Mapping[str, int]) -> list[int]:
    """The cells of the total row, from figures by code: counted, not summed."""
    return [found[column.figure] for column in COLUMNS]


@dataclass(frozen=True)
class Table:
    """`key`: what SQL groups by, a text; `name`: the column in which the name of a key stands,
    where `label` does not make it of the key."""

    code: str
    title: str | Promise
    key: Any
    name: str = ""
    label: Callable[[str], str] = str
    adds_up: bool = True
    in_order: bool = False  # of its keys; else most pupils first
    note: str | Promise = ""  # of how it is split, where the heading does not say it

    def rows(self, scope: Scope, key: str) -> Any:
        """The bookings behind one of its lines, each once."""
        return scope.visits.annotate(part=Coalesce(self.key, Value(""))).filter(part=key)


UNKNOWN_LEVEL = gettext_lazy("level not known")


def _line(key: str) -> str:
    """'Primary education', or 'Secondary education: havo/vwo'."""
    line, _space, level = key.partition(" ")
    label = capfirst(str(ProgrammeLine(line).label))
    if line != ProgrammeLine.SECONDARY:
        return label
    return f"{label}: {Level(level).label if level else UNKNOWN_LEVEL}"


# Of a class '07-08', of a group its kind.
_YEAR_GROUPS = Case(
    When(
        group_kind="",
        then=Concat(
            Cast(F("year_from") + 100, CharField()),
            Value("-"),
            Cast(F("year_to") + 100, CharField()),
        ),
    ),
    default=F("group_kind"),
    output_field=CharField(),
)


def _year_groups(key: str) -> str:
    first, dash, last = key.partition("-")
    if not dash:
        return capfirst(str(GroupKind(key).label))
    return capfirst(describe_year_groups(int(first) - 100, int(last) - 100))


def _number_of(lookup: str) -> Any:
    return Cast(F(lookup), CharField())


# The page of figures has each of these; reports `TABLES_OF_REPORT`, schools `TABLES_OF_SCHOOL`.
_TABLES = [
    Table(
        "line",
        gettext_lazy("By programme line"),
        LINE_AND_LEVEL,
        label=_line,
        note=gettext_lazy(
            "Secondary education is split by the level that was given for the class when it "
            "booked, or else by that of its school, where DUO knows only one. Of other classes "
            "the level is not known."
        ),
    ),
    Table(
        "kind",
        gettext_lazy("By kind of programme"),
        F(f"{PROGRAMME}__kind"),
        label=lambda key: str(ProgrammeKind(key).label),
    ),
    Table(
        "year-groups",
        gettext_lazy("By year groups"),
        _YEAR_GROUPS,
        label=_year_groups,
        in_order=True,
    ),
    Table(
        "programme",
        gettext_lazy("By programme"),
        _number_of(PROGRAMME),
        name=f"{PROGRAMME}__title",
    ),
    Table("hub", gettext_lazy("By hub"), _number_of("submission__hub"), "submission__hub__name"),
    Table(
        "world",
        gettext_lazy("By world of technology"),
        F(f"{PROGRAMME}__worlds__code"),
        name=f"{PROGRAMME}__worlds__name",
        adds_up=False,
    ),
    Table(
        "objective",
        gettext_lazy("By core objective"),
        _number_of(f"{PROGRAMME}__core_objectives"),
        name=f"{PROGRAMME}__core_objectives__label",
        adds_up=False,
    ),
]
TABLES: Mapping[str, Table] = {table.code: table for table in _TABLES}


def split(scope: Scope, table: Table) -> list[Row]:
    """In one query."""
    keyed = scope.visits.annotate(part=Coalesce(table.key, Value("")))
    if table.name:
        keyed = keyed.annotate(part_name=F(table.name))
    grouped = keyed.values("part", *(["part_name"] if table.name else []))
    found = [
        Row(
            row["part"],
            (row["part_name"] or _("none chosen")) if table.name else table.label(row["part"]),
            **{measure: row[measure] for measure in MEASURES},
        )
        for row in grouped.annotate(**MEASURES)
    ]
    if table.in_order:
        return sorted(found, key=lambda row: row.key)
    return sorted(found, key=lambda row: (-row.here, -row.booked, row.label))


def over_time(scope: Scope, spans: list[Span]) -> list[Row]:
    """A line for each of these spans, in one query; of all its days, whatever the scope's own."""
    [rows] = over_times(scope, [spans])
    return rows


def over_times(scope: Scope, series: Sequence[list[Span]]) -> list[list[Row]]:
    """Rows for several series of spans (months, years) together, in one statement."""
    return rows_of(series, count_over_times(scope, series))


def count_over_times(
    scope: Scope, series: Sequence[list[Span]], *more: Any
) -> list[dict[str, Any]]:
    """In numbers: of each span of each series in which there is anything; `more` is counted along
    in the same statement, and has the same columns."""
    parts = [_grouped(scope, spans, str(number)) for number, spans in enumerate(series)]
    parts += more
    return list(parts[0].union(*parts[1:], all=True).order_by() if parts[1:] else parts[0])


def rows_of(series: Sequence[list[Span]], counted: Iterable[dict[str, Any]]) -> list[list[Row]]:
    """A line for each span of these series, in the reader's words."""
    found = {
        (row["series"], row["part"]): {measure: row[measure] for measure in MEASURES}
        for row in counted
    }
    nothing = dict.fromkeys(MEASURES, 0)
    return [
        [
            Row(str(at), str(span), **found.get((str(number), str(at)), nothing))
            for at, span in enumerate(spans)
        ]
        for number, spans in enumerate(series)
    ]


def _grouped(scope: Scope, spans: list[Span], name: str) -> Any:
    whole = scope.over(Span(spans[0].first, spans[-1].last))
    series = Value(name, output_field=CharField())
    return whole.visits.values(series=series, part=which_of(spans, DAY)).annotate(**MEASURES)
