"""Schools reached and not, per municipality and per board.

A municipality or board is here once a school of it came, in the span or the ten school years before
it. Of it every school counts that is open, and those that came in the span and have closed since.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from impact.counting.figures import here
from impact.counting.scope import SCHOOL, Scope
from impact.counting.spans import Span
from schools.models import School
from schools.years import school_year_of, school_year_start

YEARS_BACK = 10


@dataclass(frozen=True)
class Area:
    """A municipality or board: how many schools it has, and how many of them came."""

    key: str
    name: str
    total: int
    reached: int

    @property
    def percent(self) -> int:
        return round(100 * self.reached / self.total)


@dataclass(frozen=True)
class Site:
    name: str
    city: str
    came: int  # pupils in the span


@dataclass(frozen=True)
class Coverage:
    municipalities: list[Area]
    boards: list[Area]
    unplaced: int  # schools that came, and are in no municipality that we know


def coverage(scope: Scope) -> Coverage:
    """In two queries."""
    towns = _areas(scope, "municipality", "municipality")
    return Coverage(
        [area for area in towns if area.key],
        [area for area in _areas(scope, "board__number", "board__name") if area.key],
        sum(area.reached for area in towns if not area.key),
    )


def sites_of(scope: Scope, where: Q) -> list[Site]:
    """The schools of one of them, those that came first, in two queries."""
    came = scope.came.filter(**{f"{SCHOOL}__isnull": False}).values(SCHOOL)
    pupils = dict(came.annotate(here=here(Q())).values_list(SCHOOL, "here"))
    rows = _counted(scope).filter(where).order_by("name", "pk").values_list("pk", "name", "city")
    sites = [Site(name, city, pupils.get(pk, 0)) for pk, name, city in rows]
    return sorted(sites, key=lambda site: not site.came)


def _came(scope: Scope) -> Q:
    return Q(pk__in=scope.came.values(SCHOOL))


def _counted(scope: Scope) -> Any:
    return School.objects.filter(Q(closed_on=None, merged_into=None) | _came(scope))


def _areas(scope: Scope, key: str, name: str) -> list[Area]:
    """Most schools that came first; schools of none are together under an empty key."""
    back = scope.over(Span(years_before(scope.span.first), scope.span.last))
    grouped = (
        _counted(scope)
        .order_by()
        .values(key, name)
        .annotate(
            total=Count("pk"),
            reached=Count("pk", filter=_came(scope)),
            known=Count("pk", filter=_came(back)),
        )
    )
    found = [
        Area(row[key] or "", in_words(row[name] or row[key] or ""), row["total"], row["reached"])
        for row in grouped.filter(known__gt=0)
    ]
    return sorted(found, key=lambda area: (-area.reached, -area.percent, area.name))


def years_before(day: datetime.date) -> datetime.date:
    """The first day of the school year that lies `YEARS_BACK` years before that of this day."""
    return school_year_start(school_year_of(day) - YEARS_BACK)


# Words within the name of a municipality that are written small.
SMALL = {"Aan", "Bij", "De", "Den", "Der", "En", "In", "Op", "Van"}


def in_words(name: str) -> str:
    """'Bergen op Zoom': DUO writes municipalities in capitals."""
    if not name.isupper():
        return name
    first, *rest = name.title().split(" ")
    return " ".join([first, *(one.lower() if one in SMALL else one for one in rest)])
