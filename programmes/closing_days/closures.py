"""Closures in the back office: their list and page, beside the page that closes days."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.backoffice.base import Button, ModelAdmin
from core.backoffice.filters import RelatedDropdownFilter
from core.backoffice.planned import ShowsPlannedAdmin, ShowsPlannedForm
from core.kinds import Planned, kinds
from programmes.closing_days.pages import closing_urls
from programmes.models import Closure, Venue


class ClosureForm(ShowsPlannedForm):
    closing = frozenset({"venue", "starts_on", "ends_on"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        address = reverse("admin:programmes_closure_close")
        link = format_html('<a href="{}">{}</a>', address, _("Close days"))
        words = _("This cancels nothing. {} moves or cancels all that is planned in one go.")
        if "seen" in self.fields:
            self.fields["seen"].help_text = format_html(str(words), link)

    def planned_then(self, data: Mapping[str, Any]) -> list[Planned]:
        return planned_on(data["venue"], data["starts_on"], data["ends_on"])


def planned_on(venue: Venue, first: datetime.date, last: datetime.date) -> list[Planned]:
    """What there is of all kinds on these days."""
    return [one for kind in kinds() for one in kind.planned_on(venue, first, last)]


@admin.register(Closure)
class ClosureAdmin(ShowsPlannedAdmin, ModelAdmin):
    logs_values = True
    form = ClosureForm
    list_display = ("reason", "venue", "starts_on", "ends_on")
    list_select_related = ("venue",)
    list_filter = (("venue", RelatedDropdownFilter),)
    search_fields = ("reason",)
    fields = ("venue", "reason", ("starts_on", "ends_on"))

    def get_urls(self) -> list[Any]:
        return [*closing_urls(self), *super().get_urls()]

    def buttons(self, request: HttpRequest, row: Closure) -> list[Button]:
        if not request.user.has_perm("programmes.add_closure"):
            return []
        address = reverse("admin:programmes_closure_settle", args=[row.pk])
        return [Button(str(_("What still stands on these days")), address)]
