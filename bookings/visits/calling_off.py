"""Staff call a whole visit off: everybody who hangs on it hears so once, and nothing of it is
offered to anybody any more.
"""

from collections.abc import Mapping

from django.utils import timezone

from bookings import lifecycle
from bookings.models import Visit
from bookings.moving import take_along
from bookings.places import VisitGone
from bookings.refusals import SlotPast
from bookings.visits import lock_with_classes
from bookings.visits.concerned import Concerned, concerned
from bookings.waiting import freed_places
from bookings.waiting.visit_list import LIST
from core.transactions import retried
from schools.models import User
from submissions.models import Ending
from submissions.waiting.lifecycle import submissions_of


@retried
def call_off(
    *,
    visit: Visit,
    by: User,
    note: str = "",
    along: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> Concerned:
    """Cancel all its classes with what goes along, as `along` says; end what waits for its date,
    and take it off that half day, so that nobody is offered what it leaves. Raises SlotPast,
    VisitGone (also where it concerns others than were `seen`), and the refusals of what goes
    along."""
    slot = visit.slot
    if slot.starts_at <= timezone.now():
        raise SlotPast
    lock_with_classes(visit)
    found = concerned(visit)
    if seen is not None and not found.is_as(seen):
        raise VisitGone
    slot.programmes.remove(visit.programme_id)
    let_go(found, by=by, note=note)
    for booking in found.booked:
        take_along(booking, along or {}, left=slot.day, by=by)
    return found


def let_go(found: Concerned, *, by: User, note: str, keep_booked: bool = False) -> None:
    """End the waiting for the date, and cancel its bookings unless `keep_booked`; part of a verb's
    transaction, after which the date is offered to nobody."""
    for wish in submissions_of(found.offered):
        if LIST.wait_on(wish, by=by, note=note):
            freed_places.opened()  # on another of her days there may be room all along
    for entry in submissions_of(found.waiting):
        LIST.end(entry, Ending.CALLED_OFF, by=by, note=note)
    lifecycle.MOVES.lapse_all(found.held, by=by, why=Ending.CALLED_OFF)
    changes, data = {"attention": ""}, {"why": Ending.CALLED_OFF}
    for booking in () if keep_booked else found.booked:
        lifecycle.MOVES.apply(booking, "cancel", by=by, note=note, changes=changes, data=data)
        lifecycle.flag_dependents(booking, booking.starts_at, by)
