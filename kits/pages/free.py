"""What a class can borrow: on some days every kit of which a box is free to collect then, and
after a visit the kits that continue it.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.dates import ONE_DAY
from core.kinds import Block, NextStep, Outing
from kits.desk_days import desk_calendars, free_again_on
from kits.free_boxes import KitCalendar, calendars
from kits.lendable_days import Period
from kits.models import Delivery, LessonKit, Loan
from kits.pages.catalogue import first_free_days
from submissions.pages.prefilled import query_of_class

STEPS_OFFERED = 3


class Free(NamedTuple):
    kit: LessonKit
    starts_on: datetime.date  # the first of the days on which it can be collected


def free_on(outing: Outing) -> list[Free]:
    """The kits that are free around an outing, in order of the first day; four queries."""
    kits = list(
        LessonKit.objects.published()
        .filter(
            year_from__lte=outing.year_group,
            year_to__gte=outing.year_group,
            max_pupils__gte=outing.pupils,
        )
        .select_related("venue__hub")
    )
    found = [
        Free(period.kit, day) for period in _periods(kits, outing) for day in _start(period, outing)
    ]
    return sorted(found, key=lambda one: (one.starts_on, one.kit.pk))


def _periods(kits: list[LessonKit], outing: Outing) -> Iterable[Period]:
    if not kits:
        return []
    longest = max(kit.loan_days for kit in kits)
    before = max(free_again_on(kit, outing.last + longest * ONE_DAY) for kit in kits)
    desks = desk_calendars({kit.venue for kit in kits}, outing.first, before)
    copies = calendars(outing.first, before, kits)
    return [
        Period(kit, desks[kit.venue_id, Delivery.DESK], copies.get(kit.pk, KitCalendar()))
        for kit in kits
    ]


def _start(period: Period, outing: Outing) -> list[datetime.date]:
    """The first day, or none, on which one can collect a box and bring it back another."""
    days = period.desk.days(outing.first, outing.last + ONE_DAY)
    return [day for day in days if period.can_be_lent_from(day)][:1]


# --- After a visit ---------------------------------------------------------------------------


def next_steps(rows: Sequence[Any]) -> list[NextStep]:
    """The kits that continue what this class visited, and that it did not borrow yet."""
    visits = [row for row in rows if isinstance(row, Booking) and row.class_group_id]
    if not visits:
        return []
    kits = _that_continue(visits)[:STEPS_OFFERED]
    days = first_free_days(kits)
    return [
        NextStep(
            title=kit.shown.title,
            adds=kit.shown.summary,
            address=kit.get_absolute_url(),
            days=[days[kit.pk]] if kit.pk in days else [],
            kind=_("lesson kit"),
            action=_("Borrow it"),
        )
        for kit in kits
    ]


def block_after(bookings: Sequence[Booking]) -> Block | None:
    """For the page of visits that are over: go on in class with a kit."""
    now = timezone.now()
    over = [one for one in bookings if one.standing.counts and one.ends_at <= now]
    steps = next_steps(over) if over else []
    if not steps:
        return None
    classes = {one.class_group_id for one in over}
    # Of several classes nobody knows which will work with it.
    carried = query_of_class(classes.pop()) if len(classes) == 1 else {}
    return Block("kits/_after_visit.html", {"steps": steps, "carried": carried})


def _that_continue(visits: Sequence[Booking]) -> list[LessonKit]:
    last = visits[-1]
    kits = LessonKit.objects.published().filter(
        continues__in={one.visit.programme_id for one in visits},
        year_from__lte=last.year_from,
        year_to__gte=last.year_to,
        max_pupils__gte=last.pupils,
        copies__is_withdrawn=False,
    )
    classes = {one.class_group_id for one in visits}
    borrowed = Loan.objects.holding().filter(class_group__in=classes)
    new_to_them = kits.exclude(pk__in=borrowed.values("copy__kit"))
    return list(new_to_them.distinct().select_related("venue__hub"))
