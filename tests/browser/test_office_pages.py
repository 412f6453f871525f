"""The newer pages of the back office, as axe sees them: wide, and on a phone."""

import datetime

import pytest
from playwright.sync_api import expect

from core import worker
from tests.browser.steps import sign_in
from tests.factories import make_kit, make_programme, make_school, make_staff
from tests.impact.counted import came, make_contact
from tests.schools.duo_files import csv_text, sites

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead", "one_factor"),
]


@pytest.fixture
def desk(page, client):
    sign_in(page, client, make_staff(name="Bea Balie"))
    worker.beat()
    return page


def test_schools_are_read_in_with_the_mouse(desk, assert_accessible):
    desk.goto("/beheer/schools/school/inlezen/")
    assert_accessible()
    rows = csv_text(sites(3)).encode("cp1252")
    file = {"name": "vestigingen.csv", "mimeType": "text/csv", "buffer": rows}
    desk.locator("[name=files]").set_input_files(files=[file])
    desk.get_by_role("button", name="Laat zien wat er verandert").click()
    desk.get_by_text("3 nieuw").wait_for()
    assert_accessible()
    desk.get_by_role("button", name="Dit inlezen").click()
    desk.get_by_text("Bezig: 0 van 1").wait_for()
    worker.Worker().run_once()
    desk.get_by_text("Gedaan: alle 1").wait_for()  # the page looks again by itself
    assert_accessible()


def test_quiet_school_is_noted_and_leaves_the_list(desk, assert_accessible):
    came(2025, 11, 3, school=make_school(name="De Ark", municipality="Deventer"))
    quiet = make_school(name="De Stille", municipality="Deventer")
    make_contact(school=quiet, day=datetime.date(2025, 12, 1))
    desk.goto("/beheer/cijfers/stille-scholen/?open=1")
    assert_accessible()
    desk.get_by_role("link", name="Iets noteren over De Stille").click()
    assert_accessible()
    desk.get_by_role("textbox", name="Notitie").fill("Belt in maart terug.")
    desk.get_by_role("button", name="Noteren", exact=True).click()
    desk.get_by_text("Genoteerd: De Stille").wait_for()
    assert desk.get_by_role("rowheader", name="De Stille").count() == 0


@pytest.mark.parametrize("name", ["maandagochtend", "inloggen-en-rollen"])
def test_page_leads_to_its_chapter_and_its_pictures_show(desk, assert_accessible, name):
    desk.goto("/beheer/" if name == "maandagochtend" else "/beheer/schools/user/")
    desk.get_by_role("link", name="Uitleg", exact=True).click()
    desk.wait_for_url(f"**/handleiding/{name}/")
    picture = desk.locator(".desk-manual img").first
    picture.scroll_into_view_if_needed()
    desk.wait_for_function("() => document.querySelector('.desk-manual img').naturalWidth > 600")
    assert_accessible()


@pytest.mark.parametrize("way", ["back", "reload"])
def test_what_was_looked_up_survives_back_and_a_reload(desk, way):
    """The one and the several that select2 fetched are not in the page that the browser keeps."""
    make_programme(title="Film")
    copy = make_kit().copies.get()

    def choose(address, words):
        desk.goto(address)
        desk.locator(".select2-container .select2-selection").first.click()
        desk.keyboard.type(words)
        desk.locator(".select2-results__option--highlighted", has_text=words).wait_for()
        desk.keyboard.press("Enter")
        desk.locator(".select2-selection", has_text=words).first.wait_for()

    def away_and_back():
        if way == "reload":
            desk.reload()
        else:
            desk.goto("/beheer/")
            desk.go_back()

    choose("/beheer/bookings/visitslot/add/", "Film")
    away_and_back()
    desk.locator(".select2-selection", has_text="Film").first.wait_for()
    choose("/beheer/kits/repair/add/", copy.code)
    away_and_back()
    desk.locator(".select2-selection", has_text=copy.code).first.wait_for()
    assert desk.locator("[name=copy]").input_value() == str(copy.pk)


@pytest.mark.parametrize("way", ["back", "reload", "back from an error"])
def test_rows_that_were_added_survive_back_and_a_reload(desk, way):
    """As long as they are not saved: then Back shows them once, each in its own place."""
    kit = make_kit()
    address = f"/beheer/kits/lessonkit/{kit.pk}/change/"
    last = desk.locator("[name^=contents-][name$=-name]:not([name*=__])").last
    save = desk.locator("[name=_continue]").first

    desk.goto(address)
    desk.locator("#contents-group .add-row").click()
    last.fill("Lijmpistool")
    desk.locator("[name=contents-2-quantity]").fill("0" if way == "back from an error" else "7")
    desk.locator("[name=contents-2-is_consumable]").check()
    if way == "reload":
        desk.reload()
    elif way == "back":
        desk.goto("/beheer/")
        desk.go_back()
    else:
        desk.locator("[name=title]").fill("")
        desk.locator("#lessonkit_form").evaluate("form => { form.noValidate = true }")
        save.click()
        desk.locator(".errorlist").first.wait_for()
        desk.go_back()
        desk.locator("[name=title]").fill("Robots")
    expect(last).to_have_value("Lijmpistool")
    expect(desk.locator("[name=contents-2-is_consumable]")).to_be_checked()

    desk.locator("[name=contents-2-quantity]").fill("7")
    desk.locator("[name=contents-2-position]").fill("0")
    save.click()
    desk.locator("[name=contents-2-id][value]:not([value=''])").wait_for(state="attached")
    assert kit.contents.get(name="Lijmpistool").quantity == 7
    desk.go_back()
    desk.wait_for_function("() => document.readyState === 'complete'")
    assert [one.input_value() for one in desk.locator("[name^=contents-][name$=-name]").all()] == [
        *(item.name for item in kit.contents.order_by("position", "pk")),
        "",
    ]
