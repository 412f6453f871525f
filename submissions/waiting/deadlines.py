"""Until when an offer stands: hours in which somebody at a school can read and answer."""

import datetime

from django.conf import settings
from django.utils import timezone

from core.dates import ONE_DAY, start_of_day
from core.public_holidays import add_working_days, is_working_day
from schools.models import School, SchoolHoliday
from submissions.rules import lead_time_of

# An offer is prolonged only where that gives at least so much more time.
HARDLY_ANY_TIME = datetime.timedelta(minutes=15)
# School days are looked for so many days ahead; an offer for which there are too few of them stands
# until its place can no longer be taken.
LONGEST = 370


def offer_until(
    *, day: datetime.date, closes_at: datetime.datetime, region: str
) -> datetime.datetime:
    """The moment at which an offer for `day` lapses: so many hours of school days from now on, and
    never later than `closes_at`, when the place cannot be taken any more."""
    now = timezone.localtime()
    is_near = day - now.date() <= settings.OFFER_IS_NEAR_WITHIN
    left = settings.OFFER_FOR_NEAR if is_near else settings.OFFER_FOR
    last = timezone.localtime(closes_at).date()
    holidays = SchoolHoliday.objects.filter(region=region).days(now.date(), last)
    at, counted = now.date(), now
    while at <= last and (at - now.date()).days < LONGEST:
        opens, closes = (_at(at, hour) for hour in settings.OFFER_HOURS)
        start = max(counted, opens)
        if is_working_day(at) and at not in holidays and start < closes:
            if start + left <= closes:
                return min(start + left, closes_at)
            left -= closes - start
        at += ONE_DAY
    return closes_at


def closes_at(day: datetime.date, lead_time: int | None) -> datetime.datetime:
    """The first moment at which `day` is too soon to be asked for."""
    days, last = lead_time_of(lead_time), day
    while add_working_days(last, days) > day:
        last -= ONE_DAY
    return start_of_day(last + ONE_DAY)


def region_of(school: School | None, venue_region: str) -> str:
    """The holiday region that counts: of the school, or else of where one comes."""
    return (school.holiday_region if school else "") or venue_region


def _at(day: datetime.date, hour: int) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour)))
