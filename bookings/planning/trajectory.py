"""The trajectory of a class: first the Proeverij, then the Experiences, each with what it adds,
what was done of it, and when it can be.

What a class did as the class it continues counts too, from groep 7 to groep 8.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, State
from bookings.planning.availability import free_for
from bookings.planning.offer import Offer
from core.kinds import NextStep
from programmes.models import Programme, ProgrammeKind
from schools.models import ClassGroup

LOOKS_AHEAD = datetime.timedelta(weeks=16)
DATES_SHOWN = 3
STEPS_OFFERED = 2
KINDS = (ProgrammeKind.TASTER, ProgrammeKind.EXPERIENCE)


class Progress(models.TextChoices):
    """How far a class is with a step; the style sheet has these names too."""

    DONE = "done", _("done")
    PLANNED = "planned", _("planned")
    TO_DO = "to_do", _("not yet")


@dataclass(frozen=True)
class TrajectoryStep:
    """A programme, and how far the class is with it."""

    programme: Programme
    booking: Booking | None  # the last one of the class that was here or is certain to come
    offers: Sequence[Offer] = ()
    is_first: bool = True  # nothing has to come before it

    @property
    def is_done(self) -> bool:
        return self.booking is not None and self.booking.has_begun

    @property
    def progress(self) -> Progress:
        if self.booking is None:
            return Progress.TO_DO
        return Progress.DONE if self.is_done else Progress.PLANNED


def class_and_before(class_group: ClassGroup) -> list[int]:
    """The keys of a class and of the one it continues."""
    return [pk for pk in (class_group.pk, class_group.continues_id) if pk]


def visits_of(class_group: ClassGroup) -> list[Booking]:
    """What it did, and what is certain to come, in order."""
    found = Booking.objects.filter(
        class_group__in=class_and_before(class_group), state__in=State.where(counts=True)
    )
    return list(found.with_facts().order_by("visit__slot__starts_at", "pk"))


def trajectory_of(
    class_group: ClassGroup, visits: Sequence[Booking], pupils: int = 0
) -> list[TrajectoryStep]:
    """The programmes for its year group, and those it visited; two queries."""
    visited = {one.visit.programme_id: one for one in visits}
    programmes = Programme.objects.filter(kind__in=KINDS).for_schools()
    offered = [
        one
        for one in programmes.select_related("venue__hub")
        if one.pk in visited or (one.is_published and _fits(one, class_group))
    ]
    # A Proeverij comes first, in whatever order staff put the catalogue.
    offered.sort(key=lambda one: (one.kind != ProgrammeKind.TASTER, one.position, one.title))
    to_do = [one for one in offered if one.pk not in visited]
    tasted = [one for one in visits if one.visit.programme.kind == ProgrammeKind.TASTER]
    since = tasted[0].starts_at if tasted else None
    dates = _dates(to_do, since, pupils)
    return [
        TrajectoryStep(
            one,
            visited.get(one.pk),
            dates.get(one.pk, ()),
            is_first=bool(tasted) or not one.requires_taster,
        )
        for one in offered
    ]


def _fits(programme: Programme, class_group: ClassGroup) -> bool:
    return programme.year_from <= class_group.year_from and class_group.year_to <= programme.year_to


def _takes(programme: Programme, pupils: int) -> bool:
    """Whether it takes a class of so many; 0 where that is not known."""
    return not pupils or programme.min_pupils <= pupils <= programme.max_pupils_per_class


def _dates(
    programmes: Sequence[Programme], since: datetime.datetime | None, pupils: int
) -> dict[int, list[Offer]]:
    """Programme (primary key) → its first free dates, after the Proeverij that it asks for; none of
    one that takes no class of so many."""
    today = timezone.localdate()
    found: dict[int, list[Offer]] = {}
    by_key = {one.pk: one for one in programmes if _takes(one, pupils)}
    offers = free_for(by_key.values(), today, today + LOOKS_AHEAD, pupils) if by_key else ()
    for offer in offers:
        too_soon = since is not None and offer.starts_at <= since
        if too_soon and by_key[offer.programme_id].requires_taster:
            continue
        of_this = found.setdefault(offer.programme_id, [])
        if len(of_this) < DATES_SHOWN:
            of_this.append(offer)
    return found


# --- After a visit or a loan -----------------------------------------------------------------


def next_steps(rows: Sequence[Any]) -> list[NextStep]:
    """With which programmes the class of these rows goes on: those of its trajectory that it
    neither did nor planned. A Proeverij first, where it had none; groups that are no class have no
    trajectory.
    """
    last = rows[-1] if rows else None
    if last is None or last.class_group is None:
        return []
    visits = visits_of(last.class_group)
    steps = trajectory_of(last.class_group, visits, last.pupils)
    open_ones = [
        one
        for one in steps
        if one.booking is None and one.is_first and _takes(one.programme, last.pupils)
    ]
    return [_as_next(one) for one in open_ones[:STEPS_OFFERED]]


def _as_next(step: TrajectoryStep) -> NextStep:
    programme = step.programme
    return NextStep(
        title=programme.shown.title,
        adds=programme.shown.summary,
        address=programme.get_absolute_url(),
        days=[offer.day for offer in step.offers],
        kind=ProgrammeKind(programme.kind).label,
        action=gettext("Choose a date"),
    )
