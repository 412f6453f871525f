"""`python -m benchmarks [--postgres URL] [--no-sqlite] [--quick]`; see the package.

Each database is measured by a process of its own, since settings are read once.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.report import Report

if TYPE_CHECKING:
    from benchmarks.fill import Size
    from benchmarks.measure import Timing

MEMORY = 180 * 1024  # kB of a web process


def main() -> int:
    options = _parser().parse_args()
    if options.url is not None:
        return _measure(options.url, quick=options.quick)
    urls = [] if options.no_sqlite else [""]
    if options.postgres:
        urls.append(options.postgres)
    else:
        print("PostgreSQL is not measured: set DATABASE_URL or give --postgres URL.")
    quick = ["--quick"] if options.quick else []
    commands = [[sys.executable, "-m", "benchmarks", "--url", url, *quick] for url in urls]
    return max((subprocess.run(one, check=False).returncode for one in commands), default=0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    environment = os.environ.get("DATABASE_URL", "")
    default = environment if environment.startswith("postgres") else None
    parser.add_argument("--postgres", metavar="URL", default=default)
    parser.add_argument("--no-sqlite", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows only")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    return parser


def _measure(postgres_url: str, *, quick: bool) -> int:
    from benchmarks.server import empty_postgres, environment

    report = Report()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tec-bench-")))
        url = stack.enter_context(empty_postgres(postgres_url)) if postgres_url else ""
        os.environ.update(environment(folder, url))
        import django

        django.setup()
        report.heading("PostgreSQL" if url else "SQLite")
        _measure_site(report, quick=quick)
    return report.close()


def _measure_site(report: Report, *, quick: bool) -> None:
    from django.core.management import call_command

    from benchmarks.fill import Size
    from benchmarks.pages import compare_sizes
    from benchmarks.server import clear

    call_command("collectstatic", interactive=False, verbosity=0)
    small = _one_size(Size().tenth(), report)
    if quick:
        return
    clear()
    big = _one_size(Size(), report)
    report.heading("Ten times the rows")
    compare_sizes(small, big, report)


def _one_size(size: "Size", report: Report) -> "dict[str, Timing]":
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.bookings import measure_bookings
    from benchmarks.calendars import measure_calendars
    from benchmarks.fill import fill
    from benchmarks.kits import measure_kits
    from benchmarks.mails import measure_mails
    from benchmarks.pages import describe_floor, measure_pages
    from benchmarks.server import serving, settle

    report.heading(f"{size.bookings} bookings, {size.schools} schools")
    call_command("migrate", verbosity=0)
    start = time.perf_counter()
    fill(size)
    settle()
    report.fact("filling", f"{time.perf_counter() - start:9.1f} s")
    measure_mails(report)
    measure_kits(report)
    connection.close()
    with serving() as server:
        describe_floor(server, report)
        timings = measure_pages(server, report)
        measure_bookings(server, report)
        measure_calendars(server, report)
        for memory in server.memory_of_workers():
            report.budget("memory of a web process", memory / 1024, MEMORY / 1024, "MB")
    return timings


if __name__ == "__main__":
    sys.exit(main())
