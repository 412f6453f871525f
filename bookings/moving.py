"""Another date for a class: what its school does itself while cancelling is free, and asks of staff
after.

What goes along with the visit (`Kind.along`) is moved, kept or cancelled with it, all or nothing.
"""

import datetime
from collections.abc import Mapping

from bookings import rules, still_coming, tasters
from bookings.attendance import refuse_unexplained
from bookings.lifecycle import behind_question, cancel, flag, lock, reschedule
from bookings.models import Booking, BookingEvent, VisitSlot
from bookings.refusals import SlotPast
from core.kinds import kinds
from core.lifecycle import Event
from core.transactions import retried
from schools.models import User
from submissions import changing
from submissions.changing import move_asked_of
from submissions.rules import Broken, refuse_broken


@retried
def move(
    *,
    booking: Booking,
    slot: VisitSlot,
    by: User | None,
    note: str = "",
    along: Mapping[str, str] | None = None,
) -> BookingEvent | None:
    """The school moves its class itself; None if it is there already.

    `along`: name of what goes along → the way chosen for it. Raises RulesBroken and what
    `lifecycle.reschedule` raises, and the refusals of what goes along.
    """
    lock(booking, "reschedule")
    if slot == booking.visit.slot:
        return None
    refuse_broken(_broken(booking, slot), (), "")
    event = _move_all(booking, slot, by, note, along or {})
    still_coming.answer_by_moving(booking, by)
    return event


@retried
def ask_to_move(
    *,
    booking: Booking,
    slot: VisitSlot,
    by: User | None,
    note: str = "",
    along: Mapping[str, str] | None = None,
) -> Event | None:
    """After the free period the school asks for another date, and keeps this one until staff
    answer; None if it asked for the same before. Raises SlotPast, RulesBroken.
    """
    lock(booking, "ask_to_move")
    if booking.has_begun:
        raise SlotPast
    refuse_broken(_broken(booking, slot), (), "")
    data = {
        "from": booking.starts_at.isoformat(),
        "to": slot.starts_at.isoformat(),
        "slot": slot.pk,
        "along": dict(along or {}),
    }
    return changing.ask_to_move(booking, data, by=by, note=note)


@retried
def move_as_staff(
    *,
    booking: Booking,
    slot: VisitSlot,
    by: User,
    note: str = "",
    along: Mapping[str, str] | None = None,
) -> BookingEvent | None:
    """Move a class as staff. Without `along`, what goes along goes as the school asked, if this is
    the date that it asked for. Raises what `lifecycle.reschedule` raises, and the refusals of what
    goes along."""
    wish = move_asked_of(booking)
    if along is None and wish is not None and wish.data["slot"] == slot.pk:
        along = wish.data["along"]
    return _move_all(booking, slot, by, note, along or {})


@retried
def cancel_as_staff(
    *, booking: Booking, by: User, note: str = "", along: Mapping[str, str] | None = None
) -> BookingEvent:
    """Cancel it with what goes along, as staff say; what is over too: that is a correction then.
    Raises ReasonAsked."""
    lock(booking, "cancel")
    refuse_unexplained(booking, note)
    left = booking.visit.slot.day
    event = cancel(booking=booking, by=by, note=note)
    take_along(booking, along or {}, left=left, by=by)
    return event


@retried
def keep_date(*, booking: Booking, by: User, note: str = "") -> Event:
    lock(booking, "keep_date")
    behind = behind_question(booking)
    event = changing.keep_date(booking, by=by, note=note)
    if not booking.attention:
        flag(booking, behind, by)
    return event


def first_start(booking: Booking) -> datetime.datetime | None:
    """The moment before which the class cannot come: that of the Proeverij it must have had."""
    programme, school = booking.visit.programme, booking.submission.school
    if not programme.requires_taster or school is None:
        return None
    return tasters.first_at(school.pk) or datetime.datetime.max.replace(tzinfo=datetime.UTC)


def _broken(booking: Booking, slot: VisitSlot) -> list[Broken]:
    """What a school could not choose for this class either, if it booked anew."""
    programme, school = booking.visit.programme, booking.submission.school
    return [
        *rules.broken_choice(programme, slot),
        *rules.broken_on_date(programme, slot, school, booking.party_name),
    ]


def _move_all(
    booking: Booking, slot: VisitSlot, by: User | None, note: str, along: Mapping[str, str]
) -> BookingEvent | None:
    left = booking.visit.slot.day
    event = reschedule(booking=booking, slot=slot, by=by, note=note)
    if event is not None:
        take_along(booking, along, left=left, by=by)
    return event


def take_along(
    booking: Booking, ways: Mapping[str, str], *, left: datetime.date, by: User | None
) -> None:
    """Let each kind move or cancel its rows with a visit that has just left day `left` in this
    transaction, in the ways chosen. Raises their refusals."""
    for kind in kinds():
        kind.follow(booking, ways, left=left, by=by)
