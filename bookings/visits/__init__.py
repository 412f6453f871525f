"""What staff do to a whole visit, with all its classes."""

from bookings.visits.limits import Limited, keep_limits, limit_slots, set_maxima
from bookings.visits.moving import lock_with_classes, move_visit

__all__ = [
    "Limited",
    "keep_limits",
    "limit_slots",
    "lock_with_classes",
    "move_visit",
    "set_maxima",
]
