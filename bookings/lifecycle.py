"""Everything that happens to a booking.

The table is the documentation: from which states, to which state, and which message goes out
(`bookings/telling/notices.py`). Held, requested, confirmed, attended and no_show hold places in the
visit; new, declined, cancelled and lapsed do not. `apply()` takes and frees places by that
difference alone, so no verb below counts anything.
"""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import places, rules
from bookings.models import BOOKED, Attention, Booking, BookingEvent, State, Visit, VisitSlot
from bookings.refusals import (
    ClassAlreadyBooked,
    Forgotten,
    NeverConfirmed,
    NothingHeld,
    NotYet,
    SlotPast,
    refuse_late,
)
from core.lifecycle import NEW, Move, apply, role_of, table
from core.transactions import retried
from programmes.models import Kind, Programme
from schools.models import ClassGroup, School, User
from schools.models.class_group import name_key
from schools.years import school_year_of
from submissions.lifecycle import identify, lapse_each, locked, open_submission, rivals_of
from submissions.models import Submission
from submissions.rules import ClassRequest, Rule, refuse_broken

S = State

# fmt: off
MOVES = table(
    #                   what is done                from                        to            message
    hold=           Move(_("hold a place"),          (NEW,),                     S.HELD),
    verify=         Move(_("confirm with the code"), (S.HELD, S.LAPSED),         S.CONFIRMED,  "confirmed"),
    request=        Move(_("request with the code"), (S.HELD, S.LAPSED),         S.REQUESTED,  "requested"),
    confirm=        Move(_("confirm"),               (S.REQUESTED,),             S.CONFIRMED,  "confirmed"),
    decline=        Move(_("decline"),               (S.REQUESTED,),             S.DECLINED,   "declined"),
    lapse=          Move(_("let lapse"),             (S.HELD,),                  S.LAPSED),
    cancel=         Move(_("cancel"),                (S.HELD, *BOOKED),          S.CANCELLED,  "cancelled"),
    reinstate=      Move(_("reinstate"),             (S.CANCELLED, S.DECLINED),  S.CONFIRMED,  "confirmed"),
    ask_to_cancel=  Move(_("ask to cancel"),         (*BOOKED,),                 None),
    reschedule=     Move(_("move to another date"),  (*BOOKED,),                 None,         "changed"),
    retime=         Move(_("change the length"),     (*BOOKED,),                 None,         "changed"),
    change_numbers= Move(_("change numbers"),        (*BOOKED,),                 None,         "changed"),
    remind=         Move(_("remind"),                (S.CONFIRMED,),             None,         "reminder"),
    attend=         Move(_("was here"),              (S.CONFIRMED, S.NO_SHOW),   S.ATTENDED),
    miss=           Move(_("did not come"),          (S.CONFIRMED, S.ATTENDED),  S.NO_SHOW),
    note=           Move(_("note"),                  (*S,),                      None),
    flag=           Move(_("needs attention"),       (*S,),                      None),
    settle=         Move(_("settled"),               (*S,),                      None),
)
# fmt: on


# --- Booking -----------------------------------------------------------------------------------


@retried
def hold(
    *,
    slot: VisitSlot,
    programme: Programme,
    classes: Sequence[ClassRequest],
    submission: Submission,
    by: User | None,
    overrule: Collection[Rule] = (),
    note: str = "",
) -> Submission:
    """Hold places for all classes or for none, and return the submission they belong to.

    `submission` is not saved yet: it carries the key, the hash of the data and what was typed.
    The same key again returns what the first call made; with other data it raises KeyConflict.
    Earlier holds of the same browser or address lapse. Raises RulesBroken, NoteRequired,
    ClassAlreadyBooked, VisitFull, ZonesTaken, DoesNotFit.
    """
    submission.hub = slot.venue.hub
    submission, created = open_submission(submission)
    if not created:
        return submission
    lapse_all(Booking.objects.filter(state=S.HELD, submission__in=rivals_of(submission)))
    school = submission.school
    broken = rules.broken_rules(programme=programme, slot=slot, classes=classes, school=school)
    refuse_broken(broken, overrule, note)
    held_until = timezone.now() + settings.HOLD_FOR
    data = {"overruled": sorted(overrule)} if overrule else {}

    def take(visit: Visit) -> None:
        for index, asked in enumerate(classes):
            if visit.groups_taken or index:  # an empty visit needs no search
                _refuse_same_class(visit, school, asked.name, index)
            booking = Booking(submission=submission, visit=visit, state=NEW, **asked.facts)
            changes = {"held_until": held_until}
            apply(booking, MOVES["hold"], by=by, note=note, changes=changes, data=data)

    _with_room(slot, programme, take)
    return submission


@retried
def verify(
    *,
    submission: Submission,
    by: User | None = None,
    prove: Callable[[Submission], None] | None = None,
) -> Submission:
    """The code was right: confirm (or request) every class, and make user, school, classes.

    A hold that lapsed meanwhile takes its place again if it is free; if one class cannot, none
    is confirmed. Doing it twice changes nothing. `prove` is called with the locked submission
    and refuses whoever may not. Raises NothingHeld, VisitFull, ZonesTaken, ClassAlreadyBooked.
    """
    submission = locked(submission)
    if prove is not None:
        prove(submission)
    if submission.verified_at is not None:
        return submission
    waiting = submission.bookings.filter(state__in=MOVES["verify"].sources).order_by("pk")
    bookings = list(waiting.with_facts().select_for_update(of=("self",)))
    if not bookings:
        raise NothingHeld
    user = identify(submission)
    school = submission.school
    assert school is not None, "identify() makes one of what was typed"
    for booking in bookings:
        _verify_one(booking, school, by or user)
    return submission


def _verify_one(booking: Booking, school: School, by: User) -> None:
    slot, programme = booking.visit.slot, booking.visit.programme
    class_group = ClassGroup.objects.named_in(booking, school, slot.day)
    changes: dict[str, Any] = {"held_until": None, "class_group": class_group}
    if programme.requires_taster and not rules.class_had_taster(slot, school, booking.class_name):
        if rules.school_had_taster(slot, school):
            changes["attention"] = Attention.PREREQUISITE_BY_SCHOOL
        elif role_of(by) != "staff":  # who overruled it; else it went since the place was held
            changes["attention"] = Attention.PREREQUISITE_GONE
    move = MOVES["request" if programme.needs_approval else "verify"]

    def take(visit: Visit) -> None:
        _move(booking, move, by=by, changes=changes | {"visit": visit}, is_locked=True)

    if booking.held_until is None or booking.held_until <= timezone.now():
        # Days may have passed since the date was chosen, also where no worker lapsed it.
        broken = [*rules.broken_date(programme, slot), *rules.broken_offer(programme, slot)]
        refuse_broken(broken, (), "")
    if booking.state == S.LAPSED:
        _with_room(slot, programme, take)
    else:
        take(booking.visit)


@retried
def book(*, by: User, **details: Any) -> Submission:
    """Hold and verify at once: for who is signed in, and for staff on a school's behalf."""
    return verify(submission=hold(by=by, **details), by=by)


# --- Deciding and changing ---------------------------------------------------------------------


@retried
def confirm(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    return apply(booking, MOVES["confirm"], by=by, note=note)


@retried
def decline(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    return apply(booking, MOVES["decline"], by=by, note=note, changes={"attention": ""})


@retried
def cancel(*, booking: Booking, by: User | None, note: str = "") -> BookingEvent:
    """Free the place. The school itself may until the free period ends (TooLate) or the visit
    begins (SlotPast); staff always.

    Experiences that stood on a cancelled Proeverij come under 'needs attention'.
    """
    _lock(booking)
    if role_of(by) == "teacher":
        refuse_late(booking.starts_at, booking.cancel_until)
    was_held = booking.state == S.HELD
    changes = {"held_until": None, "attention": ""}
    # Nobody was told of a hold, so there is nothing to take back.
    notice = "" if was_held else None
    event = apply(
        booking, MOVES["cancel"], by=by, note=note, changes=changes, notice=notice, is_locked=True
    )
    if not was_held:
        _flag_dependents(booking, booking.starts_at, by)
    return event


@retried
def ask_to_cancel(*, booking: Booking, by: User | None, note: str = "") -> BookingEvent | None:
    """After the free period the school asks; staff see it under 'needs attention'.

    Asking again before they did changes nothing (None). Raises SlotPast.
    """
    _lock(booking)
    if booking.starts_at <= timezone.now():
        raise SlotPast
    if booking.attention == Attention.LATE_CANCELLATION:
        return None
    changes = {"attention": Attention.LATE_CANCELLATION}
    return apply(booking, MOVES["ask_to_cancel"], by=by, note=note, changes=changes, is_locked=True)


@retried
def reinstate(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Undo a cancellation or refusal, if there is still a place.

    Raises NeverConfirmed for what was cancelled before its code was typed, Forgotten, VisitFull,
    ZonesTaken.
    """
    if booking.submission.verified_at is None:
        raise NeverConfirmed
    if not booking.submission.email:
        raise Forgotten

    def take(visit: Visit) -> BookingEvent:
        return _move(booking, MOVES["reinstate"], by=by, note=note, changes={"visit": visit})

    event = _with_room(booking.visit.slot, booking.visit.programme, take)
    _flag_if_unprepared(booking, by)
    return event


@retried
def reschedule(*, booking: Booking, slot: VisitSlot, by: User, note: str = "") -> BookingEvent:
    """Move one class to another slot, or leave everything as it was.

    Raises VisitFull, ZonesTaken, DoesNotFit, ClassAlreadyBooked, SlotPast.
    """
    if slot.starts_at <= timezone.now():
        raise SlotPast
    data = {
        "from": booking.starts_at.isoformat(),
        "to": slot.starts_at.isoformat(),
        "visit": booking.visit_id,
    }
    was_at = booking.starts_at
    changes: dict[str, Any] = {}
    school = booking.submission.school
    if school and school_year_of(booking.visit.slot.day) != school_year_of(slot.day):
        changes["class_group"] = ClassGroup.objects.named_in(booking, school, slot.day)

    def take(visit: Visit) -> BookingEvent:
        into = changes | {"visit": visit}
        return _move(booking, MOVES["reschedule"], by=by, note=note, changes=into, data=data)

    event = _with_room(slot, booking.visit.programme, take)
    _flag_dependents(booking, was_at, by)
    _flag_if_unprepared(booking, by)
    return event


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
) -> BookingEvent | None:
    """Change how many come; None if it is as many already. Raises TooLate and SlotPast (for the
    school itself), RulesBroken, VisitFull.

    `note` goes into the mail; `reason`, why a rule is overruled, into a note for colleagues.
    """
    _lock(booking)
    if role_of(by) == "teacher":
        refuse_late(booking.starts_at, booking.change_until)
    if (booking.pupils, booking.supervisors) == (pupils, supervisors):
        return None
    asked = ClassRequest(
        booking.class_name, booking.year_from, booking.year_to, pupils, supervisors
    )
    # As many pupils as before were once enough, or few enough.
    is_same = pupils == booking.pupils
    broken = [] if is_same else rules.broken_numbers(booking.visit.programme, asked)
    refuse_broken(broken, overrule, reason)
    data = {"from": [booking.pupils, booking.supervisors], "to": [pupils, supervisors]}
    changes = {"pupils": pupils, "supervisors": supervisors}

    def change() -> BookingEvent:
        if broken:
            overruled = {"overruled": sorted({one.rule for one in broken})}
            apply(booking, MOVES["note"], by=by, note=reason, data=overruled)
        return apply(booking, MOVES["change_numbers"], by=by, note=note, changes=changes, data=data)

    return _making_way(booking.visit.slot, booking.visit.programme, change)


@retried
def attend(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    if booking.starts_at > timezone.now():
        raise NotYet
    return apply(booking, MOVES["attend"], by=by, note=note)


@retried
def miss(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    if booking.starts_at > timezone.now():
        raise NotYet
    event = apply(booking, MOVES["miss"], by=by, note=note)
    _flag_dependents(booking, booking.starts_at, by)
    return event


@retried
def add_note(*, booking: Booking, by: User, note: str) -> BookingEvent:
    return apply(booking, MOVES["note"], by=by, note=note)


@retried
def settle(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Staff looked at what needed attention."""
    return apply(booking, MOVES["settle"], by=by, note=note, changes={"attention": ""})


# --- Within a verb -----------------------------------------------------------------------------


def _refuse_same_class(visit: Visit, school: School | None, name: str, index: int) -> None:
    if school is None:
        return
    there = Booking.objects.holding().filter(visit=visit, submission__school=school)
    if name_key(name) in map(name_key, there.values_list("class_name", flat=True)):
        raise ClassAlreadyBooked(class_index=index)


def _lock(booking: Booking) -> None:
    """Bring it up to date and keep it so: what it was a page ago decides nothing."""
    booking.refresh_from_db(
        from_queryset=Booking.objects.with_facts().select_for_update(of=("self",))
    )


def _move(booking: Booking, move: Move, **details: Any) -> BookingEvent:
    """`apply()`, with the constraint that one class has one place in a visit put into words."""
    try:
        return apply(booking, move, **details)
    except IntegrityError as error:
        raise ClassAlreadyBooked from error


def _with_room[T](slot: VisitSlot, programme: Programme, take: Callable[[Visit], T]) -> T:
    """Call `take` with the visit to join, opened if need be."""
    return _making_way(slot, programme, lambda: take(places.find_or_open(slot, programme)))


def _making_way[T](slot: VisitSlot, programme: Programme, attempt: Callable[[], T]) -> T:
    """Do it; lapse the expired holds in its way and do it again before saying no."""
    for _again in range(3):
        try:
            with transaction.atomic():
                return attempt()
        except places.VisitGone:
            continue
        except (places.VisitFull, places.ZonesTaken):
            if not lapse_all(Booking.objects.expired().in_the_way(slot, programme)):
                raise
    raise places.VisitFull


def lapse_all(bookings: Iterable[Booking]) -> int:
    """Lapse what is still held; returns how many."""
    return lapse_each(MOVES["lapse"], bookings)


def _flag_dependents(taster: Booking, since: datetime.datetime, by: User | None) -> None:
    """A class does not come to its Proeverij, or not on that moment: Experiences of its school
    that no Proeverij precedes any more need attention."""
    if taster.visit.programme.kind != Kind.TASTER:
        return
    for booking in Booking.objects.standing_on(taster, since).with_facts().order_by("pk"):
        _flag_if_unprepared(booking, by)


def _flag_if_unprepared(booking: Booking, by: User | None) -> None:
    """An Experience that no Proeverij precedes needs attention, once."""
    flagged = Attention.PREREQUISITE_GONE
    if booking.attention != flagged and rules.is_unprepared(booking):
        apply(booking, MOVES["flag"], by=by, changes={"attention": flagged})
