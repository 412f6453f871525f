"""Who really came: as booked, or another number, or nobody. What was noted wrong is corrected."""

from bookings.lifecycle import MOVES, flag_dependents, lock
from bookings.models import Booking, BookingEvent, State
from bookings.refusals import NotYet, ReasonAsked
from core.kinds import kinds
from core.transactions import retried
from schools.models import User


@retried
def attend(*, booking: Booking, by: User, note: str = "", came: int | None = None) -> BookingEvent:
    """The class was here, with `came` pupils; as many as were booked, unless that is said.
    Raises NotYet, ReasonAsked."""
    lock(booking, "attend")
    _refuse_before(booking)
    if booking.state == State.NO_SHOW:
        refuse_unexplained(booking, note)
    number = booking.pupils if came is None else came
    data = {"booked": booking.pupils, "came": number}
    return MOVES.apply(booking, "attend", by=by, note=note, changes={"came": number}, data=data)


@retried
def recount(*, booking: Booking, by: User, came: int, note: str = "") -> BookingEvent | None:
    """It was another number than was noted; None if it is that number already. Raises
    ReasonAsked."""
    lock(booking, "recount")
    if came == booking.number_here:
        return None
    refuse_unexplained(booking, note)
    data = {"from": booking.number_here, "to": came}
    return MOVES.apply(booking, "recount", by=by, note=note, changes={"came": came}, data=data)


@retried
def miss(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Nobody of the class came. Raises NotYet, ReasonAsked."""
    lock(booking, "miss")
    _refuse_before(booking)
    if booking.state == State.ATTENDED:
        refuse_unexplained(booking, note)
    event = MOVES.apply(booking, "miss", by=by, note=note, changes={"came": None})
    flag_dependents(booking, booking.starts_at, by)
    return event


def _refuse_before(booking: Booking) -> None:
    if not booking.has_begun:
        raise NotYet


def refuse_unexplained(booking: Booking, note: str) -> None:
    """A correction of what others were told needs a note."""
    if note or not booking.has_begun:
        return
    if sent := [one for kind in kinds() for one in kind.sent_of(booking)]:
        raise ReasonAsked(sent=", ".join(sent))
