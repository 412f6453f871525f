"""The moves staff make with a booking: which there are now, and the page of each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from .. import lifecycle
from ..desk_forms import DeskNumbersForm, NoteForm, RequiredNoteForm, RescheduleForm
from ..lifecycle import MOVES
from ..models import Booking


@dataclass(frozen=True)
class StaffMove:
    verb: Callable[..., Any]
    done: Any
    form: type[NoteForm] = NoteForm
    style: str = ""


# In order of likelihood; `lifecycle.MOVES` says in which state each is legal.
STAFF_MOVES = {
    "confirm": StaffMove(lifecycle.confirm, _("Confirmed."), style="primary"),
    "decline": StaffMove(lifecycle.decline, _("Declined."), style="danger"),
    "attend": StaffMove(lifecycle.attend, _("Noted: the class was here."), style="primary"),
    "miss": StaffMove(lifecycle.miss, _("Noted: the class did not come.")),
    "settle": StaffMove(lifecycle.settle, _("Settled.")),
    "change_numbers": StaffMove(
        lifecycle.change_numbers, _("The numbers have been changed."), DeskNumbersForm
    ),
    "reschedule": StaffMove(lifecycle.reschedule, _("Moved to another date."), RescheduleForm),
    "reinstate": StaffMove(lifecycle.reinstate, _("Reinstated.")),
    "note": StaffMove(lifecycle.add_note, _("The note is in the history."), RequiredNoteForm),
    "cancel": StaffMove(lifecycle.cancel, _("Cancelled."), style="danger"),
}


@dataclass(frozen=True)
class Button:
    name: str
    label: str
    style: str


def buttons_for(booking: Booking) -> list[Button]:
    """The moves that make sense for this booking as it is."""
    return [
        Button(name, capfirst(str(MOVES[name].label)), move.style)
        for name, move in STAFF_MOVES.items()
        if booking.state in MOVES[name].sources and _has_sense(name, booking)
    ]


def _has_sense(name: str, booking: Booking) -> bool:
    """What the state allows but the clock or the booking does not ask for."""
    if name in {"attend", "miss"}:
        return booking.starts_at <= timezone.now()
    if name == "settle":
        return bool(booking.attention)
    return True
