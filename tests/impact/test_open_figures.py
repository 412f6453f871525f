"""The open totals: the same figures as on the board's page, with their definitions."""

import csv
import io

import pytest
import time_machine
from django.test import Client

from bookings.models import State
from impact.counting.figures import FIGURES, compute
from tests.factories import (
    amsterdam,
    make_other_hub,
    make_programme,
    make_school,
    make_submission,
    make_venue,
)
from tests.impact.counted import came, scope_of

pytestmark = pytest.mark.django_db
JSON, CSV = "/open/cijfers.json", "/open/cijfers.csv"


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(amsterdam(2027, 1, 12, 10), tick=False) as travelled:
        yield travelled


@pytest.fixture
def year():
    school = make_school(name="OBS Ümit")
    for month in (9, 11):
        came(2026, month, 3, school=school, name="Juf Anouk")
    came(2026, 11, 4, state=State.NO_SHOW, pupils=20)
    came(2025, 11, 4, pupils=7)
    other = make_other_hub()
    programme = make_programme(venue=make_venue(hub=other), max_groups=9, max_pupils=999)
    there = make_submission(school=make_school(), hub=other)
    came(2026, 11, 3, programme=programme, submission=there, pupils=30)


def numbers(address) -> dict[str, int]:
    return {one["code"]: one["number"] for one in Client().get(address).json()["figures"]}


def test_open_figures_are_those_of_the_board(year):
    assert numbers(f"{JSON}?hub=tec") == compute(scope_of())
    assert numbers(JSON)["pupils"] == 48 + 30
    assert (numbers(f"{JSON}?schooljaar=2025")["pupils"], numbers(JSON)["schools"]) == (7, 2)


def test_every_figure_comes_with_its_definition_in_both_languages(year):
    found = Client().get(JSON).json()
    assert found["school_year"] == "2026-2027"
    assert {one["code"] for one in found["figures"]} == set(FIGURES)
    first = found["figures"][0]
    assert (first["name_nl"], first["name_en"]) == ("Leerlingen die kwamen", "Pupils who came")
    assert all(one["definition_nl"] and one["definition_en"] for one in found["figures"])


def test_csv_says_the_same_and_nobody_is_named(year):
    answer = Client().get(CSV)
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {line["code"]: int(line["number"]) for line in lines} == numbers(JSON)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    for said in (answer.content.decode(), Client().get(JSON).content.decode()):
        assert "Ümit" not in said
        assert "Anouk" not in said


@pytest.mark.parametrize(
    "query", ["hub=nergens", "hub=%00", "schooljaar=2027", "schooljaar=1999", "schooljaar=x"]
)
def test_what_does_not_exist_is_not_found(year, query):
    assert [Client().get(f"{one}?{query}").status_code for one in (JSON, CSV)] == [404, 404]
