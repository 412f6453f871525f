"""Every page of the public site, with all of it: valid HTML in both languages, one heading on top,
and typed text that takes no number beside it along (CASES C12). A new page is walked by itself."""

import itertools
import re
from collections import Counter
from collections.abc import Iterator

import tinyhtml5
from django.apps import apps
from django.db import connection

from core.text.fields import LineColumn
from tests.addresses import ADMIN, Site, every_route
from tests.tec_site.test_bidi import bare

NAME = "ילדי הגן"
FILES = (".pdf", ".ics", ".json", ".csv", ".jpg", "gegevens.html")
NOT_OURS = (ADMIN, "personeel/", "demo/")  # of the back office, and of the libraries that it has


def public_pages(site: Site, language: str) -> Iterator[tuple[str, str]]:
    """(route, html) as its owner, or else anybody, sees it."""
    for route in every_route():
        if route.startswith(NOT_OURS) or route.endswith(FILES):
            continue
        for person in ("owner", "anonymous"):
            client = site.people[person]
            client.cookies["django_language"] = language
            answer = client.get(site.address(route))
            is_page = answer.headers.get("Content-Type", "").startswith("text/html")
            if answer.status_code == 200 and is_page and not answer.streaming:
                yield f"{route} ({person})", answer.text
                break


def faults_of(html: str) -> list[str]:
    parser = tinyhtml5.parser.HTMLParser()
    if not html.lstrip().startswith("<!doctype"):
        html = f"<!doctype html><title>x</title><h1>x</h1>{html}"  # a piece for htmx
    parser.parse(html)
    found = [f"{code} at {place}" for place, code, _more in parser.errors]
    found += re.findall(r"\s(?:hx-[a-z-]+)=", html)
    ids = Counter(re.findall(r'\sid="([^"]*)"', html))
    found += [f"id {one} occurs {number} times" for one, number in ids.items() if number > 1]
    known = {*ids, ""}
    for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        for value in re.findall(rf'\s{name}="([^"]*)"', html):
            found += [f"{name} {one} leads nowhere" for one in value.split() if one not in known]
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", html)]
    if levels.count(1) != 1:
        found.append(f"{levels.count(1)} headings on top")
    found += [
        f"from h{above} to h{below}"
        for above, below in itertools.pairwise(levels)
        if below > above + 1
    ]
    return found


def give_names_from_right_to_left() -> None:
    """Whatever people type in a line: names of people, classes, schools and groups."""
    people = {"schools", "submissions", "bookings", "kits", "roster", "impact"}
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            if isinstance(column, LineColumn) and model._meta.app_label in people:
                table = connection.ops.quote_name(model._meta.db_table)
                name = connection.ops.quote_name(column.column)
                change = f"UPDATE {table} SET {name} = %s || id WHERE {name} <> ''"
                with connection.cursor() as cursor:
                    cursor.execute(change, [NAME])


def test_every_public_page_is_valid_and_isolates_names(site):
    give_names_from_right_to_left()
    wrong = {}
    for language in ("nl", "en"):
        seen = dict(public_pages(site, language))
        assert len(seen) > 60
        assert sum(NAME in html for html in seen.values()) > 20
        for route, html in seen.items():
            found = faults_of(html)
            found += ["a name is not isolated"] * bool(re.search("[\u0590-\u06ff]", bare(html)))
            if found:
                wrong[f"{route} {language}"] = found
    assert wrong == {}
