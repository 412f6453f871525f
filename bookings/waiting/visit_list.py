"""The waiting list for visits: asking to wait, and what becomes of an offer."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from bookings import lifecycle, rules
from bookings.models import Booking, State, VisitSlot, VisitWait
from bookings.refusals import WrongAudience
from bookings.waiting import offering
from bookings.waiting.entries import entries_of
from core.transactions import retried
from programmes.models import Programme
from schools.models import ClassGroup, User
from submissions.models import Ending, Submission, WaitState
from submissions.rules import (
    Broken,
    NoteRequired,
    Party,
    first_bookable_moment,
    refuse_broken,
)
from submissions.waiting.lifecycle import NotWaiting, WaitingList, submissions_of


@dataclass(frozen=True)
class Wish:
    """What one waits for: a half day, or days on which any would do."""

    first_day: datetime.date
    last_day: datetime.date
    slot: VisitSlot | None = None
    weekdays: str = ""
    part: str = ""

    @classmethod
    def of(cls, slot: VisitSlot) -> "Wish":
        return cls(slot.day, slot.day, slot)

    @property
    def facts(self) -> dict[str, Any]:
        """The wish as the fields of a row."""
        return vars(self)


@dataclass(frozen=True)
class WaitRequest:
    """All parties wait together. `submission` is not saved yet."""

    submission: Submission
    programme: Programme
    parties: Sequence[Party]
    wish: Wish


class VisitList(WaitingList):
    model = VisitWait

    # --- Asking to wait -------------------------------------------------------------------------

    @retried
    def hold(self, request: WaitRequest, *, by: User | None) -> Submission:
        """Raises KeyConflict, WrongAudience, RulesBroken."""
        programme, parties = request.programme, request.parties
        audiences = {party.audience for party in parties} | {request.submission.audience}
        if audiences != {programme.whom}:
            raise WrongAudience
        refuse_broken(_broken(request), (), "")
        rows = [
            VisitWait(
                programme=programme,
                supervisors=party.supervisors,
                **party.columns,
                **request.wish.facts,
            )
            for party in parties
        ]
        return self.join(request.submission, rows, hub=programme.venue.hub, by=by)

    # --- An offer -------------------------------------------------------------------------------

    def free(self, submission: Submission, why: Ending, *, by: User | None) -> None:
        lifecycle.MOVES.lapse_all(self._offered(submission), by=by, why=why)

    def take_offered(self, submission: Submission, *, by: User | None) -> None:
        for booking in self._offered(submission):
            _take(booking, by=by)

    def prolong_offered(self, submission: Submission) -> datetime.datetime:
        bookings = self._offered(submission)
        until = offering.until_of(bookings[0].visit.slot, bookings[0].visit.programme, submission)
        for booking in bookings:
            lifecycle.MOVES.apply(booking, "prolong", by=None, changes={"held_until": until})
        return until

    def _offered(self, submission: Submission) -> list[Booking]:
        return list(submission.bookings.filter(state=State.OFFERED).locked())

    @retried
    def offer_by_hand(
        self, submission: Submission, *, slot: VisitSlot, by: User, note: str
    ) -> None:
        """Staff offer a place over the order, and say why. Raises NotWaiting, NoteRequired,
        VisitFull, ZonesTaken and what else stands in the way."""
        entries = entries_of(VisitWait.objects.filter(submission=submission))
        if not entries:
            raise NotWaiting
        if not note.strip():
            raise NoteRequired
        offering.offer_place(entries[0], slot, by=by, note=note)

    @retried
    def give_turns(self) -> int:
        return offering.everywhere()

    # --- What can no longer be ------------------------------------------------------------------

    def end_unmet(self) -> int:
        over = VisitWait.objects.filter(self._hopeless()).filter(state=WaitState.WAITING)
        rows = over.select_related("submission").order_by("pk")
        return sum(self._end_too_late(one) for one in submissions_of(rows))

    def _hopeless(self) -> Q:
        """Entries for a programme no longer offered, or whose last day is too soon by now."""
        found = Q(programme__is_published=False)
        waiting = VisitWait.objects.waiting().order_by()
        for lead_time in set(waiting.values_list("programme__lead_time", flat=True)):
            soonest = timezone.localdate(first_bookable_moment(lead_time))
            found |= Q(programme__lead_time=lead_time, last_day__lt=soonest)
        return found | Q(slot__starts_at__lte=timezone.now())

    def _end_too_late(self, submission: Submission) -> bool:
        return self.end(submission, Ending.TOO_LATE, by=None)


def _take(booking: Booking, *, by: User | None) -> None:
    """What was offered is hers. After its deadline only what could still be asked for."""
    slot, programme = booking.visit.slot, booking.visit.programme
    if not booking.is_in_time:
        refuse_broken(rules.broken_choice(programme, slot), (), "")
    school = booking.submission.school
    changes: dict[str, Any] = {"held_until": None, "attention": lifecycle.unseen_doubt(booking)}
    if school is not None and booking.class_group is None:
        changes["class_group"] = ClassGroup.objects.named_in(booking, school, slot.day)
    move = "take_up" if programme.needs_approval else "take"
    lifecycle.MOVES.apply(booking, move, by=by, changes=changes)


def _broken(request: WaitRequest) -> list[Broken]:
    """What a class must satisfy, whenever it comes; of a date also that it can still be asked
    for."""
    found: list[Broken] = []
    for index, party in enumerate(request.parties):
        found += rules.broken_party(request.programme, party, index)
    slot = request.wish.slot
    if slot is not None:
        found += rules.broken_choice(request.programme, slot)
        for index, party in enumerate(request.parties):
            school = request.submission.school
            found += rules.broken_on_date(request.programme, slot, school, party.name, index)
    return found


LIST = VisitList()
