"""The history of all bookings, read only: what happened last, and who did it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from tec_site.admin_filters import RangeDateTimeFilter
from tec_site.model_admins import ModelAdmin, ReadOnly
from tec_site.typed_dates import terms

from ..history import sentence
from ..lifecycle import MOVES
from ..models import Booking, BookingEvent
from .search import booking_fits


class MoveFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "move"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, move.label) for name, move in MOVES.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(move=self.value()) if self.value() else queryset


@admin.register(BookingEvent)
class BookingEventAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "what", "booking", "by_whom", "note", "noticed_at")
    list_display_links = ("at",)
    list_select_related = ("booking__submission__school", "by")
    list_filter = (MoveFilter, "by_role", ("at", RangeDateTimeFilter))
    search_fields = ("booking__class_name",)
    search_help_text = _("day (‘9 March’), reference, school, class, contact, e-mail or programme")
    ordering = ("-pk",)
    fields = ("booking", "move", ("from_state", "to_state"), "at", ("by", "by_role"), "note")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BookingEvent], search_term: str
    ) -> tuple[QuerySet[BookingEvent], bool]:
        """The history of the bookings that are found."""
        for term in terms(search_term):
            bookings = Booking.objects.filter(booking_fits(term)).order_by()
            queryset = queryset.filter(booking__in=bookings.values("pk"))
        return queryset, False

    @display(description=_("what"), ordering="move")
    def what(self, event: BookingEvent) -> str:
        label = MOVES[event.move].label if event.move in MOVES else event.move
        return sentence(event) or capfirst(str(label))

    @display(description=_("by"), ordering="by")
    def by_whom(self, event: BookingEvent) -> str:
        return event.by.get_full_name() if event.by else event.by_role
