"""A public page over the wire: at most 60 kB compressed with its styles and scripts.

gzip stands in for what the proxy and whitenoise do; brotli is smaller.
"""

import datetime
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from bootstrap_wrapper import get_bootstrap_css_dir
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from bookings.models import VisitSlot
from kits.models import LessonKit
from programmes.models import Programme
from tests.factories import NOW, amsterdam, make_kit, make_programme, make_slot, make_venue

ROOT = Path(__file__).resolve().parents[2]
BUDGET = 60_000
STORY = "Leerlingen bouwen, meten en ontdekken samen hoe techniek werkt. " * 30


@pytest.fixture
def site(db) -> Programme:
    """A hundred programmes and kits, and one programme that is free every morning and noon."""
    venue = make_venue()
    for number in range(100):
        make_programme(venue=venue, zones=[], story=STORY, summary=f"Nummer {number} " * 9)
        make_kit(venue=venue, story=STORY)
    programme = Programme.objects.earliest("pk")
    for day in range(1, 28):
        for hour in (9, 13):
            make_slot(
                programmes=[programme],
                starts_at=amsterdam(2026, 9, 27, hour) + datetime.timedelta(days=day),
            )
    return programme


PAGES: dict[str, Callable[[Programme], str]] = {
    "home": lambda _programme: reverse("home"),
    "programmes": lambda _programme: reverse("programmes:catalogue"),
    "programme": lambda programme: programme.get_absolute_url(),
    "form": lambda programme: reverse(
        "bookings:book", args=[programme.slug, VisitSlot.objects.earliest("pk").pk]
    ),
    "kits": lambda _programme: reverse("kits:catalogue"),
    "kit": lambda _programme: LessonKit.objects.earliest("pk").get_absolute_url(),
    "sign in": lambda _programme: reverse("submissions:sign_in"),
    "terms": lambda _programme: reverse("terms"),
}


def assets(html: str) -> list[str]:
    """Styles, what they import (it is preloaded), and scripts."""
    links = re.findall(r'<link rel="(?:stylesheet|preload)" href="/static/([^"]+)"', html)
    return links + re.findall(r'<script src="/static/([^"]+)"', html)


@time_machine.travel(NOW, tick=False)
def test_public_pages_weigh_at_most_sixty_kilobytes(site: Programme) -> None:
    weights = {name: weight(address(site)) for name, address in PAGES.items()}
    assert {name: size for name, size in weights.items() if size > BUDGET} == {}


def weight(address: str) -> int:
    """Bytes over the wire of a page with all that it loads."""
    response = Client().get(address)
    assert response.status_code == 200, address
    files = [Path(str(finders.find(path))).read_bytes() for path in assets(response.text)]
    assert len(files) >= 12, address
    return sum(len(gzip.compress(body)) for body in [response.content, *files])


def test_every_style_that_is_imported_is_preloaded() -> None:
    imported = {
        path
        for file in (ROOT / "static/css").glob("*.css")
        for path in re.findall(r'@import url\("\.\./([^"]+)"', file.read_text())
    }
    styles = (ROOT / "templates/_styles.html").read_text()
    preloaded = re.findall(r"""rel="preload" href="{% static '([^']+)'""", styles)
    assert sorted(imported) == preloaded == ["bootstrap/bootstrap-reboot.min.css"]


def test_class_of_bootstrap_that_a_template_uses_is_in_our_styles() -> None:
    """Only its reset comes as it is; css/from-bootstrap.css has what else we use of it."""
    bootstrap = _classes(get_bootstrap_css_dir() / "bootstrap.css")
    ours = set().union(*(_classes(path) for path in (ROOT / "static/css").glob("*.css")))
    assert (_used() & bootstrap) - ours == set()


def _classes(path: Path) -> set[str]:
    text = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", path.read_text(), flags=re.DOTALL)
    return set(re.findall(r"\.([a-z][\w-]*)", text))


def _used() -> set[str]:
    used: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        if path.relative_to(ROOT / "templates").parts[0] in {"mail", "pdf", "admin", "unfold"}:
            continue
        html = re.sub(r"{[{%].*?[%}]}", " ", path.read_text(), flags=re.DOTALL)
        for classes in re.findall(r'class="([^"]*)"', html):
            used |= set(classes.split())
    return used
