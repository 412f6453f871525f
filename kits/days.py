"""On which days boxes change hands, and when a copy can go out again."""

import datetime

from bookings.models import Closure
from programmes.models import Venue
from schools.models import SchoolHoliday
from tec_site.days import add_working_days, public_holiday

from .models import Delivery, DeskDay, LessonKit

ONE_DAY = datetime.timedelta(days=1)


def free_again_on(kit: LessonKit, ends_on: datetime.date) -> datetime.date:
    """The first day on which a copy returned on `ends_on` can go out again.

    The turnaround is whole working days after the day of return: back on Monday with two days
    of turnaround, it is checked and refilled on Tuesday and Wednesday and free on Thursday.
    """
    return add_working_days(ends_on, kit.turnaround + 1)


def handover_days(
    venue: Venue, first: datetime.date, before: datetime.date, delivery: str
) -> list[datetime.date]:
    """Days in `[first, before)` on which the desk is open, or the transport round drives.

    Not on public holidays, in the school holidays of the venue's region or while the venue is
    closed: a loan may span such days, but never starts or ends on one. Three queries.
    """
    is_round = delivery == Delivery.ROUND
    weekdays = set(
        DeskDay.objects.filter(venue=venue, is_round=is_round).values_list("weekday", flat=True)
    )
    last = before - ONE_DAY
    holidays = SchoolHoliday.objects.days_by_region(first, last)[venue.holiday_region]
    closures = list(Closure.objects.filter(venue=venue, starts_on__lte=last, ends_on__gte=first))
    days = (first + n * ONE_DAY for n in range((before - first).days))
    return [
        day
        for day in days
        if day.weekday() in weekdays
        and public_holiday(day) is None
        and day not in holidays
        and not any(closure.starts_on <= day <= closure.ends_on for closure in closures)
    ]


def return_days(kit: LessonKit, start: datetime.date, delivery: str) -> list[datetime.date]:
    """On which days a loan that starts on `start` can end: within the kit's longest loan."""
    before = start + datetime.timedelta(days=kit.loan_days + 1)
    return handover_days(kit.venue, start + ONE_DAY, before, delivery)
