"""Which pages are measured against which budgets."""

import datetime
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.urls import reverse
from django.utils import timezone

from benchmarks.measure import (
    Timing,
    get,
    insert,
    latency,
    select,
    share,
    throughput,
    timed,
    weight,
)
from benchmarks.report import Report
from benchmarks.server import Server
from bookings.models import Booking, State
from core.kinds import kinds
from impact.counting.scope import DAY
from impact.counting.spans import Span
from impact.keeping import ahead
from schools.models import User

STAFF = "bench@tec.example"
LOOKS = 15  # of what is slow


@dataclass(frozen=True)
class Page:
    """`share`: at least this part of the floor's throughput; `times`: at most this many times
    the floor's latency."""

    address: str
    statements: int | None = None
    share: float | None = None
    times: float | None = None
    by_staff: bool = False


def pages() -> dict[str, Page]:
    programmes, kits = reverse("programmes:catalogue"), reverse("kits:catalogue")
    programme = reverse("programmes:programme", args=["programma-3"])
    start, end, month = (timezone.localdate() + datetime.timedelta(weeks=n) for n in (12, 14, 8))
    lists = {
        "catalogue": programmes,
        "catalogue, filtered": f"{programmes}?soort=workshop&groep=7",
        "programme with its first free month": programme,
        "programme with a month asked for": f"{programme}?maand={month:%Y-%m}",
        "kits": kits,
        "kits, free in a period": f"{kits}?groep=7&van={start}&tot={end}",
        "kit with its month": reverse("kits:kit", args=["leskist-3"]),
    }
    search = reverse("schools:search") + "?q=regenboog+deventer"
    bookings = reverse("admin:bookings_booking_changelist")
    of_staff = {
        "list of bookings": (bookings, 12),
        "list of bookings, searched": (f"{bookings}?q=regenboog", 12),
        "list of bookings, by state": (f"{bookings}?state__exact=requested", 12),
        "planner": (reverse("admin:bookings_visit_week"), 12),
        "day list": (reverse("admin:bookings_booking_day"), 12),
        "figures for the board": (reverse("figures:board"), 12),
        "dashboard": (reverse("admin:index"), 12 + 4 * len(list(kinds()))),
    }
    return {
        "home": Page(reverse("home"), statements=8),
        "sign in": Page(reverse("submissions:sign_in")),
        **{what: Page(path, statements=8, share=1 / 15) for what, path in lists.items()},
        "school search": Page(search, times=10),
        **{
            what: Page(path, statements, times=40, by_staff=True)
            for what, (path, statements) in of_staff.items()
        },
    }


def measure_pages(server: Server, report: Report) -> dict[str, Timing]:
    """The timing of each page, by name."""
    report.fact("floor: one SELECT", str(latency(server, select, times=200)))
    report.fact("floor: SELECTs", f"{throughput(server, select, 3):9.0f} a second")
    report.fact("floor: INSERTs", f"{throughput(server, insert, 3):9.0f} a second")
    timings = {}
    staff = User.objects.create_superuser(STAFF)
    for what, page in pages().items():
        client = server.client(staff if page.by_staff else None)
        timings[what] = timing = latency(server, get(page.address), client=client)
        report.fact(what, str(timing))
        if page.statements is not None:
            report.budget("  statements", timing.statements, page.statements, "")
        if page.share is not None:
            part = share(server, get(page.address))
            report.budget("  throughput", part, page.share, "of the floor", least=True)
        if page.times is not None:
            report.budget("  latency", timing.times_the_floor, page.times, "times the floor")
        if page.times is None:  # a public page
            report.budget("  weight", weight(server.client(), page.address), 60_000, "bytes")
    return timings


def measure_full_year(server: Server, report: Report, year: int) -> None:
    """The board's page on a school year in which all bookings are, with the others behind it:
    between changes, the first time after one, and after one for which the worker came."""
    client = server.client(User.objects.get(email=STAFF))
    ask = get(f"{reverse('figures:board')}?periode={year}")
    _hold_to_budget(report, "figures for the board, a full year", latency(server, ask, 60, client))
    changes = _changes(year)
    first = latency(server, ask, LOOKS, client, before=lambda: next(changes))
    report.fact("  after a change", f"{first}, {first.times_the_floor:.0f} times the floor")
    ticks: list[float] = []

    def change_and_count() -> None:
        next(changes)
        counted = True
        while counted:
            start = time.perf_counter()
            if counted := ahead.count_next():
                ticks.append(time.perf_counter() - start)

    later = latency(server, ask, LOOKS, client, before=change_and_count)
    _hold_to_budget(report, "  after a change and the worker", later)
    report.fact("  the worker, each of what is kept", f"{statistics.median(ticks) * 1000:9.2f} ms")
    idle = statistics.median(timed(ahead.count_next) for _time in range(LOOKS))
    report.fact("  the worker without a change", f"{idle * 1000:9.2f} ms")


def measure_morning(server: Server, report: Report, coordinator: User) -> None:
    """The overview as a coordinator opens it: with mails, waiting lists and a full roster."""
    timing = latency(server, get(reverse("admin:index")), 60, server.client(coordinator))
    _hold_to_budget(report, "overview, with a full roster", timing, statements=40)


def _hold_to_budget(report: Report, what: str, timing: Timing, statements: int = 12) -> None:
    report.fact(what, str(timing))
    report.budget("  statements", timing.statements, statements, "")
    report.budget("  latency", timing.times_the_floor, 40, "times the floor")


def _changes(year: int) -> Iterator[int]:
    """Who came is put right, one class after another."""
    of_year = Span.of_school_year(year).moments(DAY)
    for row in Booking.objects.filter(of_year, state=State.ATTENDED).order_by("pk"):
        yield Booking.objects.filter(pk=row.pk).update(came=(row.came or row.pupils) + 1)


def compare_sizes(small: dict[str, Timing], big: dict[str, Timing], report: Report) -> None:
    """Ten times the rows: as many statements, at most 1.3 times the time (the floor's own drift
    between the two taken out)."""
    drift = _floor_of(big) / _floor_of(small)
    for what, timing in big.items():
        growth = timing.median / small[what].median / drift
        report.budget(what, growth, 1.3, "times the time")
        more = timing.statements - small[what].statements
        report.budget("  more statements", more, 0, "")


def _floor_of(timings: dict[str, Timing]) -> float:
    return statistics.median(chain.from_iterable(timing.floor for timing in timings.values()))
