"""What staff see of some days: per zone the visits and what is free, on a real time axis; closed
days, and the holidays of all regions.

However many days and visits, eight queries, and one for who works there.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from bookings.models import Booking, Visit, ZoneClaim
from bookings.planning.availability import offers_for_all
from bookings.planning.offer import Offer, Status
from core.dates import ONE_DAY, start_of_day
from core.kinds import remarks_on
from core.public_holidays import public_holiday
from programmes.models import Closure, Programme, Zone
from schools.models import HolidayRegion, SchoolHoliday
from submissions.wording import numbers_of

# The axis: what every day shows, more where something is earlier or later; in steps of a grid.
FIRST_HOUR, BEFORE_HOUR = 8, 17
STEP = 5  # minutes


@dataclass(frozen=True)
class PlannerBlock:
    """On a row of a zone: a visit, or (without one) a half day in which it is free."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime
    visit: Visit | None = None
    classes: Sequence[Booking] = ()
    numbers: str = ""
    slot: int = 0  # of what is free
    programmes: Sequence[str] = ()  # for which it is
    groups_left: int = 0
    public_from: datetime.date | None = None  # of a half day that only staff see yet
    is_too_soon: bool = False  # for schools to book it themselves
    remarks: Sequence[str] = ()  # of other kinds: who works there
    columns: str = ""  # its place on the axis, as CSS says it
    is_again: bool = False  # the row of another zone says it all above

    @property
    def askers(self) -> list[str]:
        """Each school once, with its classes."""
        names: dict[str, list[str]] = defaultdict(list)
        for one in self.classes:
            names[one.submission.asker_name].append(one.party_name)
        return [f"{name} {', '.join(classes)}" for name, classes in names.items()]


@dataclass
class PlannerDay:
    day: datetime.date
    venues: Set[int] = frozenset()  # all of whoever looks, empty ones as well
    rows: list[tuple[Zone, list[PlannerBlock]]] = field(default_factory=list)
    visits: list[PlannerBlock] = field(default_factory=list)  # each once, in order
    free: int = 0  # half days in which something is
    closed: list[Closure] = field(default_factory=list)
    public: str = ""
    holidays: list[tuple[str, list[str]]] = field(default_factory=list)  # name, regions

    @property
    def is_shut(self) -> bool:
        """All of it: where one of two venues is closed, the other one's day goes on."""
        closed = {closure.venue_id for closure in self.closed}
        return bool(self.public or (closed and self.venues <= closed))

    @property
    def numbers(self) -> str:
        return numbers_of([one for block in self.visits for one in block.classes])

    @property
    def zones_of(self) -> list[tuple[PlannerBlock, str]]:
        """Visits with their zones, for a day shown as a list."""
        zones: dict[int, list[str]] = defaultdict(list)
        for zone, blocks in self.rows:
            for block in blocks:
                if block.visit:
                    zones[block.visit.pk].append(zone.name)
        return [(one, ", ".join(zones[one.visit.pk])) for one in self.visits if one.visit]


@dataclass(frozen=True)
class Planner:
    days: list[PlannerDay]
    first_hour: int
    before_hour: int

    @property
    def steps(self) -> int:
        return (self.before_hour - self.first_hour) * 60 // STEP

    @property
    def hours(self) -> list[tuple[int, str]]:
        """Each full hour, and its place on the axis."""
        per_hour = 60 // STEP
        return [
            (hour, f"{number * per_hour + 1} / span {per_hour}")
            for number, hour in enumerate(range(self.first_hour, self.before_hour))
        ]

    @property
    def is_empty(self) -> bool:
        return not any(day.visits for day in self.days)


def planner(first: datetime.date, number: int, user: Any, *, shown: Q, with_free: bool) -> Planner:
    """`number` days from `first` on, as this member of staff may see them; `shown`: which claims on
    zones."""
    last = first + (number - 1) * ONE_DAY
    zones = Zone.objects.of_hubs(user).select_related("venue")
    rows = list(zones.order_by("venue__name", "position", "name"))
    venues = {zone.venue_id for zone in rows}
    days = {on: PlannerDay(on, venues) for on in (first + n * ONE_DAY for n in range(number))}
    blocks: dict[tuple[datetime.date, int], list[PlannerBlock]] = defaultdict(list)
    for zone, block in _in_use(first, last, user, shown):
        blocks[timezone.localdate(block.starts_at), zone].append(block)
    for day in days.values():
        _fill_visits(day, blocks)
    if with_free:
        for zone, block in _free(first, last, user, days):
            blocks[timezone.localdate(block.starts_at), zone].append(block)
    first_hour, before_hour = _hours(one for some in blocks.values() for one in some)
    above = set[int]()  # visits
    for row in rows:
        for on, shown_day in days.items():
            if some := sorted(blocks.get((on, row.pk), ()), key=lambda one: one.starts_at):
                shown_day.rows.append((row, [_placed(one, first_hour, above) for one in some]))
    _mark(days, first, last, user)
    return Planner(list(days.values()), first_hour, before_hour)


def _in_use(
    first: datetime.date, last: datetime.date, user: Any, shown: Q
) -> list[tuple[int, PlannerBlock]]:
    """Each claim on a zone with the visit and its classes; two queries, and those of other kinds
    about these visits."""
    within = {"starts_at__gte": start_of_day(first), "starts_at__lt": start_of_day(last + ONE_DAY)}
    claims = list(
        ZoneClaim.objects.of_hubs(user)
        .filter(shown, **within)
        .select_related("visit__programme", "visit__slot")
        .order_by("starts_at", "pk")
    )
    classes: dict[int, list[Booking]] = defaultdict(list)
    visits = {claim.visit_id: claim.visit for claim in claims}
    remarks = remarks_on(list(visits.values()))
    holding = Booking.objects.holding().filter(visit__in=visits)
    askers = holding.select_related("submission__school", "submission__organisation")
    for one in askers.order_by("pk") if claims else ():
        classes[one.visit_id].append(one)
    return [
        (
            claim.zone_id,
            PlannerBlock(
                claim.starts_at,
                claim.starts_at + claim.visit.programme.length,
                claim.visit,
                classes[claim.visit_id],
                numbers_of(classes[claim.visit_id]),
                groups_left=claim.visit.max_groups - claim.visit.groups_taken,
                remarks=remarks.get(claim.visit_id, ()),
            ),
        )
        for claim in claims
    ]


def _fill_visits(
    day: PlannerDay, blocks: Mapping[tuple[datetime.date, int], list[PlannerBlock]]
) -> None:
    """Its visits, each once however many zones it uses."""
    found = {
        block.visit.pk: block
        for (on, _zone), some in blocks.items()
        if on == day.day
        for block in some
        if block.visit
    }
    day.visits = sorted(found.values(), key=lambda one: (one.starts_at, one.visit and one.visit.pk))


def _free(
    first: datetime.date, last: datetime.date, user: Any, days: Mapping[datetime.date, PlannerDay]
) -> list[tuple[int, PlannerBlock]]:
    """The half days in which a zone is free, with the programmes that can still be booked in it,
    also those that are not published yet; two queries. What joins a visit is said by that visit."""
    programmes: dict[int, Programme] = {}
    zones = defaultdict(list)
    in_zones: Any = Programme.objects.of_hubs(user).annotate(zone=F("zones"))
    for one in in_zones:  # once for each of its zones
        programmes[one.pk] = one
        zones[one.pk].append(one.zone)  # none of a programme without
    there = {
        (one.visit.slot_id, one.visit.programme_id)
        for day in days.values()
        for one in day.visits
        if one.visit
    }
    found: dict[tuple[int, int], list[Offer]] = defaultdict(list)
    free_slots = defaultdict(set)
    offers = offers_for_all(programmes.values(), first, last, for_staff=True)
    for offer in offers:
        has_room = offer.can_be_booked or offer.status == Status.TOO_SOON
        if has_room:
            free_slots[offer.day].add(offer.slot_id)
        is_free = has_room or offer.status == Status.UNPUBLISHED
        if is_free and (offer.slot_id, offer.programme_id) not in there:
            for zone in zones[offer.programme_id]:
                found[offer.slot_id, zone].append(offer)
    for day, slots in free_slots.items():
        days[day].free = len(slots)
    return [
        (
            zone,
            PlannerBlock(
                offers[0].starts_at,
                max(offer.ends_at for offer in offers),
                slot=slot,
                programmes=[programmes[offer.programme_id].title for offer in offers],
                groups_left=max(offer.groups_left for offer in offers),
                public_from=offers[0].public_from,
                is_too_soon=not any(offer.can_be_booked for offer in offers),
            ),
        )
        for (slot, zone), offers in found.items()
    ]


def _hours(blocks: Iterable[PlannerBlock]) -> tuple[int, int]:
    starts, ends = [FIRST_HOUR], [BEFORE_HOUR]
    for block in blocks:
        start, end = timezone.localtime(block.starts_at), timezone.localtime(block.ends_at)
        starts.append(start.hour)
        ends.append(end.hour + (end.minute > 0) if end.date() == start.date() else 24)
    return min(starts), max(ends)


def _placed(block: PlannerBlock, first_hour: int, above: set[int]) -> PlannerBlock:
    start, end = timezone.localtime(block.starts_at), timezone.localtime(block.ends_at)
    lines = [
        ((at.hour - first_hour) * 60 + at.minute) // STEP + 1 if at.date() == start.date() else -1
        for at in (start, end)
    ]
    is_again = block.visit is not None and block.visit.pk in above
    if block.visit is not None:
        above.add(block.visit.pk)
    return replace(block, columns=f"{lines[0]} / {lines[1]}", is_again=is_again)


def marked(day: datetime.date, user: Any) -> PlannerDay:
    """A day with what it is closed for and its holidays, without its visits; two queries."""
    found = PlannerDay(day)
    _mark({day: found}, day, day, user)
    return found


def _mark(
    days: Mapping[datetime.date, PlannerDay], first: datetime.date, last: datetime.date, user: Any
) -> None:
    """Closed days and holidays; two queries."""
    closures = Closure.objects.of_hubs(user).filter(starts_on__lte=last, ends_on__gte=first)
    for closure in closures.select_related("venue").order_by("venue__name", "starts_on"):
        for day in days.values():
            if closure.starts_on <= day.day <= closure.ends_on:
                day.closed.append(closure)
    holidays: dict[datetime.date, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for holiday in SchoolHoliday.objects.overlapping(first, last).order_by("region"):
        for on in days:
            if holiday.starts_on <= on <= holiday.ends_on:
                region = HolidayRegion(holiday.region).label
                holidays[on][holiday.name].append(str(region))
    for on, day in days.items():
        day.public = public_holiday(on) or ""
        day.holidays = list(holidays[on].items())
