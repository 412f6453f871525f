"""Which copy a loan gets.

Locks on PostgreSQL have one order everywhere: loans, then copies, each by primary key. The row of
a copy is locked *before* a loan is written with it, so that two who want it queue there and not
inside the exclusion constraint, where they would deadlock. Who wants any copy takes one at a time,
and tries the next when it loses; the lock of the lost one goes with its savepoint. Who may need
several (a box breaks, two boxes are exchanged) locks all of the kit first. `copy_lent_once` is the
net under all of this.
"""

import datetime
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core.lifecycle import lock_row
from kits.desk_days import overdue_until
from kits.free_boxes import free_copies
from kits.models import KitCopy, LessonKit, Loan, LoanState, Repair
from kits.models.loan import LoanQuerySet
from kits.refusals import (
    CopyNotHere,
    CopyPromised,
    CopyRepairedThen,
    CopyWithdrawn,
    NoCopyFree,
)


def lock_free(
    kit: LessonKit, first: datetime.date, before: datetime.date, *, besides: Iterable[int] = ()
) -> KitCopy:
    """A copy of the kit that is free in `[first, before)`, locked and looked at again.

    `besides`: copies that will not do. Raises NoCopyFree.
    """
    candidates = free_copies(kit, first, before).exclude(pk__in=besides)
    for pk in list(candidates.values_list("pk", flat=True)):
        with transaction.atomic():
            copy = lock(pk)
            is_as_read = (copy.kit_id, copy.kit.venue_id) == (kit.pk, kit.venue_id)
            if is_as_read and is_free(copy, first, before):
                return copy
            transaction.set_rollback(True)  # somebody was first: give the lock back
    raise NoCopyFree


def lock(copy_id: int) -> KitCopy:
    """The copy as it is now; nobody else promises it in this transaction."""
    return KitCopy.objects.select_for_update(of=("self",)).get(pk=copy_id)


def is_free(
    copy: KitCopy, first: datetime.date, before: datetime.date, *, to: Loan | None = None
) -> bool:
    """Whether a locked copy can be promised in `[first, before)`; `to` may have it already."""
    repairs = copy.repairs.filter(starts_on__lt=before, free_again_on__gt=first)
    others = Loan.objects.holding().filter(copy=copy).overlapping(first, before)
    if first < overdue_until(copy.kit.turnaround):
        others |= Loan.objects.overdue().filter(copy=copy)
    if to is not None:
        others = others.exclude(pk=to.pk)
    return not (copy.is_withdrawn or repairs.exists() or others.exists())


def refuse_taken(
    copy: KitCopy, first: datetime.date, before: datetime.date, *, to: Loan | None = None
) -> None:
    """Raise the reason for which a locked copy is not free, as `is_free` finds it."""
    if is_free(copy, first, before, to=to):
        return
    if copy.is_withdrawn:
        raise CopyWithdrawn
    if copy.repairs.filter(starts_on__lt=before, free_again_on__gt=first).exists():
        raise CopyRepairedThen
    overdue = Loan.objects.overdue().filter(copy=copy)
    if to is not None:
        overdue = overdue.exclude(pk=to.pk)
    if first < overdue_until(copy.kit.turnaround) and overdue.exists():
        raise CopyNotHere
    raise CopyPromised


def lock_loan(loan: Loan) -> None:
    """Bring the loan up to date; nobody else changes it in this transaction."""
    lock_row(loan, Loan.objects.with_facts())


def lock_all(copy: KitCopy, *loans: Loan) -> None:
    """Lock `loans` and all that `copy` is promised to, and then every copy of its kit.

    A loan that came in between the two would have to be locked after the copies: then all locks
    are given back, and taken again.
    """
    wanted = Q(pk__in=[loan.pk for loan in loans]) | Q(
        copy=copy, state__in=LoanState.where(holds=True)
    )
    everything = False
    while not everything:
        with transaction.atomic():
            locked = [loan.pk for loan in Loan.objects.filter(wanted).locked()]
            copies = KitCopy.objects.select_for_update(of=("self",)).filter(kit=copy.kit_id)
            list(copies.order_by("pk").values_list("pk"))
            everything = not Loan.objects.filter(wanted).exclude(pk__in=locked).exists()
            transaction.set_rollback(not everything)
    for loan in loans:
        lock_loan(loan)


def unfit(kit: LessonKit) -> list[int]:
    return list(KitCopy.objects.unfit().filter(kit=kit).values_list("pk", flat=True))


def has_its_box(loan: "Loan") -> bool:
    """Whether the loan can go out with its copy: it is free for it and lacks nothing essential."""
    is_mine = is_free(loan.copy, loan.starts_on, loan.free_again_on, to=loan)
    return is_mine and loan.copy_id not in unfit(loan.kit)


def that_can_go_out(loans: LoanQuerySet) -> LoanQuerySet:
    """Those of `loans` whose box is neither lost nor overdue, in repair then, nor without something
    essential: as it is today, so for loans that begin soon."""
    repairs = Repair.objects.filter(
        copy=OuterRef("copy"),
        starts_on__lt=OuterRef("free_again_on"),
        free_again_on__gt=OuterRef("starts_on"),
    )
    return loans.filter(copy__is_withdrawn=False).exclude(
        Exists(Loan.objects.overdue().filter(copy=OuterRef("copy")))
        | Exists(repairs)
        | Q(copy__in=KitCopy.objects.unfit())
    )


def in_the_way(kit: LessonKit, first: datetime.date, before: datetime.date) -> "list[Loan]":
    """Holds of this kit whose time is up and that still stand in the way of the constraint."""
    return list(
        Loan.objects.expired().overlapping(first, before).filter(copy__kit=kit).order_by("pk")
    )
