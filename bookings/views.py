"""Pages about bookings. A stranger gets 404: whether a booking exists is nobody's business."""

import uuid

from django.http import HttpResponse
from django.shortcuts import get_list_or_404, get_object_or_404, render
from django.views.decorators.http import require_safe

from schools.models import Submission
from schools.requests import SignedInRequest
from tec_site import calendars

from . import ical
from .models import Booking


@require_safe
def booking(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    submissions = Submission.objects.visible_to(request.user)
    submission = get_object_or_404(submissions, public_id=public_id)
    bookings = submission.bookings.with_facts().order_by("pk")
    context = {"submission": submission, "bookings": bookings}
    return render(request, "bookings/booking_detail.html", context)


@require_safe
def calendar_file(request: SignedInRequest, public_id: uuid.UUID) -> HttpResponse:
    """All classes of one submission in one file, as they stand now."""
    mine = Booking.objects.visible_to(request.user).with_facts()
    bookings = get_list_or_404(mine.order_by("pk"), submission__public_id=public_id)
    filename = f"tec-{bookings[0].submission.reference}.ics"
    return calendars.download_response(ical.download(bookings), filename=filename)
