"""The plan of the house, held against every module and template (docs/tour.md draws it).

Imports point one way, between the apps and inside each of them, and never in a circle. Every
import counts: also those inside functions, and those for types only. Where today's code breaks
a rule it is named in `FAULTS`; that list only shrinks.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ORDER = [
    *("core", "schools", "programmes", "submissions", "bookings", "kits", "roster", "impact"),
    "tec_site",  # the roof
]
# Inside an app: models ← refusals, rules ← lifecycle ← telling ← forms ← pages, admin, desk.
# Modules with another name have no place of their own; what they import counts for their users.
LINE = {
    "models": 0,
    "refusals": 1,
    "rules": 1,
    "lifecycle": 2,
    "handling": 2,
    "telling": 3,
    "forms": 4,
    "pages": 5,
    "admin": 5,
    "desk": 5,
    "urls": 6,
    "kind": 7,
    "apps": 8,
}
MOST_LINES, MOST_MODULES = 400, 16
# What `kits` may know of its neighbour: the visit that a loan goes with.
VISITS = {"bookings", "bookings.models"}

FAULTS: dict[str, set[str]] = {
    "circles": set(),
    "templates": set(),
    "neighbour": set(),
    "size": set(),
}


def read_modules(root: Path) -> dict[str, Path]:
    return {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for app in ORDER
        for path in sorted((root / app).rglob("*.py"))
        if "migrations" not in path.parts
    }


def read_imports(root: Path) -> dict[str, set[str]]:
    """Module → the project's modules that it imports, of every module under `root`."""
    files = read_modules(root)
    return {name: _imports(name, path, files) for name, path in files.items()}


def _imports(module: str, path: Path, files: dict[str, Path]) -> set[str]:
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*above, source] if source else above)
            submodules = {f"{source}.{alias.name}" for alias in node.names} & files.keys()
            # 'from kits.pages import loan' is about the module, not about its package.
            names |= submodules or {source}
    return names & files.keys() - {module}


def app_of(module: str) -> str:
    return module.split(".")[0]


def against_the_order(graph: dict[str, set[str]]) -> set[str]:
    """Imports of a later app."""
    return {
        f"{module} → {name}"
        for module, imported in graph.items()
        for name in imported
        if ORDER.index(app_of(name)) > ORDER.index(app_of(module))
    }


def reach(module: str, graph: dict[str, set[str]], through=lambda name: True) -> dict[str, str]:
    """Every module that importing `module` leads to → how it gets there."""
    ways = {module: module}
    waiting = [module]
    while waiting:
        here = waiting.pop()
        for name in sorted(graph[here] - ways.keys()):
            ways[name] = f"{ways[here]} → {name}"
            if through(name):
                waiting.append(name)
    del ways[module]
    return ways


def place(module: str) -> int | None:
    """By the outermost part of its name that is in `LINE`: of `kits.desk.forms` that is the desk,
    of `kits.waiting.kind` the kind."""
    return next((LINE[part] for part in module.split(".")[1:] if part in LINE), None)


def against_the_line(graph: dict[str, set[str]]) -> set[str]:
    """Ways by which a module gets to one of its own app that comes after it."""
    found = set()
    for module in graph:
        own = place(module)
        if own is not None and app_of(module) != "tec_site":
            # Not through modules that have a place: theirs are found on their own account.
            ways = reach(module, graph, through=lambda name: place(name) is None)
            found |= {
                way
                for name, way in ways.items()
                if app_of(name) == app_of(module) and (place(name) or 0) > own
            }
    return found


def circles(graph: dict[str, set[str]]) -> set[str]:
    """Pairs of modules that import each other, directly or by others: 'a ⇄ b'."""
    reached = {module: reach(module, graph).keys() for module in graph}
    return {
        f"{module} ⇄ {name}"
        for module in graph
        for name in reached[module]
        if module < name
        and module in reached[name]
        # A package gathers what is in it.
        and not name.startswith(f"{module}.")
    }


def tags_of_later_apps(root: Path) -> set[str]:
    """Templates that load tags, or include a template, of an app that comes after theirs."""
    libraries = {
        path.stem: app for app in ORDER for path in (root / app / "templatetags").glob("*.py")
    }
    found = set()
    for path in (root / "templates").rglob("*.html"):
        own, name = path.relative_to(root / "templates").parts[0], path.relative_to(root)
        if own not in ORDER:
            continue
        text = path.read_text()
        loaded = {word for tag in re.findall(r"{% load ([^%]*)%}", text) for word in tag.split()}
        used = {libraries[one] for one in loaded & libraries.keys()}
        used |= set(re.findall(r"{% (?:include|extends) \"(\w+)/", text)) & set(ORDER)
        found |= {f"{name} → {app}" for app in used if ORDER.index(app) > ORDER.index(own)}
    return found


def beyond_visits(graph: dict[str, set[str]]) -> set[str]:
    """What modules of `kits` know of `bookings` besides its models."""
    return {
        f"{module} → {name}"
        for module, imported in graph.items()
        if app_of(module) == "kits"
        for name in imported
        if app_of(name) == "bookings" and name not in VISITS
    }


def too_large(root: Path) -> set[str]:
    """Modules of too many lines, and rooms of too many modules."""
    files = read_modules(root)
    long = {name for name, path in files.items() if len(path.read_text().splitlines()) > MOST_LINES}
    rooms = Counter(path.parent for path in files.values() if path.name != "__init__.py")
    full = {str(room.relative_to(root)) for room, number in rooms.items() if number > MOST_MODULES}
    return long | full


@pytest.fixture(scope="module")
def graph():
    return read_imports(settings.BASE_DIR)


def test_no_import_of_a_later_app(graph):
    assert against_the_order(graph) == set()


def test_modules_of_an_app_stand_in_line(graph):
    assert against_the_line(graph) == set()


def test_no_modules_import_each_other(graph):
    assert circles(graph) == FAULTS["circles"]


def test_templates_know_no_later_app():
    assert tags_of_later_apps(settings.BASE_DIR) == FAULTS["templates"]


def test_kits_know_visits_and_nothing_else_of_bookings(graph):
    assert beyond_visits(graph) == FAULTS["neighbour"]


def test_rooms_and_modules_have_a_size_that_one_can_overlook():
    assert too_large(settings.BASE_DIR) == FAULTS["size"]


def test_no_view_for_everybody_takes_somebody_for_signed_in():
    wrong = [
        f"{name}.{view.name}"
        for name, path in read_modules(settings.BASE_DIR).items()
        for view in ast.walk(ast.parse(path.read_text()))
        if isinstance(view, ast.FunctionDef)
        and any("login_not_required" in ast.unparse(one) for one in view.decorator_list)
        and "SignedInRequest" in ast.unparse(view.args)
    ]
    assert wrong == []


def test_no_row_is_locked_together_with_what_it_points_to():
    """PostgreSQL joins a row that changed meanwhile with what it pointed to before."""
    wrong = {
        f"{name}: {words}"
        for name, path in read_modules(settings.BASE_DIR).items()
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and ".select_for_update(" in (words := ast.unparse(call))
        and re.search(r"\.(select_related|with_facts)\(", words)
    }
    facts = "select_related('slot', 'programme')"  # of a visit; they never change
    assert wrong == {f"bookings.places: rows.{facts}.select_for_update(of=('self',))"}


def test_every_app_of_the_project_has_its_place_in_the_order():
    own = {
        config.name
        for config in apps.get_app_configs()
        if Path(config.path).parent == settings.BASE_DIR
    }
    assert own <= set(ORDER)
    assert {name for name in ORDER if (settings.BASE_DIR / name).exists()} == own


# --- That these tests would see it ------------------------------------------------------------


def make_project(root, **sources):
    for name, source in sources.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return read_imports(root)


@pytest.mark.parametrize(
    "line",
    [
        "from bookings.models import Visit",
        "def home():\n    from bookings import models",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import bookings.models",
    ],
)
def test_import_of_a_later_app_is_seen_in_any_module(tmp_path, line):
    graph = make_project(
        tmp_path, core__anything=line, bookings__models="import core.anything", tec_site__urls=""
    )
    assert against_the_order(graph) == {"core.anything → bookings.models"}


def test_no_app_may_know_the_roof(tmp_path):
    graph = make_project(tmp_path, kits__pages__loan="from tec_site import urls", tec_site__urls="")
    assert against_the_order(graph) == {"kits.pages.loan → tec_site.urls"}


@pytest.mark.parametrize(
    "line", ["from .lifecycle import hold", "from . import lifecycle", "import kits.lifecycle"]
)
def test_model_that_imports_lifecycle_is_seen(tmp_path, line):
    graph = make_project(tmp_path, kits__models=line, kits__lifecycle="")
    assert against_the_line(graph) == {"kits.models → kits.lifecycle"}


def test_model_in_a_package_that_reaches_lifecycle_by_another_module_is_seen(tmp_path):
    graph = make_project(
        tmp_path,
        kits__models__loan="from .. import places",
        kits__places="from .lifecycle import hold",
        kits__lifecycle="",
    )
    assert against_the_line(graph) == {"kits.models.loan → kits.places → kits.lifecycle"}


def test_lifecycle_that_tells_is_seen(tmp_path):
    graph = make_project(
        tmp_path, kits__lifecycle="from kits.telling import notices", kits__telling__notices=""
    )
    assert against_the_line(graph) == {"kits.lifecycle → kits.telling.notices"}


def test_lifecycle_in_an_inner_room_that_tells_is_seen(tmp_path):
    graph = make_project(
        tmp_path, kits__waiting__lifecycle="from kits import telling", kits__telling=""
    )
    assert against_the_line(graph) == {"kits.waiting.lifecycle → kits.telling"}


def test_circle_by_way_of_a_third_module_is_seen(tmp_path):
    graph = make_project(
        tmp_path,
        kits__a="from kits import b",
        kits__b="def later():\n    from kits import c",
        kits__c="import kits.a",
    )
    assert circles(graph) == {"kits.a ⇄ kits.b", "kits.a ⇄ kits.c", "kits.b ⇄ kits.c"}


def test_template_that_loads_tags_of_a_later_app_is_seen(tmp_path):
    make_project(tmp_path, kits__templatetags__kit_pages="")
    page = tmp_path / "templates" / "bookings" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("{% load i18n kit_pages %}")
    assert tags_of_later_apps(tmp_path) == {"templates/bookings/page.html → kits"}


def test_long_module_and_full_room_are_seen(tmp_path):
    make_project(tmp_path, kits__long="\n" * 401, **{f"core__m{n}": "" for n in range(17)})
    assert too_large(tmp_path) == {"kits.long", "core"}
