"""What staff change and schools must hear of: shown before it is saved, and told or not.

A form that would tell somebody comes back once, with whom it concerns and two ways to save.
"""

from collections.abc import Collection
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from core.backoffice.closing import link_to
from core.kinds import Planned, kinds

TELL, QUIETLY = "tell", "quietly"
# Of a long list the first lines will do.
MOST_SHOWN = 12


class TellingForm(forms.ModelForm):
    """Asks once more where a save tells somebody something."""

    telling = forms.ChoiceField(
        label=_("Who must know"),
        choices=[
            (TELL, _("Save, and tell them by mail")),
            (QUIETLY, _("Save without telling them: for what was only a typing mistake")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    concerned: list[Planned] = []
    before: Any  # the row as it was, once it is being saved

    def clean(self) -> Any:
        data: Any = super().clean() or self.cleaned_data
        if self.instance.pk is None:
            return data
        self.concerned = concerned_by(self.instance, set(self.changed_data))
        if self.concerned and not data.get("telling"):
            number = len(self.concerned)
            intro = ngettext(
                "This changes what was told about %(number)d appointment. Choose below whether "
                "the school hears of it.",
                "This changes what was told about %(number)d appointments. Choose below whether "
                "the schools hear of it.",
                number,
            ) % {"number": number}
            lines = [link_to(one) for one in self.concerned[:MOST_SHOWN]]
            raise ValidationError([intro, *lines, *(["…"] if number > MOST_SHOWN else [])])
        return data


def concerned_by(thing: Model, changed: Collection[str]) -> list[Planned]:
    return [one for kind in kinds() for one in kind.concerned(thing, changed)]


class TellingAdmin:
    """For an admin whose form is a `TellingForm`: once the row is saved with all that belongs to
    it, each kind keeps what it promised, and tells those concerned unless staff do not want it."""

    promised: ClassVar[set[str]]  # the fields on which something rests

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        page = context["adminform"]
        if getattr(page.form, "concerned", []):
            page.fieldsets = [(None, {"fields": ("telling",)}), *page.fieldsets]
        mixed_in: Any = super()
        return mixed_in.render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and self.promised & set(form.changed_data):
            for kind in kinds():
                kind.stop_promising()
            form.before = type(obj)._base_manager.get(pk=obj.pk)
        mixed_in: Any = super()
        mixed_in.save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        mixed_in: Any = super()
        mixed_in.save_related(request, form, formsets, change)
        if change and self.promised & set(form.changed_data):
            tell = form.cleaned_data.get("telling") != QUIETLY
            for kind in kinds():
                for line in kind.keep(form.instance, form.before, by=request.user, tell=tell):
                    messages.warning(request, line)
