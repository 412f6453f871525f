"""A school's own year: its figures and visits, for its own teachers, on a page and on paper."""

import io

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from bookings.models import State
from core.documents import can_be_made
from kits.models import LoanState
from programmes.models import World
from tests.factories import (
    amsterdam,
    make_loan,
    make_other_hub,
    make_programme,
    make_school,
    make_submission,
    make_teacher,
    make_venue,
)
from tests.impact.counted import came
from tests.tagged_pdf import of_kind

pytestmark = pytest.mark.django_db
PAGE, PDF = "/mijn/school/", "/mijn/school/jaar.pdf"


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(amsterdam(2027, 1, 12, 10), tick=False) as travelled:
        yield travelled


@pytest.fixture
def school():
    """Came twice, once at another hub, borrowed a box; once nobody noted whether it came."""
    school = make_school(name="De Ster")
    programme = make_programme(title="Proeverij", max_groups=9, max_pupils=999)
    world = World.objects.order_by("number").first()
    programme.worlds.add(world or World.objects.create(number=1, code="w1", name="Wonen"))
    came(2026, 11, 3, school=school, programme=programme, name="Groep 7b", pupils=24)
    other = make_other_hub()
    there = make_programme(venue=make_venue(hub=other), max_groups=9, max_pupils=999)
    submission = make_submission(school=school, hub=other)
    came(2026, 12, 1, submission=submission, programme=there, name="Groep 8", pupils=20)
    to_come = make_programme(max_groups=9, max_pupils=999)
    to_come.worlds.add(World.objects.exclude(pk=programme.worlds.get().pk).first())
    came(2026, 12, 8, school=school, programme=to_come, state=State.CONFIRMED)
    came(2025, 11, 4, school=school, name="Oud", pupils=18)
    came(2026, 11, 5, school=make_school(name="De Maan"), name="Van een ander")
    make_loan(state=LoanState.DONE, submission=make_submission(school=school), pupils=24)
    return school


def signed_in(school) -> Client:
    client = Client()
    client.force_login(make_teacher(school=school))
    return client


def test_teacher_sees_her_schools_year_at_all_hubs(school):
    page = signed_in(school).get(PAGE)
    found = page.context["found"]
    assert {figure.code: number for figure, number in found.figures} == {
        "pupils": 44,
        "visits": 2,
        "classes": 2,
        "prepared": 0,
        "gone-on-with": 0,
        "returning-classes": 0,
        "loans": 1,
        "kit-pupils": 24,
    }
    assert "De Ster in 2026–2027" in page.text
    assert "<dt>Leerlingen die kwamen</dt>" in page.text  # no group is of a school
    assert "Van 1 bezoek hebben we nog niet genoteerd of de klas er was" in page.text
    assert "Groep 7b" in page.text
    assert "Van een ander" not in page.text
    assert [row.here for row in found.tables[0][1]] == [24]
    earlier = signed_in(school).get(f"{PAGE}?schooljaar=2025")
    assert [one.party_name for one in earlier.context["found"].visits] == ["Oud"]


@pytest.mark.skipif(not can_be_made(), reason="Pango is not installed")
def test_year_is_printed_with_tags(school):
    answer = signed_in(school).get(PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "De Ster in 2026–2027" in text
    assert "Groep 7b Proeverij 24" in text, text
    assert len(of_kind(reader, "/Table")) == 3


def test_who_has_no_school_is_told_what_to_do(school):
    page = signed_in(None).get(PAGE)
    assert "We kennen je school nog niet" in page.text
    assert "De Ster" not in page.text
    assert signed_in(None).get(PDF).status_code == 404


def test_year_without_visits_says_so(school):
    page = signed_in(make_school()).get(PAGE)
    assert "In 2026–2027 kwam er nog geen klas" in page.text


@pytest.mark.parametrize("year", ["2027", "2020", "x", "99999999999999"])
def test_year_that_is_not_offered_is_not_found(school, year):
    assert signed_in(school).get(f"{PAGE}?schooljaar={year}").status_code == 404


def test_my_tec_leads_to_it(school):
    user = make_teacher(school=school)
    came(2027, 2, 2, submission=make_submission(school=school, user=user), state=State.CONFIRMED)
    client = Client()
    client.force_login(user)
    assert f'href="{PAGE}"' in client.get("/mijn/").text


@pytest.mark.parametrize("number", [1, 3])
def test_page_takes_as_many_statements_for_many(number, django_assert_max_num_queries):
    school = make_school()
    for one in range(number):
        came(2026, 11, 3 + one, school=school, name=f"Groep {one}")
    client = signed_in(school)
    with django_assert_max_num_queries(12):
        client.get(PAGE)
