"""A kit taken back to class after a visit: which kits fit, and which visit a loan goes with."""

import datetime
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from bookings.models import Booking
from schools.access import may_see
from schools.models import Submission

from .models import LessonKit

# Under this name the visit's address goes along from page to page.
PARAMETER = "bezoek"
SHOWN = 3


def visit_of(request: HttpRequest) -> Booking | None:
    """The visit that the query names, if it goes ahead and whoever asks may see it."""
    try:
        public_id = UUID(request.GET.get(PARAMETER, ""))
    except ValueError:
        return None
    submission = Submission.objects.select_related("user").filter(public_id=public_id).first()
    if submission is None or not may_see(request, submission, None):
        return None
    bookings = submission.bookings.holding().with_facts().order_by("pk")
    return next((one for one in bookings if one.starts_at > timezone.now()), None)


def fitting_kits(booking: Booking) -> list[LessonKit]:
    """Kits of the programme's worlds for the class's year group, at the same venue."""
    kits = LessonKit.objects.published().filter(
        venue=booking.visit.programme.venue_id,
        worlds__programmes=booking.visit.programme_id,
        year_from__lte=booking.year_from,
        year_to__gte=booking.year_to,
        max_pupils__gte=booking.pupils,
        copies__is_withdrawn=False,
    )
    return list(kits.distinct()[:SHOWN])


def day_of(booking: Booking) -> datetime.date:
    """The day on which the class is here and can take the box along."""
    return booking.visit.slot.day
