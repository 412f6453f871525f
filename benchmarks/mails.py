"""How fast events become queued mails: reminders, the mails that come in crowds."""

import time

from django.utils import timezone

from benchmarks.report import Report
from bookings.models import Booking, BookingEvent, State
from tec_site.notices import Teller

EVENTS = 300
SECONDS = 60


def measure_mails(report: Report) -> None:
    upcoming = Booking.objects.filter(
        state=State.CONFIRMED, visit__slot__starts_at__gt=timezone.now()
    ).select_related("visit__slot")
    BookingEvent.objects.filter(noticed_at=None).exclude(notice="").update(
        noticed_at=timezone.now()
    )
    BookingEvent.objects.bulk_create(
        BookingEvent(
            booking=booking,
            move="remind",
            from_state=State.CONFIRMED,
            to_state=State.CONFIRMED,
            notice="reminder",
            about=booking.visit.slot.day,
        )
        for booking in upcoming[:EVENTS]
    )
    start = time.perf_counter()
    queued = Teller().tell(seconds=SECONDS)
    rate = queued / (time.perf_counter() - start)
    report.fact("reminders queued", f"{queued:9}")
    report.budget("  by the worker", rate, 50, "a second", least=True)
