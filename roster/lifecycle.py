"""Everything that happens to a shift.

The table of moves is the documentation. Whoever takes a shift takes it under its row's lock, and
the database refuses her a second place at that time: the constraint is the net, the lock the queue.
"""

import datetime
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Visit
from core.dates import time_between
from core.formats.amounts import few_decimals
from core.lifecycle import NEW, Lifecycle, Move, Role, lock_row
from core.transactions import retried
from roster import refusals, rules
from roster.hours import in_hours
from roster.models import Person, Shift, ShiftEvent, ShiftState
from schools.models import User

S = ShiftState


class Shifts(Lifecycle):
    def refusal_of(self, error: IntegrityError) -> Exception:
        return refusals.Overlaps() if "shift_person_in_one_place" in str(error) else error


# fmt: off
MOVES = Shifts(
    #             what is done                     from                            to           message
    open=   Move(_("open"),                        (NEW,),                         S.OPEN),
    offer=  Move(_("ask who can"),                 (S.OPEN,),                      None,        "offered"),
    accept= Move(_("take"),                        (S.OPEN,),                      S.TAKEN,     "yours"),
    assign= Move(_("give to somebody"),            (S.OPEN,),                      S.TAKEN,     "yours"),
    drop=   Move(_("drop out"),                    (S.TAKEN,),                     S.OPEN,      "off"),
    follow= Move(_("move along with the visit"),   (S.OPEN, S.TAKEN),              None,        "moved"),
    readdress=Move(_("change the address"),        (S.OPEN, S.TAKEN),              None,        "readdressed"),
    end=    Move(_("not needed any more"),         (S.OPEN, S.TAKEN),              S.ENDED,     "off"),
    work=   Move(_("was there"),                   (S.TAKEN,),                     S.WORKED),
    record= Move(_("note the hours"),              (S.TAKEN, S.WORKED, S.MISSED),  S.WORKED),
    miss=   Move(_("did not come"),                (S.TAKEN, S.WORKED),            S.MISSED),
)
# fmt: on


# --- By the person herself -----------------------------------------------------------------------


@retried
def accept(*, shift: Shift, person: Person) -> ShiftEvent | None:
    """Take an open shift, by whichever way she found it; None where it is hers already, after the
    second of two clicks. Raises JustGiven, NotNeeded, MayNot."""
    _lock(shift)
    if shift.state == S.TAKEN and shift.person_id == person.pk:
        return None
    if shift.state == S.ENDED:
        raise refusals.NotNeeded
    if shift.state != S.OPEN:
        raise refusals.JustGiven
    if why := rules.broken(person, shift):
        raise why[0]
    return _give(shift, "accept", person, by=None, role=Role.HELPER)


@retried
def drop_out(*, shift: Shift, person: Person) -> ShiftEvent | None:
    """She cannot after all: in the same transaction those who can are asked. None where she has
    dropped out already. Raises NotHers, Over."""
    _lock(shift)
    if shift.state == S.OPEN and shift.events.filter(move="drop", person=person).exists():
        return None
    if shift.person_id != person.pk or shift.state != S.TAKEN:
        raise refusals.NotHers
    return _let_go(shift, by=None, role=Role.HELPER)


# --- By staff ------------------------------------------------------------------------------------


@retried
def assign(*, shift: Shift, person: Person, by: User, note: str = "") -> ShiftEvent | None:
    """Give a shift to somebody, also one that another has: she is told that it is off. None where
    it is hers already. Raises MayNot; NoteRequired where only what she said herself is in the way.
    """
    _lock(shift)
    MOVES.check(shift, "assign" if shift.state != S.TAKEN else "drop")
    if shift.person_id == person.pk:
        return None
    why = rules.broken(person, shift)
    for refusal in why:
        if not refusal.can_be_overruled:
            raise refusal
    if why and not note.strip():
        raise refusals.NoteRequired(reasons=" ".join(str(one.message) for one in why))
    if shift.state == S.TAKEN:
        _apply(shift, "drop", by=by, about=shift.person, changes=_FREE)
    return _give(shift, "assign", person, by=by, note=note, why=[one.name() for one in why])


@retried
def release(*, shift: Shift, by: User, note: str = "") -> ShiftEvent:
    """She called: she drops out, and those who can are asked. Raises Over."""
    _lock(shift)
    MOVES.check(shift, "drop")
    return _let_go(shift, by=by, note=note)


@retried
def offer(*, shift: Shift, by: User | None, note: str = "") -> ShiftEvent | None:
    """Ask everybody who can, by mail. None where the clock asks and another worker has asked
    already; staff ask as often as they want. Raises Over."""
    _lock(shift)
    if by is None and shift.offered_at is not None:
        return None
    return _offer(shift, by=by, note=note)


@retried
def record(
    *,
    shift: Shift,
    worked_from: datetime.datetime,
    worked_until: datetime.datetime,
    is_sure: bool = False,
    by: User,
    note: str = "",
) -> ShiftEvent:
    """Note from when until when she really was there. Raises NotOverYet, LongerThanPlanned, and
    Overlaps where she was noted as absent and worked elsewhere meanwhile."""
    _lock(shift)
    if not shift.has_begun:
        raise refusals.NotOverYet
    length = time_between(worked_from, worked_until)
    if (
        length > time_between(shift.starts_at, shift.ends_at) + settings.ASK_BEYOND_SHIFT
        and not is_sure
    ):
        hours = few_decimals(in_hours(length))
        raise refusals.LongerThanPlanned(hours=hours)
    assert shift.person is not None, "a constraint says so"
    changes = {
        "worked_from": worked_from,
        "worked_until": worked_until,
        "holder": shift.person.holder,
    }
    return _apply(shift, "record", by=by, about=shift.person, changes=changes, note=note)


@retried
def miss(*, shift: Shift, by: User, note: str = "") -> ShiftEvent:
    """She was not there: no hours. Raises NotOverYet."""
    _lock(shift)
    if not shift.has_begun:
        raise refusals.NotOverYet
    changes = {"holder": None, "worked_from": None, "worked_until": None}
    return _apply(shift, "miss", by=by, about=shift.person, changes=changes, note=note)


# --- By the clock (`roster/clock.py`) ------------------------------------------------------------


def span_of(visit: Visit) -> dict[str, datetime.datetime]:
    """When a visit takes place, and so its shifts."""
    start = visit.slot.starts_at.astimezone(datetime.UTC)
    return {"starts_at": start, "ends_at": start + visit.programme.length}


@retried
def open_one(*, visit: Visit, number: int) -> ShiftEvent:
    shift = Shift(visit=visit, number=number, state=NEW, **span_of(visit))
    return MOVES.apply(shift, "open", by=None)


@retried
def follow(
    *, shift: Shift, visit: Visit, number: int, by: User | None = None, tell: bool = True
) -> ShiftEvent:
    """Go where the visit went. Whoever has the shift keeps it, even if she cannot come then (staff
    see that: `rules.in_doubt`), and is told, unless staff mended a typing mistake. Who is elsewhere
    at that time loses it, and is told so on the same terms. An open one is offered anew: others can
    at another time."""
    _lock(shift)
    changes = {"visit": visit, "number": number, "overruled": [], **span_of(visit)}
    if shift.person is None and changes["starts_at"] != shift.starts_at:
        changes["offered_at"] = None
    data = {"from": shift.starts_at.isoformat(), "until": shift.ends_at.isoformat()}
    try:
        return _move_along(shift, changes, data, by, tell=tell)
    except refusals.Overlaps:
        told = None if tell else ""
        _apply(shift, "drop", by=by, about=shift.person, changes=_FREE, data=data, notice=told)
        return _apply(shift, "follow", by=by, changes=changes, data=data, notice="")


@retried
def readdress(*, shift: Shift, by: User, tell: bool = True) -> ShiftEvent:
    """Its visit is at another address than was said."""
    _lock(shift)
    # For calendars.
    changes = {"sequence": shift.sequence + 1, "changed_at": timezone.now()}
    notice = None if tell and shift.person else ""
    return _apply(shift, "readdress", by=by, about=shift.person, changes=changes, notice=notice)


@retried
def end(*, shift: Shift, only_open: bool = False) -> ShiftEvent | None:
    """Its visit does not go ahead, or needs fewer of us. `only_open`: None where somebody has just
    taken it."""
    _lock(shift)
    if only_open and not shift.is_open:
        return None
    notice = None if shift.person else ""
    return _apply(
        shift, "end", by=None, about=shift.person, changes={"holder": None}, notice=notice
    )


@retried
def finish(*, shift: Shift) -> ShiftEvent:
    """It is over, and nobody said that she was not there."""
    _lock(shift)
    return _apply(shift, "work", by=None, about=shift.person)


# --- What the verbs share ------------------------------------------------------------------------

_FREE: Mapping[str, Any] = {
    "person": None,
    "holder": None,
    "role": "",
    "offered_at": None,
    "overruled": [],
}


def _lock(shift: Shift) -> None:
    lock_row(shift, Shift.objects.with_facts())


def _give(
    shift: Shift, move: str, person: Person, *, why: Collection[str] = (), **given: Any
) -> ShiftEvent:
    changes = {"person": person, "holder": person.holder, "overruled": list(why)}
    data = {"overruled": list(why)} if why else {}
    return _apply(shift, move, about=person, changes=changes, data=data, **given)


def _let_go(
    shift: Shift, *, by: User | None, role: Role | None = None, note: str = ""
) -> ShiftEvent:
    rules.refuse_late_dropping(shift)
    event = _apply(shift, "drop", by=by, role=role, about=shift.person, changes=_FREE, note=note)
    # By the site, and yet not its offer of the day (`clock.offer_open`).
    _offer(shift, by=by, data={"dropped": True})
    return event


def _offer(shift: Shift, **given: Any) -> ShiftEvent:
    if shift.has_begun:
        raise refusals.Over
    return _apply(shift, "offer", changes={"offered_at": timezone.now()}, **given)


@retried
def _move_along(
    shift: Shift,
    changes: Mapping[str, Any],
    data: Mapping[str, Any],
    by: User | None,
    *,
    tell: bool,
) -> ShiftEvent:
    """In a savepoint of its own: a refusal is caught, and the verb goes on."""
    notice = None if tell and shift.person else ""
    return _apply(
        shift, "follow", by=by, about=shift.person, changes=changes, data=data, notice=notice
    )


def _apply(shift: Shift, move: str, *, about: Person | None = None, **given: Any) -> ShiftEvent:
    """The move, with whom it is about in its event."""
    event: ShiftEvent = MOVES.apply(shift, move, **given)
    if about is not None:
        event.person = about
        event.save(update_fields=["person"])
    return event
