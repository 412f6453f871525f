"""The manual: each chapter is there, its pictures are, and the pages it explains lead to it."""

import re

import pytest
from django.apps import apps
from django.urls import get_resolver, reverse
from PIL import Image

from tec_site.staff import manual
from tec_site.staff.menu import NAVIGATION
from tests.factories import make_staff

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")

MOST_BYTES = 80_000
FILES = sorted(manual.FOLDER.glob("*.md"))


def admin_names():
    found = set()
    for namespace in ("admin", "desk", "figures"):
        names = get_resolver().namespace_dict[namespace][1].reverse_dict.keys()
        found |= {f"{namespace}:{name}" for name in names if isinstance(name, str)}
    return found


def test_every_file_is_a_chapter_and_every_chapter_a_file():
    assert {path.stem for path in FILES} == manual.CHAPTERS.keys()


def test_every_chapter_explains_a_page_that_exists():
    explained = {manual.name_for(name) for name in admin_names()}
    assert explained - {None} == manual.CHAPTERS.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_pictures_and_links_of_a_chapter_exist_and_pictures_are_small(path):
    text = path.read_text()
    pictures = re.findall(r"!\[([^]]+)\]\(beeld/([\w-]+\.webp)\)", text)
    assert text.count("![") == len(pictures)  # each with words for who cannot see it
    for _words, name in pictures:
        file = manual.FOLDER / "beeld" / name
        assert file.stat().st_size <= MOST_BYTES
        with Image.open(file) as picture:
            assert picture.format == "WEBP"
    for link in re.findall(r"(?<!!)\[[^]]+\]\(([^)]+)\)", text):
        assert (manual.FOLDER / link).exists()


def test_no_picture_is_left_over():
    texts = "".join(path.read_text() for path in FILES)
    left = [one.name for one in (manual.FOLDER / "beeld").iterdir() if one.name not in texts]
    assert left == []


@pytest.mark.parametrize("name", manual.CHAPTERS)
def test_chapter_is_a_page_with_its_pictures(desk, name):
    page = desk.get(reverse("admin:manual_chapter", args=[name]))
    title = (manual.FOLDER / f"{name}.md").read_text().splitlines()[0].removeprefix("# ")
    assert page.text.count(f">{title}</h1>") == 1
    for address in re.findall(r'<img src="(/beheer/[^"]+)"', page.text):
        assert desk.get(address)["Content-Type"] == "image/webp"
    for address in re.findall(r'href="(/beheer/handleiding/[^"]+)"', page.text):
        assert desk.get(address).status_code == 200
    assert ".md" not in page.text


def test_table_of_contents_names_every_chapter(desk):
    page = desk.get(reverse("admin:manual"))
    for name in manual.CHAPTERS:
        assert reverse("admin:manual_chapter", args=[name]) in page.text


def test_every_page_of_the_menu_leads_to_its_chapter(desk):
    """But the manual's own; and what tests add."""
    own = [one.label for one in apps.get_app_configs() if one.name.startswith("tests.")]
    of_tests = tuple(f"/beheer/{label}/" for label in own)
    chapters: dict[str, str] = {}
    for group in NAVIGATION:
        for item in group["items"]:
            address = str(item["link"])
            links = re.findall(
                r'class="desk-explained" href="([^"]+)">([^<]+)<', desk.get(address).text
            )
            if address == reverse("admin:manual") or address.startswith(of_tests):
                continue
            [(leads_to, words)] = links
            assert words == "Uitleg"
            chapters[leads_to.partition("#")[0]] = address
    for chapter, address in chapters.items():
        assert desk.get(chapter).status_code == 200, address


@pytest.mark.parametrize(
    ("page", "chapter"),
    [
        ("/beheer/", "maandagochtend"),
        ("/beheer/programmes/closure/sluit/", "dag-sluiten"),
        ("/beheer/schools/school/inlezen/", "scholen-inlezen"),
        ("/beheer/cijfers/stille-scholen/", "stille-scholen"),
        ("/beheer/bookings/booking/export/", "lijsten-meenemen"),
        ("/beheer/balie/", "leskisten"),
        ("/beheer/mfa/authenticator/", "inloggen-en-rollen"),
    ],
)
def test_page_leads_to_the_chapter_about_it(desk, page, chapter):
    address = reverse("admin:manual_chapter", args=[chapter])
    assert f'class="desk-explained" href="{address}"' in desk.get(page).text


def test_what_a_chapter_prints_in_bold_stands_on_a_page_under_that_name():
    """A button that is called otherwise now is called otherwise in the manual."""
    catalogue = (manual.FOLDER.parents[1] / "locale/nl/LC_MESSAGES/django.po").read_text()
    words = re.sub(r'"\n"', "", catalogue)
    said = {bold for path in FILES for bold in re.findall(r"\*\*([^*]+)\*\*", path.read_text())}
    unknown = {bold for bold in said if f'"{bold}"'.lower() not in words.lower()}
    assert unknown == NOT_OURS


# Words of django-import-export, and what a chapter stresses.
NOT_OURS = {"Exporteren", "Verstuur", "haar eigen link", "herstelcodes"}


@pytest.mark.parametrize("name", ["niets", "beeld", "pictures"])
def test_chapter_or_picture_that_is_none_is_not_found(desk, name):
    assert desk.get(f"/beheer/handleiding/{name}/").status_code == 404
    assert desk.get(f"/beheer/handleiding/beeld/{name}.webp").status_code == 404


def test_manual_is_for_staff(client, db):
    assert client.get("/beheer/handleiding/").status_code == 302
    client.force_login(make_staff(is_superuser=False, hubs=[]))
    assert client.get("/beheer/handleiding/maandagochtend/").status_code == 200
