"""A school year of lending, day by day, with the worker at its side; then replayed.

Whoever reads the events alone, from first to last, ends at the rows: which box, which days, which
state. What happens is decided by arithmetic, the same each time.
"""

import datetime
import itertools

import pytest
import time_machine

from core.lifecycle import Refused
from core.public_holidays import add_working_days, is_working_day
from kits import clock, desk_days, handling, lifecycle
from kits.desk import figures
from kits.handling import Count
from kits.models import Delivery, KitCopy, Loan, LoanEvent, LoanState, Shortage
from kits.rules import LoanItem, LoanRequest
from submissions.rules import Party
from tests.chain import chain_is_sound
from tests.factories import amsterdam, make_kit, make_staff, unsaved_submission

pytestmark = pytest.mark.django_db

S = LoanState
ONE_DAY = datetime.timedelta(days=1)
FIRST, LAST = datetime.date(2026, 8, 31), datetime.date(2027, 7, 9)


class Year:
    """Four boxes, and who wants them."""

    def __init__(self) -> None:
        self.kit = make_kit(copies=4, loan_days=21)
        self.staff = make_staff()
        self.turns = itertools.count(1)
        self.refused: list[str] = []

    def chance(self, one_in: int) -> bool:
        """True once in so many turns, in no order that anybody would notice."""
        return next(self.turns) * 7919 % 104729 % one_in == 0

    def attempt(self, verb, **details) -> None:
        try:
            verb(by=self.staff, **details)
        except Refused as refusal:
            self.refused.append(type(refusal).__name__)

    def loans(self, *states: str, **fields):
        found = Loan.objects.filter(state__in=states, **fields)
        return found.select_related("copy__kit").order_by("pk")

    def counts(self, *, lost: bool) -> dict[int, Count]:
        robot, battery = self.kit.contents.order_by("pk")
        return {
            robot.pk: Count(robot.quantity - 1 if lost else robot.quantity),
            battery.pk: Count(battery.quantity - 4),
        }

    # --- A day ---------------------------------------------------------------------------------

    def live(self, today: datetime.date) -> None:
        clock.lapse_expired()
        if clock.remind_due():
            clock.remind_due()  # a second worker, or a restart
        if not is_working_day(today):
            return
        self.ask(today)
        for shortage in Shortage.objects.filter(closed_at=None, since__date__lt=today):
            handling.refill(shortage=shortage, by=self.staff)
        self.change(today)
        self.take_back(today)
        self.hand_out(today)

    def ask(self, today: datetime.date) -> None:
        start = add_working_days(today, 6 + next(self.turns) % 40)
        ends = desk_days.desk_for_loan(self.kit, start, Delivery.DESK).return_days(self.kit, start)
        if not ends:
            return
        number = next(self.turns)
        submission = unsaved_submission(typed_school_name=f"School {number % 7}")
        try:
            end, party = ends[number % len(ends)], Party("Groep 7", 7, 7, 24)
            asked = LoanRequest(submission, LoanItem(self.kit, start, end, Delivery.DESK), party)
            submission = lifecycle.hold(asked, by=None)
        except Refused as refusal:
            self.refused.append(type(refusal).__name__)
        else:
            if not self.chance(5):  # the others never type their code
                lifecycle.verify(submission=submission)

    def change(self, today: datetime.date) -> None:
        for loan in self.loans(S.RESERVED, S.OUT):
            if self.chance(40):
                self.attempt(lifecycle.extend, loan=loan, ends_on=loan.ends_on + 3 * ONE_DAY)
            elif self.chance(60):
                self.attempt(lifecycle.cancel, loan=loan)
            elif self.chance(60):
                self.attempt(lifecycle.swap, loan=loan)
        if self.chance(45):
            copy = self.kit.copies.in_service().order_by("pk")[next(self.turns) % 3]
            handling.out_of_service(
                copy=copy,
                starts_on=today + 2 * ONE_DAY,
                free_again_on=today + 9 * ONE_DAY,
                reason="wiel",
                by=self.staff,
            )

    def take_back(self, today: datetime.date) -> None:
        for loan in self.loans(S.OUT, ends_on__lte=today):
            if self.chance(30):
                self.attempt(handling.write_off, loan=loan, note="kwijt")
                KitCopy.objects.create(kit=self.kit, code=f"NIEUW-{loan.pk}")
            elif not self.chance(4):  # the others are late
                counts = self.counts(lost=self.chance(6))
                self.attempt(handling.receive, loan=loan, counts=counts)

    def hand_out(self, today: datetime.date) -> None:
        for loan in self.loans(S.RESERVED, S.PACKED, starts_on__lte=today):
            full = {item.pk: Count(item.quantity) for item in self.kit.contents.all()}
            if self.chance(2) and loan.state == S.RESERVED:
                self.attempt(handling.pack, loan=loan)
            self.attempt(handling.hand_out, loan=loan, counts=full)

    # --- What must hold ------------------------------------------------------------------------

    def assert_sound(self) -> None:
        loans = list(Loan.objects.holding().order_by("copy", "starts_on"))
        for one, other in itertools.pairwise(loans):
            assert one.copy_id != other.copy_id or one.free_again_on <= other.starts_on
        away = [loan.copy_id for loan in loans if loan.state in (S.OUT, S.RETURNED)]
        assert len(away) == len(set(away))


def replayed(events) -> tuple[str, str, list[str]]:
    """(code of the box, state, days), from the events of one loan and nothing else."""
    copy, state, period = "", "", []
    for event in events:
        state = event.to_state
        copy = event.data.get("copy", copy)
        period = event.data.get("to", period)
    return copy, state, period


def test_a_year_of_loans_can_be_replayed_from_its_events():
    with time_machine.travel(amsterdam(2026, 8, 31, 9), tick=False) as now:
        year = Year()
        day = FIRST
        while day <= LAST:
            now.move_to(amsterdam(day.year, day.month, day.day, 9))
            year.live(day)
            year.assert_sound()
            day += ONE_DAY

        loans = list(Loan.objects.select_related("copy").prefetch_related("events"))
        for loan in loans:
            events = list(loan.events.all())
            assert chain_is_sound(events)
            written = [loan.starts_on.isoformat(), loan.ends_on.isoformat()]
            assert replayed(events) == (loan.copy.code, loan.state, written)

        # It was a year in which everything happened.
        assert {loan.state for loan in loans} >= {S.DONE, S.CANCELLED, S.LAPSED, S.WRITTEN_OFF}
        moves = set(LoanEvent.objects.values_list("move", flat=True))
        reminders = {"remind_collect", "remind_return", "remind_overdue"}
        assert moves >= {"extend", "swap", "pack", "flag"} | reminders
        assert {"NoCopyFree", "CopyPromised"} <= set(year.refused)

        # The figures of both school years are those of the events.
        out = LoanEvent.objects.filter(move="hand_out")
        counted = [sum(c.loan_count or 0 for c in figures.copies_in(y)) for y in (2026, 2027)]
        assert sum(counted) == out.count() > 40
        about = LoanEvent.objects.filter(move__in=reminders)
        told = list(about.values_list("loan", "move", "about"))
        assert len(told) == len(set(told))
