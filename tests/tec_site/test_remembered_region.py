"""The holiday region of a school, once chosen, marks every calendar on that device."""

import datetime

import pytest
from django.urls import reverse

from schools.holidays import COOKIE
from schools.models import SchoolHoliday
from tests.booking_form import address, typed
from tests.factories import (
    amsterdam,
    make_kit,
    make_programme,
    make_school,
    make_slot,
    make_teacher,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture(autouse=True)
def holidays():
    SchoolHoliday.objects.all().delete()  # those that come with the project
    for region, name in (("noord", "Noordvrij"), ("zuid", "Zuidvrij")):
        SchoolHoliday.objects.create(
            region=region,
            school_year=2026,
            name=name,
            starts_on=datetime.date(2026, 11, 9),
            ends_on=datetime.date(2026, 11, 10),
        )


@pytest.fixture
def programme():
    made = make_programme(slug="film")
    make_slot(programmes=[made], starts_at=amsterdam(2026, 11, 3, 9))
    return made


def marked(client, address: str) -> list[str]:
    text = client.get(address).text
    return [name for name in ("Noordvrij", "Zuidvrij") if name in text]


def test_region_chosen_on_one_page_marks_all_calendars(client, programme):
    kit = make_kit()
    kit.venue.holiday_region = "midden"
    kit.venue.save()
    pages = ["/programmas/film/", f"{kit.get_absolute_url()}?maand=2026-11"]
    assert [marked(client, page) for page in pages] == [[], []]
    client.get("/programmas/film/?regio=zuid")
    assert [marked(client, page) for page in pages] == [["Zuidvrij"], ["Zuidvrij"]]
    assert 'value="zuid" selected' in client.get(pages[0]).text
    assert (client.cookies[COOKIE].value, client.cookies[COOKIE]["max-age"]) == ("zuid", 31536000)
    client.get(f"{kit.get_absolute_url()}?regio=")
    assert [marked(client, page) for page in pages] == [[], []]


def test_region_of_the_school_in_a_form_is_remembered(client, programme):
    school = make_school(holiday_region="zuid")
    other = make_programme(slug="anders")
    slot = make_slot(programmes=[other])
    who = {"school": school.pk, "school_typed_name": "", "school_typed_city": ""}
    client.post(address(other, slot), typed() | who)
    assert marked(client, "/programmas/film/") == ["Zuidvrij"]


def test_teacher_sees_her_own_school_whatever_was_chosen_here_before(client, programme):
    client.get("/programmas/film/?regio=zuid")
    client.force_login(make_teacher(school=make_school(holiday_region="noord")))
    assert marked(client, "/programmas/film/") == ["Noordvrij"]


def test_nonsense_is_no_region(client, programme):
    client.cookies[COOKIE] = "'; drop table"
    assert marked(client, "/programmas/film/?regio=noordpool") == []


def test_privacy_statement_names_both_cookies(client):
    text = client.get(reverse("privacy")).text
    assert "een jaar lang de vakantieregio van je school onthoudt" in text
    assert "een uur lang één met wat je invulde" in text


def test_kit_page_says_a_holiday_once(client):
    kit = make_kit()
    kit.venue.holiday_region = "zuid"
    kit.venue.save()
    text = client.get(f"{kit.get_absolute_url()}?maand=2026-11&regio=zuid").text
    day = text[text.index(">maandag 9 november") :]
    cell = day[: day.index("</td>")]
    assert cell.count("Zuidvrij") == 2  # once to hear, once to see


def test_holiday_parts_where_a_person_would_part_it(client, programme):
    """In a cell beside the facts 'Kerstvakantie' does not fit; read out it is one word."""
    SchoolHoliday.objects.update(name="Kerstvakantie")
    kit = make_kit()
    for page in ("/programmas/film/", kit.get_absolute_url()):
        text = client.get(f"{page}?maand=2026-11&regio=zuid").text
        assert ">Kerst\u00advakantie</span></span>" in text
        assert '<span lang="nl">Kerstvakantie</span>' in text


def test_places_are_counted_on_every_date(client, programme):
    assert "09:00 · 1 plek · " in client.get(reverse("home")).text
    assert "09:00–11:00</small><small>1 plek</small>" in client.get("/programmas/film/").text
