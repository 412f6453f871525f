"""`python -m benchmarks.desk [--postgres URL] [--quick]`: the pages of the back office at a tenth
of the rows and at all of them, asked in this process as a coordinator of one of three hubs.

Counted are statements, and processor time of this process and, with PostgreSQL, of its backend: a
machine on which others work as well gives the same numbers.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.client import STATEMENTS
from benchmarks.report import Report
from benchmarks.server import clear, empty_postgres, environment, settle

TIMES = 7
# Milliseconds of processor time in which a page of staff is made, and statements it may ask.
MOST_MS, MOST_STATEMENTS, GROWTH = 400, 50, 1.3
# What is below this is no news: half a system's tick.
NOISE_MS = 5


@dataclass(frozen=True)
class Cost:
    ours: float  # ms of this process
    database: float  # ms of PostgreSQL's backend
    statements: int

    @property
    def together(self) -> float:
        return self.ours + self.database


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.desk")
    parser.add_argument("--postgres", metavar="URL", default="")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows only")
    options = parser.parse_args()
    report = Report()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tec-desk-")))
        url = stack.enter_context(empty_postgres(options.postgres)) if options.postgres else ""
        os.environ.update(environment(folder, url))
        import django

        django.setup()
        from django.core.management import call_command

        from benchmarks.fill import Size

        call_command("collectstatic", interactive=False, verbosity=0)
        report.heading("PostgreSQL" if url else "SQLite")
        small = _one_size(Size().tenth(), report)
        if not options.quick:
            clear()
            _compare(small, _one_size(Size(), report), report)
    return report.close()


def _one_size(size: Any, report: Report) -> dict[str, Cost]:
    from django.core.management import call_command

    from benchmarks.fill import fill
    from benchmarks.fill_desk import fill_desk

    report.heading(f"{size.bookings} bookings, {size.loans} loans")
    call_command("migrate", verbosity=0)
    fill(size)
    coordinator = fill_desk()
    settle()
    return dict(_costs(coordinator, report))


def _costs(coordinator: Any, report: Report) -> Iterator[tuple[str, Cost]]:
    from django.conf import settings
    from django.test import Client

    from benchmarks.fill_desk import pages

    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    client.force_login(coordinator, "django.contrib.auth.backends.ModelBackend")
    for what, address in pages().items():
        if client.get(address, secure=True).status_code != 200:
            report.fact(what, "not hers")
            continue
        cost = _cost(client, address)
        report.fact(
            what,
            f"{cost.ours:8.1f} ms + {cost.database:7.1f} ms, {cost.statements} statements",
        )
        yield what, cost


def _cost(client: Any, address: str) -> Cost:
    ours, database, statements = [], [], 0
    for _time in range(TIMES):
        before, there = time.process_time_ns(), _backend_ns()
        answer = client.get(address, secure=True)
        ours.append((time.process_time_ns() - before) / 1e6)
        database.append((_backend_ns() - there) / 1e6)
        statements = int(answer.headers[STATEMENTS])
    return Cost(statistics.median(ours), statistics.median(database), statements)


def _backend_ns() -> int:
    """Processor time of PostgreSQL's process for our connection; 0 with SQLite."""
    from django.db import connection

    if connection.vendor == "sqlite":
        return 0
    connection.ensure_connection()
    backend = connection.connection.info.backend_pid
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0])


def _compare(small: dict[str, Cost], big: dict[str, Cost], report: Report) -> None:
    report.heading("Ten times the rows")
    for what, cost in big.items():
        before = small[what]
        report.budget(f"{what}: more statements", cost.statements - before.statements, 0, "")
        grown = cost.together / before.together
        if cost.together - before.together > NOISE_MS:
            report.budget(what, grown, GROWTH, "times the time")
        report.budget(f"{what}: statements", cost.statements, MOST_STATEMENTS, "")
        report.budget(f"{what}: time", cost.together, MOST_MS, "ms")


if __name__ == "__main__":
    sys.exit(main())
