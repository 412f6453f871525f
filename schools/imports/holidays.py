"""The national feed of school holidays (Rijksoverheid, infotype `schoolholidays`, as JSON).

`[{content: [{title, schoolyear, vacations: [{type, compulsorydates, regions: [{region,
startdate, enddate}]}]}]}]`. Strings carry white space, a region may be 'heel Nederland', and
times are UTC instants: 2026-10-09T22:00:00.000Z is Saturday 10 October in the Netherlands.
"""

import datetime
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from schools.imports.reading import BrokenFile
from schools.imports.report import Report
from schools.models import HolidayRegion, SchoolHoliday

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
ALL_REGIONS = "heel nederland"
SCHOOL_YEAR = re.compile(r"(2[0-9]{3}) ?[-/–] ?(2[0-9]{3})")
# A mistaken year in the feed would close the calendar; the summer holiday is six weeks.
LONGEST = datetime.timedelta(weeks=10)
FIELDS = ("starts_on", "ends_on", "is_advice")


def import_feed(path: Path) -> Report:
    """Add and correct holidays from the feed; those it does not name stay. One transaction.

    Raises BrokenFile, with nothing changed, for anything but a complete feed.
    """
    try:
        holidays = _by_key(_read(json.loads(path.read_bytes())))
    except OSError as error:
        raise BrokenFile(_("cannot be opened: %s") % error.strerror) from error
    except (ValueError, RecursionError) as error:
        raise BrokenFile(_("is not valid JSON: %s") % error) from error
    report = Report(path.name, _("school holidays"), len(holidays))
    with transaction.atomic():
        _save(holidays, report)
    return report


type Key = tuple[str, int, str]


def _by_key(holidays: Iterator[SchoolHoliday]) -> dict[Key, SchoolHoliday]:
    found: dict[Key, SchoolHoliday] = {}
    for holiday in holidays:
        key = (holiday.region, holiday.school_year, holiday.name)
        if key in found:
            raise BrokenFile(_("has this holiday twice: %s") % holiday)
        found[key] = holiday
    if not found:
        raise BrokenFile(_("holds no holidays"))
    return found


def _save(holidays: dict[Key, SchoolHoliday], report: Report) -> None:
    known = {
        (holiday.region, holiday.school_year, holiday.name): holiday
        for holiday in SchoolHoliday.objects.all()
    }
    different = []
    for key, holiday in holidays.items():
        earlier = known.get(key)
        if earlier and all(getattr(earlier, name) == getattr(holiday, name) for name in FIELDS):
            report.unchanged += 1
            continue
        (report.changed if earlier else report.added).append(str(holiday))
        different.append(holiday)
    SchoolHoliday.objects.bulk_create(
        different,
        update_conflicts=True,
        unique_fields=["region", "school_year", "name"],
        update_fields=FIELDS,
    )


# --- Reading ------------------------------------------------------------------------------


def _read(feed: Any) -> Iterator[SchoolHoliday]:
    for document in _items(feed, "feed"):
        for year in _items(_value(document, "content", list), "content"):
            school_year = _school_year(_text(year, "schoolyear"))
            for vacation in _items(_value(year, "vacations", list), "vacations"):
                yield from _read_vacation(vacation, school_year)


def _read_vacation(vacation: Any, school_year: int) -> Iterator[SchoolHoliday]:
    name = _text(vacation, "type")
    if not 0 < len(name) <= 60 or not name.isprintable():
        raise BrokenFile(_("has a holiday without a usable name: '%s'") % name[:80])
    compulsory = str(_value(vacation, "compulsorydates", (str, bool))).strip().lower()
    if compulsory not in {"true", "false"}:
        raise BrokenFile(_("has '%s' where true or false belongs") % compulsory)
    for place in _items(_value(vacation, "regions", list), "regions"):
        first, last = _date(place, "startdate"), _date(place, "enddate")
        in_year = first.year in (school_year, school_year + 1)
        if not in_year or not first <= last <= first + LONGEST:
            raise BrokenFile(
                _("has %(name)s from %(first)s to %(last)s, which cannot be right")
                % {"name": name, "first": first, "last": last}
            )
        for region in _regions(_text(place, "region")):
            yield SchoolHoliday(
                region=region,
                school_year=school_year,
                name=name,
                starts_on=first,
                ends_on=last,
                is_advice=compulsory == "false",
            )


def _items(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise BrokenFile(_("is not the holiday feed: '%s' is not a list") % where)
    return value


def _value(item: Any, key: str, kind: type | tuple[type, ...]) -> Any:
    if not isinstance(item, dict) or not isinstance(item.get(key), kind):
        raise BrokenFile(_("is not the holiday feed: '%s' is missing somewhere") % key)
    return item[key]


def _text(item: Any, key: str) -> str:
    return " ".join(_value(item, key, str).split())


def _school_year(text: str) -> int:
    found = SCHOOL_YEAR.search(text)
    if not found or int(found[2]) != int(found[1]) + 1:
        raise BrokenFile(_("has '%s' where a school year belongs") % text)
    return int(found[1])


def _regions(text: str) -> list[str]:
    if text.lower() == ALL_REGIONS:
        return list(HolidayRegion.values)
    if text.lower() in HolidayRegion.values:
        return [text.lower()]
    raise BrokenFile(_("names a region that we do not know: '%s'") % text)


def _date(place: Any, key: str) -> datetime.date:
    text = _text(place, key)
    try:
        instant = datetime.datetime.fromisoformat(text)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=datetime.UTC)
        return instant.astimezone(AMSTERDAM).date()
    except (ValueError, OverflowError) as error:
        raise BrokenFile(_("has '%s' where a time belongs") % text) from error
