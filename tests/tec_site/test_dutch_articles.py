"""The back office speaks Dutch: 'het programma', 'de klas'."""

import re

import pytest
from django.contrib import admin
from django.utils import translation
from django.utils.translation import pgettext

from programmes.models import Closure, ProgrammeKind
from tests.factories import make_component, make_programme, make_venue
from tests.tec_site.test_two_editors import page_of, shown

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")

WITH_DE = {
    "aanmelding",
    "baliedag",
    "boeking",
    "evaluatie",
    "financieringsbron",
    "toezegging",
    "tweede stap",
    "verdeling over bronnen",
    "gebeurtenis",
    "gebeurtenis van de wachtlijst",
    "gebeurtenis van de wachtlijst voor leskisten",
    "gebeurtenis van een evaluatie",
    "gebeurtenis van een inzet",
    "gebruiker",
    "gemiste vraag",
    "rol",
    "hub",
    "indicator",
    "inzending",
    "inzet",
    "klas",
    "kosten",
    "leskist",
    "locatie",
    "mail",
    "meegenomen lijst",
    "melding",
    "organisatie",
    "plek op de wachtlijst",
    "plek op de wachtlijst voor een leskist",
    "reparatie",
    "school",
    "schoolvakantie",
    "set kerndoelen",
    "sluiting",
    "taak",
    "uitleen",
    "uitleengebeurtenis",
    "verklaring",
    "waarde",
    "wereld van techniek",
    "zone",
}


def test_every_noun_of_the_back_office_has_its_article():
    """A new model: put its noun into this list, or into that of the catalogue."""
    models = [model for model in admin.site._registry if model.__module__.split(".")[0] != "tests"]
    with translation.override("nl"):
        nouns = {str(model._meta.verbose_name) for model in models}
        neuter = pgettext("nouns of the back office with the second word for 'the'", "-")
    with_het = set(neuter.split(", "))
    assert nouns == WITH_DE | with_het
    assert not WITH_DE & with_het


def told(desk, row, **fields):
    page = page_of(row)
    answer = desk.post(page, shown(desk.get(page)) | fields, follow=True)
    return [str(message) for message in answer.context["messages"]]


def test_programme_is_het_and_zone_is_de(desk):
    programme = make_programme(title="Drones & vr")
    [line] = told(desk, programme, summary="Kort")
    assert line.startswith("Het programma ‘<a href=")
    assert line.endswith("’ is gewijzigd.")
    assert "Drones &amp; vr" in line
    [line] = told(desk, programme.zones.first() or programme.venue, name="Anders")
    assert line.startswith("De ")


def test_what_is_deleted_has_its_article_too(desk):
    closure = Closure.objects.create(
        venue=make_venue(), reason="Bouw", starts_on="2027-07-05", ends_on="2027-07-05"
    )
    answer = desk.post(page_of(closure, "delete"), {"post": "yes"}, follow=True)
    [line] = [str(message) for message in answer.context["messages"]]
    assert line.startswith("De sluiting ‘")
    assert line.endswith("is verwijderd.")


def test_english_has_one_word_for_it(desk):
    programme = make_programme()
    desk.cookies["django_language"] = "en"
    [line] = told(desk, programme, summary="Short")
    assert line.startswith("The programme “")


# --- What has no sense is not shown ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ProgrammeKind)
def test_components_are_where_the_kind_has_them(desk, kind):
    programme = make_programme(kind=kind)
    page = desk.get(page_of(programme)).content.decode()
    assert ("components-TOTAL_FORMS" in page) == (kind == ProgrammeKind.TASTER)


def test_components_that_are_there_stay_whatever_the_kind(desk):
    component = make_component(programme=make_programme(kind=ProgrammeKind.WORKSHOP))
    page = desk.get(page_of(component.programme)).content.decode()
    assert "components-TOTAL_FORMS" in page


def test_a_harmless_no_is_no_red_cross(desk):
    make_programme(needs_approval=False)
    page = desk.get("/beheer/programmes/programme/").content.decode()
    [cell] = re.findall(r'<td class="field-approval.*?</td>', page, re.DOTALL)
    assert ("check_indeterminate_small" in cell, "red" in cell) == (True, False)
