"""What somebody sees of visits and bookings who may only look: a volunteer, a board member."""

from django.db.models import Q
from django.utils import timezone

from core.dates import ONE_DAY, monday_of, start_of_day

DAYS_AHEAD = 7


def these_days(field: str) -> Q:
    """That the moment `field` is from this Monday until a week from now."""
    today = timezone.localdate()
    before = start_of_day(today + (DAYS_AHEAD + 1) * ONE_DAY)
    return Q(**{f"{field}__gte": start_of_day(monday_of(today)), f"{field}__lt": before})
