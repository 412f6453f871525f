"""What a new season has room for, beside what was asked of the last one."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from bookings.models import Booking, State, VisitWait
from bookings.planning.availability import SlotProgramme
from bookings.planning.season import SeasonPlan
from core.dates import start_of_day
from programmes.models import Programme
from schools.years import school_year_end, school_year_start
from submissions.models import WaitState


@dataclass(frozen=True)
class ProgrammeDemand:
    """A programme: half days and room for classes, this time and last; and what was asked then."""

    programme: Programme
    slots: int
    room: int
    slots_before: int
    room_before: int
    booked: int
    declined: int
    waited: int  # classes on the waiting list
    served: int  # of whom took a place

    @property
    def is_short(self) -> bool:
        """Less room than was asked for."""
        return self.room < self.booked + self.declined + self.waited - self.served


def demand(plan: SeasonPlan) -> list[ProgrammeDemand]:
    """of each programme of the new season; three queries."""
    slots, room, known = Counter[int](), Counter[int](), dict[int, Programme]()
    for copy in plan.copies:
        for programme in copy.programmes if copy.plan else ():
            number = len(copy.plan.new) + len(copy.plan.existing) if copy.plan else 0
            known[programme.pk] = programme
            slots[programme.pk] += number
            room[programme.pk] += number * min(programme.max_groups, copy.source.max_groups)
    year = plan.season.year
    slots_before, room_before = _before(year, known)
    asked, waits = _asked(year, known), _waits(year, known)
    lines = [
        ProgrammeDemand(
            programme,
            slots[pk],
            room[pk],
            slots_before[pk],
            room_before[pk],
            asked.get(pk, {}).get("booked", 0),
            asked.get(pk, {}).get("declined", 0),
            waits.get(pk, {}).get("waited", 0),
            waits.get(pk, {}).get("served", 0),
        )
        for pk, programme in known.items()
    ]
    return sorted(lines, key=lambda line: line.programme.title)


def _year(year: int, field: str) -> dict[str, datetime.datetime]:
    first, last = school_year_start(year), school_year_end(year)
    return {
        f"{field}__gte": start_of_day(first),
        f"{field}__lt": start_of_day(last + datetime.timedelta(days=1)),
    }


def _before(year: int, known: dict[int, Programme]) -> tuple[Counter[int], Counter[int]]:
    slots, room = Counter[int](), Counter[int]()
    runs = SlotProgramme.objects.filter(
        programme__in=known, **_year(year, "visitslot__starts_at")
    ).order_by()
    for pk, most, number in runs.values_list("programme", "visitslot__max_groups").annotate(
        number=Count("pk")
    ):
        slots[pk] += number
        room[pk] += number * min(most, known[pk].max_groups)
    return slots, room


def _asked(year: int, known: dict[int, Programme]) -> dict[int, Any]:
    held = State.where(holds=True, is_offer=False)
    booked = Q(state__in=held) & ~Q(state=State.HELD)
    rows = Booking.objects.filter(
        visit__programme__in=known, **_year(year, "visit__slot__starts_at")
    )
    counted = rows.order_by().values("visit__programme")
    counted = counted.annotate(
        booked=Count("pk", filter=booked), declined=Count("pk", filter=Q(state=State.DECLINED))
    )
    return {row["visit__programme"]: row for row in counted}


def _waits(year: int, known: dict[int, Programme]) -> dict[int, Any]:
    """Whoever was on the list; a place that was only held until a code came is none."""
    rows = VisitWait.objects.filter(
        programme__in=known,
        first_day__range=(school_year_start(year), school_year_end(year)),
    ).exclude(state__in=[WaitState.HELD, WaitState.LAPSED])
    counted = rows.order_by().values("programme")
    counted = counted.annotate(
        waited=Count("pk"), served=Count("pk", filter=Q(state=WaitState.TAKEN))
    )
    return {row["programme"]: row for row in counted}
