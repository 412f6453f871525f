"""A half day as a page showed it: staff may give it another time while somebody chooses."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings.models import VisitSlot
from bookings.refusals import DateChanged
from core.addresses import row_number
from programmes.models import Programme


def number_of(chosen: str | None) -> int:
    """The key of the slot in what `Offer.as_shown` says; 0 of nothing."""
    return row_number((chosen or "").partition(" ")[0])


def is_outdated(chosen: str | None, slot: VisitSlot) -> bool:
    """Whether this slot had another time when the page was made."""
    shown = (chosen or "").partition(" ")[2]
    return bool(shown) and shown != slot.starts_at.isoformat()


def slot_chosen(chosen: str, programme: Programme) -> VisitSlot | None:
    """The slot in which the programme runs; None of nothing. Raises ValidationError where it is
    gone, or has another time than was shown."""
    if not (number := number_of(chosen)):
        return None
    slots = VisitSlot.objects.upcoming().with_room_for(programme)
    slot = slots.filter(pk=number).select_related("venue__hub").first()
    if slot is None:
        raise ValidationError(_("This date has just gone. Choose another one."))
    if is_outdated(chosen, slot):
        raise ValidationError(str(DateChanged(slot)))
    return slot
