"""How a date is written stands in one place."""

import ast
import datetime
import re
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from core import formats
from core.dates import from_to
from core.formats.amounts import few_decimals
from tests.conftest import ROOT
from tests.factories import amsterdam

NAMES = {name for name in vars(formats) if name.endswith("_FORMAT")}
# A part of a date that stands by itself, as in a calendar, and what programs read.
PARTS = {"D", "W", "b", "j", "l", "Y-m-d", "Y-m", "c"}
TEMPLATES = sorted((ROOT / "templates").rglob("*.*"))
SOURCES = [
    path
    for app in (
        *("core", "schools", "programmes", "submissions"),
        *("bookings", "kits", "roster", "impact", "tec_site"),
    )
    for path in (ROOT / app).rglob("*.py")
]


def of_template(text: str) -> set[str]:
    return set(re.findall(r"""\|(?:date|time):["']([^"']*)["']""", text))


def of_source(text: str) -> set[str]:
    """The formats that calls of `date_format` and `time_format` are given in so many words."""
    calls = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Call)]
    return {
        str(call.args[1].value)
        for call in calls
        if ast.unparse(call.func).endswith(("date_format", "time_format"))
        and isinstance(call.args[1], ast.Constant)
    }


def test_formats_are_found_in_templates_and_in_code():
    assert of_template("""{{ a|date:"j F" }} {{ b|time:'H:i' }} {{ c|date:day }}""") == {
        "j F",
        "H:i",
    }
    assert of_source("date_format(day, 'j F'); formats.time_format(at, 'H:i'); x(1, 'y')") == {
        "j F",
        "H:i",
    }


def test_every_date_of_a_page_is_written_in_a_way_that_has_a_name():
    asked = {
        str(path.relative_to(ROOT)): names
        for path in TEMPLATES
        if path.suffix in {".html", ".txt"}
        and (names := of_template(path.read_text("utf-8")) - NAMES - PARTS)
    }
    asked |= {
        str(path.relative_to(ROOT)): names
        for path in SOURCES
        if (names := of_source(path.read_text("utf-8")) - NAMES - PARTS)
    }
    assert asked == {"templates/demo_mails.html": {"j F H:i:s"}}


@pytest.mark.parametrize(
    ("language", "name", "words"),
    [
        ("nl", "LONG_DATE_FORMAT", "dinsdag 15 december 2026"),
        ("en", "LONG_DATE_FORMAT", "Tuesday 15 December 2026"),
        ("nl", "TABLE_DATE_FORMAT", "di 15 dec 2026"),
        ("en", "MONTH_DAY_FORMAT", "15 December"),
        ("en", "SHORT_DATE_FORMAT", "15-12-2026"),
        ("nl", "LONG_DAY_TIME_FORMAT", "dinsdag 15 december 09:05"),
    ],
)
def test_named_way_is_the_same_in_both_languages(language, name, words):
    with translation.override(language):
        page = Template(f"{{{{ at|date:'{name}' }}}}").render(
            Context({"at": amsterdam(2026, 12, 15, 9, 5)})
        )
    assert page == words


@pytest.mark.parametrize(
    ("amount", "dutch", "english"),
    [
        (9.5, "9,5", "9.5"),
        (2.25, "2,25", "2.25"),
        (10.0, "10", "10"),
        (Decimal("100.00"), "100", "100"),
        (Decimal("1250.50"), "1.250,5", "1,250.5"),
        (0, "0", "0"),
        (None, "", ""),
    ],
)
def test_amount_has_the_decimals_that_it_needs(amount, dutch, english):
    with translation.override("nl"):
        assert few_decimals(amount) == dutch
    with translation.override("en"):
        assert few_decimals(amount) == english


def test_a_span_of_hours_is_on_the_clock_of_amsterdam():
    summer = datetime.datetime(2026, 7, 1, 7, 5, tzinfo=datetime.UTC)
    winter = datetime.datetime(2026, 12, 1, 7, 5, tzinfo=datetime.UTC)
    assert from_to(summer, summer + datetime.timedelta(hours=2)) == "09:05–11:05"
    assert from_to(winter, winter + datetime.timedelta(hours=2)) == "08:05–10:05"
    assert from_to(datetime.time(9), datetime.time(11, 30)) == "09:00–11:30"
