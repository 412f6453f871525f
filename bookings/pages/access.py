"""The pages of what was booked in one go; `submissions/access.py` says who may see them."""

from uuid import UUID

from django.db.models import F
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from bookings.models import Booking, VisitSlot
from programmes.models import Programme
from submissions.access import load_submission, mine, path_of
from submissions.models import Submission


def own_submission(request: HttpRequest, programme_slug: str, slot_id: int) -> Submission | None:
    """What this teacher, or this browser, already has in the visit of a programme on a date; what
    waits for its code first."""
    booking = (
        Booking.objects.live()
        .filter(mine(request), visit__programme__slug=programme_slug, visit__slot=slot_id)
        .select_related("submission")
        .order_by(F("submission__verified_at").asc(nulls_first=True), "pk")
        .first()
    )
    return booking.submission if booking else None


def load_booking(
    request: HttpRequest, public_id: UUID, booking_id: int, token: str | None
) -> Booking:
    """One class of a submission that its teacher, or whoever has its mail's link, may see; 404 for
    a stranger."""
    submission = load_submission(request, public_id, token)
    booking = get_object_or_404(Booking.objects.seen_in(submission).with_facts(), pk=booking_id)
    booking.submission.seen_as = submission.seen_as
    return booking


def form_address(programme: Programme, slot: VisitSlot, query: str, *, is_planned: bool) -> str:
    """The form in which one asks for it; '' where the site does not offer it any more.
    `is_planned`: whether the slot is for that programme."""
    if not (is_planned and slot.is_public and programme.is_published):
        return ""
    return reverse("bookings:book", args=[programme.slug, slot.pk]) + f"?{query}"


def address_of(submission: Submission, page: str = "booking", token: str | None = None) -> str:
    return path_of(submission, f"bookings:{page}", token)
