"""Organisations: they are made when their first code is typed; staff mend how a name is written."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import Button, ModelAdmin, NoDelete
from core.kinds import kinds
from schools.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(NoDelete, ModelAdmin):
    list_display = ("name", "city")
    search_fields = ("name_key",)
    search_help_text = _("name or place")
    fields = ("name", "city")
    change_form_template = "admin/with_buttons.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        organisation: Any = context.get("original")
        leads = [one for kind in kinds() for one in kind.leads_from(organisation, request.user)]
        context["buttons"] = [Button(one.label, one.address) for one in leads]
        return super().render_change_form(request, context, *args, **kwargs)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Organisation], search_term: str
    ) -> tuple[QuerySet[Organisation], bool]:
        """As names are compared: accents, case and the order of words do not matter."""
        found: Any = queryset
        return found.matching(search_term), False
