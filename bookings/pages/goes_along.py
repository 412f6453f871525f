"""Asking a teacher what becomes of what goes along with a visit that moves or is cancelled."""

import datetime
import re
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings.models import Booking, VisitSlot
from core.kinds import Along, kinds
from submissions.forms import NoteForm

NAME = re.compile(r"[a-z]+-[0-9]+")  # as `Along.name`


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
    """Ways for moving or cancelling the visit in one form, its date still to be chosen."""
    moves = ("move", _("move it along, if the class moves"))
    found = along_with(booking, None, by_staff=by_staff)
    return [replace(one, ways=[moves, *one.ways]) for one in found]


def refuse_lost_ways(form: forms.Form) -> None:
    """Raises ValidationError where a way was sent for something that cannot go along any more,
    such as a box that was packed while the page was open."""
    sent = [name.removeprefix(form.add_prefix("")) for name in form.data]
    if any(NAME.fullmatch(name) and name not in form.fields for name in sent):
        raise ValidationError(
            _(
                "What can go along with this visit changed since you opened this page, for example "
                "because a box is packed by now. Nothing is moved or cancelled yet. Is it right as "
                "it is here now? Then send it once more."
            )
        )


class AlongForm(NoteForm):
    """A note, and a way for all that goes along with a visit to `slot`; None: it is cancelled."""

    def __init__(
        self, data: Any, *, booking: Booking, slot: VisitSlot | None, initial: Any = None
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields |= fields_for(along_with(booking, slot.day if slot else None))
        # By the first of two clicks: what went along with it went too.
        self.is_done = not booking.standing.is_coming or booking.visit.slot == slot

    def clean(self) -> dict[str, Any]:
        if not self.is_done:
            refuse_lost_ways(self)
        return super().clean() or self.cleaned_data

    @property
    def along(self) -> dict[str, str]:
        """After `is_valid()`."""
        return {name: way for name, way in self.cleaned_data.items() if name != "note"}
