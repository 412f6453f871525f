"""A class visit, as the rest of the site deals with it."""

from datetime import timedelta

from bookings import clock
from core.kinds import Kind


class VisitKind(Kind):
    name = "visits"
    jobs = {
        "lapse": timedelta(seconds=5),
        "remind": timedelta(minutes=1),
        "erase_facilities": timedelta(hours=1),
    }

    def lapse(self) -> None:
        clock.lapse_expired()

    def remind(self) -> None:
        clock.remind_due()

    def erase_facilities(self) -> None:
        clock.erase_facilities()
