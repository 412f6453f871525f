"""Organisations: they are made when their first code is typed; staff mend how a name is written."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import ModelAdmin, NoDelete, SaidInCalendars
from schools.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(NoDelete, SaidInCalendars, ModelAdmin):
    list_display = ("name", "city")
    search_fields = ("name_key",)
    search_help_text = _("name or place")
    fields = ("name", "city")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Organisation], search_term: str
    ) -> tuple[QuerySet[Organisation], bool]:
        """As names are compared: accents, case and the order of words do not matter."""
        found: Any = queryset
        return found.matching(search_term), False
