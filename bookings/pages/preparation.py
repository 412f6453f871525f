"""Around a visit: the preparation with 'done', the letter to parents and the page for pupils."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings import preparing
from bookings.models import Booking
from bookings.pages.access import address_of, load_booking
from bookings.telling import handouts
from bookings.telling.around import AroundStay
from core import rate_limits
from core.documents import DocumentsUnavailable, pdf_response
from core.lifecycle import Refused
from submissions.pages.shared import say_once


@method_decorator([login_not_required, never_cache], name="dispatch")
class PreparationView(View):
    """The preparation of one class, and one tap for 'done'; another takes it back."""

    http_method_names = ["get", "head", "post"]  # as in View

    def get(
        self, request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
    ) -> HttpResponse:
        booking = load_booking(request, public_id, booking_id, token)
        stay = AroundStay(booking.visit, [booking])
        if not stay.has_before:
            raise Http404
        context = _facts(booking, token) | {"stay": stay}
        return render(request, "bookings/preparation.html", context)

    def post(
        self, request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
    ) -> HttpResponse:
        booking = load_booking(request, public_id, booking_id, token)
        is_undone = request.POST.get("gedaan") == "nee"
        verb = preparing.unprepare if is_undone else preparing.prepare
        try:
            rate_limits.count_post(request)
            verb(booking=booking, by=booking.submission.teacher)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            say_once(request, _("Noted: not done yet.") if is_undone else _("Noted: well done!"))
        return redirect(f"{address_of(booking.submission, token=token)}#voorbereiding")


@login_not_required
@never_cache
@require_safe
def parents(
    request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
) -> HttpResponse:
    """A letter to parents, to print, or to adapt as plain text."""
    booking = _of_class(request, public_id, booking_id, token)
    context = _facts(booking, token) | {"text": handouts.parents_text(booking)}
    return render(request, "bookings/parents.html", context | handouts.facts_of(booking))


@login_not_required
@require_safe
def parents_pdf(
    request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
) -> HttpResponse:
    booking = _of_class(request, public_id, booking_id, token)
    try:
        content = handouts.parents_letter(booking)
    except DocumentsUnavailable:
        messages.error(request, _("The letter cannot be made at this moment."))
        return redirect(address_of(booking.submission, token=token))
    return pdf_response(content, filename=_("letter-to-parents.pdf"))


@login_not_required
@never_cache
@require_safe
def pupils(
    request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
) -> HttpResponse:
    """For the pupils themselves: what we will do, what to wear."""
    booking = _of_class(request, public_id, booking_id, token)
    context = _facts(booking, token) | handouts.facts_of(booking)
    return render(request, "bookings/pupils.html", context)


def _of_class(request: HttpRequest, public_id: UUID, booking_id: int, token: str | None) -> Booking:
    """A class that comes; 404 for what is off, and for a group, which has no parents to tell."""
    booking = load_booking(request, public_id, booking_id, token)
    if booking.audience.is_groups or not booking.is_holding:
        raise Http404
    return booking


def _facts(booking: Booking, token: str | None) -> dict[str, Any]:
    submission = booking.submission
    return {"submission": submission, "booking": booking, "token": token, "hub": submission.hub}
