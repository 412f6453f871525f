from bookings.models.booking import (
    FACTS,
    SAID_YES,
    Attention,
    Booking,
    BookingEvent,
    by_date,
    is_doubtful,
    was_asked,
)
from bookings.models.schedule import SchedulePattern, VisitSlot, public, shut
from bookings.models.state import State
from bookings.models.visit import Footprint, Visit, ZoneClaim
from bookings.models.waiting import (
    WAIT_FACTS,
    PartOfDay,
    VisitWait,
    VisitWaitEvent,
    VisitWaitQuerySet,
)

__all__ = [
    "FACTS",
    "SAID_YES",
    "WAIT_FACTS",
    "Attention",
    "Booking",
    "BookingEvent",
    "Footprint",
    "PartOfDay",
    "SchedulePattern",
    "State",
    "Visit",
    "VisitSlot",
    "VisitWait",
    "VisitWaitEvent",
    "VisitWaitQuerySet",
    "ZoneClaim",
    "by_date",
    "is_doubtful",
    "public",
    "shut",
    "was_asked",
]
