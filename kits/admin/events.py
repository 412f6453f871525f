"""What happened to loans, and what was asked for and could not be lent; read only."""

from django.contrib import admin

from core.backoffice.base import ModelAdmin, ReadOnly
from core.backoffice.filters import RangeDateTimeFilter, RelatedDropdownFilter
from core.backoffice.moves import EventAdmin
from kits.models import LoanEvent, RefusedDemand


@admin.register(LoanEvent)
class LoanEventAdmin(EventAdmin):
    list_display = ("at", "what", "loan", "by_whom", "note", "noticed_at")
    list_select_related = ("loan__submission__school", "loan__submission__hub", "loan__copy", "by")
    fields = ("loan", "move", ("from_state", "to_state"), "at", ("by", "by_role"), "note")


@admin.register(RefusedDemand)
class RefusedDemandAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "kit", "starts_on", "ends_on")
    list_select_related = ("kit",)
    list_filter = (("kit", RelatedDropdownFilter), ("at", RangeDateTimeFilter))
