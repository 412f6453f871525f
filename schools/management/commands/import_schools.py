"""Read DUO's open data files into the directory of schools."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from schools.imports.directory import import_files
from schools.imports.reading import BrokenFile
from schools.imports.report import Report

SHOWN = 10


class Command(BaseCommand):
    help = gettext_lazy(
        "Import DUO's files of school sites, pupil counts and school boards. "
        "Safe to repeat; a file that is not whole changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--allow-closing",
            action="store_true",
            help=_("close schools even if the file lacks more than a fifth of those we know"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reports = import_files(
                options["files"],
                today=timezone.localdate(),
                allow_closing=options["allow_closing"],
                progress=self.show_progress if self.stderr.isatty() else _silent,
            )
        except BrokenFile as error:
            raise CommandError(_("Nothing was imported: %s.") % error) from error
        for report in reports:
            self.print_report(report, everything=options["verbosity"] > 1)

    def show_progress(self, label: str, done: int, total: int) -> None:
        end = "\n" if done == total else "\r"
        self.stderr.write(f"{label}: {done} / {total} ", ending=end)
        self.stderr.flush()

    def print_report(self, report: Report, *, everything: bool) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{report.source}: {report.what}"))
        for title, items in (
            (_("added"), report.added),
            (_("changed"), report.changed),
            (_("closed"), report.closed),
            (_("reopened"), report.reopened),
            (_("skipped"), report.skipped),
        ):
            self.stdout.write(f"  {len(items):6d}  {title}")
            shown = items if everything else items[:SHOWN]
            for item in shown:
                self.stdout.write(f"            {item}")
            if len(items) > len(shown):
                more = _("and %d more (--verbosity 2 shows them all)") % (len(items) - len(shown))
                self.stdout.write(f"            … {more}")
        self.stdout.write(f"  {report.unchanged:6d}  {_('unchanged')}")
        for note in report.notes:
            self.stdout.write(f"  {note}")


def _silent(label: str, done: int, total: int) -> None:
    pass
