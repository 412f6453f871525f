"""What a whole booking costs the database: statements, savepoints and sessions included."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import lifecycle
from bookings.planning.availability import month_of_offers
from core.dates import ONE_DAY
from submissions.rules import first_bookable_moment
from tests.booking_form import code_in_mail, key_in, typed
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_visit,
)

AUTUMN = amsterdam(2026, 11, 3, 9)
# Of RELIABILITY's table: the form, its answers, the code's page, the code and the confirmation.
BUDGET = 60
# Of a form that comes too late for the last place.
REFUSED = 18
# The server opens and ends a transaction without being asked what it thinks of it.
BOUNDARIES = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT"}


def cost_of_booking(others: int, at: datetime.datetime = AUTUMN) -> dict[str, int]:
    """How many statements each step takes in a visit that `others` are in already."""
    client = Client()
    programme = make_programme(max_groups=others + 1, max_pupils=250)
    slot = make_slot(programmes=[programme], starts_at=at, max_groups=9, max_pupils=300)
    for _other in range(others):
        make_booking(visit=make_visit(slot=slot, programme=programme))
    school = make_school()
    form_page = reverse("bookings:book", args=[programme.slug, slot.pk])
    steps: dict[str, int] = {}

    def step(name: str, ask: Callable[[], Any]) -> Any:
        with CaptureQueriesContext(connection) as captured:
            response = ask()
        steps[name] = sum(query["sql"] not in BOUNDARIES for query in captured.captured_queries)
        return response

    page = step("form", lambda: client.get(form_page))
    answers = typed(submission_key=key_in(page.content.decode()), school=str(school.pk))
    answers |= {"school_typed_name": "", "school_typed_city": ""}
    answers["email"] = f"umit{others}@school.example"
    code_page = step("submit", lambda: client.post(form_page, answers))["Location"]
    step("code page", lambda: client.get(code_page))
    code = {"code": code_in_mail()}
    done = step("code", lambda: client.post(code_page, code))["Location"]
    confirmation = step("confirmation", lambda: client.get(done))
    assert programme.title in confirmation.content.decode()
    return steps


# The first in a visit opens it and claims its zones; who joins looks for her own class in it.
@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_whole_booking_through_the_pages_keeps_its_budget(others: int) -> None:
    steps = cost_of_booking(others)

    assert sum(steps.values()) <= BUDGET, steps


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_page_of_a_visit_that_can_no_longer_be_changed_reads_its_history_once() -> None:
    soon = first_bookable_moment(None) + datetime.timedelta(hours=10)

    later, near = cost_of_booking(0), cost_of_booking(0, at=soon)

    asked_again = 1  # near a visit: whether its school was asked 'are you still coming?'
    assert near["confirmation"] == later["confirmation"] + asked_again


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_booking_with_three_others_in_the_visit_costs_as_much_as_with_one() -> None:
    assert cost_of_booking(3) == cost_of_booking(1)


@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_refusal_of_the_last_place_looks_at_nothing_twice() -> None:
    client = Client()
    programme = make_programme(max_groups=1)
    slot = make_slot(programmes=[programme])
    make_slot(programmes=[programme], starts_at=slot.starts_at + ONE_DAY)  # to offer instead
    form_page = reverse("bookings:book", args=[programme.slug, slot.pk])
    page = client.get(form_page).content.decode()
    make_booking(visit=make_visit(slot=slot, programme=programme, max_groups=1))
    answers = typed(submission_key=key_in(page), school=str(make_school().pk))

    with CaptureQueriesContext(connection) as captured:
        refused = client.post(
            form_page, answers | {"school_typed_name": "", "school_typed_city": ""}
        )

    assert refused.status_code == 409
    asked = [one["sql"] for one in captured.captured_queries if one["sql"] not in BOUNDARIES]
    assert len(asked) <= REFUSED, asked
    assert len([sql for sql in asked if 'FROM "schools_school"' in sql]) == 1
    # That it is full, the locked visit says itself.
    assert not [sql for sql in asked if sql.startswith('UPDATE "bookings_visit"')]


@pytest.mark.sqlite
@pytest.mark.django_db
def test_month_reads_one_day_of_claims_per_slot() -> None:
    programme = make_programme()
    make_slot(programmes=[programme])
    month_of_offers(programme, 2026, 11)
    with CaptureQueriesContext(connection) as captured:
        month_of_offers(programme, 2026, 11)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {captured.captured_queries[0]['sql']}")
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())
    assert "(zone_id=? AND ends_at>? AND ends_at<?)" in plan


# What grows with the years.
GROWING = (
    *("bookings_visitslot", "bookings_visit", "bookings_booking", "bookings_bookingevent"),
    *("bookings_zoneclaim", "submissions_submission", "kits_loan", "core_mail"),
)


def asked_row_by_row(sql: str) -> list[str]:
    """The growing tables of which PostgreSQL reads every row to ask a subquery about it.

    Of few rows it may do that in any case, so it is left one way besides: finding them in an index.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("enable_seqscan", "enable_indexscan", "enable_indexonlyscan"):
            cursor.execute(f"SET LOCAL {way} = off")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        parts, found = [cursor.fetchone()[0][0]["Plan"]], []
    while parts:
        part = parts.pop()
        parts += part.get("Plans", [])
        is_asked = "SubPlan" in part.get("Filter", "")
        if is_asked and not {"Index Cond", "Recheck Cond"} & part.keys():
            found.append(part.get("Relation Name", ""))
    return [table for table in found if table in GROWING]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_no_statement_of_a_booking_or_a_move_asks_a_growing_table_row_by_row() -> None:
    """Others wait for its locks meanwhile."""
    with CaptureQueriesContext(connection) as captured:
        cost_of_booking(1)
        left, programme = make_booking(), make_programme()
        lifecycle.reschedule(booking=left, slot=make_slot(programmes=[programme]), by=make_staff())

    asked = {one["sql"] for one in captured.captured_queries}
    read = {sql: asked_row_by_row(sql) for sql in asked if " WHERE " in sql}
    assert {sql: tables for sql, tables in read.items() if tables} == {}
