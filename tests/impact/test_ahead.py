"""The worker counts again what the board's page keeps, so that whoever looks finds it counted."""

import datetime

import pytest
import time_machine
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings

from bookings.models import Booking
from core.lifecycle import Refused
from core.models import Change
from impact.counting.sources import sources_of
from impact.counting.spans import Span
from impact.keeping import ahead, board
from impact.kind import EvaluationKind
from impact.models import Division, Kept
from tests.factories import amsterdam, make_other_hub, make_programme, make_staff, the_hub
from tests.impact import test_recount
from tests.impact.counted import YEAR, came, divide, make_source, scope_of
from tests.impact.test_recount import AFTER, BEFORE, OVER, STEPS, step
from tests.racing import race

pytestmark = pytest.mark.django_db
NOW = amsterdam(2027, 1, 12, 10)
stage = test_recount.stage
LONG_AGO = NOW - datetime.timedelta(hours=2)
LAST_YEAR = Span.of_school_year(2025)
# Statements: the sources, the changes and what is kept; and once a day that somebody looked.
LOOKING, FIRST_OF_THE_DAY = 3, 1


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def year():
    """A class of this year and one of the last, of one hub; a source pays for both."""
    programme = make_programme(max_groups=9, max_pupils=999)
    divide(programme, {make_source(): 1})
    came(2025, 11, 4, programme=programme, pupils=20)
    row = came(2026, 11, 3, programme=programme)
    happened(LONG_AGO)
    return row


def happened(at) -> None:
    """The database noted changes by its own clock; here they are of the test's."""
    Change.objects.filter(at__lt=LONG_AGO).update(at=at)


def change(row: Booking, number: int) -> None:
    """By whatever way."""
    Booking.objects.filter(pk=row.pk).update(came=number)
    happened(timezone.now())


def after(clock, **time) -> None:
    clock.shift(datetime.timedelta(**time))


def work() -> int:
    """The worker comes as long as it has something to do. How often it had."""
    times = 0
    while ahead.count_next():
        times += 1
    return times


def look(**of) -> tuple[int, bool]:
    """Pupils, and whether that was known."""
    scope = scope_of(**of)
    with CaptureQueriesContext(connection) as asked:
        found = board.answer_of(scope, sources_of(scope.hubs))
    return found.figures["pupils"], len(asked) <= LOOKING + FIRST_OF_THE_DAY


# --- What is counted, and when -----------------------------------------------------------------


def test_running_year_is_counted_before_anybody_looks(year):
    assert "count_ahead" in EvaluationKind.jobs
    EvaluationKind().count_ahead()
    assert look() == (24, True)
    assert work() == 0


def test_board_takes_eight_statements_after_a_change_and_the_worker(
    year, clock, client, one_factor, django_assert_num_queries
):
    client.force_login(make_staff())
    client.get("/beheer/cijfers/")
    change(year, 11)
    after(clock, minutes=4)
    assert work() == 1
    with django_assert_num_queries(8):
        page = client.get("/beheer/cijfers/")
    assert page.context["found"]["pupils"] == 11


def test_look_before_the_worker_counts_for_itself(year, clock):
    work()
    change(year, 11)
    assert look() == (11, False)
    assert look() == (11, True)
    after(clock, minutes=4)
    assert work() == 0


def test_worker_waits_until_changes_have_come_to_rest(year, clock):
    look()
    change(year, 11)
    assert work() == 0
    after(clock, seconds=9)
    assert work() == 0
    after(clock, seconds=2)
    assert work() == 1
    assert look() == (11, True)


def test_while_changes_keep_coming_the_worker_counts_every_few_minutes(year, clock):
    work()
    change(year, 11)
    after(clock, seconds=30)
    assert work() == 0
    assert look() == (11, False)
    change(year, 12)
    after(clock, minutes=2, seconds=29)
    assert work() == 0
    after(clock, seconds=2)
    assert work() == 1
    assert look() == (12, True)


def test_clock_that_was_wrong_stops_nothing(year, clock):
    """Of the database, or of the worker when it counted last."""
    work()
    change(year, 11)
    clock.move_to(NOW - datetime.timedelta(hours=1))
    assert work() == 1
    assert look() == (11, True)


def test_midnight_counts_who_was_not_noted_today(year, clock):
    work()
    came(2027, 1, 12, 9, state="confirmed")
    happened(NOW)
    look()
    clock.move_to(amsterdam(2027, 1, 13, 0, 1))
    assert work() == 1
    found = board.answer_of(scope_of(), sources_of([the_hub().pk]))
    assert found.figures["visits-unregistered"] == 1
    assert look() == (24, True)


def test_first_day_of_a_school_year_shows_the_new_one(year, clock):
    work()
    clock.move_to(amsterdam(2027, 8, 1, 0, 1))
    assert work() == 2  # of the last day of the other nobody was noted
    assert look(span=Span.of_school_year(2027)) == (0, True)


def test_new_version_of_the_site_is_counted_before_anybody_looks(year, clock):
    work()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert work() == 1
    assert look() == (24, True)


def test_each_hub_is_counted_and_all_of_them_together(year):
    other = make_other_hub()
    assert work() == 3
    hubs = (other.pk, the_hub().pk)
    assert look(hubs=(other.pk,)) == (0, True)
    assert look(hubs=hubs) == look(hubs=hubs[::-1]) == (24, True)
    assert look() == (24, True)


def test_site_without_a_hub_has_nothing_to_count():
    assert work() == 0


def test_who_pays_is_of_the_hubs_that_are_looked_at(year, clock):
    """What another hub's source does changes nothing of this one's."""
    other = make_other_hub()
    work()
    after(clock, minutes=4)
    make_source(name="Gemeente", hub=other)
    autumn = Span(datetime.date(2026, 9, 1), datetime.date(2026, 12, 31))
    divide(make_programme(), {make_source(name="Bedrijven", hub=other): 1}, autumn)
    happened(LONG_AGO)
    assert work() == 2
    assert look() == (24, True)


def test_division_that_changes_is_counted_again(year, clock):
    work()
    Division.objects.update(last=datetime.date(2026, 10, 31))
    after(clock, minutes=4)
    assert work() == 1
    assert look() == (24, True)


# --- What was looked at ------------------------------------------------------------------------


def test_what_was_looked_at_is_counted_again_too(year, clock):
    assert look(span=LAST_YEAR) == (20, False)
    assert work() == 1  # the running year
    change(year, 11)
    after(clock, minutes=4)
    assert work() == 2
    assert look(span=LAST_YEAR) == (20, True)


def test_of_much_that_was_looked_at_the_last_is_counted_again(year, clock, settings):
    settings.COUNT_AHEAD_MOST = 2
    quarter, month = YEAR.months[0], YEAR.months[3]
    look(span=LAST_YEAR)
    look(span=month)
    after(clock, days=1)
    look(span=month)
    change(year, 11)
    after(clock, minutes=4)
    assert work() == 2
    assert look(span=month) == (11, True)
    assert look() == (11, True)
    assert look(span=LAST_YEAR) == (20, False)
    assert look(span=quarter) == (0, False)


def test_year_that_nobody_looks_at_is_counted_all_the_same(year, clock):
    work()
    after(clock, days=9)
    EvaluationKind().forget_kept()
    assert work() == 1
    assert look() == (24, True)


def test_daily_forgetting_of_changes_is_counted_away_again(year, clock):
    look(span=LAST_YEAR)
    work()
    after(clock, days=1)
    EvaluationKind().forget_kept()
    assert not Change.objects.exists()
    assert work() == 2
    assert look() == (24, True)
    assert look(span=LAST_YEAR)[1]


# --- Beside others -----------------------------------------------------------------------------


def test_each_visit_of_the_worker_counts_one(year, clock):
    look()
    look(span=LAST_YEAR)
    change(year, 11)
    after(clock, minutes=4)
    seen = set(Kept.objects.values_list("seen", flat=True))
    assert ahead.count_next()
    assert len(set(Kept.objects.values_list("seen", flat=True)) & seen) == 1


def test_what_changes_while_the_worker_counts_is_not_said_to_be_counted(year, clock, monkeypatch):
    work()
    change(year, 11)
    after(clock, minutes=4)
    monkeypatch.setattr(ahead, "count", lambda *asked: _count_and_then(change, year, 12)(*asked))
    assert ahead.count_next()
    assert look() == (12, False)


def test_who_looks_while_the_worker_counts_has_the_last_word(year, clock, monkeypatch):
    def change_and_look():
        change(year, 12)
        assert look() == (12, False)

    work()
    change(year, 11)
    after(clock, minutes=4)
    monkeypatch.setattr(ahead, "count", lambda *asked: _count_and_then(change_and_look)(*asked))
    assert ahead.count_next()
    assert look() == (12, True)


COUNT = ahead.count


def _count_and_then(call, *arguments):
    def count(*asked):
        value = COUNT(*asked)
        call(*arguments)
        return value

    return count


def test_one_that_cannot_be_counted_holds_up_no_other(year, clock):
    look(span=LAST_YEAR)
    work()
    asked = Kept.objects.get(asked__span=["2026-08-01", "2027-07-31"])
    Kept.objects.filter(pk=asked.pk).update(asked=asked.asked | {"codes": ["gone"]})
    change(year, 11)
    after(clock, minutes=4)
    with pytest.raises(KeyError):
        ahead.count_next()
    assert work() == 1
    assert look(span=LAST_YEAR)[1]


@pytest.mark.django_db(transaction=True)
def test_two_workers_count_each_once(year, clock, monkeypatch):
    counted = []
    work()
    look(span=LAST_YEAR)
    change(year, 11)
    after(clock, minutes=4)

    def count(question, sources):
        counted.append(question.name)
        return COUNT(question, sources)

    monkeypatch.setattr(ahead, "count", count)
    assert sum(race([work, work])) == len(counted) == len(set(counted)) == 2
    assert look() == (11, True)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_what_the_worker_counted_equals_a_recount(stage, steps):
    """The worker comes after every second step; whoever looks is never told what was before."""
    rows, slots, staff = stage
    scope = scope_of()
    paying = sources_of(scope.hubs)
    with transaction.atomic():
        in_order = sorted(steps, key=lambda one: one[0] in OVER)
        for turn, (name, which, number) in enumerate(in_order):
            with time_machine.travel(AFTER if name in OVER else BEFORE, tick=False):
                try:
                    step(name, rows[which], number, slots, staff)
                except Refused:
                    continue
                Change.objects.update(at=LONG_AGO)
                Kept.objects.update(counted_ahead_at=None)
                if turn % 2:
                    work()
                found = board.answer_of(scope, paying)
                Kept.objects.update(seen="")
                assert found == board.answer_of(scope, paying)
        transaction.set_rollback(True)
