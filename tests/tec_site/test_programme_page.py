import re

import pytest
from django.urls import reverse

from programmes.models import CoreObjective, ProgrammeKind, World
from schools.models import SchoolHoliday
from tests.factories import (
    amsterdam,
    make_booking,
    make_component,
    make_programme,
    make_school,
    make_slot,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
HTMX = {"HX-Request": "true"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def programme():
    return make_programme(slug="film", title="Film", max_groups=2, max_pupils=70)


def sentences(response) -> list[str]:
    return [
        cell.sentence
        for week in response.context["month"].weeks
        for day in week
        for cell in day.cells
        if cell
    ]


def test_page_tells_the_facts(client, programme):
    programme.bring = "Oude kleren\n\nEen appel"
    programme.price = "95.50"
    programme.min_pupils = 10
    programme.save()
    programme.worlds.set(World.objects.filter(number=7))
    programme.core_objectives.set(CoreObjective.objects.filter(code="45"))

    text = " ".join(client.get("/programmas/film/").text.split())

    for fact in (
        "groep 5 t/m 8",
        "2 uur",
        "10 tot 32 leerlingen per klas",
        "een volwassene per 10 leerlingen",
        "€ 95,50 per klas",
        "<li>Oude kleren</li><li>Een appel</li>",
        'href="/programmas/?wereld=hi-tech-science"',
        "PO Kerndoel 45: Technische oplossingen",
    ):
        assert fact in text


@pytest.mark.parametrize("slug", ["bestaat-niet", "concept"])
def test_unknown_or_unpublished_programme_is_not_found(client, slug):
    make_programme(slug="concept", is_published=False)

    assert client.get(f"/programmas/{slug}/").status_code == 404


def test_only_reading_is_allowed(client, programme):
    assert client.post("/programmas/film/").status_code == 405


def test_components_are_shown_for_a_taster(client):
    taster = make_programme(kind=ProgrammeKind.TASTER, slug="proeverij")
    make_component(programme=taster, name="Licht aan", minutes=20)

    text = client.get("/programmas/proeverij/").text

    assert "1 onderdeel" in text
    assert '<b lang="nl">Licht aan</b>' in text


def test_experience_links_to_the_taster(client):
    make_programme(kind=ProgrammeKind.TASTER, slug="proeverij", title="De Proeverij")
    make_programme(kind=ProgrammeKind.EXPERIENCE, slug="stad", requires_taster=True)

    assert '<a href="/programmas/proeverij/#data" lang="nl">De Proeverij</a>' in (
        client.get("/programmas/stad/").text
    )
    assert "Alleen na een Proeverij" not in client.get("/programmas/proeverij/").text


def test_first_five_free_dates_link_to_booking(client, programme):
    slots = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
        for day in range(2, 8)
    ]

    response = client.get("/programmas/film/")

    assert [offer.slot_id for offer in response.context["free"]] == [s.pk for s in slots[:5]]
    assert f'class="date-link" href="/boekingen/nieuw/film/{slots[0].pk}/"' in response.text


# --- The month ----------------------------------------------------------------------------------


def test_states_are_said_in_full_sentences(client, programme):
    free, few, full, closed = (
        make_slot(
            programmes=[programme],
            starts_at=amsterdam(2026, 11, day, hour),
            max_groups=2,
            max_pupils=70,
            is_closed=day == 6,
        )
        for day, hour in ((3, 9), (4, 13), (5, 9), (6, 9))
    )
    make_booking(visit=make_visit(slot=few, programme=programme))
    for _class in range(2):
        make_booking(visit=make_visit(slot=full, programme=programme))

    response = client.get("/programmas/film/?maand=2026-11")
    for month in ("2026-10", "2026-12"):
        assert f'href="?maand={month}#month"' in response.text

    assert sentences(response) == [
        "dinsdag 3 november, ochtend: 09:00 2 plekken, tot 11:00",
        "woensdag 4 november, middag: 13:00 1 plek, tot 15:00",
        "donderdag 5 november, ochtend: 09:00 vol, wachtlijst, tot 11:00",
        "vrijdag 6 november, ochtend: 09:00 gesloten, tot 11:00",
    ]
    links = [
        reverse("bookings:book", args=["film", slot.pk]) in response.text.split('id="month"')[1]
        for slot in (free, few, full, closed)
    ]
    assert links == [True, True, True, False]  # from a full date to its waiting list


def test_empty_day_and_today_are_said(client, programme):
    text = client.get("/programmas/film/").text

    assert "Vandaag, dinsdag 15 september: geen bezoeken" in text
    assert "woensdag 16 september: geen bezoeken" in text


def test_past_slots_are_left_out(client, programme):
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 14, 9))

    assert sentences(client.get("/programmas/film/")) == []


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("2026-11", "2026-11"),
        ("2026-09", "2026-09"),
        ("2028-07", "2028-07"),
        ("2026-08", "2026-09"),
        ("2028-08", "2026-09"),
        ("2026-13", "2026-09"),
        ("0000-01", "2026-09"),
        ("99999-01", "2026-09"),
        ("november", "2026-09"),
        ("2026-11\x00", "2026-09"),
        ("", "2026-09"),
    ],
)
def test_month_has_bounds(client, programme, asked, shown):
    response = client.get("/programmas/film/", {"maand": asked})

    assert str(response.context["month"].at) == shown


@pytest.mark.parametrize(
    ("asked", "earlier", "later"),
    [
        ("2026-09", None, "2026-10"),
        ("2026-12", "2026-11", "2027-01"),
        ("2027-01", "2026-12", "2027-02"),
        ("2028-07", "2028-06", None),
    ],
)
def test_month_links_to_its_neighbours(client, programme, asked, earlier, later):
    text = client.get("/programmas/film/", {"maand": asked, "regio": "noord"}).text

    assert re.findall(r'href="\?([^"#]*)#month"', text) == [
        f"maand={month}&amp;regio=noord" for month in (earlier, later) if month
    ]


def test_htmx_gets_the_month_only(client, programme):
    response = client.get("/programmas/film/?maand=2026-11", headers=HTMX)

    assert response.text.strip().startswith('<div id="month"')
    assert "HX-Request" in response["Vary"]


def test_page_opens_at_the_first_month_with_a_free_date(client, programme):
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 17, 9))  # too soon
    make_slot(programmes=[programme], starts_at=amsterdam(2027, 3, 9, 9))

    assert str(client.get("/programmas/film/").context["month"].at) == "2027-03"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_empty_month_says_where_the_first_free_date_is(client, programme, headers):
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2027, 3, 9, 9))

    text = client.get("/programmas/film/?maand=2026-12", headers=headers).text

    assert f'<a href="/boekingen/nieuw/film/{slot.pk}/">dinsdag 9 maart 2027</a>' in text


def test_programme_without_any_free_date_says_whom_to_ask(client, programme):
    assert "Er is nu geen vrije datum" in client.get("/programmas/film/").text


# --- Holidays -----------------------------------------------------------------------------------


def holidays(response) -> list[str]:
    return [
        f"{day.date:%d} {day.holiday}"
        for week in response.context["month"].weeks
        for day in week
        if day.holiday
    ]


@pytest.fixture
def _autumn():
    SchoolHoliday.objects.all().delete()
    for region, first in (("noord", "2026-10-10"), ("zuid", "2026-10-17")):
        SchoolHoliday.objects.create(
            region=region,
            school_year=2026,
            name="Herfstvakantie",
            starts_on=first,
            ends_on=f"{first[:-1]}{int(first[-1]) + 1}",
        )


@pytest.mark.usefixtures("_autumn")
@pytest.mark.parametrize(
    ("school_region", "asked", "expected"),
    [
        (None, "", []),
        (None, "noord", ["10 Herfstvakantie", "11 Herfstvakantie"]),
        (None, "zuid", ["17 Herfstvakantie", "18 Herfstvakantie"]),
        (None, "oost", []),
        ("zuid", "", ["17 Herfstvakantie", "18 Herfstvakantie"]),
        ("zuid", "noord", ["10 Herfstvakantie", "11 Herfstvakantie"]),
        ("", "", []),
    ],
)
def test_holidays_are_those_of_the_school_or_the_region_asked(
    client, programme, school_region, asked, expected
):
    if school_region is not None:
        school = make_school(holiday_region=school_region)
        client.force_login(make_teacher(school=school), BACKEND)

    response = client.get("/programmas/film/", {"maand": "2026-10", "regio": asked})

    assert holidays(response) == expected
    read_out = 'zaterdag 10 oktober: <span lang="nl">Herfstvakantie</span>'
    assert (read_out in response.text) == ("noord" in asked)


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_stay_the_same(client, django_assert_num_queries, rows):
    taster = make_programme(kind=ProgrammeKind.TASTER, slug="proeverij")
    taster.worlds.set(World.objects.all()[:rows])
    taster.core_objectives.set(CoreObjective.objects.all()[:rows])
    for number in range(rows):
        make_component(programme=taster)
        make_slot(programmes=[taster], starts_at=amsterdam(2026, 10, 6 + number, 9))

    with django_assert_num_queries(8):  # one for what teachers say
        client.get("/programmas/proeverij/?regio=noord")
