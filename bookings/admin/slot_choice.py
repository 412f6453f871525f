"""Choosing a slot: the admin's autocomplete, asked for one programme, saying how full each is.

The widget asks `bookings/admin/slot_search.py` for what it shows.
"""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from bookings.models import Visit, VisitSlot
from bookings.models.schedule import VisitSlotQuerySet
from bookings.planning.availability import offers_between
from bookings.telling.wording import slot_in_words
from core.backoffice.base import keep_to_rows
from programmes.models import Programme


def slots_for(programme: Programme) -> VisitSlotQuerySet:
    """The slots to come in which a programme can run, whether or not there is room."""
    return VisitSlot.objects.upcoming().with_room_for(programme).order_by("starts_at", "pk")


def labels(programme: Programme, slots: Iterable[VisitSlot]) -> dict[int, str]:
    """Slot → when it is, and what is left in it for this programme; one query."""
    days = [slot.day for slot in slots]
    if not days:
        return {}
    offers = offers_between(programme, min(days), max(days) + datetime.timedelta(days=1))
    of_slot = {offer.slot_id: offer for offer in offers}
    return {slot.pk: slot_in_words(slot, programme, of_slot.get(slot.pk)) for slot in slots}


class SlotSelect(AutocompleteSelect):
    def __init__(self, programme: Programme) -> None:
        super().__init__(Visit._meta.get_field("slot"), admin.site)
        keep_to_rows(self)
        self.programme = programme

    def get_url(self) -> str:
        return reverse("admin:bookings_visitslot_choose", args=[self.programme.pk])


class SlotField(forms.ModelChoiceField):
    default_error_messages = {
        "invalid_choice": _("This date cannot be chosen any more. Choose another one."),
    }

    def __init__(self, programme: Programme, *, but: int = 0, **kwargs: Any) -> None:
        """`but`: the slot that is taken already, and no choice."""
        self.programme = programme
        super().__init__(
            slots_for(programme).exclude(pk=but).select_related("venue"),
            widget=SlotSelect(programme),
            label=_("Date and time"),
            help_text=_("Search by day, for example ‘9 March’ or ‘9-3’, or by month."),
            **kwargs,
        )

    def label_from_instance(self, slot: VisitSlot) -> str:
        return labels(self.programme, [slot])[slot.pk]
