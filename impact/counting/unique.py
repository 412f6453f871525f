"""An estimate of how many different children came, between bounds.

We know classes and their numbers, never children. The most is as if every class had children of
its own: of each class the largest number with which it came. The least is as if children of one
school and one age always came again under another name: of each age the largest number that came
on one day, as on one day classes are different children. Who changes schools counts at both.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils import timezone

from impact.counting.scope import ATTENDED, DAY, NUMBER_HERE, SCHOOL, Scope
from schools.models import PupilCount, Sector
from schools.years import school_year_of

# Of eight groups, two: children who are asked for most, taken as a quarter of a primary school.
SHARE_OF_GROUPS_7_AND_8 = 4


class Visit(NamedTuple):
    """A class that came. `born`: the first and last of the school years in which its children
    would have been in groep 0, by which they are the same age in every year."""

    school: int
    class_group: int
    born: tuple[int, int]
    day: datetime.date
    pupils: int


@dataclass(frozen=True)
class Unique:
    least: int
    most: int
    came_again: int  # pupils of classes that came more than once, each once


def unique(scope: Scope) -> Unique:
    """In one query; of classes only, as a group that is no class has no year."""
    columns = (SCHOOL, "class_group", "year_from", "year_to", DAY)
    classes = scope.visits.filter(ATTENDED, class_group__isnull=False)
    rows = classes.values_list(*columns, NUMBER_HERE)
    visits = []
    for school, class_group, first, last, starts_at, pupils in rows:
        day = timezone.localdate(starts_at)
        year = school_year_of(day)
        visits.append(Visit(school, class_group, (year - last, year - first), day, pupils))
    return estimate(visits)


def estimate(visits: Iterable[Visit]) -> Unique:
    largest: dict[int, int] = {}
    times: dict[int, int] = {}
    by_school: dict[int, list[Visit]] = {}
    for visit in visits:
        key = visit.class_group
        largest[key] = max(largest.get(key, 0), visit.pupils)
        times[key] = times.get(key, 0) + 1
        by_school.setdefault(visit.school, []).append(visit)
    return Unique(
        least=sum(map(_least_of_school, by_school.values())),
        most=sum(largest.values()),
        came_again=sum(largest[key] for key, number in times.items() if number > 1),
    )


def _least_of_school(visits: list[Visit]) -> int:
    """The busiest day of each age, summed: ages share no year, so nobody is in two."""
    total, age, until = 0, [], None
    for visit in sorted(visits, key=lambda one: one.born):
        if until is not None and visit.born[0] > until:
            total += _busiest_day(age)
            age, until = [], None
        age.append(visit)
        until = visit.born[1] if until is None else max(until, visit.born[1])
    return total + _busiest_day(age)


def _busiest_day(visits: list[Visit]) -> int:
    days: dict[datetime.date, dict[int, int]] = {}
    for visit in visits:
        there = days.setdefault(visit.day, {})
        there[visit.class_group] = max(there.get(visit.class_group, 0), visit.pupils)
    return max((sum(there.values()) for there in days.values()), default=0)


# --- Beside how many there are ----------------------------------------------------------------


@dataclass(frozen=True)
class Denominator:
    """Children in groep 7 and 8 of primary schools that came, estimated from DUO's counts."""

    children: int
    schools: int
    unknown: int  # schools without a count
    year: int | None  # of 1 October, the latest count used


def groups_7_and_8(scope: Scope) -> Denominator:
    """In two queries. Secondary schools have none: of these a quarter says nothing."""
    reached = scope.visits.filter(ATTENDED, **{f"{SCHOOL}__sector": Sector.PRIMARY})
    keys = set(reached.values_list(SCHOOL, flat=True))
    # Of a school year that ends in July not the count of the October after it.
    until = school_year_of(scope.span.last)
    counts = PupilCount.objects.filter(school__in=list(keys), year__lte=until)
    latest: dict[int, tuple[int, int]] = {}
    for school, year, pupils in counts.order_by("year").values_list("school", "year", "pupils"):
        if pupils is not None:  # fewer than five
            latest[school] = (year, pupils)
    total = sum(pupils for _year, pupils in latest.values())
    return Denominator(
        children=round(total / SHARE_OF_GROUPS_7_AND_8),
        schools=len(keys),
        unknown=len(keys - latest.keys()),
        year=max((year for year, _pupils in latest.values()), default=None),
    )
