"""English pages: English where staff wrote it, and whatever is Dutch is marked as Dutch."""

import datetime
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.forms import BaseForm, Field, ModelChoiceField
from django.test import Client
from django.urls import get_resolver
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise

from kits.models import ContentItem, LessonKit
from programmes.models import (
    Closure,
    Component,
    CoreObjective,
    Hub,
    Programme,
    Venue,
    World,
    Zone,
)
from schools.models import SchoolHoliday
from tec_site import demo
from tests.factories import amsterdam, make_programme, make_zone

pytestmark = pytest.mark.django_db
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
# What staff write, and where a page may show it.
DUTCH: dict[Any, tuple[str, ...]] = {
    Programme: (
        *("title", "summary", "story", "learning", "bring", "arrange", "price_note"),
        "picture_alt",
    ),
    LessonKit: ("title", "summary", "story", "charge_note", "picture_alt"),
    Component: ("name", "description"),
    ContentItem: ("name",),
    Zone: ("name", "description"),
    World: ("name",),
    CoreObjective: ("label", "text"),
    Closure: ("reason",),
    SchoolHoliday: ("name",),
    Hub: ("desk_hours",),
    Venue: ("directions",),
}


class Texts(HTMLParser):
    """The texts of a page, each with the language in which it is read out."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.langs: list[str] = [""]
        self.found: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        lang = given.get("lang") or self.langs[-1]
        self.found += [(lang, given.get(name) or "") for name in ("alt", "title", "aria-label")]
        if tag not in VOID:
            self.langs.append(lang)

    def handle_endtag(self, tag: str) -> None:
        self.langs.pop()

    def handle_data(self, data: str) -> None:
        self.found.append((self.langs[-1], " ".join(data.split())))

    def in_english(self) -> str:
        return "\n".join(text for lang, text in self.found if lang == "en")


@pytest.fixture
def english() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def dutch_texts() -> set[str]:
    texts = {
        " ".join(line.split())
        for model, fields in DUTCH.items()
        for row in model.objects.values_list(*fields)
        for text in row
        for line in (text or "").splitlines()
    }
    names = {"", "Robot", "Tiny House", "Boslab", "Data"}  # the same in both
    return texts - names


def public_pages() -> Iterator[str]:
    yield from ("/", "/programmas/", "/leskisten/", "/inloggen/", "/privacy/")
    yield from ("/toegankelijkheid/", "/voorwaarden/", "/programmas/?wereld=hi-tech-science")
    for offer in (*Programme.objects.published(), *LessonKit.objects.published()):
        yield f"{offer.get_absolute_url()}?maand=2026-12&regio=noord"


def test_no_dutch_stands_outside_an_element_that_says_so(english, time_machine):
    time_machine.move_to(amsterdam(2026, 9, 15, 10), tick=False)
    shown = (demo.offer, demo.season, demo.kits, demo.around)
    for part in (demo.people, demo.schools, *shown, demo.second_hub):
        part.load()
    Closure.objects.create(
        venue=Venue.objects.get(slug="tec-deventer"),
        starts_on="2026-12-07",
        ends_on="2026-12-08",
        reason="Studiedag van het team",
    )
    Programme.objects.filter(slug="drones-en-vr").update(title_en="", story_en="", summary_en="")
    dutch, pages = dutch_texts(), list(public_pages())
    assert len(dutch) > 150
    assert len(pages) > 20

    for address in pages:
        page = english.get(address).text
        assert '<html lang="en">' in page
        said = Texts(page.replace("<title>", '<title lang="nl">')).in_english()
        assert [text for text in dutch if re.search(rf"\b{re.escape(text)}\b", said)] == [], address


def test_page_without_english_says_that_it_is_dutch(english):
    make_programme(slug="film", title="Een film", summary="Van klei.", summary_en="Of clay.")
    page = english.get("/programmas/film/").text

    assert '<h1 lang="nl">Een film</h1>' in page
    assert '<p class="lead" lang="en">Of clay.</p>' in page


def test_home_tells_of_the_zones_in_english_and_keeps_their_names(english):
    words = {"description": "Met echt gereedschap.", "description_en": "With real tools."}
    make_zone(name="Harde techniek", artwork="hard", **words)
    page = english.get("/").text
    assert '<h3 lang="nl">Harde techniek</h3>' in page
    assert '<p lang="en">With real tools.</p>' in page
    assert "Met echt gereedschap." not in page


def test_dutch_page_has_the_dutch(client):
    make_programme(slug="film", title="Een film", title_en="A film")
    assert '<h1 lang="nl">Een film</h1>' in client.get("/programmas/film/").text


@pytest.mark.parametrize(("language", "day"), [("en", "Mon 9 Mar"), ("nl", "ma 9 mrt")])
def test_months_have_a_capital_in_english_only(language, day):
    with translation.override(language):
        assert date_format(datetime.date(2026, 3, 9), "D j b") == day


def test_search_of_staff_finds_the_english_too(desk, one_factor):
    programme = make_programme(title="Een film", title_en="Stop motion", summary_en="Of clay")
    make_programme(title="Iets anders")
    for words in ("stop motion", "OF CLAY"):
        page = desk.get("/beheer/programmes/programme/", {"q": words})
        assert [row.pk for row in page.context["cl"].result_list] == [programme.pk]


def kinds_of(form: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for kind in form.__subclasses__():
        yield kind
        yield from kinds_of(kind)


def words_of(field: Field) -> Iterator[Any]:
    yield from (field.label, field.help_text, *field.error_messages.values())
    if not isinstance(field, ModelChoiceField):
        yield from (label for _value, label in getattr(field, "choices", ()))


def test_no_form_says_its_words_in_the_language_in_which_it_was_loaded():
    """'Een beetje' on an English page: a text is looked up when it is read. Levels of secondary
    schools are called the same in both languages."""
    assert get_resolver().url_patterns  # every form is loaded
    fields = {
        (form.__module__, name): field
        for form in kinds_of(BaseForm)
        if not form.__module__.startswith(("allauth.", "django.", "tests.", "unfold."))
        for name, field in getattr(form, "base_fields", {}).items()
        if name != "level"
    }
    assert len(fields) > 100
    words = {key: [one for one in words_of(field) if one] for key, field in fields.items()}
    fixed = {
        key: [one for one in some if not isinstance(one, Promise)] for key, some in words.items()
    }
    assert {key: some for key, some in fixed.items() if some} == {}
