"""Everything that happens to a booking.

The table of moves is the documentation: from which states, to which state, and which message
goes out (`bookings/telling/notices.py`). What a state means stands in the table of states
(`bookings/models/state.py`). Places are taken and freed by the difference between what a booking
holds before a move and after it, so no verb below counts anything.
"""

import datetime
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings import places, rules
from bookings.models import Attention, Booking, BookingEvent, Footprint, State, Visit, VisitSlot
from bookings.refusals import (
    ClassAlreadyBooked,
    Forgotten,
    GroupAlreadyBooked,
    NeverConfirmed,
    NothingHeld,
    SlotPast,
    WrongAudience,
    refuse_late,
)
from bookings.rules import VisitItem, VisitRequest
from bookings.waiting import door
from core.lifecycle import NEW, Move, role_of
from core.text.normal import key
from core.transactions import retried
from programmes.models import Programme, ProgrammeKind
from schools.models import ClassGroup, School, User
from schools.years import school_year_of
from submissions.lifecycle import AskedLifecycle, identify, locked, open_submission
from submissions.models import Submission
from submissions.rules import Rule, refuse_broken

S = State
COMING = S.where(is_coming=True)


class BookingLifecycle(AskedLifecycle):
    def change_places(self, before: Footprint | None, after: Footprint | None) -> None:
        places.change(before, after)

    def refusal_of(self, error: IntegrityError) -> Exception:
        # Both engines name the columns of the constraint.
        if "visit_id" not in str(error):
            return error
        return GroupAlreadyBooked() if "organisation_id" in str(error) else ClassAlreadyBooked()


# fmt: off
MOVES = BookingLifecycle(
    #                   what is done                from                        to            message
    hold=           Move(_("hold a place"),          (NEW,),                     S.HELD),
    verify=         Move(_("confirm with the code"), (S.HELD, S.LAPSED),         S.CONFIRMED,  "confirmed"),
    request=        Move(_("request with the code"), (S.HELD, S.LAPSED),         S.REQUESTED,  "requested"),
    confirm=        Move(_("confirm"),               (S.REQUESTED,),             S.CONFIRMED,  "confirmed"),
    decline=        Move(_("decline"),               (S.REQUESTED,),             S.DECLINED,   "declined"),
    lapse=          Move(_("let lapse"),             (S.HELD, S.OFFERED),        S.LAPSED),
    offer=          Move(_("offer a place"),         (NEW,),                     S.OFFERED),
    prolong=        Move(_("give more time"),        (S.OFFERED,),               None),
    take=           Move(_("take the offer"),        (S.OFFERED,),               S.CONFIRMED,  "confirmed"),
    take_up=        Move(_("request what is offered"), (S.OFFERED,),             S.REQUESTED,  "requested"),
    cancel=         Move(_("cancel"),                (S.HELD, *COMING),          S.CANCELLED,  "cancelled"),
    reinstate=      Move(_("reinstate"),             (S.CANCELLED, S.DECLINED),  S.CONFIRMED,  "confirmed"),
    ask_to_cancel=  Move(_("ask to cancel"),         (*COMING,),                 None),
    ask_to_move=    Move(_("ask for another date"),  (*COMING,),                 None),
    keep_date=      Move(_("keep the date"),         (*COMING,),                 None,         "date_kept"),
    reschedule=     Move(_("move to another date"),  (*COMING,),                 None,         "changed"),
    retime=         Move(_("change the length"),     (*COMING,),                 None,         "changed"),
    readdress=      Move(_("change the address"),    (*COMING,),                 None,         "changed"),
    change_numbers= Move(_("change numbers"),        (*COMING,),                 None,         "changed"),
    describe=       Move(_("change the details"),    (*COMING,),                 None),
    remind=         Move(_("remind"),                (S.CONFIRMED,),             None,         "reminder"),
    ask_again=      Move(_("ask whether they come"), (S.CONFIRMED,),             None,         "still_coming"),
    reconfirm=      Move(_("they still come"),       (S.CONFIRMED,),             None),
    prepare=        Move(_("prepared in class"),     (*COMING,),                 None),
    unprepare=      Move(_("not prepared yet"),      (*COMING,),                 None),
    attend=         Move(_("was here"),              (S.CONFIRMED, S.NO_SHOW),   S.ATTENDED),
    recount=        Move(_("correct how many came"), (S.ATTENDED,),              None),
    miss=           Move(_("did not come"),          (S.CONFIRMED, S.ATTENDED),  S.NO_SHOW),
    hand_over=      Move(_("hand over to a colleague"), (*COMING,),              None),
    note=           Move(_("note"),                  (*S,),                      None),
    flag=           Move(_("needs attention"),       (*S,),                      None),
    settle=         Move(_("settled"),               (*S,),                      None),
)
# fmt: on


# --- Booking -----------------------------------------------------------------------------------


@retried
def hold(request: VisitRequest, *, by: User | None) -> Submission:
    """Hold places for all that is asked or for none, and return the submission they belong to.

    The same key again returns what the first call made; with other data it raises KeyConflict.
    Earlier holds of the same browser lapse. Raises RulesBroken, NoteRequired,
    ClassAlreadyBooked, WrongAudience, VisitFull, ZonesTaken, DoesNotFit, VisitGone.
    """
    submission, created = open_submission(request.submission, hub=request.hub)
    if not created:
        return submission
    if len(request.audiences) > 1:
        raise WrongAudience
    broken = rules.broken_rules(request.items, submission.school)
    refuse_broken(broken, request.overrule, request.note, request.told)
    data = {"overruled": request.set_aside} if request.set_aside else {}
    only_planned = role_of(by) != "staff"
    for index, item, visit in _with_visits(request.items, only_planned=only_planned):
        if visit.groups_taken or index:  # an empty visit needs no search
            _refuse_same_party(visit, submission, item.party.name, index)
        booking = Booking(
            submission=submission,
            visit=visit,
            state=NEW,
            supervisors=item.party.supervisors,
            held_until=timezone.now() + settings.HOLD_FOR,
            **item.party.columns,
        )
        MOVES.apply(booking, "hold", by=by, note=request.note, data=data)
    return submission


@retried
def verify(submission: Submission, *, by: User | None = None) -> Submission:
    """The code was right: confirm (or request) every class, and make user, school, classes (or
    the organisation of groups).

    A hold that lapsed meanwhile takes its place again if it is free; if one class cannot, none
    is confirmed. Doing it twice changes nothing. Raises NothingHeld, VisitFull, ZonesTaken,
    ClassAlreadyBooked, RulesBroken.
    """
    submission = locked(submission)
    if submission.verified_at is not None:
        return submission
    bookings = MOVES.locked_to_verify(submission.bookings.all())
    if not bookings:
        raise NothingHeld
    teacher = identify(submission)
    for booking in bookings:
        _verify_one(booking, submission, by or teacher)
    return submission


def _verify_one(booking: Booking, submission: Submission, by: User) -> None:
    slot, programme = booking.visit.slot, booking.visit.programme
    changes: dict[str, Any] = {"held_until": None}
    if booking.audience.is_groups:
        changes["organisation"] = submission.organisation
    else:
        assert submission.school is not None, "identify() makes one of what was typed"
        changes |= _as_class(booking, submission.school, by)
    if not booking.is_held:
        # Days may have passed since the date was chosen, also where no worker lapsed it.
        broken = [*rules.broken_date(programme, slot), *rules.broken_offer(programme, slot)]
        refuse_broken(broken, (), "")
    if booking.state == S.LAPSED:
        changes["visit"] = room(slot, programme)
    MOVES.apply(
        booking, "request" if programme.needs_approval else "verify", by=by, changes=changes
    )


def _as_class(booking: Booking, school: School, by: User) -> dict[str, Any]:
    """What the code makes of a class: the class itself, and a doubt about its Proeverij."""
    slot, programme = booking.visit.slot, booking.visit.programme
    changes = dict[str, Any](class_group=ClassGroup.objects.named_in(booking, school, slot.day))
    doubt = rules.taster_doubt(programme, slot, school, booking.party_name)
    # What staff overruled is no doubt; else it went since the place was held.
    if doubt and (doubt == Attention.PREREQUISITE_BY_SCHOOL or role_of(by) != "staff"):
        changes["attention"] = doubt
    return changes


@retried
def book(request: VisitRequest, *, by: User) -> Submission:
    """Hold and verify at once: for who is signed in, and for staff on a school's behalf."""
    return verify(hold(request, by=by), by=by)


# --- Deciding and changing ---------------------------------------------------------------------


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
    if role_of(by) == "teacher":
        refuse_late(booking.starts_at, booking.cancel_until)
    was_held = booking.state == S.HELD
    changes = {"held_until": None, "attention": ""}
    notice = "" if was_held else notice  # nobody was told of a hold: nothing to take back
    event = MOVES.apply(booking, "cancel", by=by, note=note, changes=changes, notice=notice)
    if not was_held:
        flag_dependents(booking, booking.starts_at, by)
    return event


@retried
def ask_to_cancel(*, booking: Booking, by: User | None, note: str = "") -> BookingEvent | None:
    """After the free period the school asks; staff see it under 'needs attention'.

    Asking again before they did changes nothing (None). Raises SlotPast.
    """
    lock(booking, "ask_to_cancel")
    if booking.starts_at <= timezone.now():
        raise SlotPast
    if booking.attention == Attention.LATE_CANCELLATION:
        return None
    changes = {"attention": Attention.LATE_CANCELLATION}
    return MOVES.apply(booking, "ask_to_cancel", by=by, note=note, changes=changes)


@retried
def reinstate(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Undo a cancellation or refusal, if there is still a place.

    Raises NeverConfirmed for what was cancelled before its code was typed, Forgotten, SlotPast,
    VisitFull, ZonesTaken.
    """
    lock(booking, "reinstate")
    if booking.starts_at <= timezone.now():
        raise SlotPast
    if booking.submission.verified_at is None:
        raise NeverConfirmed
    if not booking.submission.email:
        raise Forgotten
    changes = {"visit": room(booking.visit.slot, booking.visit.programme)}
    event = MOVES.apply(booking, "reinstate", by=by, note=note, changes=changes)
    _flag_if_unprepared(booking, by)
    return event


@retried
def reschedule(
    *, booking: Booking, slot: VisitSlot, by: User | None, note: str = ""
) -> BookingEvent | None:
    """Move one class to another slot, or leave everything as it was; None if it is there already.

    Raises VisitFull, ZonesTaken, DoesNotFit, ClassAlreadyBooked, SlotPast.
    """
    lock(booking, "reschedule")
    if slot == booking.visit.slot:
        return None
    if slot.starts_at <= timezone.now():
        raise SlotPast
    data = {
        "from": booking.starts_at.isoformat(),
        "to": slot.starts_at.isoformat(),
        "visit": booking.visit_id,
    }
    was_at = booking.starts_at
    visit = room(slot, booking.visit.programme, leaving=booking.visit_id)
    changes: dict[str, Any] = {"visit": visit}
    if booking.attention == Attention.MOVE_ASKED:
        changes["attention"] = ""  # answered
    school = booking.submission.school
    if school and school_year_of(booking.visit.slot.day) != school_year_of(slot.day):
        changes["class_group"] = ClassGroup.objects.named_in(booking, school, slot.day)
    event = MOVES.apply(booking, "reschedule", by=by, note=note, changes=changes, data=data)
    flag_dependents(booking, was_at, by)
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
    told: Collection[Rule] = (),
) -> BookingEvent | None:
    """Change how many come; None if it is as many already. Raises TooLate and SlotPast (for the
    school itself), RulesBroken, VisitFull.

    `note` goes into the mail; `reason`, why a rule is overruled, into a note for colleagues. `told`
    as in a VisitRequest.
    """
    lock(booking, "change_numbers")
    if role_of(by) == "teacher":
        refuse_late(booking.starts_at, booking.change_until)
    if (booking.pupils, booking.supervisors) == (pupils, supervisors):
        return None
    broken = rules.broken_change(booking, pupils, supervisors)
    refuse_broken(broken, overrule, reason, told)
    in_the_way = Booking.objects.expired().in_the_way(booking.visit.slot, booking.visit.programme)
    MOVES.lapse_all(in_the_way)
    if broken:
        overruled = {"overruled": sorted({one.rule for one in broken})}
        MOVES.apply(booking, "note", by=by, note=reason, data=overruled)
    data = {"from": [booking.pupils, booking.supervisors], "to": [pupils, supervisors]}
    changes = {"pupils": pupils, "supervisors": supervisors}
    return MOVES.apply(booking, "change_numbers", by=by, note=note, changes=changes, data=data)


@retried
def add_note(*, booking: Booking, by: User, note: str) -> BookingEvent:
    return MOVES.apply(booking, "note", by=by, note=note)


@retried
def settle(*, booking: Booking, by: User, note: str = "") -> BookingEvent:
    """Staff looked at what needed attention."""
    return MOVES.apply(booking, "settle", by=by, note=note, changes={"attention": ""})


# --- Within a verb -----------------------------------------------------------------------------


def room(
    slot: VisitSlot,
    programme: Programme,
    *,
    leaving: int | None = None,
    only_planned: bool = False,
) -> Visit:
    """The visit to join, opened if need be and locked. Who waits goes first; old holds make way.

    `leaving`, `only_planned`: as in `places.find_or_open`. Raises DoesNotFit, VisitGone.
    """
    if door.somebody_goes_first(slot, programme):
        MOVES.lapse_all(Booking.objects.expired().in_the_way(slot, programme))
    return places.find_or_open(slot, programme, leaving=leaving, only_planned=only_planned)


def _with_visits(
    items: Sequence[VisitItem], *, only_planned: bool
) -> Iterable[tuple[int, VisitItem, Visit]]:
    """Each item with its number and its visit; visits in one order, whoever asks."""
    asked = {(item.slot.pk, item.programme.pk): item for item in items}
    visits = {
        where: room(asked[where].slot, asked[where].programme, only_planned=only_planned)
        for where in sorted(asked)
    }
    for index, item in enumerate(items):
        yield index, item, visits[item.slot.pk, item.programme.pk]


def _refuse_same_party(visit: Visit, submission: Submission, name: str, index: int) -> None:
    """The same class or group twice, as far as one knows whose it is."""
    there = Booking.objects.holding().filter(visit=visit, party_key=key(name))
    if submission.audience.is_groups:
        if there.filter(organisation__name_key=submission.organisation_key).exists():
            raise GroupAlreadyBooked(class_index=index)
    elif submission.school and there.filter(submission__school=submission.school).exists():
        raise ClassAlreadyBooked(class_index=index)


def lock(booking: Booking, move: str) -> None:
    """Bring it up to date and keep it so: what the page showed may be old. Raises IllegalMove."""
    rows = Booking.objects.with_facts().select_for_update(of=("self",))
    booking.refresh_from_db(from_queryset=rows)
    MOVES.check(booking, move)


def flag_dependents(taster: Booking, since: datetime.datetime, by: User | None) -> None:
    """A class does not come to its Proeverij, or not on that moment: Experiences of its school
    that no Proeverij precedes any more need attention."""
    if taster.visit.programme.kind != ProgrammeKind.TASTER or taster.audience.is_groups:
        return
    for booking in Booking.objects.depending_on(taster, since).with_facts().order_by("pk"):
        _flag_if_unprepared(booking, by)


def _flag_if_unprepared(booking: Booking, by: User | None) -> None:
    """An Experience that no Proeverij precedes needs attention, once."""
    flagged = Attention.PREREQUISITE_GONE
    if booking.attention != flagged and rules.is_unprepared(booking):
        MOVES.apply(booking, "flag", by=by, changes={"attention": flagged})
