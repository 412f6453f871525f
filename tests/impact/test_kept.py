"""What the board's page keeps is right at every moment, whoever changes what is counted."""

import datetime
import threading

import pytest
import time_machine
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from bookings.models import Booking, State, Visit, VisitSlot
from core.lifecycle import Refused
from core.models import Change
from impact.counting.sources import sources_of
from impact.counting.spans import Span
from impact.keeping import kept
from impact.kind import EvaluationKind
from impact.models import Division, Kept
from schools.models import School, SchoolBoard
from submissions.models import Submission
from tests.factories import (
    amsterdam,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
)
from tests.impact import test_recount
from tests.impact.counted import YEAR, came, divide, make_source, scope_of
from tests.impact.test_recount import AFTER, BEFORE, OVER, STEPS, step
from tests.racing import race

pytestmark = pytest.mark.django_db
NOW = amsterdam(2027, 1, 12, 10)
stage = test_recount.stage
PAST = Span.of_school_year(2025)
LOOKING = 4  # statements: the hub, its sources, the changes and what is kept
CODES = ("pupils", "pupils-booked", "visits", "visits-unregistered", "schools", "classes", "boards")


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


def look(span: Span = YEAR) -> kept.Answer:
    """As the board's page does."""
    scope = scope_of(span)
    before = [Span.of_school_year(2025)]
    question = kept.Question(scope, CODES, [span.months, before], by_source=True)
    return kept.answer_to(question, sources_of(scope.hubs))


def recount() -> kept.Answer:
    Kept.objects.all().delete()
    return look()


@pytest.fixture
def year():
    """A school of a board, that came twice, and one more in the same town; who pays for it."""
    board = SchoolBoard.objects.create(number="41234", name="Quo Vadis")
    programme = make_programme(max_groups=9, max_pupils=999)
    divide(programme, {make_source(): 1})
    school = make_school(name="De Ster", municipality="Deventer", board=board)
    row = came(2026, 11, 3, school=school, programme=programme)
    came(2025, 11, 4, school=school, programme=programme)
    other = make_school(name="De Maan", municipality="Deventer")
    came(2026, 11, 5, school=other, programme=programme, state=State.CONFIRMED)
    came(2026, 12, 1, programme=programme, state=State.CANCELLED)
    return row


def elsewhere(row: Booking) -> Visit:
    """A visit in another month, which was there before."""
    return Booking.objects.get(state=State.CANCELLED).visit


CHANGES = {
    "state": lambda row: bookings(row, state=State.NO_SHOW),
    "pupils": lambda row: bookings(row, pupils=11),
    "number here": lambda row: bookings(row, came=11),
    "visit": lambda row: bookings(row, visit=elsewhere(row)),
    "submission": lambda row: bookings(row, submission=Submission.objects.get(school=_moon())),
    "class": lambda row: bookings(row, class_group=_other_class(row)),
    "a booking more": lambda row: came(2026, 12, 8, programme=row.visit.programme),
    "a booking fewer": lambda row: _remove(row),
    "slot of the visit": lambda row: Visit.objects.filter(pk=row.visit_id).update(
        slot=make_slot(starts_at=amsterdam(2026, 12, 3, 9))
    ),
    "programme of the visit": lambda row: Visit.objects.filter(pk=row.visit_id).update(
        programme=make_programme()
    ),
    "time of the slot": lambda row: VisitSlot.objects.filter(pk=row.visit.slot_id).update(
        starts_at=amsterdam(2026, 10, 6, 9)
    ),
    "school": lambda row: Submission.objects.filter(pk=row.submission_id).update(school=_moon()),
    "hub": lambda row: Submission.objects.filter(pk=row.submission_id).update(hub=make_other_hub()),
    "municipality": lambda row: schools(row, municipality="Olst", search_text=""),
    "board": lambda row: schools(row, board=None),
    "closed": lambda row: School.objects.filter(name="De Maan").update(closed_on=NOW.date()),
    "merged": lambda row: School.objects.filter(name="De Maan").update(
        merged_into=row.submission.school
    ),
    "a school more": lambda row: make_school(municipality="Deventer"),
    "name of the board": lambda row: SchoolBoard.objects.update(name="Samen"),
    "number of the board": lambda row: SchoolBoard.objects.update(number="99999"),
}


def bookings(row, **values):
    assert Booking.objects.filter(pk=row.pk).update(**values)


def schools(row, **values):
    assert School.objects.filter(pk=row.submission.school_id).update(**values)


def _moon():
    """The other school, which was there before: a new one would be a change of its own."""
    return School.objects.get(name="De Maan")


def _other_class(row):
    """Of a class that came already: one class fewer."""
    later = came(2026, 12, 8, school=row.submission.school, name="Groep 8")
    look()
    assert later.class_group != row.class_group
    return later.class_group


def _remove(row):
    row.events.all().delete()
    Booking.objects.filter(pk=row.pk).delete()


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_kept_follows_every_change_whoever_makes_it(year, change):
    before = look()
    CHANGES[change](year)
    found = look()
    assert found == recount()
    assert found != before


def test_nothing_is_counted_twice_as_long_as_nothing_changes(year):
    first = look()
    with CaptureQueriesContext(connection) as asked:
        assert look() == first
    assert len(asked) == LOOKING
    Booking.objects.filter(pk=year.pk).update(attention="")
    School.objects.update(street="Anders")
    with CaptureQueriesContext(connection) as asked:
        assert look() == first
    assert len(asked) == LOOKING


def test_tomorrow_counts_who_was_not_noted_today(year, clock_of_the_day):
    came(2027, 1, 12, 9, state=State.CONFIRMED)
    assert look().figures["visits-unregistered"] == 1
    clock_of_the_day.move_to(NOW + datetime.timedelta(days=1))
    assert look().figures["visits-unregistered"] == 2


def test_day_after_a_span_counts_who_was_not_noted_on_its_last_day(year, clock_of_the_day):
    november = Span(datetime.date(2026, 11, 1), datetime.date(2026, 11, 5))
    clock_of_the_day.move_to(amsterdam(2026, 11, 5, 18))
    assert look(november).figures["visits-unregistered"] == 0
    clock_of_the_day.move_to(amsterdam(2026, 11, 6, 8))
    assert look(november).figures["visits-unregistered"] == 1


def test_parts_follow_a_division_that_changes(year):
    assert [part.label for part in look().parts] == ["Regio Deal"]
    make_source(name="Gemeente")
    assert [part.label for part in look().parts] == ["Regio Deal", "Gemeente"]


def test_parts_follow_the_days_of_a_division(year):
    """Of November, in which they came, nothing is paid any more: the year is cut in another way."""
    before = look().parts
    Division.objects.update(last=datetime.date(2026, 10, 31))
    found = look().parts
    assert found == recount().parts
    assert found != before


def test_new_version_of_the_site_counts_anew(year):
    look()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert not Kept.objects.exists()


def test_part_of_the_visits_is_counted_each_time(year):
    scope = scope_of(YEAR, programmes=(year.visit.programme_id,))
    kept.answer_to(kept.Question(scope, CODES, [YEAR.months]))
    assert not Kept.objects.exists()


def _full(*_rows, **_how):
    raise DatabaseError("database or disk is full")


def test_who_looks_is_not_kept_from_it_by_a_disk_that_is_full(year, monkeypatch):
    monkeypatch.setattr(Kept.objects, "bulk_create", _full)
    assert look().figures["visits"] == 1
    assert not Kept.objects.exists()


def test_first_look_of_a_day_is_noted_and_a_full_disk_keeps_nobody_from_it(
    year, clock_of_the_day, monkeypatch
):
    look(PAST)
    clock_of_the_day.move_to(NOW + datetime.timedelta(days=1))
    with monkeypatch.context() as disk:
        disk.setattr("django.db.models.query.QuerySet.update", _full)
        assert look(PAST).figures["visits"] == 1
    assert Kept.objects.get().looked_on == NOW.date()
    with CaptureQueriesContext(connection) as asked:
        look(PAST)
    assert len(asked) == LOOKING + 1
    assert Kept.objects.get().looked_on == NOW.date() + datetime.timedelta(days=1)
    with CaptureQueriesContext(connection) as asked:
        look(PAST)
    assert len(asked) == LOOKING


def test_look_that_counts_is_noted_too(year, clock_of_the_day):
    look()
    clock_of_the_day.move_to(NOW + datetime.timedelta(days=1))
    Booking.objects.filter(pk=year.pk).update(came=11)
    look()
    assert Kept.objects.get().looked_on == NOW.date() + datetime.timedelta(days=1)


def test_what_nobody_looked_at_for_a_week_is_forgotten(year, clock_of_the_day):
    look(PAST)
    clock_of_the_day.move_to(NOW + datetime.timedelta(days=1))
    look()
    EvaluationKind().forget_kept()
    assert Kept.objects.count() == 2
    clock_of_the_day.move_to(NOW + datetime.timedelta(days=8))
    EvaluationKind().forget_kept()
    assert [row.asked["span"][0] for row in Kept.objects.all()] == ["2026-08-01"]


def test_changes_of_more_than_an_hour_ago_are_forgotten_and_all_is_counted_anew(year):
    look()
    Kept.objects.update(value={})
    long_ago, just_now = Change.objects.order_by("pk").values_list("pk", flat=True)[:2]
    Change.objects.update(at=NOW - datetime.timedelta(minutes=59))
    Change.objects.filter(pk=long_ago).update(at=NOW - datetime.timedelta(minutes=61))
    assert "forget_kept" in EvaluationKind.jobs
    EvaluationKind().forget_kept()
    assert look() == recount()
    left = set(Change.objects.values_list("pk", flat=True))
    assert long_ago not in left
    assert just_now in left


def test_what_was_counted_before_any_change_is_not_right_again_once_all_are_forgotten(
    year, clock_of_the_day
):
    """Nothing was noted then, nor is there anything noted now; in between there was."""
    Change.objects.all().delete()
    assert look(PAST).figures["pupils"] == 24
    Booking.objects.filter(visit__slot__starts_at__lt=PAST.before).update(came=11)
    clock_of_the_day.move_to(NOW + datetime.timedelta(days=1))
    EvaluationKind().forget_kept()
    assert not Change.objects.exists()
    assert look(PAST).figures["pupils"] == 11


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_change_that_is_under_way_while_we_look_is_seen_once_it_is_there(year):
    written, looked = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            Booking.objects.filter(pk=year.pk).update(came=11)
            written.set()
            assert looked.wait(30)

    def look_twice():
        assert written.wait(30)
        came(2026, 12, 8, school=year.submission.school)  # a higher number, there at once
        numbers = [look().figures["pupils"] for _time in range(2)]
        looked.set()
        return numbers

    assert race([write, look_twice])[1] == [48, 48]
    assert look().figures["pupils"] == 35


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_whatever_happens_what_is_kept_equals_a_recount(stage, steps):
    """Looking after every step, so that each has something kept to make wrong."""
    rows, slots, staff = stage
    with transaction.atomic():
        for name, which, number in sorted(steps, key=lambda one: one[0] in OVER):
            with time_machine.travel(AFTER if name in OVER else BEFORE, tick=False):
                try:
                    step(name, rows[which], number, slots, staff)
                except Refused:
                    continue
                found = look()
                assert found == recount()
                look()
        transaction.set_rollback(True)
