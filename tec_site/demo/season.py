"""When the demo's centre is open: this school year and the next, so that it never runs dry."""

import datetime

from bookings.models import SchedulePattern, VisitSlot
from bookings.models.schedule import Weekday
from programmes.models import Programme, Venue
from schools.models import SchoolHoliday
from schools.years import current_school_year, school_year_end, school_year_start
from tec_site.days import is_working_day, start_of_day

MORNING = datetime.time(9), datetime.time(12)
AFTERNOON = datetime.time(12, 45), datetime.time(15, 15)
EXPERIENCES = [
    "experience-slimme-stad",
    "experience-handig-hulpmiddel",
    "experience-robots-in-de-kas",
]
WORKSHOPS = ["green-screen-en-stop-motion", "drones-en-vr", "fiets-en-huis"]

PATTERNS = [
    (Weekday.MONDAY, MORNING, [*EXPERIENCES, "green-screen-en-stop-motion"]),
    (Weekday.MONDAY, AFTERNOON, WORKSHOPS),
    (Weekday.TUESDAY, MORNING, ["proeverij"]),
    (Weekday.TUESDAY, AFTERNOON, WORKSHOPS),
    (Weekday.WEDNESDAY, MORNING, [*EXPERIENCES, "drones-en-vr"]),
    (Weekday.THURSDAY, MORNING, ["proeverij"]),
    (Weekday.THURSDAY, AFTERNOON, [*EXPERIENCES, *WORKSHOPS]),
    (Weekday.FRIDAY, MORNING, [*EXPERIENCES, "fiets-en-huis"]),
]


def load() -> None:
    """Patterns and slots of both school years, where they are not there yet."""
    venue = Venue.objects.get(slug="tec-deventer")
    for year in (current_school_year(), current_school_year() + 1):
        if not SchedulePattern.objects.filter(season_from=school_year_start(year)).exists():
            _load_year(venue, year)


def _load_year(venue: Venue, year: int) -> None:
    first, last = school_year_start(year), school_year_end(year)
    holidays = SchoolHoliday.objects.overlapping(first, last).filter(region=venue.holiday_region)
    closed = [(holiday.starts_on, holiday.ends_on) for holiday in holidays]
    programmes = {programme.slug: programme for programme in Programme.objects.all()}
    for weekday, (start, end), slugs in PATTERNS:
        pattern = SchedulePattern.objects.create(
            venue=venue,
            weekday=weekday,
            starts_at=start,
            ends_at=end,
            season_from=first,
            season_to=last,
            max_groups=2,
            max_pupils=64,
        )
        pattern.programmes.set([programmes[slug] for slug in slugs])
        _add_slots(pattern, closed)


def _add_slots(pattern: SchedulePattern, closed: list[tuple[datetime.date, datetime.date]]) -> None:
    day = pattern.season_from + datetime.timedelta(
        days=(pattern.weekday - pattern.season_from.weekday()) % 7
    )
    slots = []
    while day <= pattern.season_to:
        if is_working_day(day) and not any(first <= day <= last for first, last in closed):
            midnight = start_of_day(day)
            slots.append(
                VisitSlot(
                    venue=pattern.venue,
                    pattern=pattern,
                    starts_at=datetime.datetime.combine(day, pattern.starts_at, midnight.tzinfo),
                    ends_at=datetime.datetime.combine(day, pattern.ends_at, midnight.tzinfo),
                    max_groups=pattern.max_groups,
                    max_pupils=pattern.max_pupils,
                )
            )
        day += datetime.timedelta(days=7)
    through = VisitSlot.programmes.through
    through.objects.bulk_create(
        through(visitslot=slot, programme=programme)
        for slot in VisitSlot.objects.bulk_create(slots)
        for programme in pattern.programmes.all()
    )
