"""Choosing a school in a real browser: with and without scripts, by keyboard alone."""

import re

import pytest

from schools.models import School
from tests.factories import make_school

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def proef(settings, live_server):
    settings.ROOT_URLCONF = "tests.browser.school_form_site"
    for number in range(3):
        make_school(name=f"OBS De Ster {number}", city="Raalte")
    return make_school(
        name="Openbare Basisschool De Hagenpoort",
        street="Landsherenlaan",
        house_number="3",
        postcode="7415 CD",
    )


@pytest.fixture
def plain_page(browser, browser_context_args):
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    yield page
    context.close()


def test_school_is_chosen_by_keyboard_from_a_list_that_appears_while_typing(
    page, proef, assert_accessible
):
    page.goto("/proef/")
    page.get_by_label("Contactpersoon").fill("Juf Anouk")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "school_q"

    page.keyboard.type("hagenpoort dev")
    page.get_by_label("Openbare Basisschool De Hagenpoort").wait_for()
    assert page.get_by_role("status").filter(has_text="1 school").count() == 1
    assert_accessible()

    page.keyboard.press("Tab")  # the search button
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.get_by_label("Openbare Basisschool De Hagenpoort").is_checked()

    # Searching on does not lose the choice, and Enter in another field sends the form.
    page.get_by_role("searchbox").fill("ster")
    page.get_by_label("OBS De Ster 2").wait_for()
    assert page.get_by_label("Openbare Basisschool De Hagenpoort").is_checked()
    page.get_by_label("Contactpersoon").press("Enter")
    assert page.locator("#chosen").inner_text() == str(proef)


def test_school_is_found_and_chosen_without_scripts(plain_page, proef):
    page = plain_page
    page.goto("/proef/")
    page.get_by_label("Contactpersoon").fill("Juf Anouk")
    page.get_by_role("searchbox").fill("de hagenpoort")
    page.get_by_role("button", name=re.compile("Zoek")).click()

    assert page.get_by_label("Contactpersoon").input_value() == "Juf Anouk"
    assert page.get_by_role("searchbox").input_value() == "de hagenpoort"
    page.get_by_label("Openbare Basisschool De Hagenpoort").check()
    page.get_by_role("button", name="Verder").click()
    assert page.locator("#chosen").inner_text() == str(proef)


def test_school_that_is_not_listed_is_typed_without_scripts(plain_page):
    page = plain_page
    page.goto("/proef/")
    page.get_by_label("Contactpersoon").fill("Juf Anouk")
    page.locator("summary", has_text="niet bij").click()
    page.get_by_label("Naam van de school").fill("De Droom")
    page.get_by_role("button", name="Verder").click()
    assert page.get_by_label("Naam van de school").input_value() == "De Droom"
    page.get_by_label("Plaats van de school").fill("Epe")
    page.get_by_role("button", name="Verder").click()

    assert "De Droom" in page.locator("#chosen").inner_text()
    assert School.objects.count() == 4


def test_school_field_in_error_is_accessible(page, assert_accessible):
    page.goto("/proef/")
    page.get_by_label("Contactpersoon").fill("Juf Anouk")
    page.get_by_role("button", name="Verder").click()
    assert page.locator("fieldset .invalid-feedback").inner_text() == (
        "Zoek je school op en kies hem."
    )
    assert page.locator("fieldset .invalid-feedback").is_visible()
    assert_accessible()


def test_search_page_is_accessible(page, assert_accessible):
    page.goto("/scholen/zoeken/?q=ster")
    assert page.get_by_role("listitem").filter(has_text="OBS De Ster").count() == 3
    assert_accessible()


def fill_in(page):
    page.goto("/proef/")
    page.get_by_label("Contactpersoon").fill("Juf Anouk")
    page.get_by_role("searchbox").fill("hagenpoort")
    page.get_by_label("Openbare Basisschool De Hagenpoort").check()


def assert_all_is_there(page, proef):
    assert page.get_by_role("searchbox").input_value() == "hagenpoort"
    choice = page.get_by_label("Openbare Basisschool De Hagenpoort")
    choice.wait_for()
    assert choice.is_checked()
    page.get_by_label("Contactpersoon").fill("Juf Anouk")
    page.get_by_role("button", name="Verder").click()
    assert page.locator("#chosen").inner_text() == str(proef)


def test_school_survives_the_back_button(page, proef):
    fill_in(page)
    page.get_by_role("link", name=re.compile("Leskisten")).first.click()
    page.go_back()
    assert page.get_by_label("Contactpersoon").input_value() == "Juf Anouk"
    assert_all_is_there(page, proef)


def test_school_survives_a_form_that_was_sent(page, proef):
    fill_in(page)
    page.get_by_role("button", name="Verder").click()
    page.locator("#chosen").wait_for()
    page.go_back()
    assert_all_is_there(page, proef)


def test_school_survives_a_reload(page, proef):
    fill_in(page)
    page.reload()
    assert_all_is_there(page, proef)


def test_school_survives_a_refused_token(page, proef):
    fill_in(page)
    page.evaluate(
        "document.querySelector('.school-choice').closest('form').csrfmiddlewaretoken.value = 'oud'"
    )
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("heading", name="Verstuur het formulier nog een keer").wait_for()
    page.go_back()
    assert_all_is_there(page, proef)


def test_typed_school_survives_the_back_button(page):
    page.goto("/proef/")
    page.locator("summary", has_text="niet bij").click()
    page.get_by_label("Naam van de school").fill("De Droom")
    page.get_by_label("Plaats van de school").fill("Epe")
    page.get_by_role("link", name=re.compile("Leskisten")).first.click()
    page.go_back()
    assert page.get_by_label("Naam van de school").input_value() == "De Droom"
    assert page.get_by_label("Plaats van de school").input_value() == "Epe"


def test_school_survives_another_form_at_the_same_address(page, proef):
    """Of a kit the days stand behind the question mark: she looks at others, and comes back."""
    fill_in(page)
    page.evaluate("location.href = '/proef/?van=2026-11-02'")
    page.wait_for_url("**/proef/?van=2026-11-02")
    assert page.get_by_role("searchbox").input_value() == ""
    page.get_by_role("searchbox").fill("ster")
    page.get_by_label("OBS De Ster 2").check()
    page.go_back()
    assert_all_is_there(page, proef)


def test_new_visit_of_the_form_is_empty(page):
    fill_in(page)
    page.goto("/proef/")
    assert page.get_by_role("searchbox").input_value() == ""
    assert page.get_by_label("Openbare Basisschool De Hagenpoort").count() == 0
