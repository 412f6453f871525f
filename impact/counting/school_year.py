"""What one school did in a school year, at all hubs: for the school itself."""

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from impact.counting.figure import Figure
from impact.counting.figures import FIGURES, compute
from impact.counting.scope import ATTENDED, DAY, Scope
from impact.counting.spans import Span
from impact.counting.tables import TABLES, Row, split
from programmes.models import Hub
from schools.models import School

SHOWN = (
    "pupils",
    "visits",
    "classes",
    "prepared",
    "gone-on-with",
    "returning-classes",
    "loans",
    "kit-pupils",
)
TABLES_OF_SCHOOL = ("world", "objective")
# Of a school come classes only.
NAMES = {"pupils": _("Pupils who came")}


@dataclass(frozen=True)
class SchoolYear:
    school: School
    span: Span
    figures: list[tuple[Figure, int]]
    visits: list[Any]  # bookings of classes that came
    loans: list[Any]
    tables: list[tuple[Any, list[Row]]]  # the worlds and objectives that they met
    unregistered: int

    @property
    def is_empty(self) -> bool:
        return not (self.visits or self.loans or self.unregistered)


def school_year(school: School, span: Span) -> SchoolYear:
    hubs = tuple(Hub.objects.order_by("pk").values_list("pk", flat=True))
    scope = Scope(span, hubs, school=school.pk)
    found = compute(scope, (*SHOWN, "visits-unregistered"))
    came = scope.visits.filter(ATTENDED).select_related("visit__slot", "visit__programme")
    loans = scope.loans.select_related("copy__kit")
    tables = [(TABLES[code], split(scope, TABLES[code])) for code in TABLES_OF_SCHOOL]
    return SchoolYear(
        school,
        span,
        [(_figure(code), found[code]) for code in SHOWN],
        list(came.order_by(DAY, "pk")),
        list(loans.order_by("starts_on", "pk")),
        [(table, [row for row in rows if row.key and row.here]) for table, rows in tables],
        found["visits-unregistered"],
    )


def _figure(code: str) -> Figure:
    figure = FIGURES[code]
    return replace(figure, name=NAMES.get(code, figure.name))
