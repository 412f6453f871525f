import pytest
from django.core.paginator import Paginator
from django.test import Client
from django.urls import reverse

from programmes.cards import PER_PAGE
from programmes.models import Programme, ProgrammeKind, World
from schools.years import YearGroup
from tests.factories import (
    amsterdam,
    make_programme,
    make_school,
    make_slot,
    make_teacher,
    make_zone,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
HTMX = {"HX-Request": "true"}
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def programmes() -> dict[str, Programme]:
    zone = make_zone(slug="media", name="Media")
    film = make_programme(
        zones=[zone], title="Film", slug="film", duration=90, year_from=5, year_to=8
    )
    film.worlds.set(World.objects.filter(code="digitaal-media-entertainment"))
    drones = make_programme(
        title="Drones", slug="drones", duration=91, year_from=7, year_to=YearGroup.YEAR_2
    )
    taster = make_programme(
        kind=ProgrammeKind.TASTER, title="Proeverij", slug="proeverij", duration=151, zones=[zone]
    )
    make_programme(title="Concept", slug="concept", is_published=False)
    return {"film": film, "drones": drones, "proeverij": taster}


def titles(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/programmas/{query}")
    return sorted(programme.title for programme in response.context["page"])


def test_site_without_programmes_says_so(client):
    page = client.get("/programmas/").text
    assert "<h3>Er zijn nog geen programma’s</h3>" in page
    assert "Hier past niets bij" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Drones", "Film", "Proeverij"]),
        ("?soort=workshop", ["Drones", "Film"]),
        ("?groep=6", ["Film", "Proeverij"]),
        ("?groep=9", ["Drones"]),
        ("?wereld=digitaal-media-entertainment", ["Film"]),
        ("?zone=media", ["Film", "Proeverij"]),
        ("?duur=kort", ["Film"]),
        ("?duur=middel", ["Drones"]),
        ("?duur=lang", ["Proeverij"]),
        ("?soort=workshop&zone=media&groep=5&duur=kort", ["Film"]),
        ("?soort=taster&duur=kort", []),
    ],
)
def test_filters_choose_and_combine(client, programmes, query, expected):
    assert titles(client, query) == expected


@pytest.mark.parametrize(
    "query", ["?soort=drop", "?groep=99", "?groep=%00", "?wereld=x&zone=' OR 1", "?duur=💥"]
)
def test_nonsense_is_left_out_and_said(client, programmes, query):
    response = client.get(f"/programmas/{query}")

    assert len(response.context["page"]) == 3
    assert "Een van deze keuzes kennen we niet" in response.text


@pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999", "x", ""])
def test_nonsense_page_shows_programmes(client, programmes, number):
    assert titles(client, f"?pagina={number}") == ["Drones", "Film", "Proeverij"]


def test_chosen_filter_can_be_taken_off_without_the_others(client, programmes):
    response = client.get("/programmas/?soort=workshop&groep=7&pagina=1")

    assert response.context["chosen"] == [
        ("Workshop", "/programmas/?groep=7"),
        ("Groep 7", "/programmas/?soort=workshop"),
    ]


def test_count_is_said(client, programmes):
    assert "3 programma’s" in client.get("/programmas/").text
    assert "1 programma<" in client.get("/programmas/?duur=kort").text


def test_empty_result_says_what_to_do(client, programmes):
    response = client.get("/programmas/?soort=taster&duur=kort")

    assert "Hier past niets bij" in response.text
    assert 'class="btn btn-primary" href="/programmas/"' in response.text


def test_card_says_the_first_free_date(client, programmes):
    make_slot(programmes=[programmes["film"]], starts_at=amsterdam(2027, 3, 9, 9))

    text = client.get("/programmas/?duur=kort").text

    assert '<time datetime="2027-03-09">di 9 maart</time>' in " ".join(text.split())
    assert "nu geen vrije datum" in client.get("/programmas/?duur=lang").text


def test_htmx_gets_the_results_and_a_short_address(client, programmes):
    response = client.get("/programmas/?soort=workshop&groep=&duur=", headers=HTMX)

    assert response.text.strip().startswith('<section id="results"')
    assert response["HX-Push-Url"] == "/programmas/?soort=workshop"
    assert "HX-Request" in response["Vary"]


def test_catalogue_is_paged(client):
    zone = make_zone()
    for number in range(PER_PAGE + 1):
        make_programme(zones=[zone], title=f"P{number:02d}", slug=f"p-{number}")

    response = client.get("/programmas/?pagina=2&soort=workshop")

    assert [programme.title for programme in response.context["page"]] == ["P12"]
    assert isinstance(response.context["page"].paginator, Paginator)
    assert 'href="?pagina=1&amp;soort=workshop"' in response.text


def test_only_reading_is_allowed(client):
    assert client.post(reverse("programmes:catalogue")).status_code == 405


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    ("month", "is_teacher", "queries"),
    # Her session and herself; a look beyond the coming weeks.
    [(10, False, 5), (10, True, 7), (11, False, 6)],
)
def test_queries_stay_the_same(client, month, is_teacher, queries, rows, django_assert_num_queries):
    for number in range(rows):
        programme = make_programme(slug=f"p-{number}")
        programme.worlds.set(World.objects.all()[:rows])
        make_slot(programmes=[programme], starts_at=amsterdam(2026, month, 6, 9))
    if is_teacher:
        client.force_login(make_teacher(school=make_school()), BACKEND)

    with django_assert_num_queries(queries):
        client.get("/programmas/?groep=7")


# --- What a programme says of itself ------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(45, "45 minuten"), (60, "1 uur"), (120, "2 uur"), (61, "1 uur en 1 minuut")],
)
def test_length_in_words(minutes, words):
    assert Programme(duration=minutes).length_in_words == words


def test_drawing_is_of_the_first_world_that_has_one():
    programme = make_programme()
    assert programme.drawing == "kinds/workshop"
    programme.worlds.set(World.objects.filter(number__in=[3, 5]))
    assert programme.drawing == "worlds/energie-water-veiligheid"
    programme.kind = ProgrammeKind.TASTER
    assert programme.drawing == "kinds/taster"


def test_world_without_a_drawing_falls_back_on_the_kind():
    programme = make_programme()
    programme.worlds.set([World.objects.create(code="tijdreizen", name="Tijdreizen", number=8)])

    assert programme.drawing == "kinds/workshop"
