"""The waiting list for kits: asking to wait, who is offered a box, what becomes of an offer."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.lifecycle import NEW, Refused, lock_row
from core.transactions import retried
from kits import desk_days, lifecycle, rules
from kits.boxes import in_the_way, lock_free
from kits.free_boxes import count_free
from kits.models import LessonKit, Loan, LoanState, LoanWait
from kits.refusals import NotLentAnyMore
from kits.rules import LoanItem
from schools.models import User
from submissions.models import Ending, Submission, WaitState
from submissions.rules import (
    Broken,
    NoteRequired,
    Party,
    Rule,
    first_bookable_moment,
    refuse_broken,
    set_aside,
)
from submissions.waiting.deadlines import closes_at, offer_until, region_of
from submissions.waiting.lifecycle import MOVES, NotWaiting, WaitingList, submissions_of


@dataclass(frozen=True)
class LoanWaitRequest:
    """`submission` is not saved yet."""

    submission: Submission
    item: LoanItem
    party: Party


class LoanList(WaitingList):
    model = LoanWait

    @retried
    def hold(self, request: LoanWaitRequest, *, by: User | None) -> Submission:
        """Raises KeyConflict, RulesBroken and what `rules.refuse_dates` raises."""
        item, party = request.item, request.party
        refuse_broken(rules.broken_rules(item.kit, party), (), "")
        rules.refuse_dates(item)
        row = LoanWait(
            kit=item.kit,
            starts_on=item.starts_on,
            ends_on=item.ends_on,
            delivery=item.delivery,
            **party.columns,
        )
        return self.join(request.submission, [row], hub=item.kit.venue.hub, by=by)

    # --- An offer -------------------------------------------------------------------------------

    def free(self, submission: Submission, why: Ending, *, by: User | None) -> None:
        lifecycle.MOVES.lapse_all(self._offered(submission), by=by, why=why)

    def take_offered(self, submission: Submission, *, by: User | None) -> None:
        for loan in self._offered(submission):
            rules.refuse_out_of_time(loan)
            lifecycle.MOVES.apply(loan, "take", by=by, changes={"held_until": None})

    def prolong_offered(self, submission: Submission) -> datetime.datetime:
        [loan] = self._offered(submission)
        until = _until(loan.kit, loan.starts_on, submission)
        lifecycle.MOVES.apply(loan, "prolong", by=None, changes={"held_until": until})
        return until

    def _offered(self, submission: Submission) -> list[Loan]:
        return list(submission.loans.filter(state=LoanState.OFFERED).locked())

    @retried
    def offer_by_hand(self, row: LoanWait, *, by: User, note: str) -> None:
        """Staff offer a box over the order, and say why. Raises NotWaiting, NoteRequired,
        NoCopyFree."""
        row.refresh_from_db(from_queryset=LoanWait.objects.with_facts())
        if row.state != WaitState.WAITING:
            raise NotWaiting
        if not note.strip():
            raise NoteRequired
        self._offer(row, by=by, note=note)

    # --- Turns ----------------------------------------------------------------------------------

    @retried
    def give_turns(self) -> int:
        return self._round(LoanWait.objects.all())

    def give_turns_of(self, kit: LessonKit) -> None:
        self._round(LoanWait.objects.filter(kit=kit))

    def _round(self, rows: Any) -> int:
        """Each in turn; returns how many are offered a box."""
        waiting = rows.waiting().with_facts()
        return sum(self._try(row) for row in waiting)

    def _try(self, row: LoanWait) -> bool:
        copies = count_free([row.kit], row.starts_on, row.ends_on).get(row.kit_id)
        if copies is None or not copies.free:
            return False
        try:
            with transaction.atomic():
                self._offer(row, by=None)
        except Refused:
            return False  # no box after all, or it was served or withdrawn a moment ago
        return True

    def _offer(self, row: LoanWait, *, by: User | None, note: str = "") -> None:
        """Hold a box for it until its deadline, and tell her. A kit that is taken off the site only
        staff still offer, over the rule. Raises what stands in the way."""
        kit, starts_on, ends_on = row.kit, row.starts_on, row.ends_on
        off = [] if kit.is_published else [Broken(Rule.DATE, "", str(NotLentAnyMore.message))]
        refuse_broken(off, {Rule.DATE} if by else (), note)
        rules.refuse_dates(LoanItem(kit, starts_on, ends_on, row.delivery))
        before = desk_days.free_again_on(kit, ends_on)
        lifecycle.MOVES.lapse_all(in_the_way(kit, starts_on, before))
        copy = lock_free(kit, starts_on, before)
        # Her numbers may have changed since it was read, and cannot from here on.
        lock_row(row, LoanWait.objects.with_facts())
        until = _until(kit, starts_on, row.submission)
        years = row.year_from, row.year_to
        party = Party(row.party_name, *years, row.pupils, level=row.level)
        loan = Loan(
            submission=row.submission,
            copy=copy,
            delivery=row.delivery,
            starts_on=starts_on,
            ends_on=ends_on,
            free_again_on=before,
            class_group=row.class_group,
            held_until=until,
            state=NEW,
            **party.columns,
        )
        data: dict[str, Any] = {"starts_at": starts_on.isoformat(), "until": until.isoformat()}
        data |= set_aside(off)
        lifecycle.MOVES.apply(loan, "offer", by=by, note=note, data=data | {"copy": copy.code})
        changes = {"held_until": until, "loan": loan, "attention": ""}
        MOVES.apply(row, "offer", by=by, note=note, data=data, changes=changes)

    # --- What can no longer be ------------------------------------------------------------------

    def end_unmet(self) -> int:
        soonest = timezone.localdate(first_bookable_moment(None))
        hopeless = Q(kit__is_published=False) | Q(starts_on__lt=soonest)
        rows = LoanWait.objects.filter(hopeless, state=WaitState.WAITING).order_by("pk")
        entries = submissions_of(rows.select_related("submission"))
        return sum(self.end(one, Ending.TOO_LATE, by=None) for one in entries)


def _until(kit: LessonKit, starts_on: datetime.date, submission: Submission) -> datetime.datetime:
    """Until when a box for that day stands that is offered now."""
    return offer_until(
        day=starts_on,
        closes_at=closes_at(starts_on, None),
        region=region_of(submission.school, kit.venue.holiday_region),
    )


LIST = LoanList()


def position_of(row: LoanWait) -> int:
    """1 is next: how many waited earlier for a box of this kit on any of these days."""
    before = LoanWait.objects.waiting().filter(
        kit=row.kit_id, starts_on__lte=row.ends_on, ends_on__gte=row.starts_on
    )
    earlier = Q(asked_at__lt=row.asked_at) | Q(asked_at=row.asked_at, pk__lt=row.pk)
    return before.filter(earlier).count() + 1
