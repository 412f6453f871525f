"""A visit on a school's behalf: what, then when, then who."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings import lifecycle
from bookings.admin.forms import WhereForm
from bookings.pages.forms import MAX_CLASSES, BookingForm
from core.addresses import row_number
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

    def words(self, submission: Submission) -> str:
        if any(booking.waits for booking in submission.bookings.all()):
            return gettext("Requested: decide about it below. %(email)s was mailed that it waits.")
        return super().words(submission)

    def address(self, submission: Submission) -> str:
        booking = submission.bookings.earliest("pk")
        return reverse("admin:bookings_booking_change", args=[booking.pk])

    def day(self, chosen: Mapping[str, Any]) -> datetime.date:
        return timezone.localdate(chosen["slot"].starts_at)

    def class_forms(self, form: BookingForm) -> list[Any]:
        return list(form.classes.forms)

    def free_class(self, typed: QueryDict) -> str:
        """The first class without a name, or one more as far as there may be."""
        number = min(row_number(typed.get("klas-TOTAL_FORMS")), MAX_CLASSES)
        free = (one for one in range(number) if not typed.get(f"klas-{one}-name", "").strip())
        place = min(next(free, number), MAX_CLASSES - 1)
        typed["klas-TOTAL_FORMS"] = str(max(number, place + 1))
        return f"klas-{place}"
