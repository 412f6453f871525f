"""For those who manage a hub: who signed in, and who exported which list. Nobody writes here."""

import json
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, ReadOnly, badge
from core.backoffice.filters import RangeDateTimeFilter
from tec_site.models import Export, SignIn
from tec_site.staff.lost_factors import colleagues_of


@admin.register(SignIn)
class SignInAdmin(ReadOnly, ModelAdmin):
    list_display = ("at", "user", "way_shown", "network", "device")
    list_display_links = None
    list_select_related = ("user",)
    list_filter = (("way", ChoicesDropdownFilter), ("at", RangeDateTimeFilter))
    search_fields = ("user__search_text",)
    search_help_text = _("name or e-mail address")
    fields = ("at", "user", "way", "network", "device")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignIn]:
        return super().get_queryset(request).filter(user__in=colleagues_of(request.user))

    @display(description=_("how"), ordering="way")
    def way_shown(self, row: SignIn) -> str:
        kind = "danger" if row.way == SignIn.Way.REFUSED else ""
        return badge(row.get_way_display(), kind)


@admin.register(Export)
class ExportAdmin(ReadOnly, ModelAdmin):
    list_display = ("action_time", "user", "what", "rows", "ending")
    list_display_links = None
    list_select_related = ("user", "content_type")
    list_filter = (("action_time", RangeDateTimeFilter),)
    search_fields = ("user__search_text",)
    search_help_text = _("name or e-mail address")
    fields = ("action_time", "user", "what", "rows", "ending")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Export]:
        return super().get_queryset(request).filter(user__in=colleagues_of(request.user))

    @display(description=_("what"), ordering="content_type")
    def what(self, row: Export) -> str:
        model = row.content_type.model_class() if row.content_type else None
        return str(capfirst(model._meta.verbose_name_plural)) if model else row.object_repr

    @display(description=_("rows"))
    def rows(self, row: Export) -> int:
        return _said(row)["rows"]

    @display(description=_("as"))
    def ending(self, row: Export) -> str:
        return _said(row)["ending"].upper()


def _said(row: Export) -> Any:
    return json.loads(row.change_message)[0]["exported"]
