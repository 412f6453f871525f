"""What the desk looks at: boxes that go out and come in, the round, what must be bought."""

import datetime
import itertools
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from core.dates import ONE_WEEK, monday_of
from kits import desk_days
from kits.models import Delivery, Loan, LoanState, Shortage
from kits.models.loan import LoanQuerySet


def outgoing(loans: LoanQuerySet, before: datetime.date) -> QuerySet[Loan]:
    """To hand out before that day, what was never collected first.

    `box_away`: the box did not come back from another loan; `box_short`: it lacks something.
    """
    others = Loan.objects.where(went_out=True, holds=True).filter(copy=OuterRef("copy"))
    short = Shortage.objects.filter(copy=OuterRef("copy"), closed_at=None)
    return (
        loans.where(is_coming=True)
        .filter(starts_on__lt=before)
        .with_facts()
        .annotate(box_away=Exists(others), box_short=Exists(short))
        .order_by("starts_on", "delivery", "copy__code")
    )


def incoming(loans: LoanQuerySet, before: datetime.date) -> QuerySet[Loan]:
    """To come back before that day, overdue first."""
    return (
        loans.filter(state=LoanState.OUT, ends_on__lt=before)
        .with_facts()
        .order_by("ends_on", "delivery", "copy__code")
    )


def to_check(loans: LoanQuerySet) -> QuerySet[Loan]:
    """Back, and not looked at yet; those wanted first on top."""
    back = loans.filter(state=LoanState.RETURNED)
    return back.with_facts().with_return().order_by("free_again_on")


def needing_attention(loans: LoanQuerySet) -> QuerySet[Loan]:
    """Loans that staff must find another answer for."""
    open_ones = loans.holding().exclude(attention="")
    return open_ones.with_facts().order_by("starts_on", "pk")


def counts(
    loans: LoanQuerySet, shortages: QuerySet[Shortage], today: datetime.date
) -> dict[str, int]:
    """How much waits, for the first page of the desk: as many as its lists show. Three queries,
    and one more where a box should be back."""
    counted = loans.holding().aggregate(
        outgoing=Count("pk", Q(state__in=LoanState.where(is_coming=True), starts_on__lte=today)),
        incoming=Count("pk", Q(state=LoanState.OUT, ends_on__lte=today)),
        to_check=Count("pk", Q(state=LoanState.RETURNED)),
        attention=Count("pk", ~Q(attention="")),
    )
    overdue = desk_days.number_late(desk_days.overdue(loans))
    counted |= {"overdue": overdue, "incoming": counted["incoming"] - overdue}
    return counted | {"shopping": shortages.count()}


# --- The transport round --------------------------------------------------------------------------


@dataclass(frozen=True)
class Stop:
    """One school on the round: which boxes to bring and which to fetch."""

    place: Any  # School, or None when it was typed and never found
    bring: list[Loan]
    fetch: list[Loan]

    @property
    def loans(self) -> list[Loan]:
        return self.bring + self.fetch


def transport_round(loans: LoanQuerySet, day: datetime.date) -> list[Stop]:
    """The stops of a day, in order of postcode. One query."""
    bring = Q(state__in=LoanState.where(is_coming=True), starts_on=day)
    on_the_round = (
        loans.filter(bring | Q(state=LoanState.OUT, ends_on=day), delivery=Delivery.ROUND)
        .with_facts()
        .order_by("submission__school__postcode", "submission__school", "copy__code")
    )
    stops = []
    for _school, at_stop in itertools.groupby(
        on_the_round, key=lambda loan: loan.submission.school_id
    ):
        here = list(at_stop)
        stops.append(
            Stop(
                here[0].submission.school,
                [loan for loan in here if loan.state != LoanState.OUT],
                [loan for loan in here if loan.state == LoanState.OUT],
            )
        )
    return stops


def round_days(loans: LoanQuerySet, first: datetime.date) -> list[datetime.date]:
    """Days from `first` on, at most three weeks ahead, on which the round has a stop."""
    before = first + datetime.timedelta(days=21)
    loans = loans.filter(delivery=Delivery.ROUND).order_by()
    out = loans.filter(
        state__in=LoanState.where(is_coming=True), starts_on__gte=first, starts_on__lt=before
    ).values_list("starts_on", flat=True)
    back = loans.filter(state=LoanState.OUT, ends_on__gte=first, ends_on__lt=before).values_list(
        "ends_on", flat=True
    )
    return sorted({*out, *back})


# --- Shopping -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToBuy:
    """One item of a kit, and the boxes that lack it."""

    item: Any
    shortages: list[Shortage]

    @property
    def quantity(self) -> int:
        return sum(shortage.missing + shortage.damaged for shortage in self.shortages)


def shopping(shortages: QuerySet[Shortage]) -> tuple[list[ToBuy], list[ToBuy]]:
    """(consumables, other parts) that boxes lack, per item. One query."""
    found = shortages.select_related("item__kit", "copy").order_by(
        "item__kit__title", "item__position", "item", "copy__code"
    )
    lines = [
        ToBuy(item, list(group))
        for item, group in itertools.groupby(found, key=lambda shortage: shortage.item)
    ]
    consumables = [line for line in lines if line.item.is_consumable]
    return consumables, [line for line in lines if not line.item.is_consumable]


def end_of_week(today: datetime.date) -> datetime.date:
    """The Monday up to which 'this week' runs; at the weekend that is the week to come."""
    monday = monday_of(today) + ONE_WEEK
    return monday + ONE_WEEK if today.weekday() >= 5 else monday
