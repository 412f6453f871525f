"""The history of all bookings, read only: what happened last, and who did it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from tec_site.model_admins import ModelAdmin, ReadOnly

from ..lifecycle import MOVES
from ..models import BookingEvent


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
    ordering = ("-pk",)
    fields = ("booking", "move", ("from_state", "to_state"), "at", ("by", "by_role"), "note")

    @display(description=_("what"), ordering="move")
    def what(self, event: BookingEvent) -> str:
        return str(MOVES[event.move].label) if event.move in MOVES else event.move

    @display(description=_("by"), ordering="by")
    def by_whom(self, event: BookingEvent) -> str:
        return event.by.get_full_name() if event.by else event.by_role
