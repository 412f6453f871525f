"""Around a visit: preparation and follow-up with 'done', the letter to parents, pupils' page."""

from typing import Any, ClassVar
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
from core.pages.saying import say_once


class AroundView(View):
    """What one class does around its visit, and one tap for 'done'; another takes it back."""

    http_method_names = ["get", "head", "post"]  # as in View
    template_name: ClassVar[str]
    anchor: ClassVar[str]  # on the booking's own page

    def has_any(self, stay: AroundStay) -> bool:
        """Whether there is something to do."""
        raise NotImplementedError

    def done(self, booking: Booking) -> object:
        """Note that the class did it. Raises Refused."""
        raise NotImplementedError

    def undone(self, booking: Booking) -> object:
        """Take that back. Raises Refused."""
        raise NotImplementedError

    def get(
        self, request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
    ) -> HttpResponse:
        booking = load_booking(request, public_id, booking_id, token)
        stay = AroundStay(booking.visit, [booking])
        if not self.has_any(stay):
            raise Http404
        return render(request, self.template_name, _facts(booking, token) | {"stay": stay})

    def post(
        self, request: HttpRequest, public_id: UUID, booking_id: int, token: str | None = None
    ) -> HttpResponse:
        booking = load_booking(request, public_id, booking_id, token)
        is_undone = _is_undone(request)
        try:
            rate_limits.count_post(request)
            if is_undone:
                self.undone(booking)
            else:
                self.done(booking)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            say_once(request, _("Noted: not done yet.") if is_undone else _("Noted: well done!"))
        return redirect(f"{address_of(booking.submission, token=token)}#{self.anchor}")


@method_decorator([login_not_required, never_cache], name="dispatch")
class PreparationView(AroundView):
    template_name = "bookings/preparation.html"
    anchor = "voorbereiding"

    def has_any(self, stay: AroundStay) -> bool:
        return stay.has_before

    def done(self, booking: Booking) -> object:
        return preparing.prepare(booking=booking, by=booking.submission.teacher)

    def undone(self, booking: Booking) -> object:
        return preparing.unprepare(booking=booking, by=booking.submission.teacher)


@method_decorator([login_not_required, never_cache], name="dispatch")
class FollowUpView(AroundView):
    template_name = "bookings/follow_up.html"
    anchor = "daarna"

    def has_any(self, stay: AroundStay) -> bool:
        return True

    def done(self, booking: Booking) -> object:
        return preparing.follow_up(booking=booking, by=booking.submission.teacher)

    def undone(self, booking: Booking) -> object:
        return preparing.unfollow(booking=booking, by=booking.submission.teacher)


def _is_undone(request: HttpRequest) -> bool:
    return request.POST.get("gedaan") == "nee"


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
