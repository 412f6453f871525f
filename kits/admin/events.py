"""What happened to loans, and what was asked for and could not be lent; read only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.decorators import display

from tec_site.admin_filters import RangeDateTimeFilter
from tec_site.model_admins import ModelAdmin, ReadOnly
from tec_site.staff_history import who_made

from ..history import for_staff
from ..lifecycle import MOVES
from ..models import LoanEvent, RefusedDemand


class MoveFilter(admin.SimpleListFilter):
    title = _("what")
    parameter_name = "move"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, move.label) for name, move in MOVES.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(move=self.value()) if self.value() else queryset


@admin.register(LoanEvent)
class LoanEventAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "what", "loan", "by_whom", "note", "noticed_at")
    list_display_links = ("at",)
    list_select_related = ("loan__submission__school", "loan__copy", "by")
    list_filter = (MoveFilter, "by_role", ("at", RangeDateTimeFilter))
    ordering = ("-pk",)
    fields = ("loan", "move", ("from_state", "to_state"), "at", ("by", "by_role"), "note")

    @display(description=_("what"), ordering="move")
    def what(self, event: LoanEvent) -> str:
        label = MOVES[event.move].label if event.move in MOVES else event.move
        label = MOVES[event.move].label if event.move in MOVES else event.move
        return for_staff(event) or str(label)

    @display(description=_("by"), ordering="by")
    def by_whom(self, event: LoanEvent) -> str:
        return who_made(event)


@admin.register(RefusedDemand)
class RefusedDemandAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "kit", "starts_on", "ends_on")
    list_select_related = ("kit",)
    list_filter = (("kit", RelatedDropdownFilter), ("at", RangeDateTimeFilter))
