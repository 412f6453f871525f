"""Pupils per site and year (DUO: 'Historisch overzicht aantal leerlingen')."""

import re
from collections.abc import Collection

from django.utils.translation import gettext as _

from schools.imports.brakes import Change, refuse_wide_change
from schools.imports.planning import Directory, Wanted
from schools.imports.reading import BrokenFile, Line, Table
from schools.imports.report import Report
from schools.imports.sites import SITE_CODE
from schools.models import PupilCount

YEAR_COLUMN = re.compile(r"LEERLINGEN ([12][0-9]{3})")
# The file goes back to 1996; nobody reports on pupils of that long ago.
YEARS_KEPT = 10
FEWER_THAN_FIVE = "<5"


def recognises(columns: list[str]) -> bool:
    return "VESTIGINGSCODE" in columns and any(map(YEAR_COLUMN.fullmatch, columns))


def plan(table: Table, directory: Directory, wanted: Wanted) -> Report:
    """The last ten years of counts of the schools in the directory; `<5` as null."""
    report = Report(table.name, _("pupil counts (%s)") % table.form, len(table.lines))
    years = _years(table)
    counted = PupilCount.objects.filter(year__in=years.values()).exclude(school__site_code=None)
    known = {
        (code, year): pupils
        for code, year, pupils in counted.values_list("school__site_code", "year", "pupils")
    }
    rows, changed = [], []
    for code, counts in _counts_by_site(table, years, directory.schools.keys(), report).items():
        for year, pupils in counts.items():
            key = (code, year)
            if key in known and known[key] == pupils:
                report.unchanged += 1
                continue
            written = FEWER_THAN_FIVE if pupils is None else str(pupils)
            if key in known:
                before = FEWER_THAN_FIVE if known[key] is None else str(known[key])
                changed.append(Change(f"{code} {year}", before, written))
            (report.changed if key in known else report.added).append(f"{code} {year}: {written}")
            rows.append([code, year, pupils])
    if not wanted.allow_changing:
        refuse_wide_change({_("pupils"): changed}, known=report.unchanged + len(changed))
    report.rows["counts"] = rows
    wanted.progress(report.source, len(table.lines), len(table.lines))
    return report


def _years(table: Table) -> dict[str, int]:
    found = {
        column: int(match[1])
        for column in table.columns
        if (match := YEAR_COLUMN.fullmatch(column))
    }
    return {
        column: year for column, year in found.items() if year > max(found.values()) - YEARS_KEPT
    }


def _counts_by_site(
    table: Table, years: dict[str, int], schools: Collection[str], report: Report
) -> dict[str, dict[int, int | None]]:
    counts: dict[str, dict[int, int | None]] = {}
    first_seen: dict[str, int] = {}
    unknown = 0
    for line in table.lines:
        code = line["VESTIGINGSCODE"].upper()
        if code in first_seen:
            raise BrokenFile(
                _("has site code %(code)s twice (lines %(first)d and %(line)d)")
                % {"code": code, "first": first_seen[code], "line": line.number}
            )
        first_seen[code] = line.number
        numbers = _numbers(line, years)
        if numbers is None or not SITE_CODE.fullmatch(code):
            report.skipped.append(
                _("line %(line)d: %(code)s has no valid code or a count that is no number")
                % {"line": line.number, "code": code}
            )
        elif code in schools:
            counts[code] = numbers
        else:
            unknown += 1
    if len(report.skipped) == len(table.lines):
        raise BrokenFile(_("has no line that can be used"))
    if unknown:
        report.notes.append(
            _("%d sites are not in the directory; their counts were left out.") % unknown
        )
    return counts


def _numbers(line: Line, years: dict[str, int]) -> dict[int, int | None] | None:
    """Counts by year, without the empty ones; None if one of them cannot be read."""
    numbers: dict[int, int | None] = {}
    for column, year in years.items():
        value = line[column]
        if value == FEWER_THAN_FIVE:
            numbers[year] = None
        elif value.isascii() and value.isdecimal() and len(value) < 7:
            numbers[year] = int(value)
        elif value:
            return None
    return numbers
