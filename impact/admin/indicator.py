"""Indicators, the values entered for them (never changed), and their targets."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete, TabularInline
from core.backoffice.filters import RelatedDropdownFilter
from impact.models import Indicator, Milestone, Target, Value


@admin.register(Indicator)
class IndicatorAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("name", "hub", "figure", "line", "unit")
    list_select_related = ("hub",)
    list_filter = (("hub", RelatedDropdownFilter),)
    search_fields = ("name",)
    autocomplete_fields = ("programmes",)
    fields = (
        "hub", ("name", "name_en"), "figure", ("programmes", "of_programmes", "line"),
        ("definition", "definition_en"), ("unit", "position"),
    )  # fmt: skip


@admin.register(Value)
class ValueAdmin(NoDelete, ModelAdmin):
    list_display = ("day", "indicator", "amount", "source", "by", "proof_shown")
    list_select_related = ("indicator", "by")
    list_filter = (("indicator", RelatedDropdownFilter),)
    fields = ("indicator", "day", "amount", "source", "proof")
    search_fields = ("source",)

    def get_field_queryset(self, db: str | None, db_field: Any, request: HttpRequest) -> Any:
        rows = super().get_field_queryset(db, db_field, request)
        return rows.filter(figure="") if db_field.name == "indicator" else rows

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A better value is entered after it."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.by = request.user
        super().save_model(request, obj, form, change)

    @display(description=_("proof"))
    def proof_shown(self, row: Value) -> str:
        if not row.proof:
            return ""
        address = reverse("figures:proof", args=[row.pk])
        return format_html('<a href="{}">{}</a>', address, _("PDF"))


class MilestoneInline(TabularInline):
    model = Milestone
    extra = 0


@admin.register(Target)
class TargetAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("indicator", "funder", "amount", "starts_on", "due_on", "overruled")
    list_select_related = ("indicator", "funder")
    list_filter = (("indicator__hub", RelatedDropdownFilter), ("funder", RelatedDropdownFilter))
    search_fields = ("indicator__name", "funder__name")
    fields = ("indicator", "funder", ("starts_on", "due_on"), "amount", "overruled", "explanation")
    inlines = (MilestoneInline,)
