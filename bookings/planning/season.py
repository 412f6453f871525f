"""A season in one go: the patterns of a school year, copied to the next one.

Weekday and time come from the pattern; from when to when, and on which days there are holidays,
from the new season. So nothing shifts however often a season is copied on. Copied again, a pattern
is found by the copy that it has, or by one that says the same, and gets only what it lacks.
"""

import datetime
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bookings.models import SchedulePattern
from bookings.planning.schedule import Obstacles, SlotPlan, plan_slots, write
from core.transactions import retried
from programmes.models import Programme
from schools.models import SchoolHoliday
from schools.years import school_year_end, school_year_label, school_year_of, school_year_start

# A pattern that began, or ended, so shortly after the season did ran all of it.
ABOUT = datetime.timedelta(days=14)


@dataclass(frozen=True)
class Season:
    """The school year of which patterns are copied, and the days of the new season."""

    year: int
    first: datetime.date
    last: datetime.date
    public_from: datetime.date | None = None


@dataclass
class Copy:
    """A pattern of last season, and what becomes of it."""

    source: SchedulePattern
    plan: SlotPlan | None = None  # None: nothing does
    programmes: Sequence[Programme] = ()  # of the copy
    gone: Sequence[Programme] = ()  # which are not published any more, and stay behind
    is_new: bool = False  # no pattern of the new season says the same yet


@dataclass
class SeasonPlan:
    season: Season
    copies: list[Copy] = field(default_factory=list)
    without_holidays: list[str] = field(default_factory=list)  # school years, of some region

    @property
    def plans(self) -> list[SlotPlan]:
        return [copy.plan for copy in self.copies if copy.plan]

    @property
    def patterns(self) -> int:
        return sum(copy.is_new for copy in self.copies)

    @property
    def slots(self) -> int:
        return sum(len(plan.new) for plan in self.plans)

    @property
    def fingerprint(self) -> str:
        """A hash that stays while the same would be made, whatever is ticked."""
        lines = [
            (
                copy.source.pk,
                copy.is_new,
                [one.pk for one in copy.programmes],
                [slot.starts_at.isoformat() for slot in copy.plan.new],
                [(str(one.day), one.reason) for one in copy.plan.skipped],
            )
            for copy in self.copies
            if copy.plan
        ]
        return hashlib.sha256(repr((self.season, lines)).encode()).hexdigest()


def patterns_of(year: int, user: Any) -> Any:
    """The patterns whose season begins in a school year, of this member of staff's hubs."""
    patterns = SchedulePattern.objects.of_hubs(user).select_related("venue")
    within = school_year_start(year), school_year_end(year)
    return patterns.filter(season_from__range=within).order_by(
        "venue__name", "weekday", "starts_at", "pk"
    )


def years_with_patterns(user: Any) -> list[int]:
    """School years, the last on top."""
    days = SchedulePattern.objects.of_hubs(user).order_by().values_list("season_from", flat=True)
    return sorted({school_year_of(day) for day in days.distinct()}, reverse=True)


def ran(year: int, user: Any) -> tuple[datetime.date, datetime.date] | None:
    """From when to when the patterns of a school year ran; None where it has none."""
    patterns = list(patterns_of(year, user))
    return _ran(patterns) if patterns else None


def a_year_later(days: tuple[datetime.date, datetime.date]) -> list[datetime.date]:
    return [_in_year(day, day.year + 1) for day in days]


def plan_season(
    season: Season,
    user: Any,
    *,
    but: Collection[int] = (),
    anyway: Mapping[int, Collection[datetime.date]] | None = None,
) -> SeasonPlan:
    """What copying would make; nothing is written. `but`: patterns (by key) that stay behind;
    `anyway`: per pattern the days in a holiday that get a slot all the same."""
    sources = list(patterns_of(season.year, user).prefetch_related("programmes"))
    found = SeasonPlan(season)
    if not sources:
        return found
    ran, there = _ran(sources), _there(season, user)
    copies = [_copied(source, season, ran, there) for source in sources if source.pk not in but]
    patterns = [pattern for _copy, pattern in copies if pattern]
    obstacles = Obstacles(patterns) if patterns else None
    if obstacles:
        regions = {pattern.venue.holiday_region for pattern in patterns}
        known = set(SchoolHoliday.objects.values_list("region", "school_year"))
        found.without_holidays = [
            school_year_label(year)
            for year in range(school_year_of(season.first), school_year_of(season.last) + 1)
            if any((region, year) not in known for region in regions)
        ]
    for copy, pattern in copies:
        if pattern:
            copy.plan = plan_slots(pattern, (anyway or {}).get(copy.source.pk, ()), obstacles)
        found.copies.append(copy)
    return found


def _copied(
    source: SchedulePattern,
    season: Season,
    ran: tuple[datetime.date, datetime.date],
    there: list[SchedulePattern],
) -> tuple[Copy, SchedulePattern | None]:
    programmes = list(source.programmes.all())
    stay = [one for one in programmes if one.is_published]
    copy = Copy(source, None, stay, [one for one in programmes if not one.is_published])
    first, last = _bounds(source, season, ran)
    if first > last:
        return copy, None
    found = next((one for one in there if _is_copy(one, source, first, last)), None)
    if found:
        there.remove(found)
        copy.programmes = list(found.programmes.all())
        return copy, found
    if not stay:
        return copy, None
    same = ("venue", "weekday", "starts_at", "ends_at", "max_groups", "max_pupils")
    pattern = SchedulePattern(
        season_from=first,
        season_to=last,
        public_from=season.public_from,
        continues=source,
        **{name: getattr(source, name) for name in same},
    )
    copy.is_new = True
    return copy, pattern


def _ran(patterns: Sequence[SchedulePattern]) -> tuple[datetime.date, datetime.date]:
    return min(one.season_from for one in patterns), max(one.season_to for one in patterns)


def _bounds(
    source: SchedulePattern, season: Season, ran: tuple[datetime.date, datetime.date]
) -> tuple[datetime.date, datetime.date]:
    """The new season's bounds; if it ran for a part only, the same days of the year within it."""
    years = season.first.year - ran[0].year
    first, last = season.first, season.last
    if source.season_from - ran[0] > ABOUT:
        first = max(first, _in_year(source.season_from, source.season_from.year + years))
    if ran[1] - source.season_to > ABOUT:
        last = min(last, _in_year(source.season_to, source.season_to.year + years))
    return first, last


def _in_year(day: datetime.date, year: int) -> datetime.date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=year, day=28) if is_leap_day else day.replace(year=year)


def _there(season: Season, user: Any) -> list[SchedulePattern]:
    """The patterns of the new season that there are already."""
    patterns = SchedulePattern.objects.of_hubs(user).select_related("venue")
    within = patterns.filter(season_from__lte=season.last, season_to__gte=season.first)
    return list(within.prefetch_related("programmes").order_by("pk"))


def _is_copy(
    one: SchedulePattern, source: SchedulePattern, first: datetime.date, last: datetime.date
) -> bool:
    if one.season_from > last or one.season_to < first:
        return False
    if one.continues_id is not None:
        return one.continues_id == source.pk
    same = ("venue_id", "weekday", "starts_at", "ends_at")
    return all(getattr(one, name) == getattr(source, name) for name in same) and set(
        one.programmes.all()
    ) == set(source.programmes.all())


@retried
def copy_season(
    season: Season,
    user: Any,
    *,
    but: Collection[int],
    anyway: Mapping[int, Collection[datetime.date]],
    shown: str,
) -> SeasonPlan | None:
    """Make what the preview with this fingerprint showed, with what was chosen; None where there is
    something else to be made by now.

    The patterns are locked: of two who copy the same at once, the second finds all of it there.
    """
    list(patterns_of(season.year, user).order_by("pk").select_for_update(of=("self",)))
    if plan_season(season, user).fingerprint != shown:
        return None
    found = plan_season(season, user, but=but, anyway=anyway)
    for copy in found.copies:
        if copy.plan and copy.is_new:
            pattern = copy.plan.pattern
            pattern.save()
            pattern.programmes.set(copy.programmes)
    write(found.plans)
    return found
