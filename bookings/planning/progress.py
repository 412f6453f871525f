"""How far each of a teacher's classes is: first the Proeverij, then the Experiences. On the page of
one class stands more of it: `trajectory.py`."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bookings.models import Booking, State
from bookings.planning.trajectory import Progress, class_and_before
from programmes.models import Programme, ProgrammeKind
from schools.models import ClassGroup, User
from schools.years import YearGroup, current_school_year

TASTER, EXPERIENCE = ProgrammeKind.TASTER, ProgrammeKind.EXPERIENCE


class Step(NamedTuple):
    kind: str
    number: int
    progress: Progress


@dataclass(frozen=True)
class Trajectory:
    class_group: ClassGroup
    steps: list[Step]

    @property
    def is_of_last_year(self) -> bool:
        return self.class_group.school_year < current_school_year()

    @property
    def experiences_done(self) -> int:
        return sum(
            step.kind == EXPERIENCE and step.progress == Progress.DONE for step in self.steps
        )

    @property
    def experiences(self) -> int:
        return sum(step.kind == EXPERIENCE for step in self.steps)

    @property
    def has_to_do(self) -> bool:
        """Whether there is an Experience that it neither did nor planned."""
        return any(step.progress == Progress.TO_DO for step in self.steps[1:])

    @property
    def needs_taster(self) -> bool:
        return self.steps[0].progress == Progress.TO_DO


class _Visit(NamedTuple):
    class_group_id: int
    kind: str
    programme_id: int
    starts_at: datetime.datetime


def trajectories(user: User) -> list[Trajectory]:
    """Trajectories of classes for which `user` booked this school year or for the next, and of last
    year's that can go on now after a Proeverij; three queries.

    What a class did as the class it continues counts too.
    """
    classes = _classes_of(user)
    visits = _visits_of(classes)
    experiences = Programme.objects.published().for_schools().filter(kind=EXPERIENCE).count()
    found = [Trajectory(one, _steps(_of(visits, one), experiences)) for one in classes]
    open_ones = [
        one for one in found if not one.is_of_last_year or one.experiences_done < experiences
    ]
    return sorted(open_ones, key=lambda one: one.is_of_last_year)


def _classes_of(user: User) -> list[ClassGroup]:
    year = current_school_year()
    # Groep 8 goes to another school.
    goes_on = Q(school_year=year - 1, continued_by=None) & ~Q(year_from=YearGroup.GROUP_8)
    tasted = Booking.objects.filter(
        class_group=OuterRef("pk"),
        visit__programme__kind=TASTER,
        state__in=State.where(counts=True),
    )
    classes = ClassGroup.objects.filter(
        Q(school_year__gte=year) | goes_on & Exists(tasted), bookings__submission__user=user
    )
    return list(classes.select_related("school").order_by("school_year", "name").distinct())


def _visits_of(classes: Iterable[ClassGroup]) -> list[_Visit]:
    """Visits of `classes` and those they continue, in order."""
    keys = {key for one in classes for key in class_and_before(one)}
    bookings = Booking.objects.filter(
        class_group__in=keys,
        state__in=State.where(counts=True),
        visit__programme__kind__in=[TASTER, EXPERIENCE],
    )
    columns = "class_group_id", "visit__programme__kind", "visit__programme_id"
    start = "visit__slot__starts_at"
    return [_Visit(*row) for row in bookings.order_by(start).values_list(*columns, start)]


def _of(visits: Iterable[_Visit], class_group: ClassGroup) -> list[_Visit]:
    own = class_and_before(class_group)
    return [visit for visit in visits if visit.class_group_id in own]


def _steps(visits: list[_Visit], experiences: int) -> list[Step]:
    taster = _progress([visit for visit in visits if visit.kind == TASTER])
    per_programme: dict[int, list[_Visit]] = {}
    for visit in visits:
        if visit.kind == EXPERIENCE:
            per_programme.setdefault(visit.programme_id, []).append(visit)
    order = list(Progress)
    found = sorted(map(_progress, per_programme.values()), key=order.index)[:experiences]
    found += [Progress.TO_DO] * (experiences - len(found))
    return [
        Step(TASTER, 1, taster),
        *(Step(EXPERIENCE, number, one) for number, one in enumerate(found, 1)),
    ]


def _progress(visits: list[_Visit]) -> Progress:
    if not visits:
        return Progress.TO_DO
    now = timezone.now()
    return Progress.DONE if any(one.starts_at <= now for one in visits) else Progress.PLANNED
