"""What staff fill in at the desk: other numbers, another slot, what they overrule.

The fields of each form are the arguments of its verb in `lifecycle.py`.
"""

from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programmes.models import Programme
from schools.contact import MOST_PUPILS
from tec_site.address_parts import row_number
from tec_site.staff_moves import NoteForm

from .models import Booking, Visit
from .rules import Broken, Rule
from .slot_choice import SlotField


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
    reason = forms.CharField(
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

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if (data.get("pupils"), data.get("supervisors")) == (self.row.pupils, self.row.supervisors):
            self.add_error(None, _("These numbers are the same as before."))
        if data.get("overrule_numbers") and not data.get("reason"):
            self.add_error("reason", _("Say why you overrule the limits."))
        return data

    @property
    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return data | {"overrule": {Rule.NUMBERS} if data.pop("overrule_numbers") else set()}


class RescheduleForm(NoteForm):
    def __init__(self, *args: Any, row: Booking, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["slot"] = SlotField(row.visit.programme, but=row.visit.slot_id)
        self.order_fields(("slot", "note"))


class MoveVisitForm(forms.Form):
    """Another slot for a visit with all its classes."""

    note = forms.CharField(
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


class OverruleForm(forms.Form):
    """Which rules do not count this time, and why."""

    overrule = forms.MultipleChoiceField(
        label=gettext_lazy("Overrule"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Only what is needed. Room and zones cannot be overruled: raise the visit's maximum."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Required if you overrule something. The school does not see it."),
    )
    use_required_attribute = False
    # Which rules can be overruled here.
    rules: ClassVar[Collection[Rule]] = tuple(Rule)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        overrule: Any = self.fields["overrule"]
        overrule.choices = [(rule.value, rule.label) for rule in self.rules]

    @classmethod
    def beside(cls, form: Any, data: Any) -> Self:
        """Not checked, but kept, while a school is searched or a class is added in `form`."""
        if data is None or not form.asks_for_more:
            return cls(data)
        return cls(initial={"overrule": data.getlist("overrule"), "note": data.get("note")})

    @property
    def arguments(self) -> dict[str, Any]:
        """For the verb; only after `is_valid()`."""
        data = self.cleaned_data
        return {"overrule": {Rule(name) for name in data["overrule"]}, "note": data["note"]}

    def add_broken(self, broken: Iterable[Broken]) -> None:
        rules = ", ".join(dict.fromkeys(str(one.rule.label) for one in broken))
        self.add_error("overrule", _("This does not meet: %(rules)s.") % {"rules": rules})


class WhereForm(forms.Form):
    """The first step of booking on a school's behalf: what, and then when."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"),
        queryset=Programme.objects.all(),
        empty_label=gettext_lazy("Choose a programme"),
    )
    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        programme = self._programme()
        if programme is not None:
            self.fields["slot"] = SlotField(programme, required=False)

    def _programme(self) -> Programme | None:
        number = row_number(self.data.get("programme"))
        return Programme.objects.filter(pk=number).first() if number else None
