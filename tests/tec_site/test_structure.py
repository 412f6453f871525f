"""Imports point one way, between the apps and inside each of them (also those inside functions).

Between: tec_site's leaf modules ← schools ← programmes ← bookings ← kits ← impact. A module of
`tec_site` that knows an app (addresses, pages, commands) is not a leaf: no app may reach it.
Inside: models ← ical, documents, notices ← lifecycle ← forms ← views, admin. Modules with
another name have no place of their own in that line; what they import counts for their users.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ORDER = ["tec_site", "schools", "programmes", "bookings", "kits", "impact"]
LINE = {
    "models": 0,
    "ical": 1,
    "documents": 1,
    "notices": 1,
    "lifecycle": 2,
    "forms": 3,
    "views": 4,
    "admin": 4,
    "urls": 4,
}
SITE = settings.BASE_DIR / "tec_site"
LEAF_NAMES = {"constraints", "lifecycle", "notices", "tokens", "documents", "calendars", "models"}
LEAVES = sorted(name for name in LEAF_NAMES if (SITE / f"{name}.py").exists())
PRESENT = [name for name in ORDER if (settings.BASE_DIR / name / "apps.py").exists()]


def read_imports(root: Path) -> dict[str, set[str]]:
    """Module → the project's modules it imports, for every module of the apps under `root`."""
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for app in ORDER
        for path in sorted((root / app).rglob("*.py"))
    }
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
            names |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
    return names & files.keys() - {module}


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


def against_the_order(graph: dict[str, set[str]], app: str) -> list[str]:
    """Ways by which modules of `app` get to a later app."""
    later = set(ORDER[ORDER.index(app) + 1 :])
    return [
        way
        for module in graph
        if module.split(".")[0] == app
        for name, way in reach(module, graph).items()
        if name.split(".")[0] in later
    ]


def against_the_line(graph: dict[str, set[str]], app: str) -> list[str]:
    """Ways by which modules of `app` get to one of its own modules that comes after them."""

    def place(name: str) -> int | None:
        parts = name.split(".")
        return LINE.get(parts[1]) if parts[0] == app and len(parts) > 1 else None

    found = []
    for module in graph:
        own = place(module)
        if own is not None:
            # Not through modules that have a place: theirs are found on their own account.
            ways = reach(module, graph, through=lambda name: place(name) is None)
            found += [way for name, way in ways.items() if (place(name) or 0) > own]
    return found


@pytest.fixture(scope="module")
def graph():
    return read_imports(settings.BASE_DIR)


@pytest.mark.parametrize("app", [name for name in PRESENT if name != "tec_site"])
def test_app_knows_no_later_app(graph, app):
    assert against_the_order(graph, app) == []


@pytest.mark.parametrize("app", [name for name in PRESENT if name != "tec_site"])
def test_modules_of_app_stand_in_line(graph, app):
    assert against_the_line(graph, app) == []


@pytest.mark.parametrize("leaf", LEAVES)
def test_leaf_module_knows_no_app(graph, leaf):
    ways = reach(f"tec_site.{leaf}", graph)
    assert [way for name, way in ways.items() if name.split(".")[0] != "tec_site"] == []


def test_every_app_of_the_project_has_its_place_in_the_order():
    own = {
        config.name
        for config in apps.get_app_configs()
        if Path(config.path).parent == settings.BASE_DIR
    }
    assert own == set(PRESENT)


# --- That these tests would see it ------------------------------------------------------------


def make_project(root, **sources):
    for name, source in sources.items():
        path = root.joinpath(*name.split("__")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    return read_imports(root)


def test_import_of_a_later_app_is_seen_through_the_site(tmp_path):
    graph = make_project(
        tmp_path,
        schools__views="from tec_site import pages",
        tec_site__pages="def home():\n    from bookings.models import Visit",
        bookings__models="import schools.views",
    )
    assert against_the_order(graph, "schools") == [
        "schools.views → tec_site.pages → bookings.models"
    ]
    assert against_the_order(graph, "bookings") == []


@pytest.mark.parametrize(
    "line", ["from .lifecycle import hold", "from . import lifecycle", "import kits.lifecycle"]
)
def test_model_that_imports_lifecycle_is_seen(tmp_path, line):
    graph = make_project(tmp_path, kits__models=line, kits__lifecycle="from .models import Kit")
    assert against_the_line(graph, "kits") == ["kits.models → kits.lifecycle"]


def test_model_in_a_package_that_reaches_lifecycle_by_another_module_is_seen(tmp_path):
    graph = make_project(
        tmp_path,
        kits__models__loan="from .. import places",
        kits__places="from .lifecycle import hold",
        kits__lifecycle="",
    )
    assert against_the_line(graph, "kits") == ["kits.models.loan → kits.places → kits.lifecycle"]
