"""A visit on a school's behalf: what, then when, then who."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookings import lifecycle
from bookings.admin.forms import WhereForm
from bookings.pages.forms import BookingForm
from submissions.admin.phone import ByPhone
from submissions.models import Submission


class VisitByPhone(ByPhone):
    title = _("Book on a school's behalf")
    booked = _("Booked. %(email)s gets the confirmation by mail.")
    template_name = "admin/bookings/book_on_behalf.html"
    first_form = WhereForm

    def form(self, data: Any, chosen: Mapping[str, Any]) -> BookingForm:
        return BookingForm(data, **chosen, for_staff=True)

    def book(
        self,
        form: BookingForm,
        chosen: Mapping[str, Any],
        by: Any,
        overruled: Mapping[str, Any],
    ) -> Submission:
        return lifecycle.book(form.request(browser="", language="nl", **overruled), by=by)

    def address(self, submission: Submission) -> str:
        booking = submission.bookings.earliest("pk")
        return reverse("admin:bookings_booking_change", args=[booking.pk])
