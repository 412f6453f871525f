"""A box on the desk: whose it is, and the one thing to do with it now."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.utils import timezone

from kits.handling import Count
from kits.lifecycle import MOVES
from kits.models import (
    ContentItem,
    Finding,
    ItemCount,
    KitCopy,
    Loan,
    LoanState,
    Repair,
    Shortage,
)


@dataclass
class Box:
    """A copy with its present loan; the questions that its page asks."""

    copy: KitCopy
    today: datetime.date = field(default_factory=timezone.localdate)

    @cached_property
    def _loans(self) -> list[Loan]:
        """The loan that it is out on comes first, then what is promised, in order of date."""
        loans = Loan.objects.live().filter(copy=self.copy).with_facts().order_by("starts_on")
        return sorted(loans, key=lambda loan: not loan.is_away)

    @property
    def loan(self) -> Loan | None:
        return self._loans[0] if self._loans else None

    @property
    def following(self) -> Loan | None:
        """The loan after the present one."""
        return self._loans[1] if len(self._loans) > 1 else None

    @property
    def following_is_due(self) -> bool:
        return self.following is not None and self.following.starts_on <= self.today

    @property
    def is_due(self) -> bool:
        """Whether its loan may be handed out now, rather than packed ahead."""
        return self.loan is not None and self.loan.starts_on <= self.today

    @property
    def step(self) -> str:
        """The one next step; empty when there is none."""
        if self.loan is None:
            return ""
        if self.is_unfit and self.loan.standing.is_coming:
            return "other_box"
        if self.loan.state == LoanState.RESERVED:
            return "hand_out" if self.is_due else "pack"
        steps = {
            LoanState.PACKED: "hand_out",
            LoanState.OUT: "receive",
            LoanState.RETURNED: "check",
        }
        return steps.get(LoanState(self.loan.state), "")

    @property
    def can_pack(self) -> bool:
        return self.loan is not None and self.loan.state in MOVES["pack"].sources

    @property
    def can_unpack(self) -> bool:
        return self.loan is not None and self.loan.state in MOVES["unpack"].sources

    @property
    def is_away(self) -> bool:
        return self.loan is not None and self.loan.is_away

    @property
    def is_unfit(self) -> bool:
        """Whether it lacks something without which it cannot go out."""
        return any(shortage.item.is_essential for shortage in self.shortages)

    @cached_property
    def shortages(self) -> list[Shortage]:
        return list(Shortage.objects.filter(copy=self.copy, closed_at=None).select_related("item"))

    @cached_property
    def items(self) -> list[ContentItem]:
        return list(self.copy.kit.contents.all())

    @cached_property
    def expected(self) -> Mapping[int, Count]:
        """What should be in it: at return what left with it, else all but what is known to lack."""
        if self.is_away:
            counted = ItemCount.objects.filter(loan=self.loan, stage=ItemCount.Stage.OUT)
            out = {count.item_id: Count(count.present, count.damaged) for count in counted}
            return {item.pk: out.get(item.pk, Count(item.quantity)) for item in self.items}
        lacks = {shortage.item_id: shortage for shortage in self.shortages}
        return {
            item.pk: Count(
                max(item.quantity - lacks[item.pk].missing - lacks[item.pk].damaged, 0),
                lacks[item.pk].damaged,
            )
            if item.pk in lacks
            else Count(item.quantity)
            for item in self.items
        }

    @property
    def is_whole(self) -> bool:
        """Whether 'as expected' is 'complete'."""
        return all(self.expected[item.pk] == Count(item.quantity) for item in self.items)

    @cached_property
    def findings(self) -> list[Finding]:
        if not self.is_away:
            return []
        return list(Finding.objects.filter(loan=self.loan).select_related("item"))

    @cached_property
    def repair(self) -> Repair | None:
        running = Repair.objects.filter(copy=self.copy, free_again_on__gt=self.today)
        return running.order_by("starts_on").first()

    @cached_property
    def waiting(self) -> list[Loan]:
        """Classes that wait today for another box of this kit: perhaps they get this one."""
        if self.is_away or self.is_unfit or self.copy.is_withdrawn:
            return []
        coming = Loan.objects.where(is_coming=True)
        loans = coming.filter(copy__kit=self.copy.kit_id, starts_on__lte=self.today)
        return list(loans.exclude(copy=self.copy).with_facts().order_by("starts_on", "pk"))
