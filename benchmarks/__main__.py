"""`python -m benchmarks [--postgres URL] [--no-sqlite] [--quick]`; see the package.

Each database is measured by a process of its own, since settings are read once.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.report import Report
from benchmarks.server import (
    clear,
    empty_postgres,
    environment,
    not_durable,
    serving,
    settle,
)


def main() -> int:
    url = os.environ.get("DATABASE_URL", "")
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    parser.add_argument("--postgres", metavar="URL", default=url * url.startswith("postgres"))
    parser.add_argument("--no-sqlite", action="store_true")
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows only")
    parser.add_argument("--url", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.url is not None:
        return _measure(options.url, quick=options.quick)
    if not options.postgres:
        print("PostgreSQL is not measured: set DATABASE_URL or give --postgres URL.")
    urls = ([] if options.no_sqlite else [""]) + ([options.postgres] if options.postgres else [])
    quick = ["--quick"] if options.quick else []
    commands = [[sys.executable, "-m", "benchmarks", "--url", url, *quick] for url in urls]
    return max((subprocess.run(one, check=False).returncode for one in commands), default=0)


def _measure(postgres_url: str, *, quick: bool) -> int:
    """All of one database; an empty URL is SQLite."""
    report = Report()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tec-bench-")))
        url = stack.enter_context(empty_postgres(postgres_url)) if postgres_url else ""
        os.environ.update(environment(folder, url))
        import django

        django.setup()
        from django.core.management import call_command

        from benchmarks import pages
        from tests.ten_years import Size

        report.heading("PostgreSQL" if url else "SQLite")
        if off := not_durable():
            raise SystemExit(f"Not as in production: PostgreSQL has {off} off.")
        call_command("collectstatic", interactive=False, verbosity=0)
        small = _one_size(Size().tenth(), report)
        if not quick:
            clear()
            big = _one_size(Size(), report)
            report.heading("Ten times the rows")
            pages.compare_sizes(small, big, report)
    return report.close()


def _one_size(size: Any, report: Report) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import bookings, calendars, mails, pages
    from tests.ten_years import fill, fill_a_year

    report.heading(f"{size.bookings} bookings, {size.schools} schools")
    call_command("migrate", verbosity=0)
    fill(size)
    settle()
    connection.close()
    with serving() as server:
        timings = pages.measure_pages(server, report)
        mails.measure_mails(server, report)
        bookings.measure_bookings(server, report)
        calendars.measure_calendars(server, report)
        year = fill_a_year(size.bookings)
        pages.measure_full_year(server, report, year)
        connection.close()
        for memory in server.memory_of_workers():
            report.budget("memory of a web process", memory, 180, "MB")
    clear()
    _one_morning(size, report)
    return timings


def _one_morning(size: Any, report: Report) -> None:
    """Of a database without the days on which hundreds booked a place to be measured."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks import pages
    from tests.tec_site.busy_office import fill_desk
    from tests.ten_years import fill

    call_command("migrate", verbosity=0)
    fill(size)
    coordinator = fill_desk()
    settle()
    connection.close()
    with serving() as server:
        pages.measure_morning(server, report, coordinator)
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
