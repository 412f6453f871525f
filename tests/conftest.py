"""What every test can use: the engine, a browser, axe; and what was not run, said at the end.

Each xdist worker has a database, uploads and (see bookings' mail) a lock file of its own.
"""

import functools
import gc
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import pytest
import time_machine

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop of its own

ROOT = Path(__file__).resolve().parent.parent
# The first draws the same pages without a window to draw them in: a quarter less work.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# With tests that take a quarter of a minute. They go first, or one worker would end with such a
# test while the other has nothing left.
LONGEST = (
    "tests/tec_site/test_demo.py",
    "tests/tec_site/test_every_address.py",
    "tests/tec_site/test_staff_forms.py",
    "tests/tec_site/test_safety.py",
    "tests/tec_site/test_full_disk.py",
    "tests/tec_site/test_faults.py",
    "tests/kits/test_a_year.py",
    "tests/kits/test_desk_lists.py",
    "tests/kits/test_sequences.py",
    "tests/bookings/test_sequences.py",
    "tests/bookings/test_waiting_sequences.py",
    "tests/browser/",
)

NO_BROWSER = "no Chromium found (set CHROMIUM to its path)"
NO_POSTGRES = "not on PostgreSQL (set DATABASE_URL)"
NO_SQLITE = "not on SQLite (DATABASE_URL is set)"


def find_chromium() -> str | None:
    asked = os.environ.get("CHROMIUM")
    if asked:
        return asked if Path(asked).exists() else None
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _compile_stale_catalogues() -> None:
    """As `make` does, for whoever starts pytest directly."""
    from babel.messages.frontend import CommandLineInterface
    from django.utils.translation.reloader import translation_file_changed

    for source in (ROOT / "locale").glob("*/LC_MESSAGES/django.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            CommandLineInterface().run(
                ["pybabel", "-q", "compile", "-i", str(source), "-o", str(compiled)]
            )
            translation_file_changed(None, compiled)  # Django may have read the old one


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings
    from hypothesis import settings as hypothesis

    # The same examples every time, and none too slow because the machine is busy.
    hypothesis.register_profile("tec", derandomize=True, deadline=None, database=None)
    hypothesis.load_profile("tec")
    if not hasattr(config, "workerinput"):  # once, not in each xdist worker
        _compile_stale_catalogues()
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
    uploads = tempfile.mkdtemp(prefix="tec-test-uploads-")
    config.add_cleanup(lambda: shutil.rmtree(uploads, ignore_errors=True))
    settings.MEDIA_ROOT = uploads


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    from django.db import connection

    on_postgres = connection.vendor == "postgresql"
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if item.get_closest_marker("browser") and not find_chromium():
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason=NO_POSTGRES))
        if item.get_closest_marker("sqlite") and on_postgres:
            item.add_marker(pytest.mark.skip(reason=NO_SQLITE))
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


def pytest_collection_finish() -> None:
    """What was loaded so far stays; looking through it for garbage took an eighth of all time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    from tests import factories

    factories.count_from_the_start()


def pytest_report_header() -> str:
    from django.db import connection

    return f"database: {connection.vendor}; browser: {find_chromium() or 'none'}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what could not run here, and why."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = reason.removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"NOT RUN: {count} tests, because: {reason}", yellow=True)


# --- Databases -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> Iterator[None]:
    """Instead of pytest-django's: migrated once, and put back faster."""
    from django.test import TransactionTestCase

    from tests import databases

    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    with django_db_blocker.unblock():
        named = databases.make(folder, worker_id)
        wanted = databases.rows_of_migrations()
    with pytest.MonkeyPatch.context() as patch:
        put_back = functools.partial(databases.put_back, wanted)
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: put_back())
        yield
    with django_db_blocker.unblock():
        databases.remove(named)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    from pytest_django.plugin import blocking_manager_key

    from tests import databases

    config = session.config
    if not hasattr(config, "workerinput"):
        with config.stash[blocking_manager_key].unblock():
            databases.remove_migrated(config._tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def engine() -> str:
    """'sqlite' or 'postgresql'."""
    from django.db import connection

    return connection.vendor


_rendering: ContextVar[bool] = ContextVar("rendering", default=False)


@pytest.fixture(scope="session", autouse=True)
def told_of_pages_only(django_test_environment: None) -> Iterator[None]:
    """The context of an answer is that of the page, and not of every part that it includes:
    Django's test client copies that of each widget and icon, a few hundred a page, and no test
    reads one."""
    from django.template import Template
    from django.test.utils import instrumented_test_render

    def render(template: Any, context: Any) -> str:
        if _rendering.get():
            return template.nodelist.render(context)
        outermost = _rendering.set(True)
        try:
            return instrumented_test_render(template, context)
        finally:
            _rendering.reset(outermost)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", render)
        yield


_laid_out: dict[frozenset[str], bytes] = {}  # the tags of a letter → one that has the same


@pytest.fixture
def letters_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters that differ in their words, or in how many lines they have, are laid out once a run:
    for tests that ask every address and read no letter. Some take seconds."""
    from core import documents

    lay_out = documents.pdf_from_html

    def once(html: str) -> bytes:
        tags = frozenset(re.findall(r"<\w+", html))
        if tags not in _laid_out:
            _laid_out[tags] = lay_out(html)
        return _laid_out[tags]

    monkeypatch.setattr(documents, "pdf_from_html", once)


@pytest.fixture
def no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without Pango; also keeps tests that are not about the letter fast."""
    from submissions import telling

    monkeypatch.setattr(telling, "can_be_made", lambda: False)


# --- Time and people -------------------------------------------------------------------------


@pytest.fixture
def frozen() -> Iterator[Any]:
    """It is `NOW` and stays so, until a test says `frozen.move_to(...)`."""
    from tests.factories import NOW

    with time_machine.travel(NOW, tick=False) as travelled:
        yield travelled


@pytest.fixture
def one_factor(settings: Any) -> None:
    """Staff come into the back office with a password alone, as in the demo."""
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def staff(db: None) -> Any:
    from tests.factories import make_staff

    return make_staff(name="Bea Balie")


@pytest.fixture
def desk(client: Any, staff: Any, one_factor: None) -> Any:
    """The back office, with `staff` signed in."""
    client.force_login(staff)
    return client


@pytest.fixture
def sink(settings: Any) -> Iterator[Any]:
    """A mail server, to which this site's mails go."""
    from tests.smtp_sink import smtp_sink

    with smtp_sink() as server:
        settings.MAILERS = server.mailers()
        yield server


# --- What is asked for -------------------------------------------------------------------------


@pytest.fixture
def programme(db: None) -> Any:
    """For three classes at once, or 99 pupils."""
    from tests.factories import make_programme

    return make_programme(max_groups=3, max_pupils=99)


@pytest.fixture
def slot(programme: Any) -> Any:
    """Room for four classes or 120 pupils: the programme's limits are the lower ones."""
    from tests.factories import make_slot

    return make_slot(programmes=[programme], max_groups=4, max_pupils=120)


# --- The browser -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return {"executable_path": find_chromium(), "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(live_server: Any) -> dict[str, Any]:
    """`page.goto("/")` is the site's own home page. Nothing glides: a click that meets a page on
    the move is lost where there is no script to see that it missed."""
    return {
        "base_url": live_server.url,
        "viewport": WIDE,
        "locale": "nl-NL",
        "timezone_id": "Europe/Amsterdam",
        "reduced_motion": "reduce",
    }


@pytest.fixture
def page(page: Any, live_server: Any, settings: Any) -> Iterator[Any]:
    """A page of the live site, whose mails link to that live site."""
    settings.SITE_URL = live_server.url
    page.set_default_timeout(10_000)
    yield page
    page.close()


@pytest.fixture
def phone_page(page: Any) -> Any:
    page.set_viewport_size(PHONE)
    return page


def assert_fits(page: Any) -> None:
    """Nothing sticks out sideways, also in a font that is some 5 % wider than this machine's."""
    page.wait_for_load_state()  # a click waits for the next page, not for its styles
    too_wide = page.evaluate("""() => {
        const html = document.documentElement;
        html.style.letterSpacing = "0.03em";
        const wider = html.scrollWidth - html.clientWidth;
        html.style.letterSpacing = "";
        return wider;
    }""")
    assert too_wide <= 0, f"{page.url} scrolls sideways by {too_wide} px"


def _axe_source() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


@pytest.fixture
def axe_finds(page: Any) -> Callable[..., list[str]]:
    """What axe has against the page as it is. The script comes in through the debugger, so the
    page's CSP stays on. `but` names rules of axe that are left out.
    """
    source = _axe_source()

    def find(*, but: Collection[str] = ()) -> list[str]:
        page.wait_for_load_state()  # a click waits for the next page, not for its styles
        options = {
            "runOnly": AXE_TAGS,
            "preload": False,
            "resultTypes": ["violations"],  # it takes long to describe what is right
            "rules": {name: {"enabled": False} for name in but},
        }
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate("options => axe.run(options).then(r => r.violations)", options)
        return [_describe(violation) for violation in found]

    return find


@pytest.fixture
def assert_accessible(page: Any, axe_finds: Callable[..., list[str]]) -> Callable[..., None]:
    """Call it on each page a test passes: axe finds nothing and nothing sticks out sideways,
    at these sizes. `but` names rules of axe that are left out.
    """

    def check(*, but: Collection[str] = (), sizes: Sequence[Any] = (WIDE, PHONE)) -> None:
        before = page.viewport_size
        for size in sizes:
            page.set_viewport_size(size)
            assert axe_finds(but=but) == [], page.url
            assert_fits(page)
        page.set_viewport_size(before)

    return check


def _describe(violation: dict[str, Any]) -> str:
    places = ", ".join(str(node["target"]) for node in violation["nodes"])
    return f"{violation['id']}: {violation['help']} ({places})"
