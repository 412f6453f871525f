"""How fast events become queued mails: reminders come in crowds, confirmations carry files."""

import time

from django.utils import timezone

from benchmarks.report import Report
from bookings.models import Booking, BookingEvent, State
from core.mail.outbox import Teller

EVENTS = 300
SECONDS = 60


def measure_mails(report: Report) -> None:
    for what, move, notice in (
        ("reminders queued", "remind", "reminder"),
        # Their letter is made while they go out (`core/mail/markers.py`), not here.
        ("confirmations queued", "verify", "confirmed"),
    ):
        _measure(report, what, move, notice)


def _measure(report: Report, what: str, move: str, notice: str) -> None:
    upcoming = Booking.objects.filter(
        state=State.CONFIRMED, visit__slot__starts_at__gt=timezone.now()
    ).select_related("visit__slot")
    BookingEvent.objects.filter(noticed_at=None).exclude(notice="").update(
        noticed_at=timezone.now()
    )
    BookingEvent.objects.bulk_create(
        BookingEvent(
            booking=booking,
            move=move,
            from_state=State.CONFIRMED,
            to_state=State.CONFIRMED,
            notice=notice,
            about=booking.visit.slot.day if notice == "reminder" else None,
        )
        for booking in upcoming[:EVENTS]
    )
    start = time.perf_counter()
    queued = Teller().tell(seconds=SECONDS)
    rate = queued / (time.perf_counter() - start)
    report.fact(what, f"{queued:9}")
    report.budget("  by the worker", rate, 50, "a second", least=True)
