"""Many people at once: real threads, each with a database connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections, transaction


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


def after_waiting(verb: Callable[[], Any], *, for_change: Callable[[], Any]) -> Any:
    """What `verb` returns or raises that begins when the change is made and not committed yet."""
    is_made = threading.Event()

    def change() -> None:
        with transaction.atomic():
            for_change()
            is_made.set()
            time.sleep(0.5)

    def wait() -> Any:
        is_made.wait(timeout=30)
        return verb()

    changed, result = race([change, wait])
    assert changed is None
    return result
