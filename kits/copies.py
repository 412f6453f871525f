"""Which copy a loan gets.

The order of locks on PostgreSQL is loan → copies, one copy at a time: the row of a copy is
locked *before* the loan is written, so that two who want it queue there and not inside the
exclusion constraint, where they would deadlock. Who loses tries the next copy; the lock of the
lost one goes with its savepoint. `copy_lent_once` is the net under all of this.
"""

import datetime
from collections.abc import Callable, Iterable

from django.db import IntegrityError, transaction

from .availability import free_copies
from .models import KitCopy, LessonKit, Loan, Shortage
from .refusals import NoCopyFree


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


def unfit(kit: LessonKit) -> list[int]:
    """Copies of the kit that lack something essential: no loan is moved to one of these."""
    short = Shortage.objects.filter(copy__kit=kit, closed_at=None, item__is_essential=True)
    return list(short.values_list("copy", flat=True).distinct())


def in_the_way(kit: LessonKit, first: datetime.date, before: datetime.date) -> "list[Loan]":
    """Holds of this kit whose time is up and that still stand in the way of the constraint."""
    return list(
        Loan.objects.expired().overlapping(first, before).filter(copy__kit=kit).order_by("pk")
    )
