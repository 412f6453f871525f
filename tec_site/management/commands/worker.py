"""`manage.py worker`: mails, lapses, reminders; stops after its round on SIGTERM and Ctrl-C."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.worker import Worker


class Command(BaseCommand):
    help = "Send mail and do the clock's work: lapses, reminders, erasure."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="Do everything that is due once, then stop."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: worker.stop.set())
        if options["once"]:
            worker.run_once()
        else:
            worker.run()
