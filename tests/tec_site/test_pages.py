"""The site's own pages, as a visitor gets them; and rules that hold for every template."""

import datetime
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
import time_machine
import tinyhtml5
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings.models import VisitSlot
from programmes.models import Programme, ProgrammeKind, Venue, Zone
from tec_site.pages import site
from tests.factories import make_kit, make_programme, make_slot, make_venue

ROOT = Path(__file__).resolve().parents[2]
# Mails, paper and the back office keep their styles inline, or are of others.
OTHERS = {"mail", "pdf", "admin"}
PUBLIC_TEMPLATES = sorted(
    path.relative_to(ROOT / "templates").as_posix()
    for path in (ROOT / "templates").rglob("*.html")
    if path.relative_to(ROOT / "templates").parts[0] not in OTHERS
)

TITLES = {
    "home": "Ontdek techniek met je klas · TEC",
    "privacy": "Privacy · TEC",
    "accessibility": "Toegankelijkheid · TEC",
    "terms": "Voorwaarden · TEC",
}


class Page(HTMLParser):
    """What the tests ask of a page: title, headings, stylesheets, anything inline."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.stylesheets: list[str] = []
        self.inline: list[str] = []
        self.title = ""
        self._tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._tag = tag
        given = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "link" and given.get("rel") == "stylesheet":
            self.stylesheets.append(str(given["href"]))
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(f"<{tag}>")
        self.inline += [name for name in given if name == "style" or name.startswith("on")]

    def handle_data(self, data: str) -> None:
        if self._tag == "title":
            self.title += data

    def handle_endtag(self, tag: str) -> None:
        self._tag = ""


def get(client: Client, name: str) -> Page:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return Page(response.content.decode())


def make_free_visit(title: str, day: int, hour: int = 9) -> Programme:
    venue = Venue.objects.filter(slug="tec").first() or make_venue(name="TEC", slug="tec")
    zone = Zone.objects.create(venue=venue, name=f"Zone {title}", slug=f"zone-{day}")
    programme = Programme.objects.create(
        kind=ProgrammeKind.WORKSHOP,
        title=title,
        slug=f"programme-{day}",
        summary="Kort",
        story="Lang",
        venue=venue,
        duration=90,
    )
    programme.zones.add(zone)
    start = datetime.datetime(2027, 3, day, hour - 1, tzinfo=datetime.UTC)
    slot = VisitSlot.objects.create(
        venue=venue, starts_at=start, ends_at=start + datetime.timedelta(hours=3)
    )
    slot.programmes.add(programme)
    return programme


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "title"), TITLES.items())
def test_page_has_its_exact_title(client: Client, name: str, title: str) -> None:
    assert get(client, name).title == title


@pytest.mark.django_db
@pytest.mark.parametrize("name", TITLES)
def test_page_steps_down_its_headings_one_level_at_a_time(client: Client, name: str) -> None:
    headings = get(client, name).headings
    assert headings.count(1) == 1
    assert headings[0] == 1
    skipped = [(above, below) for above, below in itertools.pairwise(headings) if below > above + 1]
    assert skipped == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", TITLES)
def test_page_refuses_to_be_posted_to(client: Client, name: str) -> None:
    assert client.post(reverse(name)).status_code == 405


@pytest.mark.django_db
def test_language_switch_turns_the_site_english_and_returns_to_the_page(client: Client) -> None:
    response = client.post(reverse("set_language"), {"language": "en", "next": "/privacy/?a=1"})
    assert (response.status_code, response["Location"]) == (302, "/privacy/?a=1")
    page = client.get(reverse("terms"))
    assert page["Content-Language"] == "en"
    assert '<html lang="en">' in page.content.decode()
    assert Page(page.content.decode()).title == "Terms · TEC"


@pytest.mark.django_db
def test_language_switch_does_not_lead_to_another_site(client: Client) -> None:
    response = client.post(
        reverse("set_language"), {"language": "en", "next": "https://elsewhere.example/"}
    )
    assert response["Location"] == "/"


@pytest.mark.django_db
def test_language_switch_without_token_gets_the_page_that_keeps_hope() -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("set_language"), {"language": "en"})
    assert response.status_code == 403
    html = response.content.decode()
    assert Page(html).title == "Verstuur het formulier nog een keer · TEC"
    assert "Er is niets verloren." in html


@pytest.mark.django_db
@time_machine.travel("2027-02-01 10:00+01:00", tick=False)
def test_home_shows_the_four_soonest_free_programmes_in_order(client: Client) -> None:
    for title, day in (("E", 15), ("B", 9), ("A", 8), ("D", 12), ("C", 10)):
        make_free_visit(title, day)
    Programme.objects.filter(title="A").update(is_published=False)
    response = client.get(reverse("home"))
    assert [row[0].title for row in response.context["next_free"]] == list("BCDE")
    make_free_visit("F", 11)
    response = client.get(reverse("home"))
    assert [row[0].title for row in response.context["next_free"]] == list("BCFD")
    assert '<span class="visually-hidden">dinsdag 9 maart, </span>' in response.content.decode()


@pytest.mark.django_db
def test_home_draws_the_zones_that_have_a_drawing(client: Client) -> None:
    venue = make_venue(name="TEC", slug="tec")
    Zone.objects.create(venue=venue, name="Tiny House", slug="tiny", artwork="tiny-house")
    Zone.objects.create(venue=venue, name="Magazijn", slug="magazijn")
    html = client.get(reverse("home")).content.decode()
    assert re.findall(r'src="/static/art/zones/([^"]+)"', html) == ["tiny-house.svg"]
    assert "Magazijn" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 3])
@time_machine.travel("2027-02-01 10:00+01:00", tick=False)
def test_home_asks_four_queries_whatever_there_is(
    client: Client, django_assert_num_queries: object, rows: int
) -> None:
    for day in range(8, 8 + rows):
        make_free_visit(f"P{day}", day)
    # programmes, their first free visits, zones, hubs for the foot
    with django_assert_num_queries(4):
        client.get(reverse("home"))


@pytest.mark.django_db
def test_unknown_address_says_that_nothing_is_lost(client: Client) -> None:
    response = client.get("/bestaat-niet/")
    assert response.status_code == 404
    page = Page(response.content.decode())
    assert page.title == "We kunnen deze pagina niet vinden · TEC"
    assert page.headings == [1]


@pytest.mark.parametrize(
    ("template", "title"),
    [
        ("400.html", "Dat begrepen we niet · TEC"),
        ("500.html", "Er ging bij ons iets mis · TEC"),
        ("503.html", "We zijn er even niet · TEC"),
    ],
)
def test_error_page_stands_without_context_or_database(template: str, title: str) -> None:
    with translation.override("nl"):
        page = Page(render_to_string(template))
    assert (page.title, page.headings) == (title, [1])


def test_unavailable_tells_when_to_come_back() -> None:
    response = site.unavailable()
    assert (response.status_code, response["Retry-After"]) == (503, "30")


@pytest.mark.parametrize("template", PUBLIC_TEMPLATES)
def test_template_has_nothing_inline(template: str) -> None:
    """The CSP allows no inline style, script or handler; a template with one would break."""
    html = re.sub(r"{%.*?%}", "", (ROOT / "templates" / template).read_text(), flags=re.DOTALL)
    assert Page(html).inline == []


@pytest.mark.parametrize("template", PUBLIC_TEMPLATES)
def test_template_has_attributes_that_a_validator_knows(template: str) -> None:
    """htmx reads `data-hx-…` as it reads `hx-…`, which no validator knows."""
    html = (ROOT / "templates" / template).read_text()
    assert re.findall(r"(?<![\w-])hx-[a-z-]+=", html) == []


# --- For machines that read ----------------------------------------------------------------------


def allowed(client: Client) -> RobotFileParser:
    found = RobotFileParser()
    found.parse(client.get("/robots.txt").text.splitlines())
    return found


@pytest.mark.parametrize(
    "address", ["/", "/programmas/", "/programmas/film/", "/leskisten/robots/"]
)
def test_search_engines_may_read_what_is_for_everybody(client, address):
    assert allowed(client).can_fetch("*", address)


@pytest.mark.parametrize(
    "name", ["my_tec", "submissions:sign_in", "account_login", "admin:index", "health"]
)
def test_search_engines_leave_alone_what_is_of_one_person(client, name):
    assert not allowed(client).can_fetch("*", reverse(name))


def test_pages_say_what_they_are_about(db, client):
    make_programme(slug="film", summary='Een film van "klei".')
    kit = make_kit(summary="Programmeer een robot.")
    said = {
        address: re.findall(
            r'<meta name="description" content="([^"]*)">', client.get(address).text
        )
        for address in (
            "/",
            "/programmas/",
            "/programmas/film/",
            kit.get_absolute_url(),
            "/privacy/",
        )
    }
    assert said["/programmas/film/"] == ["Een film van &quot;klei&quot;."]
    assert said[kit.get_absolute_url()] == ["Programmeer een robot."]
    assert [len(texts) for texts in said.values()] == [1] * 5
    assert len({text for (text,) in said.values()} - {""}) == 5


def test_names_of_the_language_buttons_begin_with_what_is_seen(db, client):
    page = client.get("/").text
    for seen, name in (("NL", "Nederlands"), ("EN", "English")):
        assert f'>{seen}<span class="visually-hidden"> ({name})</span></button>' in page


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_are_valid_html(db, client, language):
    """No error of the parser of the standard, and no attribute that HTML does not know."""
    client.cookies["django_language"] = language
    programme, kit = make_programme(slug="film"), make_kit(slug="robots")
    slot = make_slot(programmes=[programme])
    for address in (
        *("/", "/privacy/", "/programmas/", "/programmas/film/", "/leskisten/", "/inloggen/"),
        *("/leskisten/robots/", reverse("bookings:book", args=["film", slot.pk])),
        *("/scholen/zoeken/?q=zwaluw&field=school", "/bestaat-niet/"),
    ):
        html = client.get(address).text
        if not html.lstrip().startswith("<!doctype"):
            html = f"<!doctype html><title>x</title>{html}"
        parser = tinyhtml5.parser.HTMLParser()
        parser.parse(html)
        assert parser.errors == [], address
        assert re.findall(r"\s(?:hx-[a-z-]+)=", html) == [], address
    assert kit
