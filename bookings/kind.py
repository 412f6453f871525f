"""A class visit, as the rest of the site deals with it."""

from datetime import timedelta

from bookings import clock
from bookings.models import FACTS, BookingEvent
from bookings.telling import notices
from core.kinds import Kind
from core.mail.queue import Message


class VisitKind(Kind):
    name = "visits"
    event = BookingEvent
    together = ("booking__submission",)
    read_along = tuple(f"booking__{fact}" for fact in FACTS)
    markers = (notices.BookingLink(),)
    enclosures = (notices.Letter(),)
    jobs = {
        "lapse": timedelta(seconds=5),
        "remind": timedelta(minutes=1),
        "erase_facilities": timedelta(hours=1),
    }

    def mails(self, events: list[BookingEvent]) -> list[Message]:
        return notices.mails_of(events)

    # --- What the worker does ---------------------------------------------------------------

    def lapse(self) -> None:
        clock.lapse_expired()

    def remind(self) -> None:
        clock.remind_due()

    def erase_facilities(self) -> None:
        clock.erase_facilities()
