"""The first screen of a phone: what one came for is in it."""

import pytest
from django.urls import reverse

from tests.booking_form import address
from tests.browser.steps import sign_in
from tests.conftest import assert_fits
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
    assert other.get_attribute("href") == f"{kit.get_absolute_url()}#lenen"


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


def test_the_header_stays_two_lines_for_who_is_signed_in(phone_page, client):
    page = phone_page
    page.goto("/programmas/")
    before = bottom_of(page, ".site-header")
    sign_in(page, client, make_teacher())

    for language in ("nl", "en"):
        page.goto("/mijn/")
        with page.expect_navigation():  # until its styles are there
            page.locator(f".language [value={language}]").click()
        assert page.locator(f"html[lang={language}]").count() == 1
        assert bottom_of(page, ".site-header") <= before + 1


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
