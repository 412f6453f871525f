"""The pages of the figures: what a board reads, who reads it, and in how many statements."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client

from bookings.models import State
from impact.counting.coverage import coverage
from impact.counting.figures import FIGURES, compute
from impact.counting.headings import HEADINGS, under_headings
from impact.counting.spans import Span
from impact.counting.tables import TABLES
from kits.models import LoanState
from schools.models import School, SchoolBoard
from tec_site.staff import roles
from tests.factories import (
    amsterdam,
    make_loan,
    make_other_hub,
    make_programme,
    make_school,
    make_staff,
    make_submission,
    make_venue,
)
from tests.impact.counted import came, scope_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
BOARD, ALL = "/beheer/cijfers/", "/beheer/cijfers/alle/"
LONG = "Openbare Daltonbasisschool voor Onderzoekend en Ontwerpend Leren ’t Hof van Salland"


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(amsterdam(2027, 1, 12, 10), tick=False) as travelled:
        yield travelled


def signed_in(person=None) -> Client:
    client = Client()
    client.force_login(person or make_staff())
    return client


def with_role(name: str, **fields):
    roles.load()
    person = make_staff(is_superuser=False, **fields)
    person.groups.add(Group.objects.get(name=name))
    return person


def words(page) -> str:
    """What is read on it."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


@pytest.fixture
def year():
    """Two schools of three in Deventer came, and one in Raalte; one class is not noted."""
    board = SchoolBoard.objects.create(number="41234", name="Stichting Quo Vadis")
    deventer = [
        make_school(name=name, municipality="Deventer", board=board)
        for name in (LONG, "De Ster", "De Overslaander")
    ]
    raalte = make_school(municipality="Raalte", city="Raalte")
    came(2026, 11, 3, school=deventer[0], name="Ümit Çelik-van ’t Hof")
    came(2026, 12, 1, school=deventer[1], pupils=20)
    came(2026, 12, 8, school=deventer[1], pupils=21)
    came(2025, 11, 4, school=raalte, pupils=22)
    came(2026, 11, 5, school=raalte, state=State.CONFIRMED, pupils=23)
    make_loan(state=LoanState.DONE, submission=make_submission(school=raalte))


def test_board_reads_the_year_in_large_numbers(year):
    page = signed_in().get(BOARD)
    assert [(figure.code, number) for figure, number, *_rest in page.context["large"]] == [
        ("pupils", 65),
        ("visits", 3),
        ("schools", 2),
        ("kit-pupils", 24),
    ]
    said = words(page)
    assert "Cijfers van 2026–2027" in said
    assert "88 geboekt" in said
    assert "van 1 bestuur, in 1 gemeente" in said
    assert "1 uitlening, 1 school" in said
    assert "Van 1 bezoek (23 geboekt) is niet vastgelegd of ze kwamen" in said
    assert str(FIGURES["schools"].definition) in said


def test_months_and_years_are_drawn_with_their_table(year):
    page = signed_in().get(BOARD)
    by_month = {row.label: (row.here, row.schools) for row in page.context["months"] if row.booked}
    assert by_month == {"november 2026": (24, 1), "december 2026": (41, 1)}
    by_year = {row.label: row.here for row in page.context["years"] if row.booked}
    assert by_year == {"2025–2026": 22, "2026–2027": 65}
    assert 'aria-label="Per maand: augustus 2026 0, ' in page.text
    assert "65 88 3 2 Scholen tellen niet op" in words(page).replace("Samen ", "")


def test_schools_reached_and_not_by_municipality_and_board(year):
    page = signed_in().get(BOARD)
    areas = page.context["coverage"]
    read = [(area.name, area.reached, area.total) for area in areas.municipalities]
    assert read == [("Deventer", 2, 3), ("Raalte", 0, 1)]
    assert [(one.name, one.reached, one.total) for one in areas.boards] == [
        ("Stichting Quo Vadis", 2, 3)
    ]
    found = signed_in().get("/beheer/cijfers/scholen/?periode=2026&gemeente=Deventer")
    assert "De Overslaander Deventer kwam niet" in words(found)
    assert LONG in found.text
    assert signed_in().get("/beheer/cijfers/scholen/?gemeente=NERGENS").status_code == 404


def test_what_follows_from_the_areas_is_what_the_figures_say(year):
    came(2026, 11, 6, school=make_school(site_code=None, municipality=""))
    came(2026, 11, 9, school=make_school(closed_on=datetime.date(2026, 12, 31)))
    came(2026, 11, 9, school=School.objects.get(municipality="Raalte"))
    last_year = SchoolBoard.objects.create(number="41235", name="Samen Leren")
    came(2025, 11, 5, school=make_school(municipality="Olst", board=last_year))
    codes = ("schools", "boards", "municipalities")
    assert coverage(scope_of()).figures == compute(scope_of(), codes)
    assert compute(scope_of(), codes)["schools"] == 5
    before = scope_of(Span.of_school_year(2024))
    assert coverage(before).figures == dict.fromkeys(codes, 0)


def test_board_shows_a_dozen_of_many_and_leads_to_all():
    for number in range(14):
        came(2026, 11, 3, school=make_school(municipality=f"Plaats {number}"))
    page = signed_in().get(BOARD)
    assert page.text.count("gemeente=Plaats") == 12
    assert "Alle 14" in words(page)
    assert signed_in().get("/beheer/cijfers/scholen/").text.count("gemeente=Plaats") == 14


def test_without_any_visit_the_page_says_so():
    page = signed_in().get(BOARD)
    assert [number for _figure, number, *_rest in page.context["large"]] == [0, 0, 0, 0]
    assert "Er kwam nog geen school." in words(page)
    assert signed_in().get(ALL).status_code == 200


def test_running_school_year_is_the_first_thing_shown_in_january(year):
    choice = signed_in().get(BOARD).context["choice"]
    assert str(choice.span) == "2026–2027"
    offered = [words for _value, words, _chosen in choice.periods]
    assert offered[:3] == ["2027–2028", "2026–2027", "2025–2026"]
    assert [value for value, _words, is_chosen in choice.periods if is_chosen] == ["2026"]


@pytest.mark.parametrize(
    ("query", "pupils"),
    [
        ("?periode=2026", 65),
        ("?periode=2025", 22),
        ("?periode=2026-2", 65),
        ("?periode=2026-1", 0),
        ("?van=2026-11-03&tot=2026-11-03", 24),
        ("?van=2026-12-01&tot=2026-12-08", 41),
        ("?van=2026-12-02", 65),  # the other day is missing: the whole year, and it is said
        ("?van=2026-12-08&tot=2026-12-01", 65),
        ("?periode=x&van=&tot=", 65),
        ("?periode=99999999999999999999", 65),
    ],
)
def test_period_is_chosen_by_address(year, query, pupils):
    page = signed_in().get(BOARD + query)
    assert page.context["large"][0][1] == pupils
    assert bool(page.context["choice"].error) == (query in {"?van=2026-12-02"} or "12-08&" in query)


def test_every_figure_and_every_line_opens_its_rows(year):
    client = signed_in()
    page = client.get(ALL)
    links = re.findall(r'href="(/beheer/cijfers/(?:rijen|deel)/[^"]+)"', page.text)
    assert {link.split("/")[4].split("?")[0] for link in links} == {*FIGURES, *TABLES}
    for link in set(links):
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link
    rows = client.get("/beheer/cijfers/rijen/pupils/")
    assert [row.pupils for row in rows.context["page"]] == [24, 20, 21]
    assert "Leerlingen en deelnemers die kwamen: 65" in words(rows)
    part = client.get("/beheer/cijfers/deel/line/?deel=primary")
    assert "Primair onderwijs: 65" in words(part)
    for nothing in ("rijen/nergens/", "deel/line/?deel=nergens", "deel/nergens/?deel=primary"):
        assert client.get(f"/beheer/cijfers/{nothing}").status_code == 404


def test_reader_sees_figures_and_nothing_of_persons(year):
    client = signed_in(with_role(roles.READER))
    for address in (BOARD, ALL):
        page = client.get(address)
        assert "65" in words(page)
        assert "Ümit" not in page.text
        assert "/beheer/cijfers/rijen/" not in page.text
        assert "/beheer/cijfers/deel/" not in page.text
    for closed in ("cijfers/rijen/pupils/", "bookings/booking/", "submissions/submission/"):
        assert client.get(f"/beheer/{closed}").status_code == 403
    assert client.get("/beheer/").status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [(roles.VOLUNTEER, 403), (roles.DESK, 200), (roles.MANAGEMENT, 200), (roles.READER, 200)],
)
def test_which_roles_see_the_figures(role, status):
    assert signed_in(with_role(role)).get(BOARD).status_code == status


def test_another_hubs_figures_are_not_there(year):
    other = make_other_hub()
    programme = make_programme(venue=make_venue(hub=other), max_groups=9, max_pupils=999)
    there = make_submission(school=make_school(municipality="Epe"), hub=other)
    came(2026, 11, 3, programme=programme, submission=there, pupils=30)
    mine = signed_in(with_role(roles.MANAGEMENT))
    assert mine.get(BOARD).context["large"][0][1] == 65
    assert mine.get(f"{BOARD}?hub=newtechpark").status_code == 404
    both = signed_in()
    numbers = [both.get(BOARD + query).context["large"][0][1] for query in ("", "?hub=newtechpark")]
    assert numbers == [95, 30]


@pytest.mark.parametrize("number", [1, 3])
def test_boards_page_takes_at_most_twelve_statements(number, django_assert_max_num_queries):
    for _one in range(number):
        came(2026, 11, 3, school=make_school(municipality="Deventer"))
    client = signed_in(with_role(roles.READER))
    client.get(BOARD)
    with django_assert_max_num_queries(12):
        client.get(BOARD)


def test_every_figure_stands_under_one_heading():
    codes = [code for _title, codes in HEADINGS for code in codes]
    assert sorted(codes) == sorted(FIGURES)
    assert under_headings({"pupils": 1, "gone": 2, "waited": 3}) == [
        ("Wie kwamen", [1]),
        ("Wie wachtten", [3]),
        ("Andere cijfers", [2]),
    ]
