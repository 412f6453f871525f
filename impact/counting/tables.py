"""The same rows, split: by programme line, kind, year groups, world and so on, and over time.

What a class is one of (its line, its programme) adds up to the total. A programme is of several
worlds and core objectives, and a school comes in several months: such tables say that they do not
add up, and their total is counted, never summed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from impact.counting.figures import here, pupils
from impact.counting.scope import ATTENDED, DAY, LINE_AND_LEVEL, SCHOOL, Line, Scope
from impact.counting.spans import Span, which_of
from programmes.models import ProgrammeKind
from schools.models import GroupKind
from schools.years import describe_year_groups

MEASURES: Mapping[str, Any] = {
    "booked": pupils(Q()),
    "here": here(ATTENDED),
    "visits": Count("pk", filter=ATTENDED),
    "schools": Count(SCHOOL, distinct=True, filter=ATTENDED),
}


@dataclass(frozen=True)
class Row:
    key: str
    label: str
    booked: int  # pupils
    here: int
    visits: int
    schools: int


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

    def rows(self, scope: Scope, key: str) -> Any:
        """The bookings behind one of its lines, each once."""
        return scope.visits.annotate(part=Coalesce(self.key, Value(""))).filter(part=key)


def _line(key: str) -> str:
    """'Primary education', or 'Secondary education: HAVO/VWO'."""
    line, _space, levels = key.partition(" ")
    label = capfirst(str(Line(line).label))
    if line != Line.SECONDARY:
        return label
    levels = levels or _("levels not known")
    return f"{label}: {levels}"


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


PROGRAMME = "visit__programme"
_TABLES = [
    Table("line", gettext_lazy("By programme line"), LINE_AND_LEVEL, label=_line),
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
    whole = scope.over(Span(spans[0].first, spans[-1].last))
    grouped = whole.visits.values(part=which_of(spans, DAY)).annotate(**MEASURES)
    found = {row.pop("part"): row for row in grouped}
    nothing = dict.fromkeys(MEASURES, 0)
    return [
        Row(str(number), str(span), **found.get(str(number), nothing))
        for number, span in enumerate(spans)
    ]
