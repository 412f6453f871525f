"""Many people at once: real threads, each with a database connection of its own."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections


def race(runners: Sequence[Callable[[], Any]], *, seconds: float = 60) -> list[Any]:
    """Start all at the same moment; returns what each returned or raised, in order."""
    gate = threading.Barrier(len(runners))
    results: list[Any] = [None] * len(runners)

    def run(index: int, runner: Callable[[], Any]) -> None:
        try:
            gate.wait(timeout=30)
            results[index] = runner()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=run, args=(index, runner)) for index, runner in enumerate(runners)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=seconds)
    assert not any(thread.is_alive() for thread in threads), "somebody still waits"
    return results
