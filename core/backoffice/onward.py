"""Buttons above the page of a row, to what later apps have of it (`Kind.leads_from`)."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from core.backoffice.base import Button
from core.kinds import leads_of


class Onward:
    """Of a programme, say: its evaluations."""

    change_form_template = "admin/with_buttons.html"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if row := context.get("original"):
            leads = leads_of(row, request.user)
            context["buttons"] = [Button(one.label, one.address) for one in leads]
        mixed_in: Any = super()
        return mixed_in.render_change_form(request, context, *args, **kwargs)
