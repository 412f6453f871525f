"""The school holidays that a calendar marks for whoever looks at it."""

import datetime
from typing import Any

from schools.models import School, SchoolHoliday


def own_holidays(user: Any, first: datetime.date, last: datetime.date) -> dict[datetime.date, str]:
    """Day → name, in the region of this teacher's school; nothing where it is not known."""
    school = getattr(user, "school_id", None)  # the anonymous have none
    if school is None:
        return {}
    regions = School.objects.filter(pk=school).values("holiday_region")
    return SchoolHoliday.objects.filter(region__in=regions).days(first, last)
