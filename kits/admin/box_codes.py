"""Codes of new boxes: proposed, and given where staff leave the field empty."""

import itertools
import re
from collections.abc import Collection
from typing import Any

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext as _

from core.backoffice.refused import RefusableForm
from core.text.normal import fold
from kits.models import KitCopy, LessonKit

NUMBERED = re.compile(r"(?P<before>.*?)(?P<number>\d+)")


def next_code(kit: LessonKit, taken: Collection[str] = ()) -> str:
    """The one after the last of the kit's boxes, 'ROB-03'; of a kit without boxes 'ROB-01'."""
    own = kit.copies.values_list("code", flat=True) if kit.pk else ()
    numbered = [match for match in map(NUMBERED.fullmatch, own) if match]
    last = max(numbered, key=lambda match: int(match["number"]), default=None)
    before = last["before"] if last else f"{fold(kit.title).replace(' ', '')[:3].upper()}-"
    width = len(last["number"]) if last else 2
    start = int(last["number"]) + 1 if last else 1
    everywhere = set(KitCopy.objects.filter(code__startswith=before).values_list("code", flat=True))
    codes = (f"{before}{number:0{width}}" for number in itertools.count(start))
    return next(code for code in codes if code not in everywhere and code not in taken)


class CopyForm(forms.ModelForm):
    """A new box is one as soon as its row is there, also when nothing is typed in it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None and "code" in self.fields:
            self.fields["code"].required = False
            self.fields["code"].help_text = _("Empty: the next free one.")

    def has_changed(self) -> bool:
        return self.instance.pk is None or super().has_changed()


class LoneCopyForm(RefusableForm, CopyForm):
    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        if self.instance.pk is None and data.get("kit") and not data.get("code"):
            data["code"] = next_code(data["kit"])
        return data


class CopyFormSet(BaseInlineFormSet):
    """The boxes on the page of their kit."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if index is None and "code" in form.fields:  # the row that is added
            form.fields["code"].widget.attrs["placeholder"] = next_code(self.instance)

    def clean(self) -> None:
        taken: set[str] = set()
        for form in self.extra_forms:
            if form.errors or form.cleaned_data.get("DELETE"):
                continue
            code = form.cleaned_data.get("code") or next_code(self.instance, taken)
            form.cleaned_data["code"] = form.instance.code = code
            taken.add(code)
        super().clean()
