"""A half day as a page showed it: staff may give it another time or place meanwhile."""

import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings.models import VisitSlot
from bookings.refusals import DateChanged
from core.addresses import row_number
from programmes.models import Programme


def as_shown(slot: int, venue: int, starts_at: datetime.datetime) -> str:
    """What a form carries of the half day on its page."""
    return f"{slot} {venue} {starts_at.astimezone(datetime.UTC).isoformat()}"


def slot_as_shown(slot: VisitSlot) -> str:
    return as_shown(slot.pk, slot.venue_id, slot.starts_at)


def number_of(chosen: str | None) -> int:
    """The key of the slot in what a form carries; 0 of nothing."""
    return row_number((chosen or "").partition(" ")[0])


def is_outdated(chosen: str | None, slot: VisitSlot) -> bool:
    """Whether this slot had another time or place when the page was made."""
    shown = chosen or ""
    return " " in shown and shown != slot_as_shown(slot)


def slot_chosen(chosen: str, programme: Programme) -> VisitSlot | None:
    """The slot in which the programme runs; None of nothing. Raises ValidationError where it is
    gone, or has another time or place than was shown."""
    if not (number := number_of(chosen)):
        return None
    slots = VisitSlot.objects.upcoming().with_room_for(programme)
    slot = slots.filter(pk=number).select_related("venue__hub").first()
    if slot is None:
        raise ValidationError(_("This date has just gone. Choose another one."))
    if is_outdated(chosen, slot):
        raise ValidationError(str(DateChanged(slot)))
    return slot
