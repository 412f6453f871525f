"""Words that were agreed on after teachers used the site, where they read them."""

import re

import pytest

from tests.factories import make_kit
from tests.loan_form import address
from tests.tec_site.test_every_page import public_pages, site  # noqa: F401  # a fixture

AGREED = {
    "boekingen/<uuid:public_id>/annuleren/<id:booking_id>/": "Wil je het bezoek van Groep 7 op",
    "programmas/": "eerste vrije datum:",
    "programmas/<slug:slug>/": "Eerste vrije datums",
    "uitleen/<uuid:public_id>/": "Langer lenen",
}
# What staff call a loan is a reservation for teachers; but a figure has one definition, the same
# for whoever reads it.
OF_STAFF = re.compile(r"\buitle(?:en|ning)(?:en)?\b", re.IGNORECASE)
WITH_FIGURES = {"mijn/school/"}


def words_of(html: str) -> str:
    text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", html)
    return " ".join(text.split())


@pytest.fixture
def read(site):  # noqa: F811
    """The words of each public page, by its route."""
    return {name.partition(" (")[0]: words_of(html) for name, html in public_pages(site, "nl")}


def test_teachers_read_the_words_that_were_agreed_on(read, client):
    read["form"] = words_of(client.get(address(make_kit())).text)
    agreed = AGREED | {"form": "Zelf halen en terugbrengen bij de balie"}
    assert {route for route in agreed if agreed[route] not in read[route]} == set()


def test_teachers_read_of_no_loan_where_they_reserved(read):
    found = {name for name, text in read.items() if OF_STAFF.search(text)}
    assert found - WITH_FIGURES == set()
