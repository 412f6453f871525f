"""The table of figures: of each its code, name, definition and unit, which rows add up to it, and
how. A page shows a figure beside these rows, and both come from here.

Figures of one basis are computed together, in one query over its rows without a join to many.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookings.models import State
from core.dates import start_of_day
from impact.counting.scope import ATTENDED, DAY, NUMBER_HERE, SCHOOL, Scope


class Unit(StrEnum):
    PUPILS = "pupils"
    CLASSES = "classes"
    SCHOOLS = "schools"
    BOARDS = "boards"
    MUNICIPALITIES = "municipalities"
    VISITS = "visits"
    LOANS = "loans"

    @property
    def label(self) -> Any:
        return {
            Unit.PUPILS: _("pupils"),
            Unit.CLASSES: _("classes"),
            Unit.SCHOOLS: _("schools"),
            Unit.BOARDS: _("school boards"),
            Unit.MUNICIPALITIES: _("municipalities"),
            Unit.VISITS: _("visits of a class or group"),
            Unit.LOANS: _("loans"),
        }[self]


class Basis(StrEnum):
    """The name of the rows of a `Scope`."""

    VISITS = "visits"
    CAME = "came"  # the same, where a figure asks of each what came before
    ENDED = "ended"
    LOANS = "loans"


Measure = Callable[[Q], Any]


def pupils(where: Q) -> Any:
    """As booked."""
    return Coalesce(Sum("pupils", filter=where), 0)


def here(where: Q) -> Any:
    """As noted on the day."""
    return Coalesce(Sum(NUMBER_HERE, filter=where), 0)


def rows(where: Q) -> Any:
    return Count("pk", filter=where)


def different(expression: str, *, unless: str | None = None) -> Measure:
    """How many there are of what this names, each once; empty ones not at all."""
    named: Any = F(expression) if unless is None else NullIf(expression, Value(unless))
    return lambda where: Count(named, distinct=True, filter=where)


@dataclass(frozen=True)
class Figure:
    code: str
    name: str | Promise
    definition: str | Promise
    unit: Unit
    basis: Basis
    measure: Measure
    where: Callable[[Scope], Q]

    def rows(self, scope: Scope) -> Any:
        """Those that add up to it."""
        return getattr(scope, self.basis).filter(self.where(scope))


def _everything(_scope: Scope) -> Q:
    return Q()


def _attended(_scope: Scope) -> Q:
    return ATTENDED


def _unregistered(_scope: Scope) -> Q:
    """Those of days before today of which nobody noted whether they came."""
    today = start_of_day(timezone.localdate())
    return Q(state=State.CONFIRMED, **{f"{DAY}__lt": today})


def _missed(_scope: Scope) -> Q:
    return Q(state=State.NO_SHOW)


def _prepared(_scope: Scope) -> Q:
    return ATTENDED & Q(prepared_at__isnull=False)


def _school_came_before(scope: Scope) -> Q:
    """Their school came on a day before the span."""
    before = scope.bookings.filter(ATTENDED, **{f"{DAY}__lt": scope.span.starts_at})
    return ATTENDED & Q(Exists(before.filter(**{SCHOOL: OuterRef(SCHOOL)})))


def _class_came_before(scope: Scope) -> Q:
    """The class, or the one that it continues, came on an earlier moment."""
    earlier = scope.bookings.filter(ATTENDED, **{f"{DAY}__lt": OuterRef(DAY)})
    same = Q(class_group=OuterRef("class_group"))
    same |= Q(class_group=OuterRef("class_group__continues"))
    return ATTENDED & Q(Exists(earlier.filter(same)))


def _ended(state: State, *roles: str) -> Callable[[Scope], Q]:
    return lambda _scope: Q(state=state, ended_by__in=roles) if roles else Q(state=state)


_CLASSES = different("class_group")
_SCHOOLS = different(SCHOOL)
_BOARDS = different(f"{SCHOOL}__board")
_MUNICIPALITIES = different(f"{SCHOOL}__municipality", unless="")

_FIGURES = [
    Figure(
        "pupils",
        _("Pupils who came"),
        _(
            "Pupils of classes, and people of groups, that staff noted as having been here, on "
            "days in the period, both ends included: the number that was noted, or as booked where "
            "none was. Whoever came twice counts twice."
        ),
        Unit.PUPILS,
        Basis.VISITS,
        here,
        _attended,
    ),
    Figure(
        "pupils-booked",
        _("Pupils as booked"),
        _(
            "The last number that was agreed, of every booking that was confirmed: of those who "
            "came, who did not come, and who are still to come."
        ),
        Unit.PUPILS,
        Basis.VISITS,
        pupils,
        _everything,
    ),
    Figure(
        "pupils-unregistered",
        _("Pupils of whom nobody noted whether they came"),
        _(
            "Of bookings on days before today that were confirmed, and that staff noted neither as "
            "here nor as not come. They are in no figure of who came."
        ),
        Unit.PUPILS,
        Basis.VISITS,
        pupils,
        _unregistered,
    ),
    Figure(
        "visits",
        _("Visits of classes and groups"),
        _("Each class or group that came, once for every time. Two classes at once are two."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        _attended,
    ),
    Figure(
        "visits-unregistered",
        _("Visits of which nobody noted whether they came"),
        _("Confirmed, on days before today, and noted neither as here nor as not come."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        _unregistered,
    ),
    Figure(
        "classes",
        _("Different classes"),
        _(
            "Classes that came at least once. A class belongs to one school and one school year, "
            "and counts once however often it came. Groups that are no class are not in it."
        ),
        Unit.CLASSES,
        Basis.VISITS,
        _CLASSES,
        _attended,
    ),
    Figure(
        "schools",
        _("Schools reached"),
        _(
            "School sites of which at least one class came. Each counts once in the period: months "
            "and quarters do not add up to the year."
        ),
        Unit.SCHOOLS,
        Basis.VISITS,
        _SCHOOLS,
        _attended,
    ),
    Figure(
        "boards",
        _("School boards reached"),
        _(
            "Boards (bevoegd gezag, as DUO knows them) of which at least one school came; each "
            "once. A school that is not in DUO's list yet has none."
        ),
        Unit.BOARDS,
        Basis.VISITS,
        _BOARDS,
        _attended,
    ),
    Figure(
        "municipalities",
        _("Municipalities reached"),
        _("Municipalities in which a school stands of which at least one class came; each once."),
        Unit.MUNICIPALITIES,
        Basis.VISITS,
        _MUNICIPALITIES,
        _attended,
    ),
    Figure(
        "returning-schools",
        _("Schools that came back"),
        _("Schools reached in the period that had come before its first day too; each once."),
        Unit.SCHOOLS,
        Basis.CAME,
        _SCHOOLS,
        _school_came_before,
    ),
    Figure(
        "returning-classes",
        _("Classes that came back"),
        _(
            "Classes that came in the period and had come before: earlier in the year, or last year"
            " as the class that this one continues. Each once."
        ),
        Unit.CLASSES,
        Basis.CAME,
        _CLASSES,
        _class_came_before,
    ),
    Figure(
        "prepared",
        _("Visits prepared in class"),
        _("Visits that took place and of which the teacher said that the class was prepared."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        _prepared,
    ),
    Figure(
        "no-shows",
        _("Did not come"),
        _("Visits that were confirmed, and that staff noted as not come."),
        Unit.VISITS,
        Basis.VISITS,
        rows,
        _missed,
    ),
    Figure(
        "cancelled-by-school",
        _("Cancelled by the school"),
        _(
            "Bookings whose code was typed and that the school called off itself, by the day on "
            "which they would have come. One booking counts once; who cancels and books again has "
            "one cancellation and one visit."
        ),
        Unit.VISITS,
        Basis.ENDED,
        rows,
        _ended(State.CANCELLED, "teacher"),
    ),
    Figure(
        "cancelled-by-us",
        _("Cancelled by us"),
        _(
            "Bookings that staff called off: on the school's behalf, or because a day closed or a "
            "visit could not go ahead."
        ),
        Unit.VISITS,
        Basis.ENDED,
        rows,
        _ended(State.CANCELLED, "staff", "site"),
    ),
    Figure(
        "declined",
        _("Requests that we declined"),
        _("Asked for by a school and declined by staff, by the day that was asked for."),
        Unit.VISITS,
        Basis.ENDED,
        rows,
        _ended(State.DECLINED),
    ),
    Figure(
        "loans",
        _("Loans of lesson kits"),
        _("Loans that start in the period and of which the box left the building."),
        Unit.LOANS,
        Basis.LOANS,
        rows,
        _everything,
    ),
    Figure(
        "kit-pupils",
        _("Pupils who worked with a kit"),
        _(
            "Pupils of the classes with those loans. They are not added to the pupils who came: "
            "often they are the same children."
        ),
        Unit.PUPILS,
        Basis.LOANS,
        pupils,
        _everything,
    ),
    Figure(
        "kit-schools",
        _("Schools that borrowed a kit"),
        _("School sites with at least one of those loans, each once."),
        Unit.SCHOOLS,
        Basis.LOANS,
        _SCHOOLS,
        _everything,
    ),
]
FIGURES: Mapping[str, Figure] = {one.code: one for one in _FIGURES}


def compute(scope: Scope, codes: Iterable[str] = FIGURES) -> dict[str, int]:
    """The figures by their codes; a query for each basis."""
    asked = [FIGURES[code] for code in codes]
    found: dict[str, int] = {}
    for basis in Basis:
        columns = {
            _column(one): one.measure(one.where(scope)) for one in asked if one.basis == basis
        }
        if columns:
            found |= getattr(scope, basis).aggregate(**columns)
    return {one.code: found[_column(one)] for one in asked}


def _column(figure: Figure) -> str:
    """Its name in a query, unlike that of any field."""
    return f"figure_{figure.code.replace('-', '_')}"
