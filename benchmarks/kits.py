"""What is free of all kits over a school year, whatever was lent in the years before."""

import time

from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks.report import Report
from kits.availability import calendars
from schools.years import current_school_year, school_year_end, school_year_start

TIMES = 20
MILLISECONDS = 50


def measure_kits(report: Report) -> None:
    year = current_school_year()
    first, before = school_year_start(year), school_year_end(year)
    with CaptureQueriesContext(connection) as queries:
        calendars(first, before)
    taken = []
    for _time in range(TIMES):
        start = time.perf_counter()
        calendars(first, before)
        taken.append((time.perf_counter() - start) * 1000)
    report.budget("all kits over a school year", sorted(taken)[TIMES // 2], MILLISECONDS, "ms")
    report.budget("  statements", len(queries), 1, "")
