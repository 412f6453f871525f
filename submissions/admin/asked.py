"""What staff's lists and pages of everything that is asked for have in common."""

from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.backoffice.moves import MoveForm
from core.backoffice.row_page import RowPageAdmin
from core.kinds import kind_of
from core.lifecycle import Move
from schools.years import LEVEL_CHOICES
from submissions.admin.papers import WithPapers
from submissions.admin.phone import ByPhone
from submissions.models import HELD, Asked
from submissions.writing.pages import MAY as MAY_WRITE
from submissions.writing.pages import write_to


class ByPhoneAdmin(RowPageAdmin):
    """Rows that staff make while somebody is on the telephone."""

    by_phone: ClassVar[type[ByPhone]]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Booking, or waiting, on a school's behalf."""
        return request.user.has_perm(f"{self.opts.app_label}.add_{self.opts.model_name}")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        return self.by_phone.as_view(model_admin=self)(request)


class LevelForm(MoveForm):
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=LEVEL_CHOICES, required=False)
    field_order = ("level", "note")

    def __init__(self, *args: Any, row: Asked, **kwargs: Any) -> None:
        super().__init__(*args, row=row, initial={"level": row.level}, **kwargs)

    def clean_level(self) -> str:
        if self.cleaned_data["level"] == self.row.level:
            raise ValidationError(_("This level is the same as before."))
        return str(self.cleaned_data["level"])


class AskedAdmin(WithPapers, ByPhoneAdmin):
    """Rows of a kind that a submission asks for."""

    def has_sense(self, name: str, row: Any) -> bool:
        return row.may_have_level if name == "correct_level" else True

    def move_for(self, row: Any, name: str) -> Move:
        """The move, without its mail for a row that is only held: nobody was told of it."""
        move = super().move_for(row, name)
        return replace(move, notice="") if row.state == HELD else move

    def has_write_permission(self, request: HttpRequest) -> bool:
        return all(map(request.user.has_perm, MAY_WRITE))

    @admin.action(description=gettext_lazy("Write to them"), permissions=["write"])
    def write_to_ticked(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse:
        kind = kind_of(self.model).name
        return write_to(request, queryset, kind=kind, site=self.admin_site)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= self.paper_facts(request, context["original"])
        return super().render_change_form(request, context, *args, **kwargs)
