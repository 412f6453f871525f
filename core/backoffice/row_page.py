"""The page of a row with a life: its facts, what can be done with it, and its history."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from core.backoffice.history import staff_history
from core.backoffice.moves import MovesAdmin


class RowPageAdmin(MovesAdmin):
    """Rows with a page of our own: facts, moves and history."""

    fields = ()

    def page_title(self) -> str:
        return self.opts.verbose_name.capitalize()

    def page_facts(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """What the page of a row of this kind shows besides, or instead."""
        return {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context["original"]
        context |= {
            "title": self.page_title(),
            "show_history": False,  # the events below are the history
            "state_colour": row.standing.colour,
            "history": staff_history(row),
            **self.page_facts(request, row),
        }
        return super().render_change_form(request, context, *args, **kwargs)
