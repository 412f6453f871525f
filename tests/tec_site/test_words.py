"""Words that were agreed on after teachers used the site, where they read them."""

import re

from tec_site.demo.texts import offer
from tests.factories import make_kit, make_programme
from tests.loan_form import address
from tests.tec_site.test_every_page import public_pages

AGREED = {
    "boekingen/<uuid:public_id>/annuleren/<id:booking_id>/": "Wil je het bezoek van Groep 7 op",
    "programmas/": "eerste vrije datum:",
    "programmas/<slug:slug>/": "Eerste vrije datums",
    "uitleen/<uuid:public_id>/": "Langer lenen",
}
# What staff call a loan is a reservation for teachers; but a figure has one definition, the same
# for whoever reads it.
OF_STAFF = re.compile(r"\buitle(?:en|ning)(?:en)?\b", re.IGNORECASE)
WITH_FIGURES = {"mijn/school/", "open/cijfers/"}


def words_of(html: str) -> str:
    text = re.sub(r"(?s)<(script|style)\b.*?</\1>|<[^>]*>", " ", html)
    return " ".join(text.split())


def test_teachers_read_the_words_that_were_agreed_on_and_of_no_loan(site, client):
    """On every public page."""
    pages = public_pages(site, "nl")
    read = {name.partition(" (")[0]: words_of(html) for name, html in pages}
    found = {name for name, text in read.items() if OF_STAFF.search(text)}
    assert found - WITH_FIGURES == set()

    read["form"] = words_of(client.get(address(make_kit())).text)
    agreed = AGREED | {"form": "Zelf halen en terugbrengen bij de balie"}
    assert {route for route in agreed if agreed[route] not in read[route]} == set()


def test_how_many_can_come_is_said_in_one_way(db, client):
    make_programme(slug="film", min_pupils=1, max_pupils_per_class=35)
    page = words_of(client.get("/programmas/film/").text)
    kit = words_of(client.get(make_kit(max_pupils=28).get_absolute_url()).text)
    assert "Met hoeveel hoogstens 35 leerlingen per klas" in page
    assert ("Met hoeveel hoogstens 28 leerlingen" in kit, "hoogstens 21 dagen" in kit) == (
        True,
        True,
    )
    assert "Wat het kost gratis" in kit
    assert "in de brief staat hoeveel" in offer.PROEVERIJ["arrange"]
