"""Who really came: as booked, or another number, or nobody. What was noted wrong is corrected."""

from django.utils import timezone

from bookings.lifecycle import MOVES, flag_dependents, lock
from bookings.models import Booking, BookingEvent
from bookings.refusals import NotYet
from core.transactions import retried
from schools.models import User


@retried
def attend(*, booking: Booking, by: User, note: str = "", came: int | None = None) -> BookingEvent:
    """The class was here, with `came` pupils; as many as were booked, unless that is said.
    Raises NotYet."""
    lock(booking, "attend")
    _refuse_before(booking)
    number = booking.pupils if came is None else came
    data = {"booked": booking.pupils, "came": number}
    return MOVES.apply(booking, "attend", by=by, note=note, changes={"came": number}, data=data)


@retried
def recount(*, booking: Booking, by: User, came: int, note: str = "") -> BookingEvent | None:
    """It was another number than was noted; None if it is that number already."""
    lock(booking, "recount")
    if came == booking.number_here:
        return None
    data = {"from": booking.number_here, "to": came}
    return MOVES.apply(booking, "recount", by=by, note=note, changes={"came": came}, data=data)


@retried
def miss(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Nobody of the class came. Raises NotYet."""
    lock(booking, "miss")
    _refuse_before(booking)
    event = MOVES.apply(booking, "miss", by=by, note=note, changes={"came": None})
    flag_dependents(booking, booking.starts_at, by)
    return event


def _refuse_before(booking: Booking) -> None:
    if booking.starts_at > timezone.now():
        raise NotYet
