"""Several files of DUO in one go: told apart by their columns, planned, and then written."""

import datetime
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from django.db import transaction
from django.utils.translation import gettext as _

from schools.imports import boards, brakes, pupil_counts, sites
from schools.imports.planning import Wanted, read_directory
from schools.imports.reading import (
    BrokenFile,
    Progress,
    Source,
    Table,
    no_progress,
    open_file,
    read_table,
)
from schools.imports.report import Report
from schools.imports.writing import write

# In the order in which they are applied: counts need schools, schools need boards.
KINDS = (boards, sites, pupil_counts)


def import_files(
    paths: Iterable[Path],
    *,
    today: datetime.date,
    allow_closing: bool = False,
    allow_changing: bool = False,
    progress: Progress = no_progress,
) -> list[Report]:
    """Import DUO's files of sites, pupil counts and boards, in whichever order they are given.

    Raises BrokenFile, naming the file, when any of them cannot be used; then nothing at all has
    changed.
    """
    wanted = Wanted(today, allow_closing, allow_changing, progress)
    with transaction.atomic():
        reports = plan_files(map(open_file, paths), wanted)
        for report in reports:
            for kind, rows in report.rows.items():
                write(kind, rows)
    return reports


def plan_files(sources: Iterable[Source], wanted: Wanted) -> list[Report]:
    """What importing them would do; nothing is written. Raises BrokenFile as `import_files`."""
    directory, reports = None, []
    for kind, table in _in_order(sources):
        directory = directory or read_directory()
        try:
            reports.append(kind.plan(table, directory, wanted))
        except BrokenFile as error:
            raise error.of(table.name) from error
    return reports


def _in_order(sources: Iterable[Source]) -> list[tuple[ModuleType, Table]]:
    tables = []
    for source in sources:
        try:
            table = read_table(source)
            brakes.look_at_letters(table)
            tables.append((kind_of(table), table))
        except BrokenFile as error:
            raise error.of(source.name) from error
    return sorted(tables, key=lambda pair: KINDS.index(pair[0]))


def kind_of(table: Table) -> ModuleType:
    """The one of KINDS that plans this table; raises BrokenFile, naming what is missing."""
    for kind in KINDS:
        if kind.recognises(table.columns):
            return kind
    missing = [column for column in sites.COLUMNS if column not in table.columns]
    if len(missing) < len(sites.COLUMNS) / 2:
        raise BrokenFile(_("lacks the columns %s") % ", ".join(missing))
    raise BrokenFile(
        _(
            "is not a file that we know: we read DUO’s school sites, pupil counts "
            "and school boards, and this one starts with the columns %s"
        )
        % ", ".join(table.columns[:5])
    )
