"""Any sequence of moves, against a model of a page and a half (RELIABILITY, promise 9).

The model knows bookings, visits, their maxima and which rooms a programme needs, and says of
each verb whether it succeeds or which refusal comes. After each step the counters must equal
the rows, claims the active visits, and events chain from state to state, one per move.
"""

import datetime
import itertools
from collections import Counter
from dataclasses import dataclass, field

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

from bookings import clock, lifecycle, visits
from bookings.models import Booking, BookingEvent, State, Visit, ZoneClaim
from bookings.rules import VisitItem, VisitRequest
from core.lifecycle import Refused
from submissions.models import Submission
from submissions.rules import Party
from tests.chain import chain_is_sound
from tests.factories import (
    NOW,
    amsterdam,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_zone,
    unsaved_submission,
)

S = State
HOLD_FOR = datetime.timedelta(minutes=30)


# --- The model -----------------------------------------------------------------------------------


class No(Exception):
    """The model's refusal; its text is the name of the exception that must come."""


@dataclass
class ModelVisit:
    slot: int
    programme: int
    max_groups: int = 2
    max_pupils: int = 58
    pk: int | None = None


@dataclass
class ModelBooking:
    visit: ModelVisit
    email: str
    browser: str
    school: int
    name: str
    pupils: int
    supervisors: int = 3  # as every booking asks below
    state: str = S.HELD
    held_until: datetime.datetime | None = None
    known: bool = False  # whether a class group was made of it
    moves: list[str] = field(default_factory=lambda: ["hold"])
    submission: int = 0
    pk: int | None = None

    @property
    def holding(self) -> bool:
        return self.state in State.where(holds=True)


class World:
    """What everything looks like; `now` moves only when somebody waits."""

    # Which zones a programme needs, and where on the time line each slot starts (hours).
    zones = ({0}, {0, 1}, {1})
    starts = (0.0, 1.5, 24.0)
    occupies = 2.25  # two hours and the changeover
    needs_approval = (False, True, False)

    def __init__(self) -> None:
        self.now = NOW
        self.visits: list[ModelVisit] = []
        self.bookings: list[ModelBooking] = []

    def inside(self, visit: ModelVisit, without=None) -> list[ModelBooking]:
        everybody = [one for one in self.bookings if one is not without]
        return [one for one in everybody if one.visit is visit and one.holding]

    def active(self, without=None) -> list[ModelVisit]:
        return [visit for visit in self.visits if self.inside(visit, without)]

    def clash(self, one: ModelVisit, slot: int, programme: int) -> bool:
        near = abs(self.starts[one.slot] - self.starts[slot]) < self.occupies
        return near and bool(self.zones[one.programme] & self.zones[programme])

    def expired(self, one: ModelBooking) -> bool:
        return one.state == S.HELD and one.held_until <= self.now

    def lapse(self, one: ModelBooking) -> None:
        one.state, one.held_until = S.LAPSED, None
        one.moves.append("lapse")

    def make_way(self, slot: int, programme: int) -> None:
        """Lapse the expired holds in the way of this programme in this slot."""
        in_the_way = [
            one
            for one in self.bookings
            if self.expired(one)
            and (
                (one.visit.slot, one.visit.programme) == (slot, programme)
                or self.clash(one.visit, slot, programme)
            )
        ]
        for one in in_the_way:
            self.lapse(one)

    def room(self, slot: int, programme: int, pupils: int, without=None) -> ModelVisit:
        """The visit that takes one more class, opened if need be, once `without` has left."""
        self.make_way(slot, programme)
        active = self.active(without)
        for visit in active:
            if (visit.slot, visit.programme) == (slot, programme):
                inside = self.inside(visit, without)
                if len(inside) >= visit.max_groups:
                    raise No("VisitFull")
                if sum(one.pupils for one in inside) + pupils > visit.max_pupils:
                    raise No("VisitFull")
                return visit
        if any(self.clash(visit, slot, programme) for visit in active):
            raise No("ZonesTaken")
        visit = ModelVisit(slot, programme)
        self.visits.append(visit)
        return visit

    def same_class(self, visit: ModelVisit, booking: ModelBooking) -> bool:
        return any(
            one is not booking
            and one.known
            and (one.school, one.name) == (booking.school, booking.name)
            for one in self.inside(visit)
        )

    def put(self, booking: ModelBooking, slot: int, state: str, move: str) -> None:
        """Move a booking into a slot, in a state, if there is room and its class is not there."""
        programme = booking.visit.programme
        visit = self.room(slot, programme, booking.pupils, without=booking)
        if self.same_class(visit, booking):
            raise No("ClassAlreadyBooked")
        booking.visit, booking.state, booking.held_until = visit, state, None
        booking.moves.append(move)


# --- The machine ---------------------------------------------------------------------------------

# The first of each most often, so that people get in each other's way.
slots = st.sampled_from([0, 0, 0, 1, 2])
programmes = st.sampled_from([0, 0, 1, 2])
pupils = st.sampled_from([10, 24, 35])
schools = st.integers(0, 1)
names = st.sampled_from(["7a", "7b", "8"])
browsers = st.sampled_from(["hers", "his", "theirs"])
emails = st.sampled_from(
    ["anna@school.example", "bart@school.example", "carla@school.example", "dirk@school.example"]
)
some = st.integers(0, 1_000)


class Desk(RuleBasedStateMachine):
    """Every rule does the same with the site and with the model, and compares the answers."""

    site: dict
    refused: Counter = Counter()

    @initialize()
    def open_the_doors(self) -> None:
        self.world = World()
        self.clock = time_machine.travel(NOW, tick=False)
        self.traveller = self.clock.start()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.numbers = itertools.count(1)

    def teardown(self) -> None:
        if hasattr(self, "savepoint"):
            transaction.set_rollback(True)
            self.savepoint.__exit__(None, None, None)
            self.clock.stop()

    def both(self, real, model) -> None:
        """Run `real` and `model`; both succeed, or both refuse for the same reason."""
        before = self.snapshot()
        try:
            model()
            expected = None
        except No as no:
            expected = str(no)
            self.restore(before)
        try:
            with transaction.atomic():
                real()
            answer = None
        except Refused as refusal:
            answer = type(refusal).__name__
        assert answer == expected
        type(self).refused[answer] += 1

    def snapshot(self):
        return (
            list(self.world.visits),
            [(visit, dict(visit.__dict__)) for visit in self.world.visits],
            list(self.world.bookings),
            [(one, one.__dict__ | {"moves": list(one.moves)}) for one in self.world.bookings],
        )

    def restore(self, before) -> None:
        self.world.visits, visits, self.world.bookings, bookings = before
        for row, values in [*visits, *bookings]:
            row.__dict__.update(values)

    def one(self, number: int, *states: str) -> tuple[ModelBooking, Booking] | None:
        """One of the bookings in these states, in the model and as a row."""
        found = [one for one in self.world.bookings if one.state in states]
        if not found:
            return None
        model = found[number % len(found)]
        return model, Booking.objects.with_facts().get(pk=model.pk)

    # --- Booking ---

    @rule(
        slot=slots,
        programme=programmes,
        email=emails,
        browser=browsers,
        school=schools,
        classes=st.lists(st.tuples(names, pupils), min_size=1, max_size=2),
        at_once=st.booleans(),
    )
    def hold(self, slot, programme, email, browser, school, classes, at_once) -> None:
        number = next(self.numbers)
        submission = unsaved_submission(
            browser=browser, email=email, school=self.site["schools"][school]
        )
        asked = [Party(name, 7, 7, number, 3) for name, number in classes]
        made: list[ModelBooking] = []

        def real() -> None:
            where = self.site["slots"][slot], self.site["programmes"][programme]
            items = [VisitItem(*where, party) for party in asked]
            lifecycle.hold(VisitRequest(submission, items), by=None)

        def model() -> None:
            made.extend(self.model_hold(slot, programme, email, browser, school, classes, number))

        self.both(real, model)
        if made:
            submission = Submission.objects.get(submission_key=submission.submission_key)
        rows = submission.bookings.order_by("pk") if made else []
        for one, row in zip(made, rows, strict=True):
            one.pk, one.visit.pk = row.pk, row.visit_id
        if made and at_once:
            self.type_code(made[0], submission)

    def model_hold(
        self, slot, programme, email, browser, school, classes, number
    ) -> list[ModelBooking]:
        verified = {one.submission for one in self.world.bookings if one.known}
        for one in self.world.bookings:
            rival = one.browser == browser and one.submission not in verified
            if rival and one.state == S.HELD:
                self.world.lapse(one)

        return [
            self.take_one(slot, programme, email, browser, school, name, size, number)
            for name, size in classes
        ]

    def take_one(self, slot, programme, email, browser, school, name, size, number) -> ModelBooking:
        self.world.make_way(slot, programme)
        for visit in self.world.active():
            if (visit.slot, visit.programme) != (slot, programme):
                continue
            for one in self.world.inside(visit):
                if (one.school, one.name) == (school, name):
                    waits = one.state == S.HELD and one.submission != number
                    raise No("ClassWaitsForCode" if waits else "ClassAlreadyBooked")
        visit = self.world.room(slot, programme, size)
        booking = ModelBooking(visit, email, browser, school, name, size, submission=number)
        booking.held_until = self.world.now + HOLD_FOR
        self.world.bookings.append(booking)
        return booking

    @rule(number=some)
    def verify(self, number) -> None:
        found = self.one(number, S.HELD, S.LAPSED)
        if found is not None:
            self.type_code(found[0], found[1].submission)

    def type_code(self, model_booking: ModelBooking, submission: Submission) -> None:
        mine = [
            one
            for one in self.world.bookings
            if one.submission == model_booking.submission and one.state in {S.HELD, S.LAPSED}
        ]
        if any(one.known for one in self.world.bookings if one.submission == mine[0].submission):
            return  # verified before: nothing changes (tests/bookings/test_lifecycle.py)

        def model() -> None:
            for one in mine:
                approval = self.world.needs_approval[one.visit.programme]
                state = S.REQUESTED if approval else S.CONFIRMED
                move = "request" if approval else "verify"
                if one.state == S.LAPSED:
                    self.world.put(one, one.visit.slot, state, move)
                else:
                    if self.world.same_class(one.visit, one):
                        raise No("ClassAlreadyBooked")
                    one.state, one.held_until = state, None
                    one.moves.append(move)
                one.known = True

        self.both(lambda: lifecycle.verify(submission=submission), model)
        self.learn_visits()

    def learn_visits(self) -> None:
        """Bookings that moved may have opened a visit: the model learns its key."""
        for one in self.world.bookings:
            one.visit.pk = Booking.objects.get(pk=one.pk).visit_id

    # --- Deciding ---

    def decide(self, number, verb, states, target, *, move=None, **arguments) -> None:
        found = self.one(number, *states)
        if found is None:
            return
        model_booking, row = found

        def model() -> None:
            model_booking.state, model_booking.held_until = target, None
            model_booking.moves.append(move or verb.__name__)

        self.both(lambda: verb(booking=row, by=self.site["staff"], **arguments), model)

    @rule(number=some)
    def confirm(self, number) -> None:
        self.decide(number, lifecycle.confirm, [S.REQUESTED], S.CONFIRMED)

    @rule(number=some)
    def decline(self, number) -> None:
        self.decide(number, lifecycle.decline, [S.REQUESTED], S.DECLINED)

    @rule(number=some)
    def cancel(self, number) -> None:
        self.decide(number, lifecycle.cancel, [S.HELD, S.REQUESTED, S.CONFIRMED], S.CANCELLED)

    @rule(number=some)
    def decide_what_is_over(self, number) -> None:
        """A move that the table does not have from this state is refused, and changes nothing."""
        found = self.one(number, S.DECLINED, S.CANCELLED, S.LAPSED)
        if found is None:
            return

        def model() -> None:
            raise No("IllegalMove")

        self.both(lambda: lifecycle.confirm(booking=found[1], by=self.site["staff"]), model)

    @rule(number=some)
    def reinstate(self, number) -> None:
        found = self.one(number, S.CANCELLED, S.DECLINED)
        if found is None or not found[0].known:
            return
        one, row = found
        self.both(
            lambda: lifecycle.reinstate(booking=row, by=self.site["staff"]),
            lambda: self.world.put(one, one.visit.slot, S.CONFIRMED, "reinstate"),
        )
        self.learn_visits()

    @rule(number=some, slot=slots)
    def reschedule(self, number, slot) -> None:
        found = self.one(number, S.REQUESTED, S.CONFIRMED)
        if found is None:
            return
        one, row = found

        def model() -> None:
            if one.visit.slot != slot:
                self.world.put(one, slot, one.state, "reschedule")

        self.both(
            lambda: lifecycle.reschedule(
                booking=row, slot=self.site["slots"][slot], by=self.site["staff"]
            ),
            model,
        )
        self.learn_visits()

    @rule(number=some, size=st.sampled_from([1, 10, 24, 35, 36]))
    def change_numbers(self, number, size) -> None:
        found = self.one(number, S.REQUESTED, S.CONFIRMED)
        if found is None:
            return
        one, row = found

        def model() -> None:
            if size > 35:
                raise No("RulesBroken")

            def others() -> int:
                return sum(other.pupils for other in self.world.inside(one.visit)) - one.pupils

            if (one.pupils, one.supervisors) == (size, 2):
                return
            self.world.make_way(one.visit.slot, one.visit.programme)
            if size > one.pupils and others() + size > one.visit.max_pupils:
                raise No("VisitFull")
            one.pupils, one.supervisors = size, 2
            one.moves.append("change_numbers")

        self.both(
            lambda: lifecycle.change_numbers(
                booking=row, pupils=size, supervisors=2, by=self.site["staff"]
            ),
            model,
        )

    # --- Whole visits ---

    def visit(self, number) -> tuple[ModelVisit, Visit] | None:
        found = [visit for visit in self.world.visits if visit.pk is not None]
        if not found:
            return None
        model = found[number % len(found)]
        return model, Visit.objects.select_related("slot", "programme").get(pk=model.pk)

    @rule(number=some, slot=slots)
    def move_visit(self, number, slot) -> None:
        found = self.visit(number)
        if found is None:
            return
        visit, row = found
        self.both(
            lambda: visits.move_visit(
                visit=row, slot=self.site["slots"][slot], by=self.site["staff"]
            ),
            lambda: self.model_move_visit(visit, slot),
        )
        self.learn_visits()

    def model_move_visit(self, visit: ModelVisit, slot: int) -> None:
        world = self.world
        for one in world.inside(visit):
            if one.state == S.HELD:
                world.lapse(one)
        moving = [one for one in world.inside(visit) if one.state in {S.REQUESTED, S.CONFIRMED}]
        if not moving:
            raise No("NothingToMove")
        world.make_way(slot, visit.programme)
        there = (slot, visit.programme)
        others = [one for one in world.active() if (one.slot, one.programme) == there]
        for one in moving:
            if others and others != [visit]:
                world.put(one, slot, one.state, "reschedule")
        if not others:
            clashes = [one for one in world.active() if one is not visit]
            if any(world.clash(one, slot, visit.programme) for one in clashes):
                raise No("ZonesTaken")
            opened = ModelVisit(slot, visit.programme, visit.max_groups, visit.max_pupils)
            world.visits.append(opened)
            for one in moving:
                one.visit = opened
                one.moves.append("reschedule")

    @rule(number=some, groups=st.integers(1, 3), most=st.sampled_from([35, 58, 90]))
    def set_maxima(self, number, groups, most) -> None:
        found = self.visit(number)
        if found is None:
            return
        visit, row = found

        def model() -> None:
            inside = self.world.inside(visit)
            if len(inside) > groups or sum(one.pupils for one in inside) > most:
                raise No("BelowBooked")
            visit.max_groups, visit.max_pupils = groups, most

        self.both(lambda: visits.set_maxima(visit=row, max_groups=groups, max_pupils=most), model)

    # --- The clock ---

    @rule(minutes=st.sampled_from([5, 29, 31]), worker=st.booleans())
    def wait(self, minutes, worker) -> None:
        later = datetime.timedelta(minutes=minutes)
        self.world.now += later
        self.traveller.shift(later)
        if worker:
            expired = [one for one in self.world.bookings if self.world.expired(one)]
            assert clock.lapse_expired() == len(expired)
            for one in expired:
                self.world.lapse(one)

    # --- What holds after each step ---

    @invariant()
    def rows_and_their_events_are_as_the_model_says(self) -> None:
        facts = "pk", "state", "pupils", "visit", "held_until"
        rows = Booking.objects.order_by("pk").values_list(*facts)
        assert list(rows) == [
            (one.pk, one.state, one.pupils, one.visit.pk, one.held_until)
            for one in self.world.bookings
        ]
        steps = BookingEvent.objects.order_by("booking_id", "pk")
        steps = steps.values_list("booking", "move", "from_state", "to_state", named=True)
        events = {pk: list(of) for pk, of in itertools.groupby(steps, key=lambda one: one.booking)}
        assert events.keys() == {one.pk for one in self.world.bookings}
        for one in self.world.bookings:
            assert [event.move for event in events[one.pk]] == one.moves
            assert events[one.pk][0].from_state == ""
            assert chain_is_sound(events[one.pk])
            assert events[one.pk][-1].to_state == one.state
            assert (one.held_until is not None) == (one.state == S.HELD)

    @invariant()
    def counters_equal_the_rows(self) -> None:
        for visit in Visit.objects.prefetch_related("bookings"):
            inside = [one for one in visit.bookings.all() if one.is_holding]
            counted = (visit.groups_taken, visit.pupils_taken)
            assert counted == (len(inside), sum(one.pupils for one in inside))
            assert (visit.released_at is None) == bool(inside)
            assert len(inside) <= visit.max_groups

    @invariant()
    def claims_equal_the_active_visits(self) -> None:
        active = Visit.objects.active().select_related("slot", "programme")
        expected = {
            (visit.pk, zone.pk, visit.slot.starts_at, visit.slot.starts_at + occupied)
            for visit in active.prefetch_related("programme__zones")
            for zone in visit.programme.zones.all()
            for occupied in [visit.programme.occupies]
        }
        claims = list(ZoneClaim.objects.values_list("visit", "zone", "starts_at", "ends_at"))
        assert sorted(claims) == sorted(expected)
        for one, other in itertools.combinations(claims, 2):
            if one[1] == other[1]:
                assert one[3] <= other[2] or other[3] <= one[2]


@pytest.mark.django_db
def test_any_sequence_of_moves_keeps_places_claims_and_events_in_order():
    zones = [make_zone()]
    zones.append(make_zone(venue=zones[0].venue))
    most = {"max_groups": 2, "max_pupils": 58, "venue": zones[0].venue}
    offered = [
        make_programme(
            zones=[zones[number] for number in sorted(needed)],
            needs_approval=approval,
            max_pupils_per_class=35,
            pupils_per_supervisor=99,  # of supervisors the model knows nothing
            **most,
        )
        for needed, approval in zip(World.zones, World.needs_approval, strict=True)
    ]
    first = amsterdam(2026, 11, 3, 9)
    Desk.site = {
        "programmes": offered,
        "slots": [
            make_slot(programmes=offered, starts_at=first + datetime.timedelta(hours=hours), **most)
            for hours in World.starts
        ],
        "schools": [make_school(), make_school()],
        "staff": make_staff(),
    }
    Desk.refused = Counter()

    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )

    # The machine is no good if it never runs into a refusal, or only into refusals.
    assert set(Desk.refused) >= {None, "VisitFull", "ZonesTaken", "ClassAlreadyBooked"}
    assert Desk.refused[None] > sum(Desk.refused.values()) / 3
