"""How the import commands print what they did."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from schools.imports.report import Report

SHOWN = 10


def print_report(command: BaseCommand, report: Report, *, everything: bool) -> None:
    """Counts with examples: the first ten of each, or all of them if `everything`."""
    command.stdout.write(command.style.MIGRATE_HEADING(f"{report.source}: {report.what}"))
    for title, items in (
        (_("added"), report.added),
        (_("changed"), report.changed),
        (_("closed"), report.closed),
        (_("reopened"), report.reopened),
        (_("skipped"), report.skipped),
    ):
        command.stdout.write(f"  {len(items):6d}  {title}")
        shown = items if everything else items[:SHOWN]
        for item in shown:
            command.stdout.write(f"            {item}")
        if len(items) > len(shown):
            more = _("and %d more (--verbosity 2 shows them all)") % (len(items) - len(shown))
            command.stdout.write(f"            … {more}")
    unchanged = _("unchanged")
    command.stdout.write(f"  {report.unchanged:6d}  {unchanged}")
    for note in report.notes:
        command.stdout.write(f"  {note}")
