"""A form that closes days shows what is planned on them: it comes back once with that, and says it
again when it is saved all the same."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.kinds import Planned


class ShowsPlannedForm(forms.ModelForm):
    """A subclass names the fields that close days, and finds what is planned on them."""

    seen = forms.BooleanField(
        label=_("Close these days all the same"),
        help_text=_("A closure cancels nothing: move or cancel what is planned yourself."),
        required=False,
    )
    closing: ClassVar[frozenset[str]]
    planned: list[Planned] = []
    user: Any = None  # who closes: she is shown what is planned in her own hubs

    def planned_then(self, data: Mapping[str, Any]) -> list[Planned]:
        raise NotImplementedError

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        if self.closing & set(self.changed_data) and self.closing <= data.keys():
            self.planned = self.planned_then(data)
            if self.planned and not data["seen"]:
                intro = _("Something is planned on these days:")
                raise ValidationError([intro, *map(link_to, self.planned)])
        return data


class ShowsPlannedAdmin:
    """For an admin whose form is a `ShowsPlannedForm`."""

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        mixed_in: Any = super()
        form = mixed_in.get_form(request, *args, **kwargs)
        form.user = request.user  # a class that is made for each request
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        page = context["adminform"]
        if getattr(page.form, "planned", []):
            page.fieldsets = [*page.fieldsets, (None, {"fields": ("seen",)})]
        mixed_in: Any = super()
        return mixed_in.render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        mixed_in: Any = super()
        mixed_in.save_model(request, obj, form, change)
        for one in form.planned:
            messages.warning(request, format_html("{} {}", _("Still planned:"), link_to(one)))


def link_to(one: Planned) -> SafeString:
    day = date_format(one.day, "TABLE_DAY_FORMAT")
    return format_html('{}: <a href="{}">{}</a>', day, one.address, one.text)
