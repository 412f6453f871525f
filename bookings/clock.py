"""What the clock asks for; the worker calls these every few seconds, and may come late."""

import datetime
from typing import Any

from django.conf import settings
from django.db.models import DurationField, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import TruncDate
from django.utils import timezone

from bookings.lifecycle import MOVES
from bookings.models import Booking, BookingEvent, State, VisitWait
from bookings.still_coming import KNOWN_FOR, is_near
from core.dates import ONE_DAY, start_of_day
from submissions.models import Submission
from submissions.waiting.lifecycle import LIVE

# Whose visit was confirmed just before the question would come, or later, has said so already: she
# is asked when that is not so fresh any more.
QUIET_AFTER = datetime.timedelta(days=7)


def lapse_expired() -> int:
    return MOVES.lapse_expired(Booking.objects.expired().order_by("pk"))


def remind_due() -> int:
    """Remind of visits within `REMIND_BEFORE_VISIT_DAYS`, once per date, however often and late
    this runs.

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
    """Ask 'are you still coming?' of visits within `ASK_AGAIN_BEFORE_VISIT_DAYS`, once per
    date.

    Who was confirmed shortly before that is asked a week after, while it can still help; later the
    reminder asks. Who was moved to a near date was asked in the mail about that: it is only noted.
    """
    today, now = timezone.localdate(), timezone.now()
    last = today + datetime.timedelta(days=settings.ASK_AGAIN_BEFORE_VISIT_DAYS)
    before_reminder = today + datetime.timedelta(days=settings.REMIND_BEFORE_VISIT_DAYS) + ONE_DAY
    lately = datetime.timedelta(days=settings.ASK_AGAIN_BEFORE_VISIT_DAYS) + KNOWN_FOR
    events = BookingEvent.objects.filter(booking=OuterRef("pk"))
    confirmed = events.filter(
        notice="confirmed",
        at__gt=OuterRef("visit__slot__starts_at") - Value(lately, DurationField()),
    )
    is_fresh = Exists(confirmed.filter(at__gt=now - QUIET_AFTER))
    is_too_late = Q(visit__slot__starts_at__lt=start_of_day(before_reminder))
    moved = events.filter(move="reschedule").order_by("-pk")
    due = (
        Booking.objects.unanswered()
        .filter(
            visit__slot__starts_at__gte=start_of_day(today + ONE_DAY),
            visit__slot__starts_at__lt=start_of_day(last + ONE_DAY),
        )
        .exclude(pk__in=Booking.objects.asked_again().values("pk"))
        .exclude(is_fresh | (is_too_late & Exists(confirmed)))
        .exclude(submission__email="")
        .annotate(moved_at=Subquery(moved.values("at")[:1]))
        .with_facts()
        .order_by("pk")
    )
    return sum(map(_ask_again, due))


def _ask_again(booking: Any) -> bool:
    day, moved_at = booking.visit.slot.day, booking.moved_at
    was_asked = moved_at is not None and is_near(day, timezone.localdate(moved_at))
    return MOVES.remind(booking, "ask_again", day, notice="" if was_asked else None)


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
