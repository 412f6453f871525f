"""What a figure is: its name and definition, its unit, which rows add up to it, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Q, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from impact.counting.scope import NUMBER_HERE, Scope


class Unit(StrEnum):
    HEADS = "heads"  # of classes and of groups that are no class
    PUPILS = "pupils"
    CLASSES = "classes"
    SCHOOLS = "schools"
    BOARDS = "boards"
    MUNICIPALITIES = "municipalities"
    VISITS = "visits"
    LOANS = "loans"
    HOURS = "hours"
    DAYS = "days"
    HALF_DAYS = "half-days"
    PLACES = "places"
    PERCENT = "percent"
    PEOPLE = "people"
    WAITS = "waits"

    @property
    def label(self) -> Any:
        return {
            Unit.HEADS: _("pupils and participants"),
            Unit.PUPILS: _("pupils"),
            Unit.CLASSES: _("classes"),
            Unit.SCHOOLS: _("schools"),
            Unit.BOARDS: _("school boards"),
            Unit.MUNICIPALITIES: _("municipalities"),
            Unit.VISITS: _("visits of a class or group"),
            Unit.LOANS: _("loans"),
            Unit.HOURS: _("hours"),
            Unit.DAYS: _("days"),
            Unit.HALF_DAYS: _("half days"),
            Unit.PLACES: pgettext("room for pupils", "places"),
            Unit.PERCENT: _("per cent"),
            Unit.PEOPLE: _("people"),
            Unit.WAITS: _("classes and groups"),
        }[self]


class Basis(StrEnum):
    """The name of the rows of a `Scope`."""

    VISITS = "visits"
    CAME = "came"  # the same, where a figure asks of each what came before
    ENDED = "ended"
    LAPSED = "lapsed"
    LOANS = "loans"
    WAITS = "waits"
    HOUSE = "house"  # of the building and its people; what is of no school is counted apart


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
    behind: Callable[[Scope], Any] | None = None  # the rows, where no basis has them
    adds: Callable[[Any], float] | None = None  # what one of these adds, where that is not one

    def rows(self, scope: Scope) -> Any:
        """Rows that add up to it."""
        if self.behind is not None:
            return self.behind(scope)
        return getattr(scope, self.basis).filter(self.where(scope))
