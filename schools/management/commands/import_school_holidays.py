"""Read the national feed of school holidays."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from schools.imports.holidays import import_feed
from schools.imports.reading import BrokenFile
from schools.management.commands._report import print_report


class Command(BaseCommand):
    help = _(
        "Import school holidays from the JSON of the national feed "
        "(opendata.rijksoverheid.nl). Safe to repeat; a broken file changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = import_feed(options["file"])
        except BrokenFile as error:
            raise CommandError(
                _("Nothing was imported: %s.") % f"{options['file'].name} {error}"
            ) from error
        print_report(self, report, everything=options["verbosity"] > 1)
