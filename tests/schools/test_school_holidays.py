"""School holidays: what comes with the project, what can be asked, and the national feed."""

import datetime
import importlib
import json

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from schools.imports.holidays import import_feed
from schools.imports.reading import BrokenFile
from schools.models import HolidayRegion, SchoolHoliday
from tests.schools import duo_files

pytestmark = pytest.mark.django_db
migration = importlib.import_module("schools.migrations.0002_school_holidays")


class Editor:
    connection = connection


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def known():
    """The holidays of the data migration, also after tests that emptied the tables."""
    migration.add(apps, Editor)


@pytest.fixture
def none():
    SchoolHoliday.objects.all().delete()


# --- With the project -------------------------------------------------------------------------


def test_project_knows_five_holidays_in_three_regions_and_years(known):
    rows = SchoolHoliday.objects
    assert rows.count() == 45
    assert rows.values("school_year", "region").distinct().count() == 9
    assert all(
        (holiday.starts_on.weekday(), holiday.ends_on.weekday()) == (5, 6) for holiday in rows.all()
    )


def test_project_has_the_dates_of_the_published_file(known):
    path = duo_files.real_file("schoolvakanties_2025-2028.json")
    published = {
        (region, int(year[:4]), holiday["type"]): (*map(day, holiday[region]), holiday["advisory"])
        for year, facts in json.loads(path.read_text())["years"].items()
        for holiday in facts["vacations"]
        for region in HolidayRegion.values
    }
    ours = {
        (h.region, h.school_year, h.name): (h.starts_on, h.ends_on, h.is_advice)
        for h in SchoolHoliday.objects.all()
    }
    assert ours == published


def test_migration_is_repeatable_keeps_corrections_and_can_be_undone(known):
    SchoolHoliday.objects.filter(name="Zomervakantie", region="noord", school_year=2026).update(
        ends_on=day("2027-08-29")
    )
    migration.add(apps, Editor)
    assert SchoolHoliday.objects.count() == 45

    migration.remove(apps, Editor)
    assert [(h.name, h.ends_on) for h in SchoolHoliday.objects.all()] == [
        ("Zomervakantie", day("2027-08-29"))
    ]


# --- Questions ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("region", "days"),
    [
        ("noord", {"2026-10-17": "Herfstvakantie", "2026-10-18": "Herfstvakantie"}),
        ("midden", dict.fromkeys(["2026-10-17", "2026-10-18", "2026-10-19"], "Herfstvakantie")),
        ("", {}),
    ],
)
def test_days_of_a_region_in_one_query(known, region, days, django_assert_num_queries):
    with django_assert_num_queries(1):
        holidays = SchoolHoliday.objects.filter(region=region)
        found = holidays.days(day("2026-10-17"), day("2026-10-19"))

    assert {date.isoformat(): name for date, name in found.items()} == days


# --- The feed -------------------------------------------------------------------------------


def region(name, start, end):
    return {"region": name, "startdate": start, "enddate": end}


def feed(*regions, **vacation):
    vacation = {
        "type": "\n      Herfstvakantie  ",
        "compulsorydates": " false ",
        "regions": list(regions),
    } | vacation
    year = {"title": " Schoolvakanties ", "schoolyear": " 2028-2029 ", "vacations": [vacation]}
    return [{"id": "x", "content": [year]}]


AUTUMN = region(" noord\n", "2028-10-20T22:00:00.000Z", "2028-10-28T22:00:00.000Z")
WINTER = region("heel Nederland", "2028-12-22T23:00:00.000Z", "2029-01-06T23:00:00.000Z")


def write_feed(folder, content):
    path = folder / "feed.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def stored():
    return list(
        SchoolHoliday.objects.order_by("region").values_list(
            "region", "school_year", "name", "starts_on", "ends_on", "is_advice"
        )
    )


def test_feed_is_read_in_dutch_days_without_white_space(tmp_path, none):
    report = import_feed(write_feed(tmp_path, feed(AUTUMN)))

    assert stored() == [
        ("noord", 2028, "Herfstvakantie", day("2028-10-21"), day("2028-10-29"), True)
    ]
    assert len(report.added) == 1


def test_feed_for_the_whole_country_gives_each_region_its_holiday(tmp_path, none):
    content = feed(WINTER, type="Kerstvakantie", compulsorydates="true")
    import_feed(write_feed(tmp_path, content))

    dates = (day("2028-12-23"), day("2029-01-07"), False)
    assert stored() == [
        (name, 2028, "Kerstvakantie", *dates) for name in ("midden", "noord", "zuid")
    ]


def test_feed_can_be_read_again_and_corrected(tmp_path, none):
    path = write_feed(tmp_path, feed(AUTUMN))
    import_feed(path)
    again = import_feed(path)
    later = import_feed(
        write_feed(tmp_path, feed(AUTUMN | {"enddate": "2028-10-29T23:00:00.000Z"}))
    )

    assert (again.added, again.changed, again.unchanged) == ([], [], 1)
    assert (later.added, len(later.changed)) == ([], 1)
    assert [row[4] for row in stored()] == [day("2028-10-30")]


BROKEN = {
    "not_json": "<html>",
    "cut": json.dumps(feed(AUTUMN))[:-20],
    "empty": "",
    "deep": "[" * 100_000,
    "no_holidays": [],
    "an_object": {"content": []},
    "no_content": [{}],
    "no_regions": feed(regions=None),
    "a_number_for_a_name": feed(AUTUMN, type=7),
    "a_blank_name": feed(AUTUMN, type="  "),
    "unknown_region": feed(AUTUMN, AUTUMN | {"region": "oost"}),
    "no_date": feed(AUTUMN, WINTER | {"startdate": "binnenkort"}),
    "ends_before_it_starts": feed(WINTER, AUTUMN | {"enddate": "2028-10-01T22:00:00.000Z"}),
    "a_year_too_long": feed(AUTUMN | {"enddate": "2029-10-28T22:00:00.000Z"}),
    "on_no_calendar": feed(region("noord", "9999-12-20", "9999-12-28")),
    "of_another_year": feed(region("noord", "2030-10-20", "2030-10-28")),
    "a_nul_in_a_name": feed(AUTUMN, type="Herfst\0"),
    "half_a_character": json.dumps(feed(AUTUMN, type="Herfst?")).replace("?", "\\ud800"),
    "twice": feed(AUTUMN, AUTUMN),
    "in_the_country_and_a_region": feed(WINTER, AUTUMN),
    "neither_true_nor_false": feed(AUTUMN, compulsorydates="soms"),
    "no_school_year": json.dumps(feed(AUTUMN)).replace("2028-2029", "2028-2030"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_feed_changes_nothing_and_says_why(tmp_path, known, name):
    before = stored()
    with pytest.raises(BrokenFile):
        import_feed(write_feed(tmp_path, BROKEN[name]))
    assert stored() == before


def test_command_reports_and_names_a_broken_file(tmp_path, none, capsys):
    call_command("import_school_holidays", write_feed(tmp_path, feed(AUTUMN)))
    assert "21-10-2028" in capsys.readouterr().out

    with pytest.raises(CommandError, match=r"feed\.json"):
        call_command("import_school_holidays", write_feed(tmp_path, "{"))
    with pytest.raises(CommandError, match=r"nowhere\.json"):
        call_command("import_school_holidays", tmp_path / "nowhere.json")
