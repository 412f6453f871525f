"""'Are you still coming?': what a school answers, or says by what it does.

An answer is of one date and one number. After a move, or with another number, it is open again;
silence is something for staff to look at and never cancels anything.
"""

import datetime
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from bookings import lifecycle
from bookings.lifecycle import MOVES, lock
from bookings.models import Booking, BookingEvent
from bookings.refusals import QuestionChanged, SlotPast
from core.transactions import retried
from schools.models import User
from submissions.rules import Rule

# Who was confirmed so lately has just said that they come.
KNOWN_FOR = datetime.timedelta(days=3)
# In which states it can be said.
ASKED_OF = sorted(MOVES["reconfirm"].sources)


class Answer(NamedTuple):
    """'Yes, we come', as the page asked it."""

    booking: Booking
    starts_at: datetime.datetime
    pupils: int


@retried
def reconfirm(answers: Iterable[Answer], *, by: User | None) -> None:
    """They still come, all of these or none: on the date, and with the number, that was asked.

    Twice is once. Raises QuestionChanged, SlotPast, IllegalMove.
    """
    for answer in sorted(answers, key=lambda one: one.booking.pk):
        booking = answer.booking
        lock(booking, "reconfirm")
        if (answer.starts_at, answer.pupils) != (booking.starts_at, booking.pupils):
            raise QuestionChanged
        if booking.has_begun:
            raise SlotPast
        if not booking.said_yes:
            _say_yes(booking, by)


@retried
def hear_yes(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Staff heard yes by telephone, to the present date and number. Raises SlotPast."""
    lock(booking, "reconfirm")
    if booking.has_begun:
        raise SlotPast
    return _say_yes(booking, by, note)


@retried
def change_own_numbers(
    *,
    booking: Booking,
    pupils: int,
    supervisors: int,
    by: User | None,
    note: str = "",
    told: Collection[Rule] = (),
) -> BookingEvent | None:
    """The school changes its numbers itself; where we asked whether they still come, that says
    yes. Raises what `lifecycle.change_numbers` raises."""
    event = lifecycle.change_numbers(
        booking=booking, pupils=pupils, supervisors=supervisors, by=by, note=note, told=told
    )
    asked = Booking.objects.unanswered().asked_again()
    if asked.filter(pk=booking.pk).exists():
        _say_yes(booking, by)
    return event


def is_near(day: datetime.date, seen_on: datetime.date | None = None) -> bool:
    """Whether a visit on that day is, or was when seen on another, so near that we ask whether
    they still come."""
    today = seen_on or timezone.localdate()
    return day <= today + datetime.timedelta(days=settings.ASK_AGAIN_BEFORE_VISIT_DAYS)


def answer_by_moving(booking: Booking, by: User | None) -> None:
    """The school has just chosen this date itself: where it is near, that says yes. Part of a
    verb's transaction."""
    if booking.state in ASKED_OF and is_near(booking.visit.slot.day) and not booking.said_yes:
        _say_yes(booking, by)


def _say_yes(booking: Booking, by: User | None, note: str = "") -> BookingEvent:
    changes = {"said_yes_for": booking.starts_at, "said_yes_with": booking.pupils}
    data = {
        "for": booking.starts_at.isoformat(),
        "programme": booking.visit.programme_id,
        "pupils": booking.pupils,
    }
    return MOVES.apply(booking, "reconfirm", by=by, note=note, changes=changes, data=data)
