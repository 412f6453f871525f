"""A volunteer on her phone, without JavaScript; and the Monday on which she calls in sick."""

import pytest
from playwright.sync_api import expect

from roster import links
from tests.browser.steps import sign_in
from tests.conftest import PHONE, assert_fits
from tests.factories import amsterdam, make_staff
from tests.roster.rostering import address, fresh, make_person, make_run, make_shift

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead", "one_factor"),
]
NAME = "Ümit Çelik-van ’t Hof"
TITLE = "Techniek ontdekken in de werkplaats van de toekomst, met solderen, zagen en een robot"


@pytest.fixture
def run():
    return make_run(needed=2, title=TITLE)


@pytest.fixture
def person(run):
    return make_person(runs=[run], name=NAME, on=[0, 1])


def test_volunteer_takes_a_shift_drops_another_and_says_when_she_can(
    browser, browser_context_args, page, assert_accessible, run, person
):
    free = make_shift(run, amsterdam(2026, 11, 3, 9))
    hers = make_shift(run, amsterdam(2026, 11, 9, 9), person)
    page.goto(links.page_of(person))
    assert_accessible()
    page.goto(address(person, "days"))
    assert_accessible()
    context = browser.new_context(
        **browser_context_args | {"viewport": PHONE, "java_script_enabled": False}
    )
    plain = context.new_page()
    plain.goto(links.page_of(person))
    plain.get_by_role("button", name="Ik doe het").first.click()
    expect(plain.get_by_role("status")).to_contain_text("Je staat op het rooster. Dank je wel!")
    assert fresh(free).person == person
    plain.get_by_role("button", name="Ik kan toch niet").nth(1).click()
    expect(plain.get_by_role("status")).to_contain_text("Je bent afgemeld")
    assert fresh(hers).is_open

    plain.get_by_role("link", name="Wijzig wanneer je kunt").click()
    plain.get_by_label("vrijdag").check()
    plain.get_by_role("button", name="Bewaar mijn week").click()
    expect(plain.get_by_label("vrijdag")).to_be_checked()
    plain.get_by_label("Eerste dag").fill("2026-11-03")
    plain.get_by_role("button", name="Voeg deze dagen toe").click()
    expect(plain.get_by_role("button", name="03-11-2026")).to_be_visible()
    assert_fits(plain)
    context.close()


def test_she_calls_in_sick_and_the_desk_gives_her_shift_to_another(
    page, client, assert_accessible, run, person
):
    shift, other = make_shift(run, person=person), make_person(runs=[run], name="Bo Kort")
    sign_in(page, client, make_staff(name="Bea Balie"))
    page.goto("/beheer/roster/shift/week/?week=2026-11-03")
    assert_accessible()
    page.get_by_role("link", name=NAME).click()
    assert_accessible()
    page.get_by_role("link", name="Geef aan iemand anders").click()
    assert_accessible()
    page.get_by_label("Wie").select_option("Bo Kort")
    page.get_by_role("button", name="Geef aan iemand").click()
    expect(page.get_by_text("Gegeven; er is een mail onderweg.")).to_be_visible()
    assert fresh(shift).person == other
    page.goto("/beheer/roster/person/uren/")
    assert_accessible()
