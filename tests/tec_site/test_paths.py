"""What README, docs, docstrings and comments name is there: files, and what is in them."""

import ast
import io
import re
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *("core", "schools", "programmes", "submissions", "bookings", "kits", "roster", "impact"),
    "tec_site",
)
FOLDERS = (*APPS, "tests", "benchmarks")
# Where a file can be meant to stand: `mail/base.html` is a template, `css/desk.css` is static.
HOMES = ("", "templates/", "static/")
ENDINGS = r"(?:py|md|html|txt|css|js|svg|po|toml)"
# Of <name>, {name} and *, nobody knows which file is meant.
FILE = re.compile(rf"(?<![\w/.<>{{}}*@:-])((?:[\w.-]+/)*[\w-]+\.{ENDINGS})(?![\w/<{{*-])")
# `boxes.lock_free`, `bookings.lifecycle.hold(…)`, `Booking.change_places`.
NAME = re.compile(r"`([A-Za-z_]\w*(?:\.\w+)+)[`(:]")
FILES_OF_OTHERS = {"bootstrap.min.css"}
# What stands before the first dot of names that are somebody else's.
OTHERS = {
    *("AppConfig", "admin", "component", "django", "frozen", "page", "request", "row", "settings"),
    *("task", "transaction"),
}


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for module in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in module.parts:
                yield module


@pytest.fixture(scope="module")
def prose() -> list[tuple[str, str]]:
    """(where, text) of all that is written for people to read."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [
        *((str(page.relative_to(ROOT)), page.read_text("utf-8")) for page in pages),
        *((str(one.relative_to(ROOT)), words_of(one.read_text("utf-8"))) for one in modules()),
    ]


def words_of(source: str) -> str:
    """The docstrings and comments of a module."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = [
        ast.get_docstring(node) or ""
        for node in ast.walk(ast.parse(source))
        if isinstance(node, documented)
    ]
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    return "\n".join(docstrings + comments)


@pytest.fixture(scope="module")
def file_names() -> set[str]:
    folders = (*FOLDERS, "templates", "static", "docs", "locale")
    files = [file.name for folder in folders for file in (ROOT / folder).rglob("*.*")]
    return {*files, *(file.name for file in ROOT.glob("*.*"))}


@pytest.fixture(scope="module")
def sources() -> dict[str, list[str]]:
    """The text of our modules, by the last part of their names."""
    found = defaultdict(list)
    for module in modules():
        name = module.parent.name if module.stem == "__init__" else module.stem
        found[name].append(module.read_text("utf-8"))
    return found


def test_every_file_that_is_named_exists(file_names, prose):
    def is_there(named: str) -> bool:
        if "/" in named:
            return any((ROOT / home / named).is_file() for home in HOMES)
        return named in file_names | FILES_OF_OTHERS

    missing = {
        f"{where} names {named}"
        for where, text in prose
        for named in FILE.findall(text)
        if not is_there(named)
    }
    assert not missing, "\n" + "\n".join(sorted(missing))


def test_every_module_and_function_that_is_named_exists(sources, prose):
    everything = "\n".join(text for texts in sources.values() for text in texts)

    def is_there(name: str) -> bool:
        first, *_between, last = parts = name.split(".")
        if first in OTHERS or name in FILES_OF_OTHERS or FILE.fullmatch(name):
            return True
        if first[0].isupper():  # a class; what it has, its name says
            return f"class {first}" in everything
        if first in APPS and (ROOT.joinpath(*parts).with_suffix(".py")).is_file():
            return True
        # Or handed on by a package.
        defined = re.compile(rf'^(?:def |class |)_?{last}\b|^    "{last}",$', re.MULTILINE)
        return any(defined.search(text) for text in sources.get(parts[-2], []))

    missing = {
        f"{where} names {name}"
        for where, text in prose
        for name in NAME.findall(text)
        if not is_there(name)
    }
    assert not missing, "\n" + "\n".join(sorted(missing))


def test_each_change_of_the_readme_opens_a_file_that_exists():
    part = (ROOT / "README.md").read_text("utf-8").partition("\n## To change")[2]
    lines = part.partition("\n## ")[0].splitlines()
    rows = [line for line in lines if line.startswith("| ") and "| To change" not in line]

    assert len(rows) >= 60
    for row in rows:
        named = re.findall(r"`([\w./-]+/[\w./-]*)`", row)
        assert named, row
        assert [path for path in named if not (ROOT / path).exists()] == [], row


@pytest.mark.parametrize("of", ["a booking", "a loan"])
def test_tour_tells_a_life_in_twelve_lines_each_with_its_file(of):
    tour = (ROOT / "docs" / "tour.md").read_text("utf-8")
    lines = re.findall(
        r"^\d+\. .+$", tour.partition(f"## The life of {of}\n")[2].partition("##")[0], re.M
    )

    assert len(lines) == 12
    assert [line for line in lines if not FILE.findall(line)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see `core/lifecycle.py`, then", ["core/lifecycle.py"]),
        ("(`kits/handling.py`).", ["kits/handling.py"]),
        ("templates/mail/<name>.{subject.txt,txt,html}", []),
        ("https://example.nl/a/b.html", []),
        ("in rate_limits.py: of all", ["rate_limits.py"]),
    ],
)
def test_files_are_found_in_prose(text, found):
    assert FILE.findall(text) == found
