"""The open totals: the same figures as on the board's page, with their definitions."""

import csv
import datetime
import html
import io
import re

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from bookings.models import State, Visit
from impact.counting.figures import FIGURES, compute
from programmes.models import Hub
from roster.models import Shift, ShiftState
from tests.factories import (
    amsterdam,
    make_other_hub,
    make_programme,
    make_school,
    make_submission,
    make_venue,
)
from tests.impact.counted import came, scope_of
from tests.roster.rostering import make_person

pytestmark = pytest.mark.django_db
JSON, CSV, PAGE = "/open/cijfers.json", "/open/cijfers.csv", "/open/cijfers/"


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
    assert (first["name_nl"], first["name_en"]) == (
        "Leerlingen en deelnemers die kwamen",
        "Pupils and participants who came",
    )
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
    for address in (JSON, CSV, PAGE):
        assert Client().get(f"{address}?{query}").status_code == 404


# --- The page on which they are found -----------------------------------------------------------


def test_page_is_found_from_the_foot_and_shows_what_the_files_say(year):
    assert f'href="{PAGE}"' in Client().get("/privacy/").text
    page = Client().get(PAGE)
    shown = {figure.code: number for figure, number in page.context["large"]}
    codes = ("pupils", "visits", "schools", "kit-pupils")
    assert shown == {code: numbers(JSON)[code] for code in codes}
    rows = [(row.label, row.here, row.schools) for _span, row in page.context["lines"]]
    assert rows == [("2026–2027", 78, 2), ("2025–2026", 7, 1)]
    assert "2026–2027 tot nu toe" in page.text
    assert "Ümit" not in page.text


def test_page_of_one_year_and_hub_leads_to_the_files_of_that_hub(year):
    page = Client().get(f"{PAGE}?schooljaar=2025&hub=tec")
    shown = {figure.code: number for figure, number in page.context["large"]}
    assert (shown["pupils"], shown["schools"]) == (7, 1)
    assert "tot nu toe" not in page.text
    files = re.findall(r'href="(/open/cijfers\.(?:csv|json)\?[^"]*)"', page.text)
    assert len(files) == 4
    for address in map(html.unescape, files):
        assert "hub=tec" in address
        assert Client().get(address).status_code == 200


def test_page_defines_every_figure_in_both_languages(year):
    for language in ("nl", "en"):
        client = Client()
        client.cookies["django_language"] = language
        page = client.get(PAGE)
        with translation.override(language):
            words = [html.escape(str(one.definition)) for one in FIGURES.values()]
        assert [one for one in words if one not in page.text] == []


def test_page_without_any_visit_says_so():
    assert "Er kwam nog geen school" in Client().get(PAGE).text


def test_page_takes_few_statements_once_it_was_counted(year, django_assert_max_num_queries):
    Client().get(PAGE)
    with django_assert_max_num_queries(8):
        Client().get(PAGE)


# --- Small numbers ------------------------------------------------------------------------------


def volunteers(number: int, visit: Visit) -> None:
    """So many, three hours each."""
    for one in range(number):
        person, start = make_person(hub=visit.slot.venue.hub), visit.slot.starts_at
        Shift.objects.create(
            visit=visit, number=one + 1, person=person, holder=str(person.pk), starts_at=start,
            ends_at=start + datetime.timedelta(hours=3), state=ShiftState.WORKED,
        )  # fmt: skip


@pytest.mark.parametrize(("people", "told"), [(0, 0), (4, None), (5, 15)])
def test_hours_of_few_volunteers_are_not_told(people, told):
    volunteers(people, came(2026, 11, 3).visit)
    assert (numbers(JSON)["volunteers"], numbers(JSON)["volunteer-hours"]) == (people, told)


def test_hours_of_all_hubs_do_not_tell_those_of_one_with_few(year):
    for people, hub in ((5, "tec"), (1, Hub.objects.exclude(slug="tec").get().slug)):
        volunteers(people, Visit.objects.filter(slot__venue__hub__slug=hub).earliest("pk"))
    assert numbers(f"{JSON}?hub=tec")["volunteer-hours"] == 15
    assert numbers(JSON)["volunteer-hours"] is None
    lines = csv.DictReader(io.StringIO(Client().get(CSV).content.decode("utf-8-sig")))
    assert {line["code"]: line["number"] for line in lines}["volunteer-hours"] == ""
