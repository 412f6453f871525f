"""What happens to a box in somebody's hands: packed, handed out, taken back, checked.

The verbs of the table in `kits/lifecycle.py` that count what is in it. Each is one transaction of
one screen: the move, the counts, and what follows from them.
"""

import datetime
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from core.lifecycle import role_of
from core.transactions import retried
from kits import boxes
from kits.desk_days import overdue_until
from kits.lifecycle import MOVES, flag_without_box, refuse_if_away, span, swap
from kits.models import (
    ChargeLine,
    ContentItem,
    CopyEvent,
    Finding,
    ItemCount,
    KitCopy,
    Loan,
    LoanEvent,
    LoanState,
    Repair,
    Shortage,
)
from kits.refusals import CopyInRepair, CopyUnfit, CountMissing, NoCopyFree, OtherCopy
from kits.waiting import freed_boxes
from schools.models import User


class Count(NamedTuple):
    """What was counted of one item: in order, and damaged. The rest is missing."""

    present: int
    damaged: int = 0


class OutOfService(NamedTuple):
    """A repair, and what became of the loans in its way: moved, or still without a box."""

    repair: Repair
    moved: list[Loan]
    left: list[Loan]


@retried
def pack(*, loan: Loan, by: User, note: str = "") -> LoanEvent:
    """Raises CopyUnfit when something essential is missing from the box."""
    copy = _locked(loan)
    if essential_shortages(copy).exists():
        raise CopyUnfit
    return MOVES.apply(loan, "pack", by=by, note=note)


@retried
def unpack(*, loan: Loan, by: User, note: str = "") -> LoanEvent:
    return MOVES.apply(loan, "unpack", by=by, note=note)


@retried
def hand_out(
    *,
    loan: Loan,
    counts: Mapping[int, Count],
    by: User,
    note: str = "",
    findings: Sequence[Finding] = (),
) -> LoanEvent:
    """The box leaves, as it was counted: what lacks now is not this school's to pay.

    Handed out ahead of its first day, the copy is away from today. Raises CopyNotHere if it never
    came back, CopyInRepair, CopyPromised if another loan comes first, CopyUnfit when something
    essential lacks, CountMissing, IllegalMove.
    """
    copy = _locked(loan)
    refuse_if_away(copy, loan)
    refuse_if_in_repair(copy)
    event = _leave(loan, by, note)
    for item in _write_counts(loan, counts, ItemCount.Stage.OUT):
        _note_shortage(copy, loan, item, counts[item.pk])
    if essential_shortages(copy).exists():
        raise CopyUnfit  # what was counted is undone: see `note_unfit`
    _write_findings(loan, findings)
    return event


@retried
def note_unfit(
    *, loan: Loan, counts: Mapping[int, Count], by: User, findings: Sequence[Finding] = ()
) -> None:
    """Keep what was counted of a loan's box that cannot go out. The box's later loans go elsewhere,
    as after a check; to this one whoever is at the desk gives another. Raises OtherCopy."""
    copy = loan.copy
    _lock_boxes(copy, loan)
    if loan.copy_id != copy.pk:
        raise OtherCopy
    for item in copy.kit.contents.filter(pk__in=counts):
        _note_shortage(copy, loan, item, counts[item.pk])
    _write_findings(loan, findings)
    if essential_shortages(copy).exists():
        rehome(copy=copy, first=loan.free_again_on, before=None, by=by)


@retried
def take_back(*, loan: Loan, by: User, note: str = "") -> LoanEvent:
    return MOVES.apply(loan, "take_back", by=by, note=note)


@retried
def check(
    *,
    loan: Loan,
    counts: Mapping[int, Count],
    by: User,
    note: str = "",
    findings: Sequence[Finding] = (),
) -> LoanEvent:
    """The box is counted and the loan is done.

    What is missing or damaged becomes a shortage of the copy; durable parts get a proposed
    charge; consumables come on the shopping list. Without something essential the copy's coming
    loans move to other copies or come under 'needs attention'; the event's data names them.
    """
    copy = loan.copy
    _lock_boxes(copy, loan)
    event = MOVES.apply(loan, "check", by=by, note=note)
    for item in _write_counts(loan, counts, ItemCount.Stage.BACK):
        _settle_item(copy, loan, item, counts[item.pk])
    _write_findings(loan, findings)
    if essential_shortages(copy).exists():
        _rehome_because(event, copy, by)
    return event


@retried
def receive(
    *,
    loan: Loan,
    counts: Mapping[int, Count],
    by: User,
    note: str = "",
    findings: Sequence[Finding] = (),
) -> LoanEvent:
    """Back and counted at once, on one screen. Returns the event of the check."""
    take_back(loan=loan, by=by)
    return check(loan=loan, counts=counts, by=by, note=note, findings=findings)


@retried
def write_off(*, loan: Loan, by: User, note: str) -> LoanEvent:
    """The box is lost: the copy is withdrawn, all that went with it is proposed as a charge."""
    copy = loan.copy
    _lock_boxes(copy, loan)
    event = MOVES.apply(loan, "write_off", by=by, note=note)
    _withdraw(copy, by)
    went = dict(loan.counts.filter(stage=ItemCount.Stage.OUT).values_list("item", "present"))
    nothing = {item.pk: Count(0) for item in copy.kit.contents.all()}
    for item in _write_counts(loan, nothing, ItemCount.Stage.BACK):
        lost = went.get(item.pk, item.quantity)
        if lost and not item.is_consumable:
            _charge(loan, item, lost)
    _rehome_because(event, copy, by)
    return event


@retried
def withdraw(*, copy: KitCopy, by: User) -> tuple[list[Loan], list[Loan]]:
    """The copy is not lent any more: its coming loans, (moved, still without a box)."""
    _lock_boxes(copy)
    _withdraw(copy, by)
    return rehome(copy=copy, first=timezone.localdate(), before=None, by=by)


@retried
def lend_again(*, copy: KitCopy, by: User) -> None:
    """A copy that was withdrawn is lent again."""
    if KitCopy.objects.filter(pk=copy.pk, is_withdrawn=True).update(is_withdrawn=False):
        _write_event(copy.pk, "bring_back", by, {})  # the word that histories have
        freed_boxes.freed()


@retried
def out_of_service(
    *, copy: KitCopy, starts_on: datetime.date, free_again_on: datetime.date, reason: str, by: User
) -> OutOfService:
    """A copy goes for repair `[starts_on, free_again_on)`; its loans then go elsewhere.

    The same copy and period again is the same repair.
    """
    _lock_boxes(copy)
    repair, created = Repair.objects.get_or_create(
        copy=copy,
        starts_on=starts_on,
        free_again_on=free_again_on,
        defaults={"reason": reason},
    )
    if created:
        period = {"from": starts_on.isoformat(), "to": free_again_on.isoformat()}
        _write_event(copy.pk, "repair", by, period)
    moved, left = rehome(copy=copy, first=starts_on, before=free_again_on, by=by)
    return OutOfService(repair, moved, left)


@retried
def end_repair(*, repair: Repair, by: User) -> None:
    """The copy is back sooner than planned, and can be lent from today. No loan moves to it."""
    today = timezone.localdate()
    KitCopy.objects.select_for_update(of=("self",)).get(pk=repair.copy_id)
    running = Repair.objects.filter(pk=repair.pk, free_again_on__gt=today)
    if repair.starts_on >= today:
        ended, _per_model = running.delete()
    else:
        ended = running.update(free_again_on=today)
    if ended:
        _write_event(repair.copy_id, "end_repair", by, {"to": repair.free_again_on.isoformat()})
        freed_boxes.freed()


@retried
def refill(*, shortage: Shortage, by: User) -> None:
    """What was missing is in the box again."""
    still_open = Shortage.objects.filter(pk=shortage.pk, closed_at=None)
    if still_open.update(closed_at=timezone.now()):
        _write_event(shortage.copy_id, "refill", by, _lacked(shortage))


@retried
def undo_refill(*, shortage: Shortage, by: User) -> None:
    """A slip of the finger: it lacks after all. Not where the box was counted since."""
    KitCopy.objects.select_for_update(of=("self",)).get(pk=shortage.copy_id)
    if Shortage.objects.refilled_last().filter(pk=shortage.pk).update(closed_at=None):
        _write_event(shortage.copy_id, "undo_refill", by, _lacked(shortage))


def _lacked(shortage: Shortage) -> dict[str, Any]:
    numbers = {"missing": shortage.missing, "damaged": shortage.damaged}
    return {"item": shortage.item.name} | numbers


@retried
def make_way_for_overdue(*, copy: KitCopy) -> tuple[list[Loan], list[Loan]]:
    """A box is overdue: who was promised it in the coming time gets another, or staff hear of it.

    Returns the loans that were moved, and those still without a box.
    """
    _lock_boxes(copy)
    if not Loan.objects.overdue().filter(copy=copy).exists():
        return [], []
    before = overdue_until(copy.kit.turnaround)
    return rehome(copy=copy, first=timezone.localdate(), before=before, by=None)


def rehome(
    *, copy: KitCopy, first: datetime.date, before: datetime.date | None, by: User | None
) -> tuple[list[Loan], list[Loan]]:
    """Move a copy's coming loans to other copies: (moved, still without one).

    A box that is packed is left to the desk. That loan, and those that find no copy, are flagged,
    loudly, for staff; the school is told by staff. The caller holds the locks of
    `boxes.lock_all`.
    """
    still_here = Loan.objects.where(holds=True, went_out=False)
    loans = still_here.filter(copy=copy, free_again_on__gt=first).order_by("pk")
    if before is not None:
        loans = loans.filter(starts_on__lt=before)
    moved, left = [], []
    for loan in loans.with_facts():
        if loan.state != LoanState.PACKED:
            with suppress(NoCopyFree):
                swap(loan=loan, by=by)
                moved.append(loan)
                continue
        left.append(loan)
        flag_without_box(loan, by)
    return moved, left


# --- Within a verb -------------------------------------------------------------------------------


def _lock_boxes(copy: KitCopy, *loans: Loan) -> None:
    """`boxes.lock_all`, after holds whose time is up made way for those needing another."""
    MOVES.lapse_all(Loan.objects.expired().filter(copy__kit=copy.kit_id).order_by("pk"))
    boxes.lock_all(copy, *loans)


def _withdraw(copy: KitCopy, by: User) -> None:
    if KitCopy.objects.filter(pk=copy.pk, is_withdrawn=False).update(is_withdrawn=True):
        _write_event(copy.pk, "withdraw", by, {})


def _write_event(copy_id: int, move: str, by: User, data: dict[str, Any]) -> None:
    """Write who did what to a box; words: `kits/telling/wording.py`."""
    CopyEvent.objects.create(copy_id=copy_id, move=move, by=by, by_role=role_of(by), data=data)


def refuse_if_in_repair(copy: KitCopy) -> None:
    today = timezone.localdate()
    if copy.repairs.filter(starts_on__lte=today, free_again_on__gt=today).exists():
        raise CopyInRepair


def _leave(loan: Loan, by: User, note: str) -> LoanEvent:
    """The move of handing out, with the period that is true now: `copy_lent_once` guards it."""
    today, planned = timezone.localdate(), loan.starts_on
    if today >= planned:
        return MOVES.apply(loan, "hand_out", by=by, note=note)
    data = {"from": span(planned, loan.ends_on), "to": span(today, loan.ends_on)}
    MOVES.lapse_all(Loan.objects.expired().filter(copy=loan.copy_id).overlapping(today, planned))
    changes = {"starts_on": today}
    return MOVES.apply(loan, "hand_out", by=by, note=note, changes=changes, data=data)


def essential_shortages(copy: KitCopy) -> QuerySet[Shortage]:
    return Shortage.objects.filter(copy=copy, closed_at=None, item__is_essential=True)


def _rehome_because(event: LoanEvent, copy: KitCopy, by: User) -> None:
    """Move the copy's coming loans, and write into the event which, and which have no box."""
    moved, left = rehome(copy=copy, first=timezone.localdate(), before=None, by=by)
    event.data = {"moved": [loan.pk for loan in moved], "left": [loan.pk for loan in left]}
    event.save(update_fields=["data"])


def _locked(loan: Loan) -> KitCopy:
    """Lock the loan and its copy. Raises OtherCopy if it is not the one on the desk any more."""
    on_the_desk = loan.copy_id
    boxes.lock_loan(loan)
    if loan.copy_id != on_the_desk:
        raise OtherCopy
    return KitCopy.objects.select_for_update(of=("self",)).get(pk=loan.copy_id)


def _write_counts(loan: Loan, counts: Mapping[int, Count], stage: str) -> list[ContentItem]:
    items = list(ContentItem.objects.filter(kit__copies=loan.copy_id).order_by("pk"))
    if any(item.pk not in counts for item in items):
        raise CountMissing
    ItemCount.objects.bulk_create(
        ItemCount(
            loan=loan,
            item=item,
            stage=stage,
            present=counts[item.pk].present,
            damaged=counts[item.pk].damaged,
        )
        for item in items
    )
    return items


def _write_findings(loan: Loan, findings: Sequence[Finding]) -> None:
    """A photo that is stored and then not committed is left behind: see `lifecycle.report`."""
    for finding in findings:
        finding.loan, finding.by_staff = loan, True
        finding.save()


def _settle_item(copy: KitCopy, loan: Loan, item: ContentItem, count: Count) -> None:
    """What lacked before this loan is not this school's to pay; what is lost more is."""
    lost = _note_shortage(copy, loan, item, count)
    if lost > 0 and not item.is_consumable:
        _charge(loan, item, lost)


def _note_shortage(copy: KitCopy, loan: Loan, item: ContentItem, count: Count) -> int:
    """Bring the open shortage of one item up to date; returns how many more lack than before."""
    missing = max(item.quantity - count.present - count.damaged, 0)
    lacks = missing + count.damaged
    before = Shortage.objects.filter(copy=copy, item=item, closed_at=None).first()
    if before is None:
        if lacks:
            Shortage.objects.create(
                copy=copy, item=item, loan=loan, missing=missing, damaged=count.damaged
            )
        return lacks
    known = before.missing + before.damaged
    if lacks:
        before.missing, before.damaged = missing, count.damaged
        if lacks > known:  # else it is still the loan in which it was lost
            before.loan = loan
    else:
        before.closed_at = timezone.now()
    before.save(update_fields=["missing", "damaged", "loan", "closed_at"])
    return lacks - known


def _charge(loan: Loan, item: ContentItem, quantity: int) -> None:
    if item.unit_cost:
        ChargeLine.objects.get_or_create(
            loan=loan,
            item=item,
            defaults={"quantity": quantity, "amount": quantity * item.unit_cost},
        )
