"""Timing: latency of one client, throughput of several, a start at the same moment, weight."""

import gzip
import re
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.urls import reverse

from benchmarks.client import Answer, Client
from benchmarks.server import Server

WARM_UP = 5
CLIENTS = 8


@dataclass(frozen=True)
class Timing:
    """Seconds of each request of one client, and statements of one response.

    `floor`: seconds of the bare view, asked in turn with it. A machine that is busy for a moment
    is so for both.
    """

    seconds: tuple[float, ...]
    statements: int
    floor: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def times_the_floor(self) -> float:
        return self.median / statistics.median(self.floor)

    @property
    def spread(self) -> tuple[float, float]:
        """The first and the ninth decile."""
        deciles = statistics.quantiles(self.seconds, n=10)
        return deciles[0], deciles[-1]


Ask = Callable[[Client], Answer]


def get(path: str) -> Ask:
    return lambda client: client.get(path)


def latency(server: Server, ask: Ask, times: int = 60, client: Client | None = None) -> Timing:
    """One client, one request after another, each after one for the floor."""
    client, bare = client or server.client(), server.client()
    floor = reverse("floor_select")
    for _time in range(WARM_UP):
        _timed(lambda: bare.get(floor))
        answer, _seconds = _timed(lambda: ask(client))
    seconds, floors = [], []
    for _time in range(times):
        floors.append(_timed(lambda: bare.get(floor))[1])
        answer, took = _timed(lambda: ask(client))
        seconds.append(took)
    return Timing(tuple(seconds), answer.statements, tuple(floors))


def _timed(ask: Callable[[], Answer]) -> tuple[Answer, float]:
    start = time.perf_counter()
    answer = _good(ask())
    return answer, time.perf_counter() - start


def throughput(server: Server, ask: Ask, seconds: float = 3.0, clients: int = CLIENTS) -> float:
    """Requests a second that several clients get answered together."""

    def run(_number: int) -> int:
        client, done = server.client(), 0
        while time.perf_counter() < end:
            _good(ask(client))
            done += 1
        return done

    latency(server, ask, times=2)
    start = time.perf_counter()
    end = start + seconds
    with ThreadPoolExecutor(clients) as pool:
        total = sum(pool.map(run, range(clients)))
    return total / (time.perf_counter() - start)


def at_once(calls: Sequence[Callable[[], object]]) -> float:
    """Seconds from the common start of all calls until the last one has its answer."""
    barrier = threading.Barrier(len(calls) + 1)

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        call()

    with ThreadPoolExecutor(len(calls)) as pool:
        running = [pool.submit(run, call) for call in calls]
        barrier.wait()
        start = time.perf_counter()
        for one in running:
            one.result()
    return time.perf_counter() - start


def weight(client: Client, path: str) -> int:
    """Bytes of a page with its styles and scripts, each compressed as it comes over the wire.

    The proxy compresses pages; gzip stands in for it here.
    """
    page = _good(client.get(path))
    html = page.body.decode()
    # What is preloaded is what another style imports.
    links = re.findall(r'<link[^>]+rel="(?:stylesheet|preload)"[^>]*>', html)
    assets = {found[1] for link in links if (found := re.search(r'href="([^"]+)"', link))}
    assets |= set(re.findall(r'<script[^>]+src="([^"]+)"', html))
    total = len(gzip.compress(page.body))
    for asset in assets:
        total += len(_good(client.get(asset, {"Accept-Encoding": "br, gzip"})).body)
    return total


def _good(answer: Answer) -> Answer:
    if answer.status >= 400:
        raise SystemExit(f"Answered {answer.status}: {answer.body[:200]!r}")
    return answer
