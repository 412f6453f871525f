"""Schools reached and not, per municipality and per board.

A municipality or board is here once a school of it came, in the span or the ten school years before
it. Of it every school counts that is open, and those that came in the span and have closed since.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Value

from core.dates import ONE_DAY
from impact.counting.figure import here
from impact.counting.scope import SCHOOL, Scope
from impact.counting.spans import Span
from schools.models import School
from schools.years import school_year_of, school_year_start

YEARS_BACK = 10
KEYS: Any = {
    "town_key": F("municipality"),
    "board_key": F("board__number"),
    "board_name": F("board__name"),
}


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

    @property
    def figures(self) -> dict[str, int]:
        """Figures that follow from it, by code: a school is in one municipality at most, and of one
        board."""
        reached = [area.reached for area in self.municipalities]
        return {
            "schools": sum(reached) + self.unplaced,
            "boards": sum(area.reached > 0 for area in self.boards),
            "municipalities": sum(number > 0 for number in reached),
        }


def coverage(scope: Scope) -> Coverage:
    """In one statement: of each municipality and board how many came, and how many are open."""
    rows = list(_came_now(scope).union(_came_before(scope), _open(), all=True).order_by())
    towns = _areas(rows, "town_key", "town_key")
    return Coverage(
        [area for area in towns if area.key],
        [area for area in _areas(rows, "board_key", "board_name") if area.key],
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
    return Q(pk__in=scope.came.filter(**{f"{SCHOOL}__isnull": False}).values(SCHOOL))


def _counted(scope: Scope) -> Any:
    return School.objects.filter(Q(closed_on=None, merged_into=None) | _came(scope))


def _came_before(scope: Scope) -> Any:
    """In the ten years before the span: what is theirs is here, reached or not."""
    before = Span(years_before(scope.span.first), scope.span.first - ONE_DAY)
    rows = School.objects.filter(_came(scope.over(before))).order_by().values(**KEYS)
    return rows.annotate(came=Value(1), reached=Value(0), total=Value(0)).distinct()


def _came_now(scope: Scope) -> Any:
    """In the span: how many, and how many of these are shut, which count all the same."""
    is_shut = Q(closed_on__isnull=False) | Q(merged_into__isnull=False)
    rows = School.objects.filter(_came(scope)).order_by().values(**KEYS)
    return rows.annotate(came=Value(1), reached=Count("pk"), total=Count("pk", filter=is_shut))


def _open() -> Any:
    rows = School.objects.filter(closed_on=None, merged_into=None).order_by().values(**KEYS)
    return rows.annotate(came=Value(0), reached=Value(0), total=Count("pk"))


def _areas(rows: Iterable[Mapping[str, Any]], key: str, name: str) -> list[Area]:
    """Areas of which a school came, most first; schools of none are under an empty key."""
    names: dict[str, str] = {}
    total: dict[str, int] = defaultdict(int)
    reached: dict[str, int] = defaultdict(int)
    for row in rows:
        at = row[key] or ""
        total[at] += row["total"]
        if row["came"]:
            names[at] = row[name] or at
            reached[at] += row["reached"]
    found = [Area(at, names[at], total[at], reached[at]) for at in names if total[at]]
    return sorted(found, key=lambda area: (-area.reached, -area.percent, area.name))


def years_before(day: datetime.date) -> datetime.date:
    """The first day of the school year that lies `YEARS_BACK` years before that of this day."""
    return school_year_start(school_year_of(day) - YEARS_BACK)
