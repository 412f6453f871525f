"""When the demo's centre is open: this school year and the next, so that it never runs dry."""

import datetime

from bookings.models import SchedulePattern
from bookings.planning.schedule import make_slots
from core.dates import Weekday
from programmes.models import Programme, Venue
from schools.years import current_school_year, school_year_end, school_year_start

MORNING = datetime.time(9), datetime.time(12)
AFTERNOON = datetime.time(12, 45), datetime.time(15, 15)
EXPERIENCES = [
    "experience-slimme-stad",
    "experience-handig-hulpmiddel",
    "experience-robots-in-de-kas",
]
WORKSHOPS = ["green-screen-en-stop-motion", "drones-en-vr", "fiets-en-huis"]
FOR_GROUPS = "techniek-proeven-met-je-team"

PATTERNS = [
    (Weekday.MONDAY, MORNING, [*EXPERIENCES, "green-screen-en-stop-motion"]),
    (Weekday.MONDAY, AFTERNOON, WORKSHOPS),
    (Weekday.TUESDAY, MORNING, ["proeverij"]),
    (Weekday.TUESDAY, AFTERNOON, WORKSHOPS),
    (Weekday.WEDNESDAY, MORNING, [*EXPERIENCES, "drones-en-vr"]),
    (Weekday.THURSDAY, MORNING, ["proeverij"]),
    (Weekday.THURSDAY, AFTERNOON, [*EXPERIENCES, *WORKSHOPS]),
    (Weekday.FRIDAY, MORNING, [*EXPERIENCES, "fiets-en-huis"]),
    (Weekday.FRIDAY, AFTERNOON, [FOR_GROUPS]),
]


def load() -> None:
    """Patterns and slots of both school years, where they are not there yet."""
    venue = Venue.objects.get(slug="tec-deventer")
    for year in (current_school_year(), current_school_year() + 1):
        first = school_year_start(year)
        if not SchedulePattern.objects.filter(venue=venue, season_from=first).exists():
            _load_year(venue, year)


def _load_year(venue: Venue, year: int) -> None:
    programmes = {programme.slug: programme for programme in Programme.objects.all()}
    for weekday, (start, end), slugs in PATTERNS:
        pattern = SchedulePattern.objects.create(
            venue=venue,
            weekday=weekday,
            starts_at=start,
            ends_at=end,
            season_from=school_year_start(year),
            season_to=school_year_end(year),
            max_groups=2,
            max_pupils=64,
        )
        pattern.programmes.set([programmes[slug] for slug in slugs])
        make_slots(pattern)
