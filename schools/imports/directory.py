"""Several files of DUO in one go: told apart by their columns, applied in one transaction."""

import datetime
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from django.db import transaction
from django.utils.translation import gettext as _

from schools.imports import boards, brakes, pupil_counts, sites
from schools.imports.reading import BrokenFile, Progress, Table, no_progress, read_table
from schools.imports.report import Report

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

    `today` is written on schools that close. Raises BrokenFile, naming the file, when any of
    them cannot be used; then nothing at all has changed.
    """
    reports = []
    with transaction.atomic():
        for kind, table in _in_order(paths):
            try:
                reports.append(
                    kind.import_table(
                        table,
                        today=today,
                        allow_closing=allow_closing,
                        allow_changing=allow_changing,
                        progress=progress,
                    )
                )
            except BrokenFile as error:
                raise BrokenFile(f"{table.name} {error}") from error
    return reports


def _in_order(paths: Iterable[Path]) -> list[tuple[ModuleType, Table]]:
    tables = []
    for path in paths:
        try:
            table = read_table(path)
            brakes.look_at_letters(table)
            tables.append((kind_of(table), table))
        except BrokenFile as error:
            raise BrokenFile(f"{path.name} {error}") from error
    return sorted(tables, key=lambda pair: KINDS.index(pair[0]))


def kind_of(table: Table) -> ModuleType:
    """The one of KINDS that imports this table; raises BrokenFile, naming what is missing."""
    for kind in KINDS:
        if kind.recognises(table.columns):
            return kind
    missing = [column for column in sites.COLUMNS if column not in table.columns]
    if len(missing) < len(sites.COLUMNS) / 2:
        raise BrokenFile(_("lacks the columns %s") % ", ".join(missing))
    raise BrokenFile(
        _(
            "is not a file that we know: we read DUO's school sites, pupil counts "
            "and school boards, and this one starts with the columns %s"
        )
        % ", ".join(table.columns[:5])
    )
