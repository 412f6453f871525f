"""What the clock asks for; the worker calls it every few minutes, and may come late.

Everybody who came is asked on the day after, and who is asked has not been noted as absent: staff
do not tick every class on the day, and a class that nobody ticked did come as a rule. Who is noted
as not come, before or after the mail, cannot answer (docs/decisions/0031).
"""

import datetime

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from bookings.models import Booking
from bookings.models import State as BookingState
from core.dates import start_of_day
from impact.lifecycle import ask
from kits.models import Loan, LoanEvent, LoanState


def ask_due() -> int:
    """Ask about what was over yesterday; of what was over longer ago than a week nobody is asked,
    so that a worker that stood still sends no storm. Returns how many were asked."""
    today = timezone.localdate()
    before = start_of_day(today)
    since = start_of_day(today - datetime.timedelta(days=settings.EVALUATE_BACK_DAYS))
    asked = sum(ask(one, day=one.visit.slot.day) for one in _visits(since, before))
    return asked + sum(
        ask(one, day=timezone.localdate(one.came_back)) for one in _loans(since, before)
    )


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


def _loans(since: datetime.datetime, before: datetime.datetime) -> list[Loan]:
    back = LoanEvent.objects.filter(move="take_back")
    returned = back.filter(loan=OuterRef("pk")).order_by("-pk").values("at")[:1]
    over = Loan.objects.filter(
        pk__in=back.filter(at__gte=since, at__lt=before).values("loan"),
        state__in=LoanState.where(went_out=True, is_off=False),
        evaluation=None,
    ).exclude(submission__email="")
    facts = over.select_related("submission").annotate(came_back=Subquery(returned))
    return list(facts.order_by("pk"))
