"""On paper, one click from the day list and the visit: zones, door, rotation, week."""

import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from pypdf import PdfReader

from bookings.models import State, Visit
from bookings.telling.day_papers import PAPERS
from tests.factories import (
    amsterdam,
    make_booking,
    make_component,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
    make_zone,
)
from tests.roster.rostering import make_person, make_shift

pytestmark = pytest.mark.usefixtures("frozen")
DAY_LIST = "/beheer/bookings/booking/dag/?dag=2026-11-03"


@pytest.fixture
def venue(db):
    return make_venue(name="TEC Deventer")


@pytest.fixture
def visit(venue):
    """A class of De Vlieger at nine, in the Lab and the Hal."""
    zones = [make_zone(venue=venue, name=name) for name in ("Lab", "Hal")]
    programme = make_programme(
        venue=venue, zones=zones, title="Proeverij", max_groups=2, helpers_needed=1
    )
    slot = make_slot(programmes=[programme], max_pupils=60)
    visit = make_visit(slot=slot, programme=programme)
    submission = make_submission(
        school=make_school(name="CBS De Vlieger"), facilities="Een rolstoelplek"
    )
    make_booking(visit=visit, submission=submission, party_name="7a", pupils=24)
    return visit


def pages(desk, visit, name):
    answer = desk.get(reverse(f"admin:bookings_visit_{name}", args=[visit.pk]))
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    return [" ".join(page.extract_text().split()) for page in reader.pages], answer


def test_day_list_and_visit_lead_to_each_paper_in_one_click(desk, visit):
    make_component(programme=visit.programme)
    day = desk.get(DAY_LIST).text
    page = desk.get(reverse("admin:bookings_visit_change", args=[visit.pk])).text
    for name in PAPERS:
        assert f'href="{reverse(f"admin:bookings_visit_{name}", args=[visit.pk])}"' in day
    for name in ("daglijst", "weekoverzicht", "rondgang"):
        assert reverse(f"admin:bookings_visit_{name}", args=[visit.pk]) in page


def test_week_in_the_planner_leads_to_its_paper(desk, visit):
    address = reverse("admin:bookings_visit_weekoverzicht", args=[visit.pk])
    planner = reverse("admin:bookings_visit_week")
    assert f'href="{address}"' in desk.get(f"{planner}?week=2026-11-03").text
    assert "weekoverzicht" not in desk.get(f"{planner}?week=2026-11-10").text


def test_each_zone_has_a_sheet_with_who_comes_and_who_of_us_is_there(desk, visit):
    make_shift(visit.programme, amsterdam(2026, 11, 10, 9))  # another day
    person = make_person(runs=[visit.programme], name="Fatma Demirci")
    shift = make_shift(visit.programme, amsterdam(2026, 11, 3, 13), person)
    texts, answer = pages(desk, visit, "zonebladen")
    assert [text.split()[0] for text in texts] == ["Hal", "Lab"]
    assert "Een rolstoelplek" in texts[0]
    assert "CBS De Vlieger" in texts[1]
    assert "Fatma Demirci" in texts[1]
    assert shift.visit.programme == visit.programme
    assert 'filename="zonebladen-2026-11-03.pdf"' in answer["Content-Disposition"]


def test_list_at_the_door_says_who_goes_where_and_nothing_private(desk, visit):
    make_booking(visit=visit, party_name="8", state=State.HELD)  # nobody confirmed it
    [text], answer = pages(desk, visit, "deurlijst")
    assert "9:00 CBS De Vlieger 7a" in text.replace("09:00", "9:00")
    assert "Lab" in text
    assert "24 + 3" in text
    for private in ("Een rolstoelplek", "0570 123456", "Juf"):
        assert private not in text
    assert 'filename="deurlijst-2026-11-03.pdf"' in answer["Content-Disposition"]


@pytest.mark.parametrize("name", ["deurlijst", "zonebladen", "daglijst"])
def test_what_is_elsewhere_that_day_is_not_on_it(desk, visit, name):
    elsewhere = make_programme(venue=make_venue(name="De Kas"), title="Meten in het bos")
    slot = make_slot(programmes=[elsewhere])
    make_booking(visit=make_visit(slot=slot, programme=elsewhere))
    texts, _answer = pages(desk, visit, name)
    assert "Proeverij" in texts[0]
    assert "Meten in het bos" not in " ".join(texts)


@pytest.mark.parametrize("name", ["deurlijst", "zonebladen", "daglijst"])
def test_paper_says_which_class_nobody_confirmed_yet(desk, visit, name):
    words = "nog niet bevestigd"
    texts, _answer = pages(desk, visit, name)
    assert words not in " ".join(texts)
    make_booking(visit=visit, party_name="8", state=State.REQUESTED)
    texts, _answer = pages(desk, visit, name)
    assert [text.count(words) for text in texts] == [1] * len(texts)


def test_rotation_of_a_visit_names_every_class_and_none_is_a_dot(desk, visit):
    for name in ("Solderen", "Robots"):
        make_component(programme=visit.programme, name=name, minutes=30, max_pupils=30)
    make_booking(visit=visit, party_name="8b", pupils=20)
    [text], _answer = pages(desk, visit, "rondgang")
    for words in ("7a, CBS De Vlieger: 24 leerlingen", "8b", "Solderen", "Robots"):
        assert words in text
    assert text.count("7a, CBS De Vlieger") > 1  # in the table of groups too
    rounds = text.partition("Robots")[2].partition("TEC Deventer")[0]
    assert "·" not in rounds


def test_visit_without_components_has_nothing_to_go_round_along(desk, visit):
    [text], _answer = pages(desk, visit, "rondgang")
    assert "Er is niets om langs te gaan" in text
    page = desk.get(reverse("admin:bookings_visit_change", args=[visit.pk])).text
    assert "rondgang" not in page


def test_who_only_looks_reads_of_the_week_what_she_may_see(client, visit, one_factor, frozen):
    frozen.move_to("2026-10-27 12:00+01:00")  # she sees the days until and with 3 November
    later = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 5, 9))
    make_booking(visit=make_visit(slot=later, programme=visit.programme), party_name="6z")
    person = make_staff(is_superuser=False)
    person.user_permissions.set(Permission.objects.filter(codename="view_visit"))
    client.force_login(person)
    [text], _answer = pages(client, visit, "weekoverzicht")
    assert ("7a" in text, "6z" in text) == (True, False)


def test_week_has_all_days_with_a_visit_of_all_venues_of_the_hub(desk, visit):
    other = make_programme(title="Drones")
    thursday = make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 5, 13))
    make_booking(visit=make_visit(slot=thursday, programme=other), party_name="8c")
    monday = make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 9, 9))
    make_booking(visit=make_visit(slot=monday, programme=other), party_name="6z")
    [text], answer = pages(desk, visit, "weekoverzicht")
    assert "dinsdag 3 november" in text
    assert "donderdag 5 november" in text
    assert ("8c" in text, "6z" in text) == (True, False)
    assert other.venue.name in text
    assert 'filename="week-2026-11-02.pdf"' in answer["Content-Disposition"]


def test_week_names_a_school_once_with_all_its_classes(desk, visit):
    submission = make_submission(school=visit.bookings.get().submission.school)
    make_booking(visit=visit, submission=submission, party_name="7b", pupils=24)
    [text], _answer = pages(desk, visit, "weekoverzicht")
    assert "CBS De Vlieger, 7a, 7b" in text


def test_week_of_a_visit_with_more_classes_than_a_page_leaves_no_heading_alone(desk, visit):
    Visit.objects.update(max_groups=40, max_pupils=1200)
    for number in range(30):
        school = make_school(name=f"Samenwerkingsschool voor Daltononderwijs De Wegwijzer {number}")
        make_booking(visit=visit, submission=make_submission(school=school), pupils=20)
    texts, _answer = pages(desk, visit, "weekoverzicht")
    assert "De Wegwijzer 0," in texts[0]  # it begins under its day
    assert "De Wegwijzer 29," in texts[-1]


@pytest.mark.parametrize("paper", ["daglijst", "deurlijst", "zonebladen", "weekoverzicht"])
def test_long_names_are_broken_between_syllables(desk, visit, paper):
    school = make_school(name="Christelijke Samenwerkingsbasisschool Sterrenkijkers")
    submission = make_submission(school=school)
    make_booking(visit=visit, submission=submission, party_name="Zonnestralenverzamelaars")
    text = " ".join(pages(desk, visit, paper)[0]).replace("‐ ", "")
    assert "Samenwerkingsbasisschool" in text
    assert "Zonnestralenverzamelaars" in text
