"""The statements on privacy, accessibility and terms: the site's own text, or one of staff."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.backoffice.base import ModelAdmin, NoDelete
from tec_site.models import Statement
from tec_site.pages.statements import shipped


class StatementForm(forms.ModelForm):
    """Begins with the text of the site; as long as nobody changes that, it stays the site's."""

    class Meta:
        model = Statement
        fields = ("text",)
        help_texts: ClassVar = {
            "text": _(
                "A line that starts with # is a heading, with - a list item, with 1. a step; the "
                "first paragraph stands in large letters. Empty it to use the text of the site."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shipped = shipped(self.instance.page, self.instance.language)
        self.initial["text"] = self.instance.text or self.shipped
        if "text" in self.fields:  # not for who may only look
            self.fields["text"].widget.attrs["rows"] = 30

    def clean_text(self) -> str:
        text = "\n".join(self.cleaned_data["text"].splitlines())
        return "" if text.strip() == self.shipped else text


@admin.register(Statement)
class StatementAdmin(NoDelete, ModelAdmin):
    logs_values = True
    form = StatementForm
    list_display = ("page", "language", "is_own", "changed_at")
    list_display_links = ("page", "language")
    fields = (("page", "language", "changed_at"), "text")
    readonly_fields = fields[0]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # a row for each page and language comes with the site

    @display(description=_("a text of our own"), boolean=True)
    def is_own(self, statement: Statement) -> bool:
        return bool(statement.text)
