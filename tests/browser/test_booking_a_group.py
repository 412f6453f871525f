"""A group that is no class, booked as people do it; axe looks at each page, wide and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Booking, State
from schools.audience import Audience
from schools.models import GroupKind
from tests.browser.steps import SEND, code, fill_contact
from tests.factories import amsterdam, make_programme, make_slot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead"),
]


@pytest.fixture
def offered():
    programme = make_programme(
        title="Techniek met je team",
        slug="techniek-met-je-team",
        audience=Audience.GROUPS,
        max_groups=2,
        max_pupils=40,
        max_pupils_per_class=18,
    )
    make_programme(title="Drones voor groep 7")
    return make_slot(
        programmes=[programme], starts_at=amsterdam(2026, 11, 3, 9), max_groups=2, max_pupils=40
    )


def test_a_company_finds_what_is_for_groups_and_books_it(page, offered, assert_accessible):
    page.goto("/programmas/")
    page.get_by_label("Voor wie").select_option(label="groepen")
    expect(page.get_by_role("status")).to_have_text("1 programma")
    page.get_by_role("link", name="Techniek met je team").click()
    assert_accessible()
    page.get_by_role("link", name=re.compile("^dinsdag 3 november, ochtend")).click()
    assert_accessible()

    page.get_by_role("button", name=SEND).click()
    expect(page.locator("#fouten")).to_contain_text("Kies wat voor groep dit is.")
    assert_accessible()
    page.get_by_label("Naam van de groep").fill("Team Montage")
    page.get_by_label("bedrijf").check()
    page.get_by_label("Deelnemers").fill("12")
    page.get_by_label("Naam van de organisatie").fill("Konnected B.V.")
    page.get_by_label("Plaats").fill("Deventer")
    fill_contact(page)
    page.get_by_role("button", name=SEND).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Vul de code uit onze mail in")
    expect(page.get_by_text("Team Montage: 12 deelnemers")).to_be_visible()
    page.get_by_label("Code").fill(code())
    page.get_by_role("button", name="Bevestigen").click()

    expect(page.get_by_text("Konnected B.V.")).to_be_visible()
    expect(page.get_by_text("12 deelnemers", exact=True)).to_be_visible()
    assert_accessible()
    booking = Booking.objects.get()
    assert (booking.state, booking.group_kind) == (State.CONFIRMED, GroupKind.COMPANY)
    page.get_by_role("link", name="Aantallen wijzigen").click()
    assert_accessible()
    page.get_by_label("Deelnemers").fill("14")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_text("14 deelnemers", exact=True)).to_be_visible()
