"""What a new season has room for, beside what was asked of the last one."""

import datetime
from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from bookings.models import Booking, State, VisitWait
from bookings.planning.availability import SlotProgramme
from bookings.planning.season import SeasonPlan
from core.dates import ONE_DAY, start_of_day
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
    """A line for each programme of the new season; three queries."""
    known = {one.pk: one for copy in plan.copies if copy.plan for one in copy.programmes}
    slots, room = _planned(plan)
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
            **asked.get(pk, {"booked": 0, "declined": 0}),
            **waits.get(pk, {"waited": 0, "served": 0}),
        )
        for pk, programme in known.items()
    ]
    return sorted(lines, key=lambda line: line.programme.title)


def _planned(plan: SeasonPlan) -> tuple[Counter[int], Counter[int]]:
    """Programme (primary key) → its half days in the new season, and its room for classes."""
    slots, room = Counter[int](), Counter[int]()
    for copy in plan.copies:
        if copy.plan is None:
            continue
        number = len(copy.plan.new) + len(copy.plan.existing)
        for programme in copy.programmes:
            slots[programme.pk] += number
            room[programme.pk] += number * min(programme.max_groups, copy.source.max_groups)
    return slots, room


def _before(year: int, known: dict[int, Programme]) -> tuple[Counter[int], Counter[int]]:
    """Both for the last season."""
    slots, room = Counter[int](), Counter[int]()
    runs = SlotProgramme.objects.filter(programme__in=known, **_year(year, "visitslot__starts_at"))
    counted = runs.order_by().values_list("programme", "visitslot__max_groups")
    for pk, most, number in counted.annotate(number=Count("pk")):
        slots[pk] += number
        room[pk] += number * min(most, known[pk].max_groups)
    return slots, room


def _asked(year: int, known: dict[int, Programme]) -> dict[int, dict[str, int]]:
    held = State.where(holds=True, is_offer=False)
    booked = Q(state__in=held) & ~Q(state=State.HELD)
    rows = Booking.objects.filter(
        visit__programme__in=known, **_year(year, "visit__slot__starts_at")
    )
    counted = (
        rows.order_by()
        .values_list("visit__programme")
        .annotate(
            booked=Count("pk", filter=booked), declined=Count("pk", filter=Q(state=State.DECLINED))
        )
    )
    return {pk: {"booked": number, "declined": declined} for pk, number, declined in counted}


def _waits(year: int, known: dict[int, Programme]) -> dict[int, dict[str, int]]:
    """Whoever was on the list; a place that was only held until a code came is none."""
    rows = VisitWait.objects.filter(
        programme__in=known,
        first_day__range=(school_year_start(year), school_year_end(year)),
    ).exclude(state__in=[WaitState.HELD, WaitState.LAPSED])
    counted = (
        rows.order_by()
        .values_list("programme")
        .annotate(waited=Count("pk"), served=Count("pk", filter=Q(state=WaitState.TAKEN)))
    )
    return {pk: {"waited": waited, "served": served} for pk, waited, served in counted}


def _year(year: int, field: str) -> dict[str, datetime.datetime]:
    first, last = school_year_start(year), school_year_end(year)
    return {f"{field}__gte": start_of_day(first), f"{field}__lt": start_of_day(last + ONE_DAY)}
