"""Read DUO's open data files into the directory of schools."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from schools.imports.directory import import_files
from schools.imports.reading import BrokenFile, no_progress
from schools.management.commands._report import print_report


class Command(BaseCommand):
    help = _(
        "Import DUO’s files of school sites, pupil counts and school boards. "
        "Safe to repeat; a file that is not whole changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--allow-closing",
            action="store_true",
            help=_("close schools even if the file lacks more than a fifth of those we know"),
        )

        parser.add_argument(
            "--allow-changing",
            action="store_true",
            help=_("change schools even if the file changes more than a fifth of those we know"),
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reports = import_files(
                options["files"],
                today=timezone.localdate(),
                allow_closing=options["allow_closing"],
                allow_changing=options["allow_changing"],
                progress=self.show_progress if self.stderr.isatty() else no_progress,
            )
        except BrokenFile as error:
            words = _("Nothing was imported: %s.") % error
            if error.allow:
                option = f"--allow-{error.allow}"
                hint = _("If that is right, run the import again with %s.") % option
                words = f"{words} {hint}"
            raise CommandError(words) from error
        for report in reports:
            print_report(self, report, everything=options["verbosity"] > 1)

    def show_progress(self, label: str, done: int, total: int) -> None:
        end = "\n" if done == total else "\r"
        self.stderr.write(f"{label}: {done} / {total} ", style_func=str, ending=end)
        self.stderr.flush()
