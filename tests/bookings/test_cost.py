"""What a whole booking costs the database: statements, savepoints and sessions included."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.planning.availability import month_of_offers
from submissions.codes import code_of
from submissions.models import CodeChallenge
from tests.booking_form import key_in, typed
from tests.factories import NOW, make_booking, make_programme, make_school, make_slot, make_visit

BUDGET = 45
# The server opens and ends a transaction without being asked what it thinks of it.
BOUNDARIES = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT"}


# The first in a visit opens it and claims its zones; who joins looks for her own class in it.
@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.django_db(transaction=True)
@time_machine.travel(NOW, tick=False)
def test_whole_booking_through_the_pages(client: Client, others: int) -> None:
    programme = make_programme(max_groups=2, max_pupils=60)
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=60)
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
    code_page = step("submit", lambda: client.post(form_page, answers))["Location"]
    step("code page", lambda: client.get(code_page))
    code = {"code": code_of(CodeChallenge.objects.get())}
    done = step("code", lambda: client.post(code_page, code))["Location"]
    step("confirmation", lambda: client.get(done))

    assert steps == {"form": 2, "submit": 17, "code page": 2, "code": 18, "confirmation": 5}
    assert sum(steps.values()) <= BUDGET


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
