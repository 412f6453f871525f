"""What staff fill in about a loan: other days, or a whole loan on a school's behalf."""

import datetime
from dataclasses import replace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.backoffice.moves import MoveForm
from core.lifecycle import Refused
from core.text.fields import PickedDayField
from kits import desk_days
from kits.admin.unusual_days import unusual_about, unusual_days
from kits.free_boxes import calendars
from kits.models import Delivery, LessonKit, Loan
from kits.moving import wished_days
from kits.rules import RULES, LoanItem, refuse_dates
from submissions.admin.overruling import OverruleForm

FURTHEST_DAYS = 3 * 366  # a slip of the keyboard, rather than a plan


class ExtendForm(MoveForm):
    """Other days; those that are unusual are asked about once, as the school gets a mail."""

    ends_on = PickedDayField(label=_("Return on"))
    agreed = forms.BooleanField(
        label=_("It is agreed on like this all the same"),
        required=False,
        widget=forms.HiddenInput,
    )
    field_order: tuple[str, ...] = ("ends_on", "agreed", "note")

    def __init__(self, *args: Any, row: Loan, **kwargs: Any) -> None:
        initial = {"starts_on": row.starts_on, "ends_on": row.ends_on}
        super().__init__(*args, row=row, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        refuse_wrong_order(self, data.get("starts_on", self.row.starts_on), data.get("ends_on"))
        if not self.errors and not data["agreed"]:
            self._ask_about_days(data)
        return data

    def _ask_about_days(self, data: dict[str, Any]) -> None:
        before = {"starts_on": self.row.starts_on, "ends_on": self.row.ends_on}
        period = {name: data.get(name, day) for name, day in before.items()}
        for name, why in unusual_days(replace(LoanItem.of(self.row), **period)).items():
            if period[name] != before[name]:
                self.add_error(name, why)
                self.fields["agreed"].widget = forms.CheckboxInput()

    @property
    def arguments(self) -> dict[str, Any]:
        return {name: data for name, data in super().arguments.items() if name != "agreed"}


class DatesForm(ExtendForm):
    starts_on = PickedDayField(label=_("Collect on"))
    field_order = ("starts_on", "ends_on", "agreed", "note")

    def __init__(self, *args: Any, row: Loan, **kwargs: Any) -> None:
        super().__init__(*args, row=row, **kwargs)
        if wished := wished_days(row):
            self.initial["starts_on"], self.initial["ends_on"] = wished


def refuse_wrong_order(form: forms.Form, start: Any, end: Any) -> None:
    if end and (end - timezone.localdate()).days > FURTHEST_DAYS:
        form.add_error("ends_on", _("This date is too far ahead."))
    elif start and end and end < start:
        form.add_error("ends_on", _("The return comes before collecting."))


class WhatForm(forms.Form):
    """The first step of booking on a school's behalf: which kit, and when."""

    kit = forms.ModelChoiceField(
        label=_("Lesson kit"),
        queryset=LessonKit.objects.none(),
        empty_label=_("Choose a kit"),
    )
    starts_on = PickedDayField(label=_("Collect on"))
    ends_on = PickedDayField(label=_("Return on"))
    delivery = forms.ChoiceField(
        label=_("How"), choices=Delivery.choices, initial=Delivery.DESK, required=False
    )
    use_required_attribute = False
    asks_next, focus_by = "kit", "autofocus"

    def __init__(self, data: Any, *, user: Any) -> None:
        super().__init__(data)
        kit: Any = self.fields["kit"]
        kit.queryset = LessonKit.objects.of_hubs(user)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["delivery"] = data.get("delivery") or Delivery.DESK
        refuse_wrong_order(self, data.get("starts_on"), data.get("ends_on"))
        return data

    @property
    def chosen(self) -> dict[str, Any]:
        """Kit, days and delivery; after `is_valid()`."""
        return self.cleaned_data


class WaitWhatForm(WhatForm):
    """What somebody waits for; what no school may ask for nobody is offered either."""

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.errors:
            return data
        item = LoanItem(**data)
        try:
            refuse_dates(item)
        except Refused as refusal:
            for name, why in (unusual_about(item) or {"starts_on": str(refusal)}).items():
                self.add_error(name, why)
        return data


def free_boxes(kit: LessonKit, starts_on: datetime.date, ends_on: datetime.date) -> tuple[int, int]:
    """How many boxes are free for the whole period, and of how many."""
    before = desk_days.free_again_on(kit, ends_on)
    calendar = calendars(starts_on, before, [kit]).get(kit.pk)
    return (calendar.free_in(starts_on, before), calendar.total) if calendar else (0, 0)


class LoanOverruleForm(OverruleForm):
    rules = RULES

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["overrule"].help_text = _("Only what is needed.")
