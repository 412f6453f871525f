from bookings.models.booking import FACTS, Attention, Booking, BookingEvent
from bookings.models.schedule import SchedulePattern, VisitSlot, shut
from bookings.models.state import State
from bookings.models.visit import Footprint, Visit, ZoneClaim

__all__ = [
    "FACTS",
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
]
