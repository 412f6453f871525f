"""What is decided about a booking, and changed of it, by staff or by the school."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone

from bookings import rules, tasters
from bookings.lifecycle.asking import join_or_open
from bookings.lifecycle.table import MOVES, lock, make_way
from bookings.models import Attention, Booking, BookingEvent, State, Visit, VisitSlot
from bookings.models.booking import IN_HOLIDAY
from bookings.refusals import Forgotten, NeverConfirmed, SlotPast
from core.lifecycle import Role, role_of
from core.transactions import retried
from programmes.models import ProgrammeKind
from schools.models import ClassGroup, User
from schools.years import school_year_of
from submissions.rules import Rule, refuse_broken, set_aside

S = State
# What a school asked of staff comes first; what else is the matter shows once that is answered.
QUESTIONS = {Attention.LATE_CANCELLATION, Attention.MOVE_ASKED}


@retried
def confirm(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    return MOVES.apply(booking, "confirm", by=by, note=note)


@retried
def decline(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    return MOVES.apply(booking, "decline", by=by, note=note, changes={"attention": ""})


@retried
def cancel(
    *, booking: Booking, by: User | None, note: str = "", notice: str | None = None
) -> BookingEvent:
    """Free the place. The school itself may until the free period ends (TooLate) or the visit
    begins (SlotPast); staff always. `notice`: another message than 'cancelled'.

    Experiences that stood on a cancelled Proeverij come under 'needs attention'.
    """
    lock(booking, "cancel")
    rules.refuse_late_cancelling(booking, by)
    was_held = booking.state == S.HELD
    changes = {"held_until": None, "attention": ""}
    notice = "" if was_held else notice  # nobody was told of a hold: nothing to take back
    event = MOVES.apply(booking, "cancel", by=by, note=note, changes=changes, notice=notice)
    if not was_held:
        flag_dependents(booking, booking.starts_at, by)
    return event


@retried
def ask_to_cancel(
    *, booking: Booking, by: User | None, note: str = "", along: Mapping[str, str] | None = None
) -> BookingEvent | None:
    """Ask staff to cancel after the free period; it comes under 'needs attention', with the ways of
    what goes `along`.

    Asking again before they did changes nothing (None). Raises SlotPast.
    """
    lock(booking, "ask_to_cancel")
    if booking.has_begun:
        raise SlotPast
    if booking.attention == Attention.LATE_CANCELLATION:
        return None
    changes, data = {"attention": Attention.LATE_CANCELLATION}, {"along": dict(along or {})}
    return MOVES.apply(booking, "ask_to_cancel", by=by, note=note, changes=changes, data=data)


@retried
def reinstate(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Undo a cancellation or refusal, if there is still a place.

    Raises NeverConfirmed for what was cancelled before its code was typed, Forgotten, SlotPast,
    VisitFull, ZonesTaken.
    """
    lock(booking, "reinstate")
    if booking.has_begun:
        raise SlotPast
    if booking.submission.verified_at is None:
        raise NeverConfirmed
    if not booking.submission.email:
        raise Forgotten
    changes = {"visit": join_or_open(booking.visit.slot, booking.visit.programme)}
    event = MOVES.apply(booking, "reinstate", by=by, note=note, changes=changes)
    _flag_without_taster(booking, by)
    return event


@retried
def reschedule(
    *, booking: Booking, slot: VisitSlot, by: User | None, note: str = ""
) -> BookingEvent | None:
    """Move one class to another slot, or leave everything as it was; None if it is there already.

    Raises VisitFull, ZonesTaken, DoesNotFit, ClassAlreadyBooked, SlotPast, and for the school
    itself TooLate.
    """
    lock(booking, "reschedule")
    if slot == booking.visit.slot:
        return None
    rules.refuse_late_cancelling(booking, by)
    if slot.starts_at <= timezone.now():
        raise SlotPast
    left, was_at = booking.visit, booking.starts_at
    data = {"from": was_at.isoformat(), "to": slot.starts_at.isoformat(), "visit": left.pk}
    only_planned = role_of(by) != Role.STAFF
    visit = join_or_open(slot, left.programme, leaving=left.pk, only_planned=only_planned)
    changes: dict[str, Any] = {"visit": visit}
    was_asked = booking.attention == Attention.MOVE_ASKED
    if was_asked:
        changes["attention"] = ""  # answered
    school = booking.submission.school
    if school and school_year_of(left.slot.day) != school_year_of(slot.day):
        changes["class_group"] = ClassGroup.objects.named_in(booking, school, slot.day)
    event = MOVES.apply(booking, "reschedule", by=by, note=note, changes=changes, data=data)
    _note_rooms(booking, left, by)
    flag_dependents(booking, was_at, by)
    _flag_without_taster(booking, by)
    if was_asked and not booking.attention:
        flag(booking, unseen_doubt(booking), by)
    return event


def _note_rooms(booking: Booking, left: Visit, by: User | None) -> None:
    """Where staff chose rooms for the visit that it left or joins, its history says in which it is
    now, if these are others."""
    there = booking.visit
    if left.has_own_rooms:
        there.refresh_from_db(fields=["has_own_rooms"])  # these may have gone along
    if not (left.has_own_rooms or there.has_own_rooms):
        return
    before, after = left.room_names, there.room_names
    if before != after:
        changes = {"changed_at": timezone.now()}  # for calendars of zones
        data = {"from": before, "to": after}
        MOVES.apply(booking, "rehouse", by=by, data=data, changes=changes)


@retried
def change_numbers(
    *,
    booking: Booking,
    pupils: int,
    supervisors: int,
    by: User | None,
    note: str = "",
    overrule: Collection[Rule] = (),
    reason: str = "",
    told: Collection[Rule] = (),
) -> BookingEvent | None:
    """Change how many come; None if it is as many already. Raises RulesBroken, VisitFull,
    and for the school itself TooLateForNumbers and SlotPast.

    `note` goes into the mail; `reason`, why a rule is overruled, into a note for colleagues. `told`
    as in a VisitRequest.
    """
    lock(booking, "change_numbers")
    rules.refuse_late_numbers(booking, by)
    if (booking.pupils, booking.supervisors) == (pupils, supervisors):
        return None
    broken = rules.broken_change(booking, pupils, supervisors)
    refuse_broken(broken, overrule, reason, told)
    make_way(booking.visit.slot, booking.visit.programme)
    if broken:
        MOVES.apply(booking, "note", by=by, note=reason, data=set_aside(broken))
    data = {"from": [booking.pupils, booking.supervisors], "to": [pupils, supervisors]}
    changes = {"pupils": pupils, "supervisors": supervisors}
    return MOVES.apply(booking, "change_numbers", by=by, note=note, changes=changes, data=data)


@retried
def correct_level(*, booking: Booking, level: str, by: User, note: str = "") -> BookingEvent | None:
    return MOVES.correct_level(booking, level, by=by, note=note)


@retried
def add_note(*, booking: Booking, by: User, note: str) -> BookingEvent:
    return MOVES.apply(booking, "note", by=by, note=note)


@retried
def settle(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Staff looked at what needed attention; what a question hid needs it now."""
    behind = behind_question(booking)
    this: Any = Booking.objects.filter(pk=booking.pk).with_holiday()
    data = {IN_HOLIDAY: True} if this.exclude(holiday="").exists() else {}
    event = MOVES.apply(booking, "settle", by=by, note=note, changes={"attention": ""}, data=data)
    flag(booking, behind, by)
    return event


def behind_question(booking: Booking) -> str:
    """The doubt about a Proeverij that a question of its school hides; else ''."""
    return unseen_doubt(booking) if booking.attention in QUESTIONS else ""


def unseen_doubt(booking: Booking) -> str:
    """A doubt about its Proeverij that holds and that staff neither overruled nor settled; else
    ''."""
    school = booking.submission.school
    is_to_come = booking.standing.holds and not booking.has_begun
    if not is_to_come or booking.audience.is_groups or school is None:
        return ""
    programme, slot = booking.visit.programme, booking.visit.slot
    doubt = tasters.doubt_about(programme, slot, school, booking.party_name)
    last = booking.events.filter(move__in=("hold", "offer", "flag", "settle")).order_by("pk").last()
    if not doubt or last is None:
        return doubt
    was_seen = last.move == "settle" or Rule.PREREQUISITE in last.data.get("overruled", ())
    return "" if was_seen else doubt


def flag(booking: Booking, attention: str, by: User | None) -> None:
    if attention:
        MOVES.apply(booking, "flag", by=by, changes={"attention": attention})


# --- Experiences on a Proeverij ----------------------------------------------------------------


def flag_dependents(taster: Booking, since: datetime.datetime, by: User | None) -> None:
    """A class does not come to its Proeverij, or not on that moment: Experiences of its school
    that no Proeverij precedes any more need attention."""
    if taster.visit.programme.kind != ProgrammeKind.TASTER or taster.audience.is_groups:
        return
    for booking in Booking.objects.depending_on(taster, since).with_facts().order_by("pk"):
        _flag_without_taster(booking, by)


def _flag_without_taster(booking: Booking, by: User | None) -> None:
    """An Experience that no Proeverij precedes needs attention, once."""
    flagged = Attention.PREREQUISITE_GONE
    if booking.attention == flagged or not tasters.is_missing_for(booking):
        return
    if booking.attention not in QUESTIONS:
        flag(booking, flagged, by)
    elif behind_question(booking) != flagged:
        MOVES.apply(booking, "flag", by=by)  # for when it is answered
