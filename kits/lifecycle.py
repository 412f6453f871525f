"""Everything that happens to a loan.

The table is the documentation: from which states, to which state, and which message goes out
(`kits/telling/notices.py`). Which days a school may ask for, says `kits/rules.py`; which are
days of the desk at all, `kits/desk_days.py`.

Where each move is made (a test compares):

- `kits/lifecycle.py`: hold, verify, cancel, extend, swap, correct_level, report, note, flag,
  settle
- `kits/handling.py`, at the desk: pack, unpack, hand_out, take_back, check, write_off
- `kits/moving.py`: change_dates, ask_to_move, keep_date
- `kits/changes.py`: readdress
- `kits/waiting/loan_list.py`: offer, prolong, take
- `kits/clock.py`: lapse, remind_collect, remind_return, remind_overdue
- `submissions/changing.py`: describe
- `submissions/sharing/lifecycle.py`: hand_over

From held to returned the copy is promised or away, and the database refuses a second loan of it
in `[starts_on, free_again_on)`.
"""

import datetime
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import ONE_DAY, start_of_day
from core.lifecycle import NEW, Move, Role, role_of
from core.transactions import retried
from kits import boxes, desk_days, rules
from kits.models import (
    Attention,
    ContentItem,
    KitCopy,
    LessonKit,
    Loan,
    LoanEvent,
    LoanState,
)
from kits.refusals import (
    CopyNotCounted,
    CopyNotHere,
    CopyPromised,
    CopyUnfit,
    NothingHeld,
    NotLater,
)
from kits.rules import LoanRequest
from kits.waiting import freed_boxes
from schools.models import User
from submissions.lifecycle import AskedLifecycle, known_party, locked, open_submission
from submissions.models import Submission
from submissions.rules import refuse_broken, set_aside

S = LoanState
COMING = S.where(is_coming=True)
AWAY = S.where(holds=True, went_out=True)
# The days of a loan while its copy is exchanged, within one transaction.
NEVER = datetime.date(9999, 1, 1)


class LoanLifecycle(AskedLifecycle):
    """The row itself is the claim: saving it moves what `copy_lent_once` guards."""

    nothing_held = NothingHeld

    def change_places(self, before: Any, after: Any) -> None:
        if before:
            freed_boxes.freed()

    def refusal_of(self, error: IntegrityError) -> Exception:
        return CopyPromised() if "copy_lent_once" in str(error) else error


# fmt: off
MOVES = LoanLifecycle(
    #                   what is done                from                        to            message
    hold=           Move(_("hold a box"),            (NEW,),                     S.HELD),
    verify=         Move(_("confirm with the code"), (S.HELD, S.LAPSED),         S.RESERVED,   "reserved"),
    lapse=          Move(_("let lapse"),             (S.HELD, S.OFFERED),        S.LAPSED),
    offer=          Move(_("offer a box"),           (NEW,),                     S.OFFERED),
    prolong=        Move(_("give more time"),        (S.OFFERED,),               None),
    take=           Move(_("take the offer"),        (S.OFFERED,),               S.RESERVED,   "reserved"),
    cancel=         Move(_("cancel"),                (S.HELD, *COMING),          S.CANCELLED,  "cancelled"),
    pack=           Move(_("pack"),                  (S.RESERVED,),              S.PACKED),
    unpack=         Move(_("unpack"),                (S.PACKED,),                S.RESERVED),
    hand_out=       Move(_("hand out"),              (*COMING,),                 S.OUT),
    take_back=      Move(_("take back"),             (S.OUT,),                   S.RETURNED),
    check=          Move(_("check"),                 (S.RETURNED,),              S.DONE),
    write_off=      Move(_("write off"),             (*AWAY,),                   S.WRITTEN_OFF),
    change_dates=   Move(_("change the dates"),      (*COMING,),                 None,         "changed"),
    ask_to_move=    Move(_("ask for other days"),    (*COMING,),                 None),
    keep_date=      Move(_("keep the days"),         (*COMING,),                 None,         "days_kept"),
    extend=         Move(_("extend"),                (*COMING, S.OUT),           None,         "changed"),
    readdress=      Move(_("change the address"),    (*COMING, S.OUT),           None,         "changed"),
    swap=           Move(_("give another box"),      (S.HELD, S.OFFERED, *COMING), None),
    remind_collect= Move(_("remind of collecting"),  (*COMING,),                 None,         "collect"),
    remind_return=  Move(_("remind of returning"),   (S.OUT,),                   None,         "return"),
    remind_overdue= Move(_("remind: overdue"),       (S.OUT,),                   None,         "overdue"),
    describe=       Move(_("change the details"),    (*COMING,),                 None),
    correct_level=  Move(_("correct the level"),     (*COMING, *S.where(went_out=True)), None),
    report=         Move(_("report something"),      (*AWAY,),                   None),
    hand_over=      Move(_("hand over to a colleague"), (*COMING, *AWAY),        None),
    note=           Move(_("note"),                  (*S,),                      None),
    flag=           Move(_("needs attention"),       (*S,),                      None),
    settle=         Move(_("settled"),               (*S,),                      None),
)
# fmt: on


# --- Reserving -----------------------------------------------------------------------------------


@retried
def hold(request: LoanRequest, *, by: User | None) -> Submission:
    """Hold any free copy of the kit, and return the submission it belongs to.

    As `bookings.lifecycle.hold`: the same key again returns what the first call made, and an
    earlier hold of the same browser lapses. Raises KeyConflict, RulesBroken,
    NoteRequired, NotAHandoverDay, LoanTooLong, TooSoon, TooFarAhead, NoCopyFree.
    """
    submission, created = open_submission(request.submission, hub=request.item.kit.venue.hub)
    if not created:
        return submission
    item = request.item
    kit, starts_on, ends_on = item.kit, item.starts_on, item.ends_on
    broken = rules.broken_rules(kit, request.party)
    refuse_broken(broken, request.overrule, request.note)
    if role_of(by) != Role.STAFF:
        rules.refuse_dates(item)
    before = desk_days.free_again_on(kit, ends_on)
    copy = free_copy(kit, starts_on, before)
    loan = Loan(
        submission=submission,
        booking=item.booking,
        copy=copy,
        delivery=item.delivery,
        starts_on=starts_on,
        ends_on=ends_on,
        free_again_on=before,
        held_until=timezone.now() + settings.HOLD_FOR,
        state=NEW,
        **request.party.columns,
    )
    data = {"to": span(starts_on, ends_on), "copy": copy.code, **set_aside(broken)}
    MOVES.apply(loan, "hold", by=by, note=request.note, data=data)
    if role_of(by) != Role.STAFF:
        rules.refuse_dates(item)  # again: it may have waited while staff closed the day
    return submission


@retried
def verify(submission: Submission, *, by: User | None = None) -> Submission:
    """The code was right: the loan is reserved. Doing it twice changes nothing.

    A hold that lapsed meanwhile gets a copy again if one is free, the kit is still lent, and its
    days still are days to ask for. Raises NothingHeld, NoCopyFree and what `rules.refuse_out_of_time`
    raises.
    """
    submission = locked(submission)
    for loan in MOVES.accept_code(submission, submission.loans.all()):
        _verify_one(loan, submission, by or submission.teacher)
    return submission


def _verify_one(loan: Loan, submission: Submission, by: User | None) -> None:
    changes = {"held_until": None} | known_party(loan, submission)
    data = {}
    rules.refuse_out_of_time(loan)
    if loan.state == S.LAPSED:
        changes["copy"] = copy = free_copy(loan.kit, loan.starts_on, loan.free_again_on)
        data = {"copy": copy.code}
    MOVES.apply(loan, "verify", by=by, changes=changes, data=data)


@retried
def book(request: LoanRequest, *, by: User) -> Submission:
    """Hold and verify at once: for signed-in teachers, or staff on a school's behalf."""
    return verify(hold(request, by=by), by=by)


# --- Changing ------------------------------------------------------------------------------------


@retried
def cancel(*, loan: Loan, by: User | None, note: str = "") -> LoanEvent:
    """Give the copy free. The school itself may until the box is packed (TooLate)."""
    boxes.lock_loan(loan)
    rules.refuse_late_cancelling(loan, by)
    # Nobody was told of a hold, so there is nothing to take back.
    notice = "" if loan.state == S.HELD else None
    changes = {"held_until": None, "attention": ""}
    return MOVES.apply(loan, "cancel", by=by, note=note, changes=changes, notice=notice)


@retried
def extend(*, loan: Loan, ends_on: datetime.date, by: User | None, note: str = "") -> LoanEvent:
    """Keep the box longer, if the copy's next loan stays safe.

    Raises NotLater, what `boxes.refuse_taken` does, and for the school itself LoanTooLong,
    TooFarAhead or NotAHandoverDay.
    """
    boxes.lock_loan(loan)
    if ends_on <= max(loan.ends_on, timezone.localdate()):
        raise NotLater
    if role_of(by) == Role.TEACHER:
        desk = desk_days.desk_for_loan(loan.kit, loan.starts_on, loan.delivery, loan.booking)
        rules.refuse_return(loan.kit, loan.starts_on, ends_on, desk)
    return _keep_until(loan, ends_on, by, note)


def _keep_until(loan: Loan, ends_on: datetime.date, by: Any, note: str) -> LoanEvent:
    """The period changes in place, under the copy's lock. Expired holds make way first."""
    MOVES.check(loan, "extend")
    starts_on, before = loan.starts_on, desk_days.free_again_on(loan.kit, ends_on)
    expired = Loan.objects.expired().filter(copy=loan.copy_id).exclude(pk=loan.pk)
    MOVES.lapse_all(expired.overlapping(starts_on, before).order_by("pk"))
    boxes.refuse_taken(boxes.lock(loan.copy_id), starts_on, before, to=loan)
    changes = {"ends_on": ends_on, "free_again_on": before}
    data = {"from": span(starts_on, loan.ends_on), "to": span(starts_on, ends_on)}
    return MOVES.apply(loan, "extend", by=by, note=note, changes=changes, data=data)


@retried
def swap(*, loan: Loan, by: User | None, note: str = "", to: KitCopy | None = None) -> LoanEvent:
    """Give the loan another free copy of its kit, or the very copy `to`.

    Who was promised `to`, but has nothing packed yet, gets another copy: the one this loan
    leaves, for example. What was packed must be packed again; a loan that has `to` already keeps
    it, and the last event is returned. Raises NoCopyFree; of `to`: CopyPromised if it is packed
    or away, CopyUnfit if it lacks something essential, and what `boxes.refuse_taken` does.
    """
    if to is not None:
        return _exchange(loan, to, by, note)
    MOVES.lapse_all(boxes.in_the_way(loan.kit, loan.starts_on, loan.free_again_on))
    boxes.lock_loan(loan)
    return _give_another(loan, besides=[loan.copy_id, *boxes.unfit(loan.kit)], by=by, note=note)


def _give_another(loan: Loan, *, besides: list[int], by: User | None, note: str) -> LoanEvent:
    first, before = loan.starts_on, loan.free_again_on
    return _give(loan, boxes.lock_free(loan.kit, first, before, besides=besides), by, note)


def _give(loan: Loan, copy: KitCopy, by: User | None, note: str) -> LoanEvent:
    data = {"from": loan.copy.code, "copy": copy.code}
    changes: dict[str, Any] = {"copy": copy}
    if loan.attention != Attention.MOVE_ASKED:
        changes["attention"] = ""  # what was the matter with the other box
    event = MOVES.apply(loan, "swap", by=by, note=note, changes=changes, data=data)
    if loan.state == S.PACKED:
        MOVES.apply(loan, "unpack", by=by)
    return event


def _exchange(loan: Loan, to: KitCopy, by: User | None, note: str) -> LoanEvent:
    """Give `loan` the copy `to`, and whoever was promised that one another.

    The database checks `copy_lent_once` at every statement. So the loan first gets days that
    nobody asks for (NEVER), the others are moved, and then it gets its own days back.
    """
    MOVES.lapse_all(boxes.in_the_way(loan.kit, loan.starts_on, loan.free_again_on))
    boxes.lock_all(to, loan)
    if to.pk == loan.copy_id:
        return loan.events.latest("pk")
    if to.pk in (unfit := boxes.unfit(loan.kit)):
        raise CopyUnfit
    period = {name: getattr(loan, name) for name in ("starts_on", "ends_on", "free_again_on")}
    first, before = loan.starts_on, loan.free_again_on
    row = Loan.objects.filter(pk=loan.pk)
    row.update(starts_on=NEVER, ends_on=NEVER, free_again_on=NEVER + ONE_DAY)
    rivals = Loan.objects.holding().overlapping(first, before).filter(copy=to)
    for rival in rivals.order_by("pk").with_facts():
        if rival.state == S.PACKED or rival.is_away:
            raise CopyPromised
        _give_another(rival, besides=[to.pk, *unfit], by=by, note=note)
    boxes.refuse_taken(boxes.lock(to.pk), first, before)
    row.update(copy=to, **period)
    return _give(loan, to, by, note)


@retried
def report(
    *, loan: Loan, by: User | None, text: str, item: ContentItem | None = None, photo: File | None
) -> LoanEvent:
    """The school tells of something missing or broken; `photo` as `uploads.clean_photo` made it.

    The same words about the same item on one day are one finding; with photos, within a minute.
    A file that is stored and then not committed is left behind, under a name nobody knows.
    """
    boxes.lock_loan(loan)
    now = timezone.now()
    since = now - datetime.timedelta(minutes=1) if photo else start_of_day(timezone.localdate(now))
    told = loan.findings.filter(item=item, text=text, by_staff=False, at__gte=since)
    if (told.exclude(photo="") if photo else told).exists():
        return loan.events.latest("pk")
    event = MOVES.apply(loan, "report", by=by)
    loan.findings.create(item=item, text=text, photo=photo or "")
    return event


@retried
def add_note(*, loan: Loan, by: User, note: str) -> LoanEvent:
    return MOVES.apply(loan, "note", by=by, note=note)


@retried
def correct_level(*, loan: Loan, level: str, by: User, note: str = "") -> LoanEvent | None:
    return MOVES.correct_level(loan, level, by=by, note=note)


@retried
def settle(*, loan: Loan, by: User, note: str = "") -> LoanEvent:
    """Staff looked at what needed attention; what a question hid needs it now."""
    behind = behind_question(loan)
    event = MOVES.apply(loan, "settle", by=by, note=note, changes={"attention": ""})
    flag(loan, behind, by)
    return event


# A question of its school comes first; that its box cannot go out shows once that is answered.


def behind_question(loan: Loan) -> str:
    """What is the matter with its box, where a question of its school hides it; else ''."""
    if loan.attention != Attention.MOVE_ASKED or loan.state not in COMING:
        return ""
    seen = loan.events.filter(move__in=("flag", "swap", "change_dates", "settle"))
    last = seen.order_by("pk").last()
    if last is None or last.move != "flag" or boxes.has_its_box(loan):
        return ""
    return why_without_box(loan)


def why_without_box(loan: Loan) -> str:
    return Attention.PACKED_UNFIT if loan.state == S.PACKED else Attention.NO_OTHER_BOX


def flag(loan: Loan, attention: str, by: User | None) -> None:
    if attention:
        MOVES.apply(loan, "flag", by=by, changes={"attention": attention})


def flag_without_box(loan: Loan, by: User | None) -> None:
    """Its box cannot go out: that needs attention, once."""
    attention = why_without_box(loan)
    if loan.attention not in {attention, Attention.MOVE_ASKED}:
        flag(loan, attention, by)
    elif loan.attention == Attention.MOVE_ASKED and not behind_question(loan):
        MOVES.apply(loan, "flag", by=by)  # for when it is answered


# --- Within a verb -------------------------------------------------------------------------------


def free_copy(kit: LessonKit, first: datetime.date, before: datetime.date) -> KitCopy:
    """A copy to promise in `[first, before)`, locked; holds whose time is up make way first."""
    if freed_boxes.offer_to_waiting_first(kit, first, before):
        MOVES.lapse_all(boxes.in_the_way(kit, first, before))
    return boxes.lock_free(kit, first, before)


def span(starts_on: datetime.date, ends_on: datetime.date) -> list[str]:
    """The days of a loan as events have them."""
    return [starts_on.isoformat(), ends_on.isoformat()]


def refuse_if_away(copy: KitCopy, loan: Loan) -> None:
    """A box that is still out on another loan, or not counted since, cannot be handed out."""
    away = Loan.objects.where(holds=True, went_out=True).filter(copy=copy)
    if other := away.exclude(pk=loan.pk).first():
        raise CopyNotCounted if other.state == S.RETURNED else CopyNotHere
