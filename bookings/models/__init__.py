from bookings.models.booking import BOOKED, FACTS, Attention, Booking, BookingEvent, State
from bookings.models.schedule import SchedulePattern, VisitSlot, shut
from bookings.models.visit import Visit, ZoneClaim

__all__ = [
    "BOOKED",
    "FACTS",
    "Attention",
    "Booking",
    "BookingEvent",
    "SchedulePattern",
    "State",
    "Visit",
    "VisitSlot",
    "ZoneClaim",
    "shut",
]
