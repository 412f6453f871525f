"""What staff fill in to change a visit with all who come."""

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.forms import MaximaForm, gathered
from bookings.admin.slot_choice import SlotField
from bookings.models import Booking, Visit
from bookings.pages.goes_along import along_with, choices_for, fields_for
from bookings.visits.concerned import concerned
from core.kinds import Along
from core.text.fields import ParagraphsField


class SeenForm(forms.Form):
    """A form that comes back when what its page showed has changed meanwhile: it shows what is now,
    and sent once more it goes through."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    use_required_attribute = False

    data: Any

    def __init__(self, data: Any, *, now: str, **initial: Any) -> None:
        self.now = now
        super().__init__(data, initial=initial | {"seen": now})

    def clean(self) -> Any:
        data = super().clean() or self.cleaned_data
        # Where nothing is left it was done already: by the first of two clicks, or a colleague.
        if self.now not in ("", data["seen"]):
            self.data = {**self.data.dict(), "seen": self.now}
            raise ValidationError(self.what_changed())
        return data

    def what_changed(self) -> str:
        raise NotImplementedError


class WholeVisitForm(SeenForm):
    """A note to the schools of a visit, and a way for all that goes along with a class."""

    note = ParagraphsField(
        label=gettext_lazy("A word to the schools"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, data: Any, *, visit: Visit) -> None:
        found = concerned(visit)
        super().__init__(data, now=found.in_a_line)
        self.going = fields_for(
            [
                replace(one, text=f"{booking.party_name}: {one.text}")
                for booking in found.booked
                for one in self.choices_of(booking)
            ]
        )
        self.fields |= self.going
        self.order_fields((*self.going, "note"))

    def what_changed(self) -> str:
        return _(
            "Who comes changed since you looked: it is above as it is now. Is yours still right? "
            "Then send it once more."
        )

    def choices_of(self, booking: Booking) -> list[Along]:
        raise NotImplementedError

    @property
    def arguments(self) -> dict[str, Any]:
        return gathered(self.cleaned_data, self.going)

    @property
    def said_along(self) -> list[str]:
        """What was chosen, in words."""
        ways: dict[str, Any] = dict(self.going)
        return [
            f"{field.label}: {dict(field.choices)[self.cleaned_data[name]]}"
            for name, field in ways.items()
        ]


class CallOffForm(WholeVisitForm):
    def __init__(self, data: Any, *, visit: Visit) -> None:
        super().__init__(data, visit=visit)
        self.fields["note"].help_text = _("Goes into every mail.")

    def choices_of(self, booking: Booking) -> list[Along]:
        return along_with(booking, None, by_staff=True)


class MoveVisitForm(WholeVisitForm):
    """Another slot for a visit with all its classes."""

    def __init__(self, data: Any, *, visit: Visit) -> None:
        super().__init__(data, visit=visit)
        self.fields["note"].help_text = _("Optional. Goes into the mail.")
        self.fields["note"].required = False
        self.fields["slot"] = SlotField(visit.programme, but=visit.slot_id)
        self.order_fields(("slot", *self.going, "note"))

    def choices_of(self, booking: Booking) -> list[Along]:
        return choices_for(booking, by_staff=True)


class VisitMaximaForm(SeenForm, MaximaForm):
    def __init__(self, data: Any, *, visit: Visit) -> None:
        self.visit = visit
        now = {"max_groups": visit.max_groups, "max_pupils": visit.max_pupils}
        super().__init__(data, now=" ".join(map(str, now.values())), **now)

    @property
    def maxima(self) -> dict[str, int]:
        return {name: self.cleaned_data[name] for name in ("max_groups", "max_pupils")}

    @property
    def arguments(self) -> dict[str, Any]:
        return {**self.maxima, "seen": (self.visit.max_groups, self.visit.max_pupils)}

    def what_changed(self) -> str:
        words = _(
            "A colleague made it %(groups)s and %(pupils)s since you looked. Is yours right? Then "
            "send it once more."
        )
        return words % {"groups": self.visit.max_groups, "pupils": self.visit.max_pupils}
