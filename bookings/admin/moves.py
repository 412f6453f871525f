"""The moves staff make with a booking."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings import attendance, lifecycle, moving, still_coming
from bookings.admin.attendance import CameForm
from bookings.admin.forms import DeskAlongForm, DeskNumbersForm, RescheduleForm
from bookings.models import Booking
from core.backoffice.moves import MovesAdmin, RequiredNoteForm, StaffMove
from submissions.admin.asked import LevelForm

# In order of likelihood; `lifecycle.MOVES` says in which state each is legal.
STAFF_MOVES = {
    "confirm": StaffMove(lifecycle.confirm, _("Confirmed."), style="primary"),
    "decline": StaffMove(lifecycle.decline, _("Declined."), style="danger"),
    "attend": StaffMove(attendance.attend, _("Noted: they were here."), CameForm, style="primary"),
    "recount": StaffMove(attendance.recount, _("Noted: that many came."), CameForm),
    "miss": StaffMove(attendance.miss, _("Noted: they did not come.")),
    "settle": StaffMove(lifecycle.settle, _("Settled.")),
    "reconfirm": StaffMove(still_coming.hear_yes, _("Noted: they are coming.")),
    "change_numbers": StaffMove(
        lifecycle.change_numbers, _("The numbers have been changed."), DeskNumbersForm
    ),
    "correct_level": StaffMove(lifecycle.correct_level, _("The level was corrected."), LevelForm),
    "reschedule": StaffMove(moving.move_as_staff, _("Moved to another date."), RescheduleForm),
    "keep_date": StaffMove(moving.keep_date, _("The date stays; the school gets a mail.")),
    "reinstate": StaffMove(lifecycle.reinstate, _("Reinstated.")),
    "note": StaffMove(lifecycle.add_note, _("The note is in the history."), RequiredNoteForm),
    "cancel": StaffMove(moving.cancel_as_staff, _("Cancelled."), DeskAlongForm, style="danger"),
}


def make_each(
    model_admin: MovesAdmin, request: HttpRequest, bookings: QuerySet[Booking], verb: Any
) -> None:
    """A move for each of several, and how many that were."""
    done = model_admin.move_each(request, bookings, verb)
    if done:
        text = ngettext("%(number)d booking changed.", "%(number)d bookings changed.", done)
        messages.success(request, text % {"number": done})
