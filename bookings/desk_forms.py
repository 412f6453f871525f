"""What staff fill in at the desk: other numbers, another slot, what they overrule.

The fields of each form are the arguments of its verb in `lifecycle.py`.
"""

import datetime
import itertools
from collections.abc import Collection, Iterable
from typing import Any, ClassVar, Self

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from programmes.models import Programme
from schools.contact import MOST_PUPILS
from tec_site.staff_moves import NoteForm

from .availability import Offer, Status, offers_between
from .models import Booking, VisitSlot
from .rules import Broken, Rule, last_bookable_day


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
        help_text=gettext_lazy("Then a note is required. Room in the visit there must always be."),
    )
    field_order = ("pupils", "supervisors", "overrule_numbers", "note")

    def __init__(self, *args: Any, row: Booking, **kwargs: Any) -> None:
        initial = {"pupils": row.pupils, "supervisors": row.supervisors}
        super().__init__(*args, row=row, initial=initial, **kwargs)

    @property
    def arguments(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        return data | {"overrule": {Rule.NUMBERS} if data.pop("overrule_numbers") else set()}


class SlotField(forms.ChoiceField):
    """The slots to come in which a programme can run, by month, with what is left in each."""

    def __init__(self, programme: Programme | None = None, **kwargs: Any) -> None:
        super().__init__(**{"label": _("Date and time")} | kwargs)
        if programme is not None:
            self.choices = slot_choices(programme)

    def clean(self, value: Any) -> VisitSlot | None:
        chosen = super().clean(value)
        return VisitSlot.objects.select_related("venue").get(pk=chosen) if chosen else None


def slot_choices(programme: Programme) -> list[Any]:
    today = timezone.localdate()
    offers = [
        offer
        for offer in offers_between(
            programme, today, last_bookable_day() + datetime.timedelta(days=1)
        )
        if offer.starts_at > timezone.now()
    ]
    months = itertools.groupby(offers, lambda offer: date_format(offer.day, "F Y"))
    grouped = [
        (month, [(offer.slot_id, _describe(offer)) for offer in some]) for month, some in months
    ]
    return [("", _("Choose a date")), *grouped]


def _describe(offer: Offer) -> str:
    start = timezone.localtime(offer.starts_at)
    when = f"{date_format(start, 'D j b')} {start:%H:%M}"
    if offer.status == Status.FULL:
        return _("%(when)s (full)") % {"when": when}
    if offer.status == Status.CLOSED:
        return _("%(when)s (closed for schools)") % {"when": when}
    left = ngettext("room for %(number)d class", "room for %(number)d classes", offer.groups_left)
    return f"{when} ({left % {'number': offer.groups_left}})"


class RescheduleForm(NoteForm):
    slot = SlotField()
    field_order = ("slot", "note")

    def __init__(self, *args: Any, row: Booking, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        self.fields["slot"] = SlotField(row.visit.programme)
        self.order_fields(self.field_order)


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

    def __init__(self, *args: Any, programme: Programme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slot"] = SlotField(programme)
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
        choices = [(rule.value, rule.label) for rule in self.rules]
        self.fields["overrule"].choices = choices  # type: ignore[attr-defined]

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
    slot = SlotField(required=False)
    use_required_attribute = False

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        programme = self._programme()
        if programme is None:
            del self.fields["slot"]
        else:
            self.fields["slot"] = SlotField(programme, required=False)

    def _programme(self) -> Programme | None:
        given = (self.data or {}).get("programme", "")
        if not (given.isascii() and given.isdecimal() and len(given) < 19):
            return None
        return Programme.objects.filter(pk=given).first()
