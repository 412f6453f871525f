"""School sites (DUO: 'Alle schoolvestigingen'), primary, secondary and special.

A site is known by its code. Everything else about it may change: two sites can swap
addresses, a site can vanish and come back. Sites that are missing from a file are closed,
never deleted, and only where the file speaks for them.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from core.text.normal import line as text_line
from schools.imports.brakes import (
    Change,
    look_at_columns,
    refuse_half_a_file,
    refuse_unusable,
    refuse_wide_change,
)
from schools.imports.planning import Directory, Wanted
from schools.imports.reading import BrokenFile, Line, Progress, Table
from schools.imports.report import Report
from schools.imports.spelling import place_name, postcode, website
from schools.models import HolidayRegion, School, SchoolBoard, Sector

SITE_CODE = re.compile(r"[0-9]{2}[0-9A-Z]{2}[0-9]{2}")
COLUMNS = (
    "INSTELLINGSCODE", "VESTIGINGSCODE", "VESTIGINGSNAAM", "BEVOEGD GEZAG NUMMER", "STRAATNAAM",
    "HUISNUMMER-TOEVOEGING", "POSTCODE", "PLAATSNAAM", "GEMEENTENUMMER", "GEMEENTENAAM",
    "PROVINCIE", "DENOMINATIE", "INTERNETADRES", "VAKANTIEREGIO",
)  # fmt: skip
LEVELS = "ONDERWIJSSTRUCTUUR"  # only in the secondary file
KIND = "SOORT VESTIGING"  # only in the special file: SBO, SO, VSO, SO/VSO
PRIMARY_KINDS = {"", "BO", "BAO"}

FIELDS = (
    "name", "sector", "structure", "street", "house_number", "postcode", "city", "municipality",
    "municipality_code", "province", "denomination", "website", "holiday_region", "board",
)  # fmt: skip
LIMITS = {
    field.name: field.max_length
    for field in School._meta.fields
    if field.name in FIELDS and isinstance(field, models.CharField) and field.max_length
}
LABELS = {field.name: field.verbose_name for field in School._meta.fields}

PROVINCES = 12


@dataclass(frozen=True)
class Site:
    """A line of the file as an unsaved school, with its board by number."""

    line: int
    school: School


def recognises(columns: list[str]) -> bool:
    return all(column in columns for column in COLUMNS)


def plan(table: Table, directory: Directory, wanted: Wanted) -> Report:
    """Add, change, close and reopen schools until they agree with the file."""
    look_at_columns(table)
    report = Report(table.name, lines=len(table.lines))
    sites = _read_sites(table, report, wanted.progress)
    report.what = _what(sites, table.form)
    known = directory.schools
    different, changes = _compare(sites, known, report)
    if not wanted.allow_changing:
        refuse_wide_change(changes, known=len(sites) - len(report.added))
    listed = {site_code(line) for line in table.lines}
    closing = _schools_to_close(sites, listed, known, allow_closing=wanted.allow_closing)
    report.closed.extend(_label(school) for school in closing)
    report.notes.extend(_moves(closing, [s for s in different if str(s.site_code) not in known]))
    report.rows["schools"] = [_row(school) for school in different]
    report.rows["closing"] = [[school.site_code, f"{wanted.today}"] for school in closing]
    known |= {str(school.site_code): school for school in different}
    for school in closing:
        school.closed_on = wanted.today
    wanted.progress(report.source, len(table.lines), len(table.lines))
    return report


def _what(sites: list[Site], form: str) -> str:
    sectors = sorted({site.school.sector for site in sites})
    names = ", ".join(str(Sector(sector).label) for sector in sectors)
    return _("school sites: %(sectors)s (%(form)s)") % {"sectors": names, "form": form}


def _compare(
    sites: list[Site], known: dict[str, School], report: Report
) -> tuple[list[School], dict[str, list[Change]]]:
    """The schools that are new or otherwise, and what changes of those that we know."""
    different = []
    changes: dict[str, list[Change]] = defaultdict(list)
    for site in sites:
        school = site.school
        earlier = known.get(str(school.site_code))
        if earlier is not None and earlier.merged_into_id:
            report.skipped.append(
                _("line %(line)d: %(school)s was merged with another school")
                % {"line": site.line, "school": _label(school)}
            )
        elif earlier is not None and not earlier.is_verified:
            report.skipped.append(
                _("line %(line)d: %(school)s was typed by a teacher; verify or merge it first")
                % {"line": site.line, "school": _label(school)}
            )
        elif _differs(school, earlier, report):
            different.append(school)
            if earlier is not None:
                _note_changes(changes, school, earlier)
    return different, changes


# --- Reading ------------------------------------------------------------------------------


class UnusableLine(Exception):
    pass


def site_code(line: Line) -> str:
    code = line["VESTIGINGSCODE"].upper()
    # Older files write the site's number within the institution.
    return line["INSTELLINGSCODE"].upper() + code if len(code) == 2 else code


def _read_sites(table: Table, report: Report, progress: Progress) -> list[Site]:
    sites = []
    first_seen: dict[str, int] = {}
    for index, line in enumerate(table.lines):
        if index % 500 == 0:
            progress(report.source, index, len(table.lines))
        code = site_code(line)
        if code and code in first_seen:
            raise BrokenFile(
                _("has site code %(code)s twice (lines %(first)d and %(line)d)")
                % {"code": code, "first": first_seen[code], "line": line.number}
            )
        first_seen[code] = line.number
        try:
            sites.append(_site(line))
        except UnusableLine as reason:
            report.skipped.append(
                _("line %(line)d: %(reason)s") % {"line": line.number, "reason": reason}
            )
            if table.ends_abruptly and line is table.lines[-1]:
                raise BrokenFile(
                    _("breaks off in line %(line)d: %(reason)s")
                    % {"line": line.number, "reason": reason}
                ) from reason
    refuse_unusable(report.skipped, of=len(table.lines))
    return sites


def _site(line: Line) -> Site:
    code = site_code(line)
    if not SITE_CODE.fullmatch(code):
        raise UnusableLine(_("'%s' is not a site code") % code)
    code_of_post = postcode(line["POSTCODE"])
    if code_of_post is None:
        raise UnusableLine(_("'%s' is not a postcode") % line["POSTCODE"])
    region = line["VAKANTIEREGIO"].lower()
    if region and region not in HolidayRegion.values:
        raise UnusableLine(_("'%s' is not a holiday region") % line["VAKANTIEREGIO"])
    sector, structure = _sector(line)
    school = School(
        site_code=code,
        name=text_line(line["VESTIGINGSNAAM"]),
        sector=sector,
        structure=structure,
        street=line["STRAATNAAM"],
        house_number=line["HUISNUMMER-TOEVOEGING"],
        postcode=code_of_post,
        city=place_name(line["PLAATSNAAM"]),
        municipality=place_name(line["GEMEENTENAAM"]),
        municipality_code=line["GEMEENTENUMMER"].zfill(4),
        province=line["PROVINCIE"],
        denomination=line["DENOMINATIE"],
        website=website(line["INTERNETADRES"]),
        holiday_region=region,
    )
    if not school.name or not school.city:
        raise UnusableLine(_("%s has no name or no place") % code)
    for field, limit in LIMITS.items():
        if len(getattr(school, field)) > limit:
            raise UnusableLine(
                _("%(code)s: %(field)s is longer than %(limit)d characters")
                % {"code": code, "field": field, "limit": limit}
            )
    school.fold()
    if re.fullmatch(r"\d{5}", line["BEVOEGD GEZAG NUMMER"]):
        # Perhaps a new one, of which another file has the name.
        school.board = SchoolBoard(number=line["BEVOEGD GEZAG NUMMER"])
    return Site(line.number, school)


def _sector(line: Line) -> tuple[Sector, str]:
    kind = line.values.get(KIND, "").upper()
    if LEVELS in line.values:
        return Sector.SECONDARY, line[LEVELS]
    if kind in PRIMARY_KINDS:
        return Sector.PRIMARY, ""
    return Sector.SPECIAL, kind


# --- Comparing ----------------------------------------------------------------------------


def value_of(school: School, name: str) -> Any:
    """A board by its number: the row may be yet to be made."""
    if name == "board":
        return school.board.number if school.board else ""
    return getattr(school, name)


def _row(school: School) -> dict[str, Any]:
    values = {name: value_of(school, name) for name in FIELDS}
    return {"site_code": school.site_code} | values


def _differs(school: School, earlier: School | None, report: Report) -> bool:
    """Whether `school` must be written; says in the report as what."""
    if earlier is None:
        report.added.append(_label(school))
        return True
    changed = [
        str(LABELS[name]) for name in FIELDS if value_of(school, name) != value_of(earlier, name)
    ]
    if earlier.closed_on:
        report.reopened.append(_label(school))
    if changed:
        report.changed.append(f"{_label(school)}: {', '.join(changed)}")
    report.unchanged += not changed and not earlier.closed_on
    return bool(changed or earlier.closed_on or school.search_text != earlier.search_text)


def _note_changes(changes: dict[str, list[Change]], school: School, earlier: School) -> None:
    """What another value under one name of the header would change. Addresses of websites are
    written in many ways, and what is missing is filled in."""
    for name in FIELDS:
        before, after = value_of(earlier, name), value_of(school, name)
        if before and before != after and name != "website":
            column = str(LABELS[name])
            changes[column].append(Change(str(school.site_code), str(before), str(after)))


def _schools_to_close(
    sites: list[Site],
    listed: set[str],
    known: dict[str, School],
    *,
    allow_closing: bool,
) -> list[School]:
    """Open schools that the file should have listed and did not.

    A file of all twelve provinces speaks for its whole sector, a smaller one only for the
    municipalities in it: a regional file must not close schools elsewhere. Half a file looks
    like a regional one, except that it was cut within a municipality; so a file that lacks
    much of what we know may close nothing unless `allow_closing` says so. Codes that no file
    of DUO's can hold (a school entered by hand, the demo's) are none of its business.
    """
    sectors = {site.school.sector for site in sites}
    municipalities = {site.school.municipality_code for site in sites}
    national = len({site.school.province for site in sites}) >= PROVINCES
    expected = [
        school
        for school in known.values()
        if school.sector in sectors
        and school.is_verified
        and not school.closed_on
        and SITE_CODE.fullmatch(school.site_code or "")
    ]
    missing = [school for school in expected if school.site_code not in listed]
    closing = [
        school for school in missing if national or school.municipality_code in municipalities
    ]
    if closing and not allow_closing:
        refuse_half_a_file(len(missing), len(expected), [_label(school) for school in closing])
    return closing


def _moves(closing: list[School], new: list[School]) -> list[str]:
    """Sites that probably go on under another code: whoever visits them may want to know."""
    by_name = defaultdict(list)
    for school in new:
        by_name[school.name, school.city].append(school.site_code)
    return [
        _("%(old)s may go on as %(new)s.") % {"old": _label(school), "new": code}
        for school in closing
        for code in by_name[school.name, school.city]
    ]


def _label(school: School) -> str:
    return f"{school.site_code} {school}"
