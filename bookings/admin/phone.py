"""A visit on a school's behalf, or a place on its waiting list: what, then when, then who."""

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings import lifecycle
from bookings.admin.forms import WaitWhereForm, WhereForm
from bookings.pages.forms import BookingForm
from bookings.planning.availability import offers_between
from bookings.waiting.visit_list import LIST, Wish
from core.addresses import row_number
from core.dates import ONE_DAY
from submissions.admin.phone import ByPhone
from submissions.models import Submission


class VisitByPhone(ByPhone):
    title = _("Book on a school’s behalf")
    booked = _("Booked. %(email)s gets the confirmation by mail.")
    template_name = "admin/bookings/book_on_behalf.html"
    waiting_list = LIST
    first_form: ClassVar[type[Any]] = WhereForm

    def form(self, data: Any, chosen: Mapping[str, Any], again: Any = None) -> BookingForm:
        return BookingForm(data, **chosen, for_staff=True, again=again)

    def book(
        self,
        form: BookingForm,
        chosen: Mapping[str, Any],
        by: Any,
        overruled: Mapping[str, Any],
    ) -> Submission:
        return lifecycle.book(form.wanted(browser="", language="nl", **overruled), by=by)

    def wait(self, form: BookingForm, chosen: Mapping[str, Any], by: Any) -> Submission:
        wish = chosen.get("wish") or Wish.of(chosen["slot"])
        return LIST.book(form.wanted_waiting(wish, browser="", language="nl"), by=by)

    def has_room(self, chosen: Mapping[str, Any]) -> bool:
        slot = chosen["slot"]
        offers = offers_between(chosen["programme"], slot.day, slot.day + ONE_DAY)
        return any(one.slot_id == slot.pk and one.can_be_booked for one in offers)

    def words(self, submission: Submission) -> str:
        if any(booking.is_undecided for booking in submission.bookings.all()):
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
        number = min(row_number(typed.get("klas-TOTAL_FORMS")), settings.MOST_CLASSES_AT_ONCE)
        free = (one for one in range(number) if not typed.get(f"klas-{one}-name", "").strip())
        place = min(next(free, number), settings.MOST_CLASSES_AT_ONCE - 1)
        typed["klas-TOTAL_FORMS"] = str(max(number, place + 1))
        return f"klas-{place}"


class WaitByPhone(VisitByPhone):
    """For a full date, or for any of several days."""

    title = _("Put on the waiting list")
    first_form = WaitWhereForm
    only_waits = True

    def form(self, data: Any, chosen: Mapping[str, Any], again: Any = None) -> BookingForm:
        """About the date, or the last of the days: a class must be fit to come then."""
        programme, slot = chosen["programme"], chosen["slot"]
        return BookingForm(data, programme=programme, slot=slot, for_staff=True, again=again)

    def has_room(self, chosen: Mapping[str, Any]) -> bool:
        return chosen["wish"].slot is None or super().has_room(chosen)
