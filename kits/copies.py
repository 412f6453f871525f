"""Which copy a loan gets.

Locks on PostgreSQL have one order everywhere: loans, then copies, each by primary key. The row of
a copy is locked *before* a loan is written with it, so that two who want it queue there and not
inside the exclusion constraint, where they would deadlock. Who wants any copy takes one at a time,
and tries the next when it loses; the lock of the lost one goes with its savepoint. Who may need
several (a box breaks, two boxes are exchanged) locks all of the kit first. `copy_lent_once` is the
net under all of this.
"""

import datetime
from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction
from django.db.models import Q

from kits.availability import free_copies
from kits.models import KitCopy, LessonKit, Loan, Shortage
from kits.models.loan import HOLDING
from kits.refusals import NoCopyFree


def claim_any[T](
    kit: LessonKit,
    first: datetime.date,
    before: datetime.date,
    write: Callable[[KitCopy], T],
    *,
    besides: Iterable[int] = (),
) -> T:
    """Call `write` with a free copy of the kit, and with the next when that one was just taken.

    `besides`: copies that will not do. Raises NoCopyFree.
    """
    candidates = free_copies(kit, first, before).exclude(pk__in=besides)
    for pk in list(candidates.values_list("pk", flat=True)):
        try:
            return claim(pk, unless_away(write, first, before))
        except (IntegrityError, Away):
            continue  # somebody was first; the savepoint took our lock away again
    raise NoCopyFree


class Away(Exception):
    """The copy went for repair, or was withdrawn, while we waited for its lock."""


def unless_away[T](
    write: Callable[[KitCopy], T], first: datetime.date, before: datetime.date
) -> Callable[[KitCopy], T]:
    """`write`, after a look under the lock at what no constraint sees."""

    def look_and_write(copy: KitCopy) -> T:
        repairs = copy.repairs.filter(starts_on__lt=before, free_again_on__gt=first)
        if copy.is_withdrawn or repairs.exists():
            raise Away
        return write(copy)

    return look_and_write


def claim[T](copy_id: int, write: Callable[[KitCopy], T]) -> T:
    """Lock one copy and call `write`. Raises IntegrityError if it is promised then."""
    with transaction.atomic():
        copy = KitCopy.objects.select_for_update(of=("self",)).get(pk=copy_id)
        return write(copy)


def lock_loan(loan: Loan) -> None:
    """Bring the loan up to date; nobody else changes it in this transaction."""
    loan.refresh_from_db(from_queryset=Loan.objects.filter(pk=loan.pk).locked())


def lock_all(copy: KitCopy, *loans: Loan) -> None:
    """Lock `loans` and all that `copy` is promised to, and then every copy of its kit.

    A loan that came in between the two would have to be locked after the copies: then all locks
    are given back, and taken again.
    """
    wanted = Q(pk__in=[loan.pk for loan in loans]) | Q(copy=copy, state__in=sorted(HOLDING))
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
    """Copies of the kit that lack something essential: no loan is moved to one of these."""
    short = Shortage.objects.filter(copy__kit=kit, closed_at=None, item__is_essential=True)
    return list(short.values_list("copy", flat=True).distinct())


def in_the_way(kit: LessonKit, first: datetime.date, before: datetime.date) -> "list[Loan]":
    """Holds of this kit whose time is up and that still stand in the way of the constraint."""
    return list(
        Loan.objects.expired().overlapping(first, before).filter(copy__kit=kit).order_by("pk")
    )
