"""Dutch and English are complete: nothing missing, empty, guessed or with lost placeholders."""

import itertools
import re
import shutil
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.core.management import call_command

from tec_site import borrowed_words

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    *("core", "schools", "programmes", "submissions", "bookings", "kits", "roster", "impact"),
    *("tec_site", "templates"),
)
LANGUAGES = ("nl", "en")
# Written small by Django.
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[sdifr]|\{\w*\}")


def read(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@pytest.fixture(params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    return read(ROOT / f"locale/{request.param}/LC_MESSAGES/django.po", request.param)


def entries(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def test_catalogue_has_no_empty_or_fuzzy_entry(catalogue: Catalog) -> None:
    unfinished = [
        message.id
        for message in entries(catalogue)
        if message.fuzzy or not all(forms(message.string))
    ]
    assert unfinished == []


def dutch() -> list[tuple[str, str]]:
    """Each English text with its Dutch."""
    catalogue = read(ROOT / "locale/nl/LC_MESSAGES/django.po", "nl")
    return [
        pair
        for message in entries(catalogue)
        for pair in itertools.product(forms(message.id), forms(message.string))
    ]


def test_last_day_of_a_term_is_in_it_in_english_too() -> None:
    """'tot en met vrijdag' is 'up to and including Friday': 'until' leaves that day open."""
    until = re.compile(r"\buntil (%\(\w+\)s|and including)", re.IGNORECASE)
    assert [one for one, other in dutch() if "tot en met %" in other and until.search(one)] == []


def test_dutch_has_one_word_for_the_most_and_one_apostrophe() -> None:
    other = re.compile(r"\b(hooguit|maximaal|ten hoogste)\b|(?<=\w)'(?=\w)|^'s\b", re.IGNORECASE)
    assert [text for _english, text in dutch() if other.search(text)] == []


def test_dutch_has_one_word_for_the_round_that_brings_boxes() -> None:
    other = re.compile(r"(transport|bezorg)ronde|transportrit", re.IGNORECASE)
    assert [text for _english, text in dutch() if other.search(text)] == []


def test_dutch_has_one_word_for_going_along_the_components() -> None:
    """A 'rondgang', on staff's paper as in the letter that teachers read."""
    other = re.compile(r"\b(rotatie|rotere|roule|roulatie)", re.IGNORECASE)
    assert [text for _english, text in dutch() if other.search(text)] == []
    rounds = [text for english, text in dutch() if re.match("Rotation|Letter, with", english)]
    assert [text for text in rounds if "rondgang" not in text.lower()] == []


def test_dutch_has_one_word_for_what_was_changed() -> None:
    """Of a visit, a kit and a form alike; 'er verandert niets' is of what happens by itself."""
    other = re.compile(r"\bveranderd\b|verander je", re.IGNORECASE)
    assert [text for _english, text in dutch() if other.search(text)] == []


def test_no_text_writes_out_how_large_a_file_may_be(catalogue: Catalog) -> None:
    """`core.uploads.at_most` says it of the constant that is held against the file."""
    texts = [
        text
        for message in entries(catalogue)
        for text in [*forms(message.id), *forms(message.string)]
    ]
    assert [text for text in texts if re.search(r"\d MB\b", text)] == []


def test_translation_has_the_placeholders_of_its_source(catalogue: Catalog) -> None:
    """One form of a plural may leave out the number ('one class'), none may add a name."""
    wrong = []
    for message in entries(catalogue):
        allowed = {frozenset(PLACEHOLDER.findall(source)) for source in forms(message.id)}
        for text in forms(message.string):
            if frozenset(PLACEHOLDER.findall(text)) not in allowed:
                wrong.append((message.id, text))
    assert wrong == []


def test_apostrophes_are_apostrophes(catalogue: Catalog) -> None:
    """In our own words; those of libraries are found by what they say themselves."""
    texts = [text for message in entries(catalogue) for text in forms(message.string)]
    straight = [text for text in texts if re.search(r"[^\W\d]'[^\W\d]", text)]
    assert set(straight) <= set(borrowed_words.DJANGO_UNFOLD)


def test_english_says_what_the_message_id_says() -> None:
    """But for months, and what Django's own back office would say in its words."""
    catalogue = read(ROOT / "locale/en/LC_MESSAGES/django.po", "en")
    other = {m.id: m.string for m in entries(catalogue) if forms(m.id) != forms(m.string)}
    ours = {text: words for text, words in other.items() if text in borrowed_words.DJANGO_ADMIN}
    assert other == {month.lower(): month for month in MONTHS} | ours


@pytest.fixture(scope="module")
def extracted(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str | None]]:
    """What the sources contain today, collected from a copy of them."""
    if not shutil.which("xgettext"):
        pytest.skip("no gettext found: whether every text is in the catalogues is not known")
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).exists():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("*.pyc"))
    (folder / "locale").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("django.conf.settings.LOCALE_PATHS", [folder / "locale"])
        call_command("makemessages", locale=["en"], verbosity=0)
    return keys(read(folder / "locale/en/LC_MESSAGES/django.po", "en"))


def keys(catalogue: Catalog) -> set[tuple[str, str | None]]:
    return {(forms(message.id)[0], message.context) for message in entries(catalogue)}


def test_every_text_of_the_sources_is_in_the_catalogue(
    catalogue: Catalog, extracted: set[tuple[str, str | None]]
) -> None:
    assert extracted - keys(catalogue) == set(), "run: make messages"
