"""Timing: latency of one client, throughput of several, weight.

The floor is asked in turn with what is measured: a machine that is busy for a moment is so for
both.
"""

import gzip
import re
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.urls import reverse

from benchmarks.client import Answer, Client
from benchmarks.server import Server

WARM_UP = 5
CLIENTS = 8

Ask = Callable[[Client], Answer]


@dataclass(frozen=True)
class Timing:
    """Seconds of each request of one client, and of each to the floor between them; statements of
    one response."""

    seconds: tuple[float, ...]
    floor: tuple[float, ...]
    statements: int

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def times_the_floor(self) -> float:
        return self.median / statistics.median(self.floor)

    def __str__(self) -> str:
        deciles = statistics.quantiles(self.seconds, n=10)
        return (
            f"{self.median * 1000:9.2f} ms ({deciles[0] * 1000:.2f}–{deciles[-1] * 1000:.2f}), "
            f"{self.statements} statements"
        )


def get(path: str) -> Ask:
    return lambda client: client.get(path)


def select(client: Client) -> Answer:
    """The floor of what reads."""
    return client.get(reverse("floor_select"))


def insert(client: Client) -> Answer:
    """The floor of what writes."""
    return client.post(reverse("floor_insert"))


def latency(
    server: Server,
    ask: Ask,
    times: int = 60,
    client: Client | None = None,
    before: Callable[[], object] = lambda: None,
) -> Timing:
    """One client, one request after another, each after one for the floor; `before` each of them
    happens what takes time of its own."""
    client, bare = client or server.client(), server.client()
    seconds, floor = [], []
    for _time in range(WARM_UP + times):
        before()
        floor.append(timed(lambda: good(select(bare))))
        start = time.perf_counter()
        answer = good(ask(client))
        seconds.append(time.perf_counter() - start)
    return Timing(tuple(seconds[WARM_UP:]), tuple(floor[WARM_UP:]), answer.statements)


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def share(server: Server, ask: Ask, floor: Ask = select, turns: int = 4) -> float:
    """Which part of the floor's throughput this has, with several clients; the median of turns."""
    return statistics.median(
        throughput(server, ask, 1.5) / throughput(server, floor, 0.75) for _turn in range(turns)
    )


def throughput(server: Server, ask: Ask, seconds: float) -> float:
    """Requests a second that several clients get answered together."""

    def run(_number: int) -> int:
        client, done = server.client(), 0
        while time.perf_counter() < end:
            good(ask(client))
            done += 1
        return done

    start = time.perf_counter()
    end = start + seconds
    with ThreadPoolExecutor(CLIENTS) as pool:
        total = sum(pool.map(run, range(CLIENTS)))
    return total / (time.perf_counter() - start)


def weight(client: Client, path: str) -> int:
    """Bytes of a page with its styles and scripts, each compressed as it comes over the wire.

    The proxy compresses pages; gzip stands in for it here.
    """
    page = good(client.get(path))
    html = page.body.decode()
    # What is preloaded is what another style imports.
    links = re.findall(r'<link[^>]+rel="(?:stylesheet|preload)"[^>]*>', html)
    assets = {found[1] for link in links if (found := re.search(r'href="([^"]+)"', link))}
    assets |= set(re.findall(r'<script[^>]+src="([^"]+)"', html))
    compressed = {"Accept-Encoding": "br, gzip"}
    return len(gzip.compress(page.body)) + sum(
        len(good(client.get(asset, compressed)).body) for asset in assets
    )


def good(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise SystemExit(f"Answered {answer.status}: {answer.body[:2000]!r}")
    return answer
