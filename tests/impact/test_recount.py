"""The figures against a second, naive count of events, after any sequence of what can happen."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import attendance, lifecycle
from bookings.models import BookingEvent, State
from core.lifecycle import Refused
from impact.counting.figures import compute
from impact.counting.sources import by_source, sources_of
from impact.counting.spans import Span
from impact.counting.tables import over_time
from schools.lifecycle import merge_schools
from submissions.privacy.erasure import erase_person
from tests.factories import amsterdam, make_programme, make_school, make_slot, make_staff
from tests.impact.counted import AUTUMN, came, divide, make_source, scope_of

pytestmark = pytest.mark.django_db
BEFORE, AFTER = amsterdam(2026, 9, 1, 8), amsterdam(2027, 1, 12, 10)
# Two of them are outside the autumn.
DAYS = [(2026, 9, 15), (2026, 10, 20), (2026, 12, 31), (2027, 1, 1), (2026, 11, 3)]
COMING = ("cancel", "cancel_by_school", "reinstate", "renumber", "move")
OVER = ("attend", "recount", "miss", "merge", "erase")
STEPS = st.lists(
    st.tuples(st.sampled_from([*COMING, *OVER]), st.integers(0, 3), st.integers(1, 30)),
    max_size=14,
)


@dataclass
class Recount:
    """What events alone say."""

    pupils: int = 0
    booked: int = 0
    visits: int = 0
    cancelled: int = 0
    of_sources: dict[int, Fraction] = field(default_factory=lambda: defaultdict(Fraction))
    schools: set[int] = field(default_factory=set)


def recount(span: Span) -> Recount:
    by_booking = defaultdict(list)
    for event in BookingEvent.objects.select_related("booking__submission").order_by("pk"):
        by_booking[event.booking].append(event)
    found = Recount()
    for booking, events in by_booking.items():
        moved = [event.data["to"] for event in events if event.move == "reschedule"]
        start = datetime.datetime.fromisoformat(moved[-1]) if moved else FIRST_DAY[booking.pk]
        numbers = [event.data["to"][0] for event in events if event.move == "change_numbers"]
        pupils = numbers[-1] if numbers else FIRST_NUMBER[booking.pk]
        if not span.first <= start.astimezone(BEFORE.tzinfo).date() <= span.last:
            continue
        state = events[-1].to_state
        found.cancelled += state == State.CANCELLED
        found.booked += pupils if state in {"confirmed", "attended", "no_show"} else 0
        if state == State.ATTENDED:
            since = max(n for n, event in enumerate(events) if event.move == "attend")
            noted = [one.data["to"] for one in events[since:] if one.move == "recount"]
            came_here = noted[-1] if noted else events[since].data["came"]
            found.pupils += came_here
            found.visits += 1
            for source, share in SHARES.items():
                found.of_sources[source] += came_here * share
            school = booking.submission.school
            found.schools.add(school.merged_into_id or school.pk)
    return found


FIRST_DAY: dict[int, datetime.datetime] = {}
FIRST_NUMBER: dict[int, int] = {}
SHARES: dict[int, Fraction] = {}  # source (primary key) → what part it pays


@pytest.fixture
def stage():
    """Four bookings of two schools, one of which a teacher typed, and slots to move to."""
    programme = make_programme(max_groups=9, max_pupils=999)
    with time_machine.travel(BEFORE, tick=False):
        typed = make_school(site_code=None, is_verified=False)
        schools = [typed, typed, make_school(), make_school()]
        rows = [
            came(*DAYS[number], school=school, programme=programme, state=State.CONFIRMED)
            for number, school in enumerate(schools)
        ]
        later = make_slot(
            starts_at=amsterdam(*DAYS[4], 13), programmes=[programme], max_groups=9, max_pupils=999
        )
    sources = [make_source(name=name) for name in ("Regio Deal", "Gemeente", "Bedrijven")]
    divide(programme, dict.fromkeys(sources, 1))
    SHARES.clear()
    SHARES.update({source.pk: Fraction(1, 3) for source in sources})
    FIRST_DAY.update({row.pk: row.starts_at for row in rows})
    FIRST_NUMBER.update({row.pk: row.pupils for row in rows})
    return rows, [*(row.visit.slot for row in rows), later], make_staff()


def step(name, row, number, slots, staff):
    row.refresh_from_db()
    about = {"booking": row, "by": staff}
    verbs = {
        "cancel": lambda: lifecycle.cancel(**about),
        "cancel_by_school": lambda: lifecycle.cancel(booking=row, by=row.submission.user),
        "reinstate": lambda: lifecycle.reinstate(**about),
        "renumber": lambda: lifecycle.change_numbers(**about, pupils=number, supervisors=3),
        "move": lambda: lifecycle.reschedule(**about, slot=slots[number % len(slots)]),
        "attend": lambda: attendance.attend(**about, came=number),
        "recount": lambda: attendance.recount(**about, came=number),
        "miss": lambda: attendance.miss(**about),
        "merge": lambda: merge_schools(source=row.submission.school, target=make_school()),
        "erase": lambda: erase_person(email=row.submission.email),
    }
    verbs[name]()


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_figures_equal_a_plain_recount_of_events(stage, steps):
    """What is still to come is changed before it is over; looking is done afterwards."""
    with transaction.atomic():
        play(*stage, sorted(steps, key=lambda one: one[0] in OVER))
        with time_machine.travel(AFTER, tick=False):
            compare()
        transaction.set_rollback(True)


def test_a_year_in_which_everything_happens(stage):
    """So that the property cannot hold for want of anything to count."""
    play(*stage, [("renumber", 0, 27), ("move", 3, 4), ("cancel", 1, 1), ("reinstate", 1, 1),
                  ("cancel_by_school", 1, 1), *(("attend", one, 20 + one) for one in range(4)),
                  ("recount", 0, 25), ("miss", 2, 1), ("merge", 0, 1),
                  ("erase", 3, 1)])  # fmt: skip
    with time_machine.travel(AFTER, tick=False):
        found = compare()
        assert (found.pupils, found.booked, found.visits, found.cancelled) == (48, 75, 2, 1)
        assert set(found.of_sources.values()) == {16}


def play(rows, slots, staff, steps):
    for name, which, number in steps:
        with time_machine.travel(AFTER if name in OVER else BEFORE, tick=False):
            try:
                step(name, rows[which], number, slots, staff)
            except Refused:
                continue


def compare() -> Recount:
    scope = scope_of(AUTUMN)
    counted, plain = compute(scope), recount(AUTUMN)
    assert (counted["pupils"], counted["visits"]) == (plain.pupils, plain.visits)
    assert counted["pupils-booked"] == plain.booked
    assert counted["schools"] == len(plain.schools)
    assert counted["cancelled-by-school"] + counted["cancelled-by-us"] == plain.cancelled
    assert sum(row.here for row in over_time(scope, AUTUMN.months)) == plain.pupils
    parts = by_source(scope, sources_of(scope.hubs))
    assert sum(part.here for part in parts) == plain.pupils
    assert sum(part.booked for part in parts) == plain.booked
    assert all(abs(part.here - plain.of_sources[int(part.key)]) < 1 for part in parts)
    return plain
