"""What the clock asks for; the worker calls it every few minutes, and may come late.

Everybody who came is asked on the day after, and who is asked has not been noted as absent: staff
do not tick every class on the day, and a class that nobody ticked did come as a rule. Who is noted
as not come, before or after the mail, cannot answer (docs/decisions/0031).
"""

import datetime

from django.conf import settings
from django.utils import timezone

from bookings.models import Booking
from bookings.models import State as BookingState
from core.dates import start_of_day
from impact.lifecycle import ask
from kits.models import Loan, LoanEvent, LoanState


def ask_due() -> int:
    """Ask about what was over `EVALUATE_AFTER_DAYS` ago; of what was over longer ago than
    `EVALUATE_BACK_DAYS` nobody is asked, so that a worker that stood still sends no storm. Returns
    how many were asked."""
    today = timezone.localdate()
    before = start_of_day(today - datetime.timedelta(days=settings.EVALUATE_AFTER_DAYS - 1))
    since = start_of_day(today - datetime.timedelta(days=settings.EVALUATE_BACK_DAYS))
    asked = sum(ask(one, day=one.visit.slot.day) for one in _visits(since, before))
    return asked + sum(ask(one, day=day) for one, day in _loans(since, before))


def _visits(since: datetime.datetime, before: datetime.datetime) -> list[Booking]:
    over = Booking.objects.filter(
        state__in=BookingState.where(counts=True),
        visit__slot__starts_at__gte=since,
        visit__slot__starts_at__lt=before,
        evaluation=None,
    )
    # Without an address nobody hears of it.
    reachable = over.exclude(submission__email="")
    return list(reachable.select_related("submission", "visit__slot__venue").order_by("pk"))


def _loans(since: datetime.datetime, before: datetime.datetime) -> list[tuple[Loan, datetime.date]]:
    """Each with the day on which its box came back."""
    back = LoanEvent.objects.filter(
        move="take_back",
        at__gte=since,
        at__lt=before,
        loan__state__in=LoanState.where(went_out=True, is_off=False),
        loan__evaluation=None,
    )
    reachable = back.exclude(loan__submission__email="")
    events = reachable.select_related("loan__submission").order_by("loan", "pk")
    return [(event.loan, timezone.localdate(event.at)) for event in events]
