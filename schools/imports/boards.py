"""Names of school boards ('Bevoegde gezagen'): a number and a name, among much else."""

import datetime

from django.utils.translation import gettext as _

from schools.imports.brakes import Change, refuse_wide_change
from schools.imports.reading import BrokenFile, Progress, Table
from schools.imports.report import Report
from schools.models import SchoolBoard

NUMBER, NAME = "BEVOEGD GEZAG NUMMER", "BEVOEGD GEZAG NAAM"


def recognises(columns: list[str]) -> bool:
    return NUMBER in columns and NAME in columns and "VESTIGINGSCODE" not in columns


def import_table(
    table: Table,
    *,
    today: datetime.date,
    allow_closing: bool,
    allow_changing: bool,
    progress: Progress,
) -> Report:
    """Add boards and give them their names; boards that are not in the file stay."""
    report = Report(table.name, _("school boards (%s)") % table.form, len(table.lines))
    names = _names(table, report)
    known = dict(SchoolBoard.objects.values_list("number", "name"))
    different = {number: name for number, name in names.items() if known.get(number) != name}
    if not allow_changing:
        named = {number: name for number, name in known.items() if name}
        changed = [
            Change(number, named[number], name)
            for number, name in different.items()
            if number in named
        ]
        refuse_wide_change({_("name"): changed}, known=len(named.keys() & names.keys()))
    for number, name in different.items():
        (report.changed if number in known else report.added).append(f"{number} {name}")
    report.unchanged = len(names) - len(different)
    SchoolBoard.objects.bulk_create(
        [SchoolBoard(number=number, name=name) for number, name in different.items()],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name"],
    )
    progress(report.source, len(table.lines), len(table.lines))
    return report


def _names(table: Table, report: Report) -> dict[str, str]:
    names: dict[str, str] = {}
    for line in table.lines:
        # A spreadsheet drops the leading zeros of a number.
        number, name = line[NUMBER].zfill(5), " ".join(line[NAME].split())
        if not (len(number) == 5 and number.isdecimal() and 0 < len(name) <= 200):
            report.skipped.append(
                _("line %(line)d: no board number of five digits with a name")
                % {"line": line.number}
            )
        elif names.get(number, name) != name:
            raise BrokenFile(
                _("has board %(number)s twice, with different names (line %(line)d)")
                % {"number": number, "line": line.number}
            )
        else:
            names[number] = name
    if not names:
        raise BrokenFile(_("has no line that can be used"))
    return names
