"""How much kits and boxes are used, per school year: what tells staff which to buy or retire.

A loan counts in the school year in which it starts, once its box has really left. Days out are
those from handing out to taking back as they happened; of a box that is still out, until the day
on which it should return, or today when that has passed.
"""

from typing import Any

from django.db.models import (
    Case,
    Count,
    DateField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils import timezone

from kits.models import (
    ContentItem,
    ItemCount,
    KitCopy,
    LessonKit,
    Loan,
    LoanEvent,
    LoanState,
    RefusedDemand,
)
from schools.years import school_year_end, school_year_start


def loans_in(year: int) -> QuerySet[Loan]:
    """Loans that left the building in the school year that starts in `year`."""
    return Loan.objects.where(went_out=True).filter(
        starts_on__gte=school_year_start(year),
        starts_on__lte=school_year_end(year),
    )


def kits_in(year: int) -> QuerySet[LessonKit]:
    """Each kit with `loan_count`, `pupils`, `time_out` (timedelta or None) and `refused_count`."""
    refused = RefusedDemand.objects.filter(
        kit=OuterRef("pk"),
        starts_on__gte=school_year_start(year),
        starts_on__lte=school_year_end(year),
    )
    return _with_use(
        LessonKit.objects.all(), loans_in(year).filter(copy__kit=OuterRef("pk"))
    ).annotate(refused_count=_count(refused, "kit"))


def copies_in(year: int) -> QuerySet[KitCopy]:
    """Each copy with `loan_count`, `pupils` and `time_out` (timedelta or None)."""
    copies = KitCopy.objects.select_related("kit").order_by("kit__position", "kit__title", "code")
    return _with_use(copies, loans_in(year).filter(copy=OuterRef("pk")))


def losses_in(year: int) -> QuerySet[ContentItem]:
    """Items of which fewer came back in order than went out, with `lost`; most first.

    Consumables included: there it is what was used.
    """
    out = ItemCount.objects.filter(
        loan=OuterRef("loan"), item=OuterRef("item"), stage=ItemCount.Stage.OUT
    )
    lost = (
        ItemCount.objects.filter(
            item=OuterRef("pk"), stage=ItemCount.Stage.BACK, loan__in=loans_in(year)
        )
        .annotate(went=Subquery(out.values("present")[:1]))
        .filter(went__gt=F("present"))
        .order_by()
        .values("item")
        .annotate(total=Sum(F("went") - F("present"), output_field=IntegerField()))
        .values("total")
    )
    return (
        ContentItem.objects.select_related("kit")
        .annotate(lost=Subquery(lost))
        .filter(Q(lost__gt=0))
        .order_by("is_consumable", "-lost", "kit__title", "name")
    )


def _with_use(rows: QuerySet[Any], loans: QuerySet[Loan]) -> QuerySet[Any]:
    came_back = Coalesce(_day_of("take_back", "write_off"), _planned_return())
    duration = ExpressionWrapper(
        came_back - Coalesce(_day_of("hand_out"), F("starts_on")), output_field=DurationField()
    )
    by = "copy__kit" if rows.model is LessonKit else "copy"
    together = loans.order_by().values(by)
    return rows.annotate(
        loan_count=_count(loans, by),
        pupils=Subquery(together.annotate(total=Sum("pupils")).values("total")),
        time_out=Subquery(together.annotate(total=Sum(duration)).values("total")),
    )


def _day_of(*moves: str) -> Subquery:
    """The day (Amsterdam) of the first of these moves; NULL for a loan that was brought in."""
    events = LoanEvent.objects.filter(loan=OuterRef("pk"), move__in=moves).order_by("pk")
    return Subquery(events.annotate(day=TruncDate("at")).values("day")[:1])


def _planned_return() -> Case:
    late = Greatest(F("ends_on"), Value(timezone.localdate()), output_field=DateField())
    return Case(When(state=LoanState.OUT, then=late), default=F("ends_on"))


def _count(rows: QuerySet[Any], by: str) -> Subquery:
    counted = rows.order_by().values(by).annotate(total=Count("pk")).values("total")
    return Subquery(counted)
