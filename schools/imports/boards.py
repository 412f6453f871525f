"""Names of school boards ('Bevoegde gezagen'): a number and a name, among much else."""

from django.utils.translation import gettext as _

from schools.imports.brakes import Change, refuse_wide_change
from schools.imports.planning import Directory, Wanted
from schools.imports.reading import BrokenFile, Table
from schools.imports.report import Report

NUMBER, NAME = "BEVOEGD GEZAG NUMMER", "BEVOEGD GEZAG NAAM"


def recognises(columns: list[str]) -> bool:
    return NUMBER in columns and NAME in columns and "VESTIGINGSCODE" not in columns


def plan(table: Table, directory: Directory, wanted: Wanted) -> Report:
    """Add boards and give them their names; boards that are not in the file stay."""
    report = Report(table.name, _("school boards (%s)") % table.form, len(table.lines))
    names = _names(table, report)
    known = directory.boards
    different = {number: name for number, name in names.items() if known.get(number) != name}
    if not wanted.allow_changing:
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
    report.rows["boards"] = [list(pair) for pair in different.items()]
    known |= different
    wanted.progress(report.source, len(table.lines), len(table.lines))
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
