"""What staff's lists and pages of everything that is asked for have in common."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from core.backoffice.history import staff_history
from core.backoffice.moves import MovesAdmin
from submissions.admin.papers import WithPapers
from submissions.admin.phone import ByPhone


class RowPageAdmin(MovesAdmin):
    """Rows with a page of our own: facts, moves and history."""

    fields = ()

    def page_title(self) -> str:
        return self.opts.verbose_name.capitalize()

    def page_facts(self, row: Any) -> dict[str, Any]:
        """What the page of a row of this kind shows besides."""
        return {}

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context["original"]
        context |= {
            "title": self.page_title(),
            "show_history": False,  # the events below are the history
            "state_colour": row.standing.colour,
            "buttons": self.buttons_for(row) if self.has_decide_permission(request) else [],
            "history": staff_history(row),
            **self.page_facts(row),
        }
        return super().render_change_form(request, context, *args, **kwargs)


class AskedAdmin(WithPapers, RowPageAdmin):
    """Rows of a kind that a submission asks for."""

    by_phone: ClassVar[type[ByPhone]]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Booking on a school's behalf."""
        return request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        return self.by_phone.as_view(model_admin=self)(request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= self.paper_facts(request, context["original"])
        return super().render_change_form(request, context, *args, **kwargs)
