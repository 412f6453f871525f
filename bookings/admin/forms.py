"""What staff fill in at the desk: other numbers, another slot, what they overrule.

The fields of each form are the arguments of its verb in `lifecycle.py`.
"""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.slot_choice import SlotField
from bookings.models import Booking, Visit
from core.addresses import row_number
from core.backoffice.moves import NoteForm
from core.text.fields import ParagraphsField
from programmes.models import Programme
from submissions.changing import wish_of
from submissions.forms import MOST_PUPILS
from submissions.rules import Rule


class DeskNumbersForm(NoteForm):
    pupils = forms.IntegerField(
        label=gettext_lazy("Pupils"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PUPILS)],
    )
    supervisors = forms.IntegerField(
        label=gettext_lazy("Supervisors"),
        validators=[MinValueValidator(1), MaxValueValidator(99)],
    )
    overrule_numbers = forms.BooleanField(
        label=gettext_lazy("Also outside the limits of the programme"),
        required=False,
        help_text=gettext_lazy("Then say why. Room in the visit there must always be."),
    )
    reason = ParagraphsField(
        label=gettext_lazy("Why outside the limits"),
        help_text=gettext_lazy("For colleagues. The school does not see it."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("pupils", "supervisors", "overrule_numbers", "reason", "note")

    def __init__(self, *args: Any, row: Booking, **kwargs: Any) -> None:
        initial = {"pupils": row.pupils, "supervisors": row.supervisors}
        super().__init__(*args, row=row, initial=initial, **kwargs)
        if row.audience.is_groups:
            self.fields["pupils"].label = row.audience.people
            del self.fields["supervisors"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        before = {name: getattr(self.row, name) for name in ("pupils", "supervisors")}
        if before == before | {name: data.get(name) for name in before if name in self.fields}:
            self.add_error(None, _("These numbers are the same as before."))
        if data.get("overrule_numbers") and not data.get("reason"):
            self.add_error("reason", _("Say why you overrule the limits."))
        return data

    @property
    def arguments(self) -> dict[str, Any]:
        data = {"supervisors": self.row.supervisors} | self.cleaned_data
        limits = {Rule.NUMBERS, Rule.SUPERVISORS}
        return data | {"overrule": limits if data.pop("overrule_numbers") else set()}


class RescheduleForm(NoteForm):
    def __init__(self, *args: Any, row: Booking, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["slot"] = SlotField(row.visit.programme, but=row.visit.slot_id)
        if wish := wish_of(row):
            self.initial["slot"] = wish.data["slot"]
        self.order_fields(("slot", "note"))


class MoveVisitForm(forms.Form):
    """Another slot for a visit with all its classes."""

    note = ParagraphsField(
        label=gettext_lazy("A word to the schools"),
        help_text=gettext_lazy("Optional. Goes into the mail."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    use_required_attribute = False

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"] = SlotField(visit.programme, but=visit.slot_id)
        self.order_fields(("slot", "note"))


class MaximaForm(forms.Form):
    max_groups = forms.IntegerField(
        label=gettext_lazy("Classes at most"),
        validators=[MinValueValidator(1), MaxValueValidator(99)],
    )
    max_pupils = forms.IntegerField(
        label=gettext_lazy("Pupils at most"),
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
    )
    use_required_attribute = False


class WhereForm(forms.Form):
    """The first step of booking on a school's behalf: what, and then when."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"),
        queryset=Programme.objects.none(),
        empty_label=gettext_lazy("Choose a programme"),
    )
    use_required_attribute = False

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        self.known = Programme.objects.of_hubs(user)
        choice: Any = self.fields["programme"]
        choice.queryset = self.known
        programme = self._programme()
        if programme is not None:
            self.fields["slot"] = SlotField(programme, required=False)

    @property
    def chosen(self) -> dict[str, Any]:
        """Programme and slot, empty without a slot; after `is_valid()`."""
        return self.cleaned_data if self.cleaned_data.get("slot") else {}

    @property
    def asks_next(self) -> str:
        return "slot" if "slot" in self.fields else "programme"

    @property
    def focus_by(self) -> str:
        """A list with a search of its own is opened by a script (`phone.js`)."""
        return "data-opens" if "slot" in self.fields else "autofocus"

    def _programme(self) -> Programme | None:
        number = row_number(self.data.get("programme"))
        return self.known.filter(pk=number).first() if number else None
