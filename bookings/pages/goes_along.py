"""What goes along with a visit that moves or is cancelled, as a teacher is asked about it."""

import datetime
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from bookings.models import Booking
from core.kinds import Along, kinds
from submissions.forms import NoteForm


def fields_for(along: list[Along]) -> dict[str, forms.Field]:
    return {
        one.name: forms.ChoiceField(
            label=one.text, choices=one.ways, initial=one.ways[0][0], widget=forms.RadioSelect
        )
        for one in along
    }


def along_with(
    booking: Booking, day: datetime.date | None, *, by_staff: bool = False
) -> list[Along]:
    return [one for kind in kinds() for one in kind.along(booking, day, by_staff)]


def choices_for(booking: Booking, *, by_staff: bool = False) -> list[Along]:
    """For who may move or cancel the visit in one form, with its date still to be chosen."""
    moves = ("move", _("move it along, if the class moves"))
    found = along_with(booking, None, by_staff=by_staff)
    return [replace(one, ways=[moves, *one.ways]) for one in found]


class AlongForm(NoteForm):
    """A note, and a way for all that goes along with a visit to `day`; None: it is cancelled."""

    def __init__(
        self, data: Any, *, booking: Booking, day: datetime.date | None, initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields |= fields_for(along_with(booking, day))

    @property
    def along(self) -> dict[str, str]:
        """After `is_valid()`."""
        return {name: way for name, way in self.cleaned_data.items() if name != "note"}
