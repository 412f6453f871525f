"""The site's own pages in a real browser: accessible and whole, light and dark."""

from collections.abc import Callable
from typing import Any

import pytest

from programmes.models import CoreObjective, Zone
from tests.factories import make_programme, make_venue

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
    page.wait_for_function("[...document.images].every(image => image.complete)")
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


def test_both_doors_can_be_read_on_a_laptop_without_scrolling(page):
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto("/")
    lowest = page.eval_on_selector_all(
        ".door-go", "doors => Math.max(...doors.map(d => d.getBoundingClientRect().bottom))"
    )
    assert (page.locator(".door").count(), lowest <= 768) == (2, True)
