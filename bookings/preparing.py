"""What the class does before and after a visit: the preparation, and the follow-up."""

from django.utils import timezone

from bookings.lifecycle import MOVES, lock
from bookings.models import Booking, BookingEvent
from bookings.refusals import NotYet
from core.transactions import retried
from schools.models import User


@retried
def prepare(*, booking: Booking, by: User | None) -> BookingEvent | None:
    """The class did the preparation; None if it was noted already."""
    lock(booking, "prepare")
    if booking.prepared_at is not None:
        return None
    return MOVES.apply(booking, "prepare", by=by, changes={"prepared_at": timezone.now()})


@retried
def unprepare(*, booking: Booking, by: User | None) -> BookingEvent | None:
    """It did not, after all; None if nothing was noted."""
    lock(booking, "unprepare")
    if booking.prepared_at is None:
        return None
    return MOVES.apply(booking, "unprepare", by=by, changes={"prepared_at": None})


@retried
def follow_up(*, booking: Booking, by: User | None) -> BookingEvent | None:
    """The class went on with it afterwards; None if it was noted already. Raises NotYet."""
    lock(booking, "follow_up")
    if not booking.has_begun:
        raise NotYet
    if booking.followed_up_at is not None:
        return None
    return MOVES.apply(booking, "follow_up", by=by, changes={"followed_up_at": timezone.now()})


@retried
def unfollow(*, booking: Booking, by: User | None) -> BookingEvent | None:
    """It did not, after all; None if nothing was noted."""
    lock(booking, "unfollow")
    if booking.followed_up_at is None:
        return None
    return MOVES.apply(booking, "unfollow", by=by, changes={"followed_up_at": None})
