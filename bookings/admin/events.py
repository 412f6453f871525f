"""The history of all bookings, read only: what happened last, and who did it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.admin.search import booking_fits
from bookings.models import Booking, BookingEvent
from core.backoffice.moves import EventAdmin
from core.text.typed_days import terms


@admin.register(BookingEvent)
class BookingEventAdmin(EventAdmin):
    list_display = ("moment", "what", "booking", "by_whom", "note", "told")
    list_select_related = (
        *(f"booking__submission__{name}" for name in ("school", "organisation", "hub")), "by",
    )  # fmt: skip
    search_fields = ("booking__party_name",)
    search_help_text = _("day (‘9 March’), reference, school, class, contact, e-mail or programme")
    fields = ("booking", "move", ("from_state", "to_state"), "at", ("by", "role"), "note")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BookingEvent], search_term: str
    ) -> tuple[QuerySet[BookingEvent], bool]:
        """The history of the bookings that are found."""
        for term in terms(search_term):
            bookings = Booking.objects.filter(booking_fits(term)).order_by()
            queryset = queryset.filter(booking__in=bookings.values("pk"))
        return queryset, False
