"""Schools reached and not, per municipality and per board.

A municipality or board is here once a school of it came, in the years that are looked back on;
of it every school that is open counts, and those that came and have closed since.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from impact.counting.figures import here
from impact.counting.scope import ATTENDED, DAY, SCHOOL, Scope
from impact.counting.spans import Span
from schools.models import School
from schools.years import school_year_of, school_year_start

YEARS_BACK = 10


@dataclass(frozen=True)
class Area:
    """A municipality or board, with its schools; those that came in the span first."""

    key: str
    name: str
    schools: list["Site"]

    @property
    def total(self) -> int:
        return len(self.schools)

    @property
    def reached(self) -> int:
        return sum(site.came > 0 for site in self.schools)

    @property
    def percent(self) -> int:
        return round(100 * self.reached / self.total)


@dataclass(frozen=True)
class Site:
    pk: int
    name: str
    city: str
    municipality: str
    board: str  # its number
    board_name: str
    came: int  # pupils in the span


@dataclass(frozen=True)
class Coverage:
    municipalities: list[Area]
    boards: list[Area]
    unplaced: int  # schools that came, and are in no municipality that we know


def coverage(scope: Scope) -> Coverage:
    """In two queries."""
    came = _came(scope)
    sites = [_site(school, came.get(school.pk, 0)) for school in _around(came)]
    unplaced = sum(site.came > 0 and not site.municipality for site in sites)
    # A school of this board in another municipality is no reason to list that one, nor round.
    known = [site for site in sites if site.pk in came]
    towns, boards = {one.municipality for one in known}, {one.board for one in known}
    return Coverage(
        _areas((s for s in sites if s.municipality in towns), "municipality"),
        _areas((s for s in sites if s.board in boards), "board"),
        unplaced,
    )


def _came(scope: Scope) -> dict[int, int]:
    """The schools that came in the span or the years before it → how many pupils in the span."""
    back = scope.over(Span(years_before(scope.span.first), scope.span.last))
    rows = back.visits.filter(ATTENDED, **{f"{SCHOOL}__isnull": False}).values(SCHOOL)
    return dict(rows.annotate(here=here(scope.span.moments(DAY))).values_list(SCHOOL, "here"))


def years_before(day: datetime.date) -> datetime.date:
    """The first day of the school year that lies `YEARS_BACK` years before that of this day."""
    return school_year_start(school_year_of(day) - YEARS_BACK)


def _around(came: Iterable[int]) -> Any:
    """These schools, and those that are open in their municipalities and of their boards."""
    known = School.objects.filter(pk__in=list(came))
    towns = known.exclude(municipality="").values("municipality")
    near = Q(municipality__in=towns) | Q(board__in=known.exclude(board=None).values("board"))
    is_open = Q(closed_on=None, merged_into=None)
    rows = School.objects.filter(Q(pk__in=known.values("pk")) | (near & is_open))
    return rows.select_related("board").order_by("name", "pk")


def _site(school: School, came: int) -> Site:
    board = school.board
    return Site(
        school.pk,
        school.name,
        school.city,
        school.municipality,
        board.number if board else "",
        str(board or ""),
        came,
    )


def _areas(sites: Iterable[Site], by: str) -> list[Area]:
    """Most schools that came first; without those that are of none."""
    grouped: dict[str, list[Site]] = {}
    for site in sites:
        if key := getattr(site, by):
            grouped.setdefault(key, []).append(site)
    found = [
        Area(
            key,
            rows[0].board_name if by == "board" else in_words(key),
            sorted(rows, key=lambda site: not site.came),
        )
        for key, rows in grouped.items()
    ]
    return sorted(found, key=lambda area: (-area.reached, -area.percent, area.name))


def in_words(municipality: str) -> str:
    """'Deventer': DUO writes them in capitals."""
    return municipality.title() if municipality.isupper() else municipality
