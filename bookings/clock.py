"""What the clock asks for; the worker calls these every few seconds, and may come late."""

import datetime

from django.conf import settings
from django.db.models import DurationField, Exists, OuterRef, Value
from django.db.models.functions import TruncDate
from django.utils import timezone

from bookings.lifecycle import MOVES
from bookings.models import Booking, BookingEvent, State, VisitWait
from core.dates import ONE_DAY, start_of_day
from core.transactions import retried
from submissions.models import Submission
from submissions.waiting.lifecycle import LIVE

# Whose visit was confirmed just before the question would come, or later, has said so already.
KNOWN_BEFORE = datetime.timedelta(days=3)


def lapse_expired() -> int:
    """Lapse holds whose time is up; returns how many. Nothing depends on its being run, but that
    who waits is offered what was held."""
    return sum(map(_lapse, Booking.objects.expired().order_by("pk")))


@retried
def _lapse(booking: Booking) -> int:
    return MOVES.lapse_all([booking])


def remind_due() -> int:
    """Remind of visits within a week, once per date, however often and late this runs.

    Who was sent a confirmation, or asked whether they still come, since yesterday has that at hand
    and is reminded later.
    """
    today = timezone.localdate()
    last = today + datetime.timedelta(days=settings.REMIND_BEFORE_VISIT_DAYS)
    due = (
        Booking.objects.filter(
            state=State.CONFIRMED,
            visit__slot__starts_at__gte=start_of_day(today + ONE_DAY),
            visit__slot__starts_at__lt=start_of_day(last + ONE_DAY),
        )
        .with_facts()
        .order_by("pk")
    )
    reminded = BookingEvent.objects.filter(
        booking=OuterRef("pk"),
        move="remind",
        about=TruncDate("booking__visit__slot__starts_at"),
    )
    yesterday = timezone.now() - ONE_DAY
    confirmed = BookingEvent.objects.filter(
        booking=OuterRef("pk"), notice__in=("confirmed", "still_coming"), at__gt=yesterday
    )
    due = due.exclude(Exists(reminded)).exclude(Exists(confirmed))
    return sum(MOVES.remind(booking, "remind", booking.visit.slot.day) for booking in due)


def ask_again_due() -> int:
    """Ask 'are you still coming?' of visits within three weeks, once per date.

    Of one that was moved to a near date at once; not of one that was confirmed so lately that the
    answer is known.
    """
    today = timezone.localdate()
    last = today + datetime.timedelta(days=settings.ASK_AGAIN_BEFORE_VISIT_DAYS)
    lately = datetime.timedelta(days=settings.ASK_AGAIN_BEFORE_VISIT_DAYS) + KNOWN_BEFORE
    confirmed = BookingEvent.objects.filter(
        booking=OuterRef("pk"),
        notice="confirmed",
        at__gt=OuterRef("visit__slot__starts_at") - Value(lately, DurationField()),
    )
    due = (
        Booking.objects.unanswered()
        .filter(
            visit__slot__starts_at__gte=start_of_day(today + ONE_DAY),
            visit__slot__starts_at__lt=start_of_day(last + ONE_DAY),
        )
        .exclude(pk__in=Booking.objects.asked_again().values("pk"))
        .exclude(Exists(confirmed))
        .exclude(submission__email="")
        .with_facts()
        .order_by("pk")
    )
    return sum(MOVES.remind(booking, "ask_again", booking.visit.slot.day) for booking in due)


def erase_facilities() -> int:
    """Erase what schools asked to be arranged, from the day after the last visit on.

    It may tell of a pupil's health, and nothing needs it any more. Returns how many.
    """
    still_needed = Booking.objects.holding().filter(
        submission=OuterRef("pk"),
        visit__slot__starts_at__gte=start_of_day(timezone.localdate()),
    )
    waiting = VisitWait.objects.filter(submission=OuterRef("pk"), state__in=LIVE)
    over = Submission.objects.exclude(facilities="")
    over = over.filter(~Exists(still_needed), ~Exists(waiting))
    # Typed a moment ago, and its bookings are not written yet.
    return over.filter(created_at__lt=timezone.now() - ONE_DAY).update(facilities="")
