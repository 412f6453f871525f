"""Choosing a slot: the admin's autocomplete, asked for one programme, saying how full each is."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
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
    slots = VisitSlot.objects.upcoming().with_room_for(programme).select_related("pattern")
    return slots.order_by("starts_at", "pk")


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
            slots_for(programme).exclude(pk=but).select_related("venue", "pattern"),
            widget=SlotSelect(programme),
            label=_("Date and time"),
            help_text=_("Search by day, for example ‘9 March’ or ‘9-3’, or by month."),
            **kwargs,
        )

    def label_from_instance(self, slot: VisitSlot) -> str:
        return labels(self.programme, [slot])[slot.pk]


# --- What it shows while one types ----------------------------------------------------------------

AT_ONCE = 20
# Whoever may look at slots, and whoever has a form with this field.
MAY_CHOOSE = ("view_visitslot", "change_visitslot", "add_booking", "change_booking", "change_visit")


def choose_slot(request: HttpRequest, programme_id: int) -> HttpResponse:
    """In the form of Django's own autocomplete, so that its script understands it."""
    if not any(request.user.has_perm(f"bookings.{name}") for name in MAY_CHOOSE):
        raise PermissionDenied
    programme = get_object_or_404(Programme.objects.of_hubs(request.user), pk=programme_id)
    found = slots_for(programme).matching(request.GET.get("term", ""))
    page = Paginator(found, AT_ONCE).get_page(request.GET.get("page"))
    texts = labels(programme, page.object_list)
    return JsonResponse(
        {
            "results": [{"id": str(pk), "text": text} for pk, text in texts.items()],
            "pagination": {"more": page.has_next()},
        }
    )
