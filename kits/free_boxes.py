"""How many copies are free, day by day, for one kit or for all, in one query. Which of
them a loan gets: `boxes.py`.

A copy is away while a live loan (not a hold whose time is up) or a repair covers the day. One
that should have been back is nobody's for the coming time (`desk_days.overdue_until`).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.fields import DateField
from django.utils import timezone

from core.dates import ONE_DAY
from kits.desk_days import free_again_on, overdue_until
from kits.models import KitCopy, LessonKit, Loan, LoanState, Repair, Shortage


class Away(NamedTuple):
    """From when until when a copy is away; half-open."""

    copy: int
    start: datetime.date
    end: datetime.date


@dataclass
class KitCalendar:
    """The copies of one kit, and when each is away."""

    copies: set[int] = field(default_factory=set)
    away: list[Away] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.copies)

    def free_on(self, day: datetime.date) -> int:
        return self.free_in(day, day + ONE_DAY)

    def free_in(self, first: datetime.date, before: datetime.date) -> int:
        """How many copies are free on every day of `[first, before)`."""
        away = {copy for copy, start, end in self.away if start < before and end > first}
        return len(self.copies - away)


def calendars(
    first: datetime.date,
    before: datetime.date,
    kits: Iterable[LessonKit] | None = None,
    *,
    but: Loan | None = None,
) -> dict[int, KitCalendar]:
    """Per kit (primary key) its calendar for `[first, before)`, in one query.

    `but`: a loan that is to move, as if it were not there; only its own box may lack something
    essential then, as in `moving.move`.
    """
    copies = KitCopy.objects.in_service()
    loans = Loan.objects.live().overlapping(first, before)
    overdue = Loan.objects.overdue().filter(starts_on__lt=before)
    if but is not None:
        loans, overdue = loans.exclude(pk=but.pk), overdue.exclude(pk=but.pk)
        copies = copies.filter(Q(pk=but.copy_id) | ~Q(pk__in=KitCopy.objects.unfit()))
    repairs = Repair.objects.filter(starts_on__lt=before, free_again_on__gt=first)
    if kits is not None:
        wanted = list(kits)
        copies = copies.filter(kit__in=wanted)
        loans = loans.filter(copy__kit__in=wanted)
        overdue = overdue.filter(copy__kit__in=wanted)
        repairs = repairs.filter(copy__kit__in=wanted)
    nothing = Value(None, output_field=DateField())
    start, end, copy = F("starts_on"), F("free_again_on"), F("copy_id")
    columns = ("one", "a", "b", "turnaround")
    spans: list[tuple[QuerySet[Any], Any]] = [(loans, end), (overdue, nothing), (repairs, end)]
    rows: Any = (
        copies.order_by()
        .annotate(one=F("pk"), a=nothing, b=nothing, turnaround=F("kit__turnaround"))
        .values_list("kit_id", *columns)
        .union(
            *(
                away.order_by()
                .annotate(one=copy, a=start, b=until, turnaround=F("copy__kit__turnaround"))
                .values_list("copy__kit_id", *columns)
                for away, until in spans
            ),
            all=True,
        )
        .order_by()  # the models' own order does not fit the columns
    )
    return _read(rows)


def _read(rows: Iterable[tuple[int, int, Any, Any, int]]) -> dict[int, KitCalendar]:
    found: dict[int, KitCalendar] = defaultdict(KitCalendar)
    for kit, copy, start, end, turnaround in rows:
        if start is None:
            found[kit].copies.add(copy)
        else:
            found[kit].away.append(Away(copy, start, end or overdue_until(turnaround)))
    return dict(found)


class FreeCopies(NamedTuple):
    """How many copies are free for a whole loan, of how many."""

    free: int
    total: int


def count_free(
    kits: Sequence[LessonKit], starts_on: datetime.date, ends_on: datetime.date
) -> dict[int, FreeCopies]:
    """Per kit (primary key) its copies that can be lent for these days, turnaround included.

    A kit that is not lent for so long, or that has no copies, is left out. One query.
    """
    again = {
        kit.pk: free_again_on(kit, ends_on)
        for kit in kits
        if (ends_on - starts_on).days <= kit.loan_days
    }
    if not again:
        return {}
    found = calendars(starts_on, max(again.values()), kits)
    return {
        pk: FreeCopies(found[pk].free_in(starts_on, before), found[pk].total)
        for pk, before in again.items()
        if pk in found
    }


def with_whereabouts(copies: QuerySet[KitCopy]) -> QuerySet[Any]:
    """Annotate where each box is today: `is_out` with a school, `in_repair`."""
    today = timezone.localdate()
    out = Loan.objects.filter(copy=OuterRef("pk"), state=LoanState.OUT)
    repair = Repair.objects.filter(
        copy=OuterRef("pk"), starts_on__lte=today, free_again_on__gt=today
    )
    return copies.annotate(is_out=Exists(out), in_repair=Exists(repair))


def free_copies(kit: LessonKit, first: datetime.date, before: datetime.date) -> QuerySet[KitCopy]:
    """Copies of the kit that are free on every day of `[first, before)`.

    In the order in which they are given: whole ones first, and last those that are out now and
    may come back late.
    """
    loans = Loan.objects.live().overlapping(first, before).filter(copy=OuterRef("pk"))
    repairs = Repair.objects.filter(
        copy=OuterRef("pk"), starts_on__lt=before, free_again_on__gt=first
    )
    out = Loan.objects.filter(copy=OuterRef("pk"), state=LoanState.OUT)
    late = Loan.objects.overdue() if first < overdue_until(kit.turnaround) else Loan.objects.none()
    short = Shortage.objects.filter(copy=OuterRef("pk"), closed_at=None)
    return (
        KitCopy.objects.in_service()
        .filter(~Exists(loans), ~Exists(repairs), kit=kit)
        .exclude(Exists(late.filter(copy=OuterRef("pk"))))
        .annotate(is_out=Exists(out), is_short=Exists(short))
        .order_by("is_out", "is_short", "code")
    )
