"""Drafts of reports; what was sent is looked at on its own page."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.backoffice.base import Button, ModelAdmin, NoDelete, badge
from core.backoffice.filters import RelatedDropdownFilter
from impact.models import Report


@admin.register(Report)
class ReportAdmin(NoDelete, ModelAdmin):
    logs_values = True
    list_display = ("title", "hub", "funder", "source", "board", "first", "last", "state")
    list_select_related = ("hub", "board", "funder", "source")
    list_filter = (("hub", RelatedDropdownFilter), ("funder", RelatedDropdownFilter))
    search_fields = ("title", "funder__name")
    autocomplete_fields = ("board",)
    fields = (
        "hub",
        "title",
        ("funder", "source"),
        "board",
        ("first", "last"),
        "introduction",
        "unknown",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return super().get_queryset(request).defer("facts", "pdf", "xlsx")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was sent stays as it is."""
        return super().has_change_permission(request, obj) and not (obj and obj.is_sent)

    def buttons(self, request: HttpRequest, row: Report) -> list[Button]:
        label = _("Look at it") if row.is_sent else _("Look at it, and send it")
        return [Button(str(label), reverse("figures:report", args=[row.pk]), "primary")]

    @display(description=_("state"))
    def state(self, row: Report) -> str:
        return badge(_("sent"), "success") if row.is_sent else badge(_("draft"), "info")
