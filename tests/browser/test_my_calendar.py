import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import sign_in
from tests.factories import make_school, make_teacher

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_teacher_renews_her_addresses(page, client, assert_accessible):
    sign_in(page, client, make_teacher(school=make_school()))
    page.goto("/mijn/agenda/")
    mine = page.get_by_role("textbox", name="Mijn bezoeken", exact=True)
    before = mine.input_value()
    assert_accessible()

    page.get_by_role("button", name="Maak nieuwe adressen").click()

    expect(page.get_by_text("Je oude agenda-adressen werken niet meer.")).to_be_visible()
    expect(mine).to_have_value(re.compile(r"/agenda/mijn/\d+/[\w-]{32}\.ics$"))
    assert mine.input_value() != before
    assert page.request.get(before).status == 404
    assert page.request.get(mine.input_value()).status == 200
    assert_accessible()
