"""How fast events become queued mails: reminders come in crowds, confirmations carry files."""

from functools import partial

from django.utils import timezone

from benchmarks.measure import latency, select, timed
from benchmarks.report import Report
from benchmarks.server import Server
from bookings.models import Booking, BookingEvent, State
from core.mail.outbox import Teller

# Their letter is made while they go out (`core/mail/markers.py`), not here.
NOTICES = {"reminder": "remind", "confirmed": "verify"}


def measure_mails(server: Server, report: Report) -> None:
    upcoming = Booking.objects.filter(
        state=State.CONFIRMED, visit__slot__starts_at__gt=timezone.now()
    ).select_related("visit__slot")
    for notice, move in NOTICES.items():
        BookingEvent.objects.filter(noticed_at=None).update(noticed_at=timezone.now())
        events = BookingEvent.objects.bulk_create(
            BookingEvent(
                booking=booking,
                move=move,
                from_state=State.CONFIRMED,
                to_state=State.CONFIRMED,
                notice=notice,
                about=booking.visit.slot.day if notice == "reminder" else None,
            )
            for booking in upcoming[:300]
        )
        seconds = timed(partial(Teller().tell, seconds=60)) / len(events)
        times = seconds / latency(server, select).median
        report.budget(f"a mail queued: {notice}", times, 6, "times the floor")
