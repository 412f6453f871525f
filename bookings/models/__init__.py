from .booking import BOOKED, FACTS, Attention, Booking, BookingEvent, State
from .schedule import Closure, SchedulePattern, VisitSlot, shut
from .visit import Visit, ZoneClaim

__all__ = [
    "BOOKED",
    "FACTS",
    "Attention",
    "Booking",
    "BookingEvent",
    "Closure",
    "SchedulePattern",
    "State",
    "Visit",
    "VisitSlot",
    "ZoneClaim",
    "shut",
]
