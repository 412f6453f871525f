"""`manage.py backup FILE`: the database in one new file, while the site runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tec_site.backup import BackupFailed, back_up


class Command(BaseCommand):
    help = "Write the database to a new FILE, while the site runs. Never overwrites."
    requires_system_checks = []  # a broken setting must not stand in the way of a backup

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            back_up(file)
        except BackupFailed as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes.")
