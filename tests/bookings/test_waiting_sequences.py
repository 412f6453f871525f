"""Any interleaving of booking, moving, cancelling, waiting and offers (RELIABILITY, promise 9).

After each step the counters equal the rows, an entry stands in one state with as many live offers
as rows, nobody who waits fits in what is free, and nobody was served before an earlier entry that
asks for no more.
"""

import datetime
import itertools

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from bookings import clock, lifecycle, several_classes, visits
from bookings.closing_days import VisitSweeper
from bookings.models import Booking, State, Visit, VisitSlot, VisitWait
from bookings.rules import VisitItem, VisitRequest
from bookings.several_classes import ClassChange
from bookings.visits.calling_off import call_off
from bookings.waiting.visit_list import LIST, WaitRequest, Wish
from core.lifecycle import Refused
from core.transactions import retried
from submissions.models import WaitState
from submissions.rules import Party
from tests.chain import chain_is_sound
from tests.factories import (
    NOW,
    amsterdam,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    unsaved_submission,
)

S = WaitState
some = st.integers(0, 1_000)
sizes = st.sampled_from([10, 20, 30])
slots = st.sampled_from([0, 0, 0, 1])
MOST = {"max_groups": 2, "max_pupils": 50}


def wants_it(row: VisitWait, slot: VisitSlot) -> bool:
    """Whether a place in this half day is what it waits for."""
    return row.slot_id == slot.pk if row.slot_id else row.wishes(slot.starts_at)


class Desk(RuleBasedStateMachine):
    site: dict

    @initialize()
    def open_the_doors(self) -> None:
        self.clock = time_machine.travel(NOW, tick=False)
        self.traveller = self.clock.start()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.numbers = itertools.count(1)
        self.served: set[int] = set()

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)
            self.clock.stop()

    def attempt(self, verb) -> None:
        """A refusal undoes all of it."""
        try:
            retried(verb)()
        except Refused:
            return

    def parties(self, pupils: list[int]) -> list[Party]:
        number = next(self.numbers)
        return [Party(f"{number}{index}", 7, 7, size, 3) for index, size in enumerate(pupils)]

    def one(self, rows, number: int):
        found = list(rows.order_by("pk"))
        return found[number % len(found)] if found else None

    def submission(self):
        return unsaved_submission(school=self.site["school"], typed_school_name="", typed_city="")

    @rule(slot=slots, pupils=st.lists(sizes, min_size=1, max_size=2), confirmed=st.booleans())
    def book(self, slot, pupils, confirmed) -> None:
        where = self.site["slots"][slot], self.site["programme"]
        items = [VisitItem(*where, party) for party in self.parties(pupils)]
        request = VisitRequest(self.submission(), items)
        verb = lifecycle.book if confirmed else lifecycle.hold
        self.attempt(lambda: verb(request, by=self.site["staff"]))

    @rule(slot=st.sampled_from([0, 0, 1, None]), pupils=st.lists(sizes, min_size=1, max_size=2))
    def wait(self, slot, pupils) -> None:
        day = self.site["slots"][0].day
        wish = Wish(day, day + datetime.timedelta(days=1))
        if slot is not None:
            wish = Wish.of(self.site["slots"][slot])
        request = WaitRequest(self.submission(), self.site["programme"], self.parties(pupils), wish)
        self.attempt(lambda: LIST.book(request, by=self.site["staff"]))

    @rule(number=some)
    def cancel(self, number) -> None:
        coming = Booking.objects.filter(state__in=[State.CONFIRMED, State.HELD])
        if one := self.one(coming, number):
            self.attempt(lambda: lifecycle.cancel(booking=one, by=self.site["staff"]))

    @rule(number=some, slot=slots)
    def reschedule(self, number, slot) -> None:
        to = self.site["slots"][slot]
        if one := self.one(Booking.objects.filter(state=State.CONFIRMED), number):
            self.attempt(lambda: lifecycle.reschedule(booking=one, slot=to, by=self.site["staff"]))

    @rule(number=some, pupils=sizes)
    def change_numbers(self, number, pupils) -> None:
        numbers = {"pupils": pupils, "supervisors": 3}
        if one := self.one(Booking.objects.filter(state=State.CONFIRMED), number):
            self.attempt(
                lambda: lifecycle.change_numbers(booking=one, by=self.site["staff"], **numbers)
            )

    @rule(number=some, pupils=sizes, slot=st.sampled_from([None, 0, 1]), goes=st.booleans())
    def change_parts(self, number, pupils, slot, goes) -> None:
        """Of one submission: the first class goes or gets other numbers, the others move."""
        if one := self.one(Booking.objects.filter(state=State.CONFIRMED), number):
            to = None if slot is None else self.site["slots"][slot]
            rows = one.submission.bookings.filter(state=State.CONFIRMED).order_by("pk")
            first, *others = rows.with_facts()
            asked = [ClassChange(first, pupils, 3, goes=goes)]
            asked += [ClassChange(other, other.pupils, 3, slot=to) for other in others]
            self.attempt(lambda: several_classes.change_parts(asked, by=self.site["staff"]))

    @rule(number=some, pupils=sizes)
    def bring_fewer(self, number, pupils) -> None:
        if one := self.one(VisitWait.objects.filter(state=S.WAITING), number):
            self.attempt(lambda: LIST.change_numbers(one, pupils=pupils, by=None))

    @rule(number=some, slot=slots)
    def offer_by_hand(self, number, slot) -> None:
        """Over the order, as nothing else is."""
        if one := self.one(VisitWait.objects.filter(state=S.WAITING), number):
            facts = {"slot": self.site["slots"][slot], "by": self.site["staff"], "note": "Zij wel"}
            self.attempt(lambda: LIST.offer_by_hand(one.submission, **facts))
            one.refresh_from_db()
            if one.state == S.OFFERED:
                self.served.add(one.submission_id)

    @rule(number=some, slot=slots)
    def move_all(self, number, slot) -> None:
        to = self.site["slots"][slot]
        if one := self.one(Visit.objects.active(), number):
            self.attempt(lambda: visits.move_visit(visit=one, slot=to, by=self.site["staff"]))

    @rule(slot=slots)
    def call_off(self, slot) -> None:
        if one := Visit.objects.active().filter(slot=self.site["slots"][slot]).first():
            self.attempt(lambda: call_off(visit=one, by=self.site["staff"]))

    @rule(slot=slots)
    def run_it_again(self, slot) -> None:
        self.site["slots"][slot].programmes.add(self.site["programme"])
        LIST.give_turns()

    @rule(slot=slots, number=some)
    def sweep(self, slot, number) -> None:
        """What stands on a day that is to close, in one of the ways that are proposed."""
        half_day = self.site["slots"][slot]
        for hit in VisitSweeper().hits(half_day.venue, half_day.day, half_day.day):
            way = hit.ways[number % len(hit.ways)]
            facts = {"stands": hit.stands, "by": self.site["staff"], "note": "Verbouwing"}
            self.attempt(lambda h=hit, w=way, f=facts: VisitSweeper().sweep(h.key, w, **f))

    @rule(number=some)
    def take(self, number) -> None:
        if one := self.one(VisitWait.objects.filter(state=S.OFFERED), number):
            self.attempt(lambda: LIST.take(one.submission, by=None))

    @rule(number=some)
    def withdraw(self, number) -> None:
        waiting = VisitWait.objects.filter(state__in=[S.WAITING, S.OFFERED])
        if one := self.one(waiting, number):
            self.attempt(lambda: LIST.withdraw(one.submission, by=None))

    @rule(hours=st.sampled_from([1, 30]))
    def let_time_pass(self, hours) -> None:
        self.traveller.shift(datetime.timedelta(hours=hours))
        clock.lapse_expired()
        LIST.expire_offers()

    @rule(number=some, groups=st.integers(1, 3), pupils=st.sampled_from([30, 50, 90]))
    def raise_or_lower(self, number, groups, pupils) -> None:
        most = {"max_groups": groups, "max_pupils": pupils}
        if one := self.one(Visit.objects.active(), number):
            self.attempt(lambda: visits.set_maxima(visit=one, **most))

    # --- What is always so ---

    @invariant()
    def counters_equal_the_rows(self) -> None:
        for visit in Visit.objects.all():
            rows = list(visit.bookings.holding())
            pupils = sum(row.pupils for row in rows)
            assert (visit.groups_taken, visit.pupils_taken) == (len(rows), pupils)

    @invariant()
    def nothing_is_offered_twice_or_in_parts(self) -> None:
        for submission in {row.submission for row in VisitWait.objects.all()}:
            rows = list(submission.visitwaits.all())
            [state] = {row.state for row in rows}
            offered = submission.bookings.filter(state=State.OFFERED)
            assert offered.count() == (len(rows) if state == S.OFFERED else 0)
            assert len({one.visit_id for one in offered}) <= 1
            assert all(chain_is_sound(row.events.all()) for row in rows)

    @invariant()
    def none_that_fits_is_passed_over(self) -> None:
        for rows in self.waiting().values():
            for slot in self.site["slots"]:
                if wants_it(rows[0], slot):
                    assert not self.fits(rows, slot), (rows, slot)

    @invariant()
    def nobody_is_served_before_an_earlier_one_that_asks_for_no_more(self) -> None:
        waiting = self.waiting()
        offered = VisitWait.objects.exclude(state=S.WAITING).exclude(booking=None)
        for row in offered.select_related("booking__visit__slot"):
            if row.submission_id in self.served:
                continue
            self.served.add(row.submission_id)
            party = list(row.submission.visitwaits.all())
            for rows in waiting.values():
                earlier = rank_of(rows[0]) < rank_of(row)
                asks_no_more = len(rows) <= len(party) and pupils_of(rows) <= pupils_of(party)
                wants = wants_it(rows[0], row.booking.visit.slot)
                assert not (earlier and asks_no_more and wants), (rows, row)

    def waiting(self) -> dict[int, list[VisitWait]]:
        found: dict[int, list[VisitWait]] = {}
        for row in VisitWait.objects.waiting():
            found.setdefault(row.submission_id, []).append(row)
        return found

    def fits(self, rows, slot) -> bool:
        """By the counters alone; the one programme has its zone for itself."""
        if not slot.programmes.filter(pk=rows[0].programme_id).exists():
            return False
        visit = Visit.objects.active().filter(slot=slot).first()
        if visit is None:
            return len(rows) <= MOST["max_groups"] and pupils_of(rows) <= MOST["max_pupils"]
        groups = visit.max_groups - visit.groups_taken
        return len(rows) <= groups and pupils_of(rows) <= visit.max_pupils - visit.pupils_taken


def rank_of(row) -> tuple[datetime.datetime, int]:
    return row.asked_at, row.submission_id


def pupils_of(rows) -> int:
    return sum(row.pupils for row in rows)


@pytest.mark.django_db
@time_machine.travel(NOW, tick=False)
def test_any_interleaving_offers_in_order_nothing_twice_and_nothing_in_parts() -> None:
    programme = make_programme(max_pupils_per_class=30, **MOST)
    days = [amsterdam(2026, 11, day, 9) for day in (3, 4)]
    Desk.site = {
        "programme": programme,
        "slots": [make_slot(programmes=[programme], starts_at=day, **MOST) for day in days],
        "school": make_school(),
        "staff": make_staff(),
    }

    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=20, stateful_step_count=25, suppress_health_check=list(HealthCheck)
        ),
    )
