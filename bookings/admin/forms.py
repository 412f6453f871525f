"""What staff fill in at the desk: other numbers, another slot, what they overrule.

The fields of each form are the arguments of its verb in `bookings/lifecycle/`.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.slot_choice import SlotField
from bookings.models import Booking
from bookings.pages.goes_along import along_with, choices_for, fields_for
from bookings.pages.waiting_for_days import WishForm
from bookings.waiting.visit_list import Wish
from core.addresses import row_number
from core.backoffice.moves import MoveForm
from core.kinds import Along
from core.text.fields import ParagraphsField, WholeNumberField
from programmes.models import Programme
from submissions.changing import move_asked_of
from submissions.forms import MOST_PUPILS
from submissions.rules import Rule


class DeskNumbersForm(MoveForm):
    pupils = WholeNumberField(
        label=gettext_lazy("Pupils"),
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PUPILS)],
    )
    supervisors = WholeNumberField(
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


class DeskAlongForm(MoveForm):
    """A way for all that goes along with a visit, preset as the school asked."""

    asked_in = "ask_to_cancel"  # the move by which it asks

    def __init__(self, *args: Any, row: Booking, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.going = fields_for(self.choices)
        self.fields |= self.going
        self.order_fields((*self.going, "note"))
        asked = row.events.filter(move=self.asked_in).order_by("pk")
        if row.attention and (wish := asked.last()):
            self.initial.update(wish.data.get("along", {}))

    @property
    def choices(self) -> list[Along]:
        return along_with(self.row, None, by_staff=True)

    @property
    def arguments(self) -> dict[str, Any]:
        return gathered(self.cleaned_data, self.going)


class RescheduleForm(DeskAlongForm):
    asked_in = "ask_to_move"

    def __init__(self, *args: Any, row: Booking, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["slot"] = SlotField(row.visit.programme, but=row.visit.slot_id)
        if wish := move_asked_of(row):
            self.initial["slot"] = wish.data["slot"]
        self.order_fields(("slot", *self.going, "note"))

    @property
    def choices(self) -> list[Along]:
        return choices_for(self.row, by_staff=True)


def gathered(data: dict[str, Any], going: Mapping[str, forms.Field]) -> dict[str, Any]:
    """A verb's arguments; the ways of what goes along become its `along`."""
    others = {name: value for name, value in data.items() if name not in going}
    return others | {"along": {name: data[name] for name in going}}


class MaximaForm(forms.Form):
    max_groups = WholeNumberField(
        label=gettext_lazy("Classes at most"),
        validators=[MinValueValidator(1), MaxValueValidator(99)],
    )
    max_pupils = WholeNumberField(
        label=gettext_lazy("Pupils at most"),
        validators=[MinValueValidator(1), MaxValueValidator(9999)],
    )
    use_required_attribute = False


class SlotMaximaForm(MaximaForm):
    """Maxima of several slots; an empty field keeps each as it is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False
            field.help_text = _("Empty: as it is.")

    def clean(self) -> Any:
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.given:
            raise ValidationError(_("Fill in one of the two."))
        return data

    @property
    def given(self) -> dict[str, int]:
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


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


class WaitWhereForm(WhereForm):
    """What somebody waits for: a date, or the days that would do."""

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data, user=user)
        programme = self._programme()
        self.days: WishForm | None = None
        if programme is not None:
            self.fields["slot"].label = _("A full date")
            asked = any(self.data.get(name) for name in ("first_day", "last_day"))
            self.days = WishForm(data if asked else None, programme=programme)

    def is_valid(self) -> bool:
        days = self.days
        return super().is_valid() and (days is None or not days.is_bound or days.is_valid())

    @property
    def chosen(self) -> dict[str, Any]:
        if slot := self.cleaned_data.get("slot"):
            return self.cleaned_data | {"wish": Wish.of(slot)}
        if self.days is None or not self.days.is_bound:
            return {}
        return self.cleaned_data | {"wish": self.days.wish, "slot": self.days.last_slot}
