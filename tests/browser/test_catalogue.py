"""Choosing a programme and a date in a real browser, with and without scripts."""

import datetime

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from programmes.models import ProgrammeKind, World
from tests.factories import make_component, make_programme, make_slot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def programme(db):
    taster = make_programme(
        kind=ProgrammeKind.TASTER,
        title="Proeverij: zes keer techniek",
        slug="proeverij",
        max_groups=2,
        max_pupils=70,
        bring="Oude kleren",
        arrange="Vervoer",
        is_example=True,
    )
    taster.worlds.set(World.objects.all())
    make_component(programme=taster)
    make_programme(
        title="Drones", slug="drones", requires_taster=True, kind=ProgrammeKind.EXPERIENCE
    )
    today = timezone.localtime().replace(minute=0, second=0, microsecond=0)
    for days, hour in ((30, 9), (31, 13), (60, 9)):
        starts_at = (today + datetime.timedelta(days=days)).replace(hour=hour)
        make_slot(programmes=[taster], starts_at=starts_at, max_groups=2, max_pupils=70)
    return taster


def test_filter_works_at_once_and_can_be_shared(page, programme, assert_accessible):
    page.goto("/programmas/")
    assert_accessible()

    page.get_by_label("Soort").select_option("Experience")

    page.get_by_text("1 programma", exact=True).wait_for()
    assert page.url.endswith("/programmas/?soort=experience")
    page.get_by_role("link", name="Haal weg: Experience").click()
    page.get_by_text("2 programma’s").wait_for()
    assert page.url.endswith("/programmas/")
    page.goto("/programmas/?soort=workshop")
    page.get_by_role("link", name="Toon alle programma’s").wait_for()
    assert_accessible()


def test_month_moves_in_place_and_leads_to_the_form(page, programme, assert_accessible):
    page.goto("/programmas/proeverij/")
    assert_accessible()
    first = page.locator("#month-title").inner_text()

    page.get_by_role("link", name="Later").click()
    page.wait_for_url("**maand=*")
    page.wait_for_function(
        "old => document.querySelector('#month-title').innerText !== old", arg=first
    )
    page.get_by_role("link", name="Eerder").click()
    page.wait_for_function(
        "old => document.querySelector('#month-title').innerText === old", arg=first
    )

    page.locator(".date-link").first.click()
    page.wait_for_url("**/boekingen/nieuw/proeverij/*/")


def test_everything_works_without_scripts(browser, live_server, programme):
    context = browser.new_context(
        base_url=live_server.url, java_script_enabled=False, locale="nl-NL"
    )
    page = context.new_page()
    page.goto("/programmas/")
    page.get_by_label("Soort").select_option("Proeverij")
    page.get_by_role("button", name="Tonen").click()
    assert page.locator(".card").count() == 1
    page.get_by_role("link", name="Proeverij: zes keer techniek").click()
    first = page.locator("#month-title").inner_text()
    page.get_by_role("link", name="Later").click()
    assert page.locator("#month-title").inner_text() != first
    page.get_by_label("Toon de schoolvakanties van regio").select_option("Midden")
    page.get_by_role("button", name="Tonen").click()
    assert "regio=midden" in page.url
    context.close()


def test_filters_say_what_the_list_shows_after_back_and_forward(page, programme):
    page.goto("/programmas/")
    page.get_by_label("Soort").select_option("Experience")
    page.wait_for_url("**/programmas/?soort=experience")
    page.get_by_label("Groep").select_option("7")
    page.wait_for_url("**/programmas/?soort=experience&groep=7")

    for go, kind, group, number in (
        (page.go_back, "experience", "", 1),
        (page.go_back, "", "", 2),
        (page.go_forward, "experience", "", 1),
        (page.go_forward, "experience", "7", 1),
    ):
        go()
        # The page is asked for again, which may take a moment.
        expect(page.locator("#results .card")).to_have_count(number)
        expect(page.locator("[name=soort]")).to_have_value(kind)
        expect(page.locator("[name=groep]")).to_have_value(group)
    # And what is chosen next goes with what is chosen already.
    page.go_back()
    expect(page.get_by_label("Groep")).to_have_value("")
    page.get_by_label("Groep").select_option("8")
    page.wait_for_url("**/programmas/?soort=experience&groep=8")


def test_back_through_a_year_of_months_finds_whole_pages(page, programme):
    page.goto("/programmas/proeverij/")
    for _month in range(12):
        before = page.locator("#month-title").inner_text()
        page.get_by_role("link", name="Later").click()
        page.wait_for_function(
            "old => document.querySelector('#month-title').innerText !== old", arg=before
        )
    months = set()
    for _month in range(12):
        page.go_back()
        page.wait_for_load_state()
        page.locator("header.page-head h1").wait_for()
        months.add(page.locator("#month-title").inner_text())
    assert len(months) == 12
    assert page.url.endswith("/programmas/proeverij/")
