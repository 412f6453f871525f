"""The school holidays that a calendar marks for whoever looks at it."""

import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from schools.models import HolidayRegion, School, SchoolHoliday

# The region is remembered on the device on which it was chosen, so that every calendar marks its
# holidays.
COOKIE, PARAMETER = "region", "regio"
AGE = datetime.timedelta(days=365)


def region_of(request: HttpRequest) -> str:
    """The region asked for, or else the one remembered; '' for none, and for a teacher: hers is
    that of her school."""
    asked = request.GET.get(PARAMETER)
    if asked is None and getattr(request.user, "school_id", None) is None:
        asked = request.COOKIES.get(COOKIE)
    return _known(asked or "")


def holidays_of(
    request: HttpRequest, first: datetime.date, last: datetime.date
) -> dict[datetime.date, str]:
    """Day → name, in that region or the one of the teacher's school; nothing where neither is
    known."""
    holidays, region = SchoolHoliday.objects.all(), region_of(request)
    school = getattr(request.user, "school_id", None)  # the anonymous have none
    if region:
        return holidays.filter(region=region).days(first, last)
    if school is None:
        return {}
    regions = School.objects.filter(pk=school).values("holiday_region")
    return holidays.filter(region__in=regions).days(first, last)


def remember(request: HttpRequest, response: HttpResponse) -> None:
    """Keep what was chosen on the page: a region, or 'none'."""
    if PARAMETER in request.GET:
        keep(response, _known(request.GET[PARAMETER]))


def keep(response: HttpResponse, region: str) -> None:
    """Remember a region; '' forgets it."""
    if not region:
        response.delete_cookie(COOKIE, samesite="Lax")
        return
    response.set_cookie(
        COOKIE,
        region,
        max_age=AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(region: str) -> str:
    return region if region in HolidayRegion.values else ""
