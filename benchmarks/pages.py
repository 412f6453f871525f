"""Which pages are measured against which budgets.

A page's address is looked up when it is measured; what the site does not have yet is reported
as such.
"""

import datetime
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from django.test import Client as SignedIn
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from benchmarks.measure import Timing, get, latency, throughput, weight
from benchmarks.report import Report
from benchmarks.server import Server
from schools.models import User

WEIGHT = 60_000  # bytes of a public page, compressed, with styles and scripts


@dataclass(frozen=True)
class Page:
    """`share`: at least this part of the floor's throughput; `times`: at most this many times
    the floor's latency. `by_staff`: asked for by who is signed in to the back office."""

    what: str
    address: Callable[[], str]
    statements: int | None = None
    share: float | None = None
    times: float | None = None
    is_public: bool = True
    by_staff: bool = False


def weeks_from_now(first: int, last: int) -> str:
    """A period as the pages of kits ask for it."""
    start, end = (timezone.localdate() + datetime.timedelta(weeks=n) for n in (first, last))
    return f"van={start}&tot={end}"


def named(name: str, *arguments: object) -> Callable[[], str]:
    return lambda: reverse(name, args=arguments)


def bookings_list(query: str) -> Callable[[], str]:
    return lambda: reverse("admin:bookings_booking_changelist") + query


PAGES = [
    Page("home", named("home"), statements=8),
    Page("catalogue", named("programmes:catalogue"), statements=8, share=1 / 10),
    Page(
        "catalogue, filtered",
        lambda: reverse("programmes:catalogue") + "?soort=workshop&groep=7",
        statements=8,
        share=1 / 10,
    ),
    Page(
        "programme with its month",
        named("programmes:programme", "programma-3"),
        statements=8,
        share=1 / 10,
    ),
    Page("kits", named("kits:catalogue"), statements=8, share=1 / 10),
    Page(
        "kits, free in a period",
        lambda: reverse("kits:catalogue") + f"?groep=7&{weeks_from_now(12, 14)}",
        statements=8,
        share=1 / 10,
    ),
    Page("kit with its month", named("kits:kit", "leskist-3"), statements=8, share=1 / 10),
    Page(
        "school search",
        lambda: reverse("schools:search") + "?q=regenboog+deventer",
        times=10,
        is_public=False,
    ),
    Page("sign in", named("submissions:sign_in")),
    *(
        Page(what, address, statements=12, times=40, is_public=False, by_staff=True)
        for what, address in {
            "list of bookings": bookings_list(""),
            "list of bookings, searched": bookings_list("?q=regenboog"),
            "list of bookings, by state": bookings_list("?state__exact=requested"),
        }.items()
    ),
]


def selects_per_second(server: Server) -> float:
    """Of the floor, asked anew beside each page: a machine is not as fast from minute to minute."""
    return throughput(server, get(reverse("floor_select")), seconds=1.5)


def inserts_per_second(server: Server) -> float:
    return throughput(server, lambda c: c.post(reverse("floor_insert")), seconds=1.5)


def describe_floor(server: Server, report: Report) -> None:
    one = latency(server, get(reverse("floor_select")), times=200)
    report.fact("floor: one SELECT", describe(one))
    report.fact("floor: SELECTs", f"{selects_per_second(server):9.0f} a second")
    report.fact("floor: INSERTs", f"{inserts_per_second(server):9.0f} a second")


def session_of(user: User) -> str:
    client = SignedIn()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


def describe(timing: Timing) -> str:
    low, high = timing.spread
    return (
        f"{timing.median * 1000:9.2f} ms ({low * 1000:.2f}–{high * 1000:.2f}), "
        f"{timing.statements} statements"
    )


def measure_pages(server: Server, report: Report) -> dict[str, Timing]:
    """The timing of each page that is there, by name."""
    timings = {}
    staff = User.objects.create_superuser("bench@tec.example")
    for page in PAGES:
        try:
            path = page.address()
        except NoReverseMatch:
            report.not_there(page.what)
            continue
        client = server.client()
        if page.by_staff:
            client.cookies["sessionid"] = session_of(staff)
        timings[page.what] = timing = latency(server, get(path), client=client)
        report.fact(page.what, describe(timing))
        if page.statements is not None:
            report.budget("  statements", timing.statements, page.statements, "")
        if page.share is not None:
            share = throughput(server, get(path)) / selects_per_second(server)
            report.budget("  throughput", share, page.share, "of the floor", least=True)
        if page.times is not None:
            report.budget("  latency", timing.times_the_floor, page.times, "times the floor")
        if page.is_public:
            report.budget("  weight", weight(server.client(), path), WEIGHT, "bytes")
    return timings


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
