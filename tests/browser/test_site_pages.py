"""The site's own pages in a real browser: accessible and whole, light and dark."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from kits.models import KitDocument
from programmes.models import CoreObjective, Zone
from tests.browser.steps import sign_in
from tests.factories import (
    make_booking,
    make_class_group,
    make_kit,
    make_programme,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
)

PAGES = ["/", "/privacy/", "/toegankelijkheid/", "/voorwaarden/", "/bestaat-niet/"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def zone() -> Zone:
    venue = make_venue(name="TEC", slug="tec")
    return Zone.objects.create(
        venue=venue, name="Tiny House", slug="tiny", artwork="tiny-house", description="Wonen"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_in_both_modes(
    page: Any, zone: Zone, assert_accessible: Callable[[], None], scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)
    for address in PAGES:
        page.goto(address)
        assert_accessible()


def test_every_style_and_drawing_of_home_loads_without_breaking_the_policy(
    page: Any, zone: Zone
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto("/")
    page.locator(".zones img").scroll_into_view_if_needed()
    # A function: the page's policy forbids that a text is evaluated again and again.
    page.wait_for_function("() => [...document.images].every(image => image.complete)")
    broken = page.evaluate("[...document.images].filter(i => !i.naturalWidth).map(i => i.src)")
    assert (complaints, broken) == ([], [])


def test_skip_link_takes_the_keyboard_past_the_header(page: Any) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "inhoud"


def test_own_styles_win_from_bootstrap(page: Any) -> None:
    """The layers are in order: a button that is a link has the text colour of a button."""
    page.emulate_media(color_scheme="light")
    page.goto("/bestaat-niet/")
    button = page.locator("a.btn")
    assert button.evaluate("e => getComputedStyle(e).color") == "rgb(20, 35, 59)"
    assert button.evaluate("e => getComputedStyle(e).display") == "inline-flex"


def test_language_button_turns_the_page_english(page: Any) -> None:
    page.goto("/voorwaarden/")
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()
    assert page.title() == "Terms · TEC"


def test_paper_gets_the_words_and_what_is_folded_but_no_chrome(page: Any) -> None:
    programme = make_programme(title="Drones", slug="drones")
    programme.core_objectives.set(CoreObjective.objects.all()[:1])
    page.emulate_media(media="print")
    page.goto("/programmas/drones/")
    seen = {
        name: page.locator(selector).is_visible()
        for name, selector in {
            "title": "h1",
            "menu": ".site-nav",
            "drawing": ".programme-plate",
            "objectives": ".prose .fold li",
        }.items()
    }
    assert seen == {"title": True, "menu": False, "drawing": False, "objectives": True}


def test_paper_of_the_figures_says_what_is_counted(page: Any) -> None:
    page.emulate_media(media="print")
    page.goto("/open/cijfers/")
    for where in (".year-figures", ".year-defined"):
        assert page.locator(f"{where} details p").first.is_visible()


def test_paper_of_a_visit_says_what_was_agreed_and_offers_nothing_to_press(page: Any) -> None:
    teacher = make_teacher()
    submission, visit = make_submission(user=teacher), make_visit(max_groups=2)
    for name in ("Groep 7", "Groep 8"):
        make_booking(submission=submission, visit=visit, party_name=name, pupils=12)
    sign_in(page, Client(), teacher)
    page.goto(f"/boekingen/{submission.public_id}/")
    assert page.locator("main .btn").count() > 0

    page.emulate_media(media="print")

    paper = page.locator("main").inner_text()
    assert "Groep 8" in paper
    assert page.locator("main .btn").locator("visible=true").count() == 0
    for words in ("Wijzig", "Deel met een collega", "collega", "brief aan de ouders"):
        assert words not in paper


def test_both_doors_can_be_read_on_a_laptop_without_scrolling(page):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto("/")
    lowest = page.eval_on_selector_all(
        ".door-go", "doors => Math.max(...doors.map(d => d.getBoundingClientRect().bottom))"
    )
    assert (page.locator(".door").count(), lowest <= 768) == (2, True)


@pytest.mark.parametrize("address", ["/programmas/film/", "/leskisten/robots/"])
def test_way_to_a_date_is_on_the_first_screen_of_a_laptop(page, address):
    make_programme(slug="film", title="Een programma met een lange naam, die over twee regels gaat")
    make_kit(slug="robots")
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(address)
    primary = page.locator("main .page-head .btn-primary")
    assert primary.bounding_box()["y"] + primary.bounding_box()["height"] <= 768


def test_month_stands_beside_the_facts_on_a_laptop(page):
    make_programme(slug="film", story="Een lang verhaal. " * 200)
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto("/programmas/film/")
    facts, month = (page.locator(one).bounding_box() for one in (".facts", "#data"))
    assert month["x"] + month["width"] <= facts["x"]
    assert month["y"] < facts["y"] + facts["height"]


# What can be clicked and is no part of a sentence, with its height.
LOW = """
[...document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), select")]
  .filter((one) => one.checkVisibility() && !one.matches("p a:not(:only-child), .skip-link"))
  .map((one) => [one.textContent.trim(), one.getBoundingClientRect().height])
  .filter(([text, height]) => height > 0 && height < 24)
"""


@pytest.mark.parametrize("width", [390, 1366])
def test_what_stands_by_itself_can_be_hit_by_a_thumb(page, width):
    programme, kit = make_programme(slug="film"), make_kit(slug="robots")
    programme.worlds.create(code="film", name="Film", number=8)
    KitDocument.objects.create(kit=kit, kind="guide", title="Lesbrief", text="# Start")
    page.set_viewport_size({"width": width, "height": 800})
    for address in ("/", "/programmas/", "/programmas/film/", "/leskisten/robots/", "/inloggen/"):
        page.goto(address)
        assert page.evaluate(LOW) == [], address

    teacher = make_teacher()
    booking = make_booking(submission=make_submission(user=teacher))
    make_class_group(school=teacher.school)
    sign_in(page, Client(), teacher)
    for address in ("/mijn/", f"/boekingen/{booking.submission.public_id}/"):
        page.goto(address)
        assert page.locator("h1").is_visible()
        assert page.evaluate(LOW) == [], address


def test_word_of_two_is_not_parted_in_the_wrong_place(page):
    """Browsers part 'Stroomk-ringen': a word is parted only where it is longer than a phone."""
    make_kit(slug="stroom", title="Stroomkringen")
    page.set_viewport_size({"width": 320, "height": 600})
    page.goto("/leskisten/stroom/")
    title = page.locator("h1")
    assert title.evaluate("e => getComputedStyle(e).hyphenateLimitChars") == "16 6 6"
    lines = title.evaluate(
        "e => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).lineHeight)"
    )
    assert round(lines) == 1


# --- Another language ---------------------------------------------------------------------------


def choose_english(page, *, accept: bool) -> list[str]:
    asked: list[str] = []

    def answer(dialog):
        asked.append(dialog.message)
        dialog.accept() if accept else dialog.dismiss()

    page.once("dialog", answer)
    page.get_by_role("button", name="EN (English)", exact=True).click()
    page.wait_for_load_state()
    return asked


def test_changing_the_language_asks_first_when_something_was_typed(page):
    page.goto("/inloggen/")
    address = page.get_by_label("E-mailadres")
    address.fill("juf@school.example")

    (asked,) = choose_english(page, accept=False)
    assert asked.startswith("Wat je op deze pagina hebt ingevuld, gaat verloren")
    assert (address.input_value(), page.locator("html").get_attribute("lang")) == (
        *("juf@school.example", "nl"),
    )

    choose_english(page, accept=True)
    assert page.locator("html").get_attribute("lang") == "en"


def test_changing_the_language_asks_nothing_where_nothing_was_typed(page):
    page.goto("/inloggen/")
    assert choose_english(page, accept=True) == []
    assert page.locator("html").get_attribute("lang") == "en"


def test_form_that_was_refused_counts_as_typed(page):
    page.goto("/inloggen/")
    page.get_by_label("E-mailadres").fill("geen adres")
    page.locator("main form button[type=submit]").click()
    page.locator("main [aria-invalid=true]").wait_for()
    assert len(choose_english(page, accept=False)) == 1
