"""The first screen of a phone: what one came for is in it."""

import pytest
from django.urls import reverse

from tests.booking_form import address
from tests.browser.steps import sign_in
from tests.conftest import PHONE, assert_fits
from tests.factories import (
    make_booking,
    make_kit,
    make_programme,
    make_staff,
    make_submission,
    make_teacher,
)
from tests.loan_form import address as loan_address

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead"),
]


def bottom_of(page, selector: str) -> float:
    """In the window, without scrolling."""
    page.wait_for_load_state()  # a click waits for the next page, not for its styles
    box = page.locator(selector).first.bounding_box()
    return box["y"] + box["height"]


def test_a_form_begins_in_the_first_screen_and_says_for_what_it_is(
    phone_page, programme, slot, assert_accessible
):
    page = phone_page
    page.goto(address(programme, slot))

    assert bottom_of(page, "[name=klas-0-name]") < page.viewport_size["height"]
    other = page.get_by_role("link", name="andere datum")
    assert other.get_attribute("href") == f"{programme.get_absolute_url()}#data"
    line = page.locator(".in-one-line > summary")
    page.locator("[name=contact_name]").focus()
    page.locator("[name=contact_name]").scroll_into_view_if_needed()
    assert line.bounding_box()["y"] >= 0  # it stays in view
    assert bottom_of(page, ".summary") < page.locator("[name=contact_name]").bounding_box()["y"]
    line.click()
    page.get_by_text(slot.venue.name).first.wait_for()
    assert_accessible()


def test_so_does_the_form_of_a_kit(phone_page):
    page, kit = phone_page, make_kit()
    page.goto(loan_address(kit))

    assert bottom_of(page, "[name=klas-name]") < page.viewport_size["height"]
    other = page.get_by_role("link", name="andere dagen")
    assert other.get_attribute("href") == f"{kit.get_absolute_url()}?hoe=desk#lenen"


def test_a_wide_screen_shows_all_of_it(page, programme, slot):
    page.goto(address(programme, slot))

    assert not page.locator(".in-one-line > summary").is_visible()
    assert page.locator(".summary dl").is_visible()


def test_a_filtered_catalogue_begins_with_what_was_found(phone_page):
    page = phone_page
    make_programme(title="Robots leren rijden")
    page.goto("/programmas/?soort=workshop")

    assert not page.locator(".filters form").is_visible()
    heading = page.get_by_role("heading", name="Robots leren rijden")
    assert heading.bounding_box()["y"] < page.viewport_size["height"]


# --- The header is one row, the rest of it a menu -----------------------------------------------

READERS = {
    "visitor": (None, ("Inloggen", "Sign in"), ["Programma’s", "Leskisten", "Inloggen"]),
    "teacher": (
        *(make_teacher, ("Mijn TEC", "My TEC")),
        ["Programma’s", "Leskisten", "Mijn TEC", "Uitloggen"],
    ),
    "staff": (
        *(make_staff, ("Balie", "Desk")),
        ["Programma’s", "Leskisten", "Mijn TEC", "Balie", "Uitloggen"],
    ),
}
# The parts of the header that are seen: how many rows they make, and how high the header is.
ROWS = """() => {
  const parts = [...document.querySelectorAll(".site-header > .wrap > *")]
    .filter((part) => part.checkVisibility()).map((part) => part.getBoundingClientRect());
  const middles = parts.map((box) => box.top + box.height / 2);
  return [Math.max(...middles) - Math.min(...middles) < 12 ? 1 : 2,
    document.querySelector(".site-header").getBoundingClientRect().height];
}"""


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def phone(request, browser, browser_context_args):
    """A page on a phone, with scripts or without."""
    args = browser_context_args | {"java_script_enabled": request.param, "viewport": PHONE}
    context = browser.new_context(**args)
    yield context.new_page()
    context.close()


@pytest.mark.usefixtures("one_factor")
@pytest.mark.parametrize(("make", "wanted", "rest"), READERS.values(), ids=READERS)
def test_the_header_is_one_row_with_the_rest_in_a_menu(
    phone, client, live_server, make, wanted, rest
):
    if make:
        sign_in(phone, client, make())
    header, menu = phone.locator(".site-header"), phone.locator(".site-menu > summary")
    for language, name in zip(("nl", "en"), wanted, strict=True):
        phone.goto("/programmas/")
        menu.press("Enter")
        with phone.expect_navigation():  # until its styles are there
            phone.locator(f".language [value={language}]").press("Enter")
        assert phone.locator(f"html[lang={language}]").count() == 1
        rows, height = phone.evaluate(ROWS)
        assert (rows, height <= 72) == (1, True), height
        assert header.get_by_role("link", name=name, exact=True).is_visible()
        assert_fits(phone)

    phone.locator(".site-menu > summary").press("Enter")
    with phone.expect_navigation():
        phone.locator(".language [value=nl]").press("Enter")
    assert not phone.locator(".site-nav, .language").first.is_visible()
    menu.focus()
    phone.keyboard.press("Enter")
    seen = phone.locator(".site-nav :is(a, button)")
    assert (
        seen.evaluate_all(
            "all => all.filter(one => one.checkVisibility()).map(one => one.textContent.trim())"
        )
        == rest
    )
    phone.keyboard.press("Tab")
    assert phone.evaluate("() => document.activeElement.textContent") == rest[0]
    phone.keyboard.press("Enter")
    phone.wait_for_url("**/programmas/")


def test_the_open_menu_is_accessible(phone_page, client, assert_accessible):
    sign_in(phone_page, client, make_teacher())
    for scheme in ("light", "dark"):
        phone_page.emulate_media(color_scheme=scheme)
        phone_page.goto("/programmas/")
        phone_page.locator(".site-menu > summary").click()
        phone_page.get_by_role("button", name="Uitloggen").wait_for()
        assert_accessible()
        assert_fits(phone_page)


def test_a_wide_screen_shows_no_menu(page, client):
    sign_in(page, client, make_teacher())
    page.goto("/programmas/")
    header = page.locator(".site-header")
    assert header.get_by_role("link", name="Mijn TEC").count() == 1
    assert header.get_by_role("button", name="Uitloggen").is_visible()
    assert header.locator("[value=en]").is_visible()
    assert not header.locator(".site-menu > summary").is_visible()


@pytest.mark.usefixtures("one_factor")
def test_staff_can_read_the_way_to_a_page(phone_page, client):
    page, booking = phone_page, make_booking()
    sign_in(page, client, make_staff())
    page.goto(reverse("admin:bookings_booking_change", args=[booking.pk]))

    crumbs = page.locator("#header-inner h1 > a")
    assert crumbs.count() == 3
    cut = "each => each.some(one => one.scrollWidth > one.clientWidth || !one.clientWidth)"
    assert not crumbs.evaluate_all(cut)
    assert_fits(page)


def test_changing_details_works_with_the_keyboard(phone_page, client, assert_accessible):
    page, teacher = phone_page, make_teacher()
    booking = make_booking(submission=make_submission(user=teacher, school=teacher.school))
    sign_in(page, client, teacher)
    page.goto(reverse("bookings:booking", args=[booking.submission.public_id]))
    page.get_by_role("link", name="Gegevens wijzigen").press("Enter")
    assert_accessible()
    field = page.get_by_label("Naam van de klas")
    field.fill("Groep 7/8 Ümit Çelik-van ’t Hof")
    field.press("Enter")

    page.get_by_text("Je gegevens zijn gewijzigd.").wait_for()
    page.get_by_role("heading", name="Groep 7/8 Ümit Çelik-van ’t Hof").wait_for()
    assert_accessible()
