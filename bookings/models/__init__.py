from bookings.models.booking import FACTS, SAID_YES, Attention, Booking, BookingEvent, was_asked
from bookings.models.schedule import SchedulePattern, VisitSlot, shut
from bookings.models.state import State
from bookings.models.visit import Footprint, Visit, ZoneClaim

__all__ = [
    "FACTS",
    "SAID_YES",
    "Attention",
    "Booking",
    "BookingEvent",
    "Footprint",
    "SchedulePattern",
    "State",
    "Visit",
    "VisitSlot",
    "ZoneClaim",
    "shut",
    "was_asked",
]
