"""What runs beside the web: events become mail, mail goes out, and the clock's work is done.

One process; it may be stopped at any moment, and a second one does no harm: every job takes
what it works on by a compare-and-set in the database, and keeps nothing that matters here.
Apps register their jobs in `AppConfig.ready()`.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone

from core.mail.outbox import Teller
from core.mail.queue import Sender
from core.models import Heartbeat

logger = logging.getLogger(__name__)

NAME = "worker"
# Of each tick at most so many seconds go to making mails, and as many to sending them.
SLICE = 0.8


@dataclass(frozen=True)
class Job:
    name: str
    run: Callable[[], object]
    every: timedelta


_jobs: dict[str, Job] = {}


def register(name: str, run: Callable[[], object], *, every: timedelta) -> None:
    """Have the worker call `run` at its start and then every so often.

    `run` must be harmless when two workers call it at once, and when it is stopped half way.
    """
    _jobs[name] = Job(name, run, every)


def beat() -> None:
    """Leave a sign of life, in one statement however many workers there are."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=NAME, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


class Worker:
    """`stop` ends `run()` after the tick that is under way."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self.stop = stop or threading.Event()
        self._due: dict[str, float] = {}
        self._beat_due = 0.0
        self._teller = Teller()
        self._sender = Sender()

    def run(self) -> None:
        logger.info("The worker starts: mail, %s", ", ".join(_jobs))
        while not self.stop.is_set():
            started = time.monotonic()
            close_old_connections()
            self.tick()
            rest = settings.WORKER_TICK.total_seconds() - (time.monotonic() - started)
            self.stop.wait(max(rest, 0.0))
        logger.info("The worker has stopped")

    def tick(self) -> None:
        """One round. Never raises: a database that is away is asked again in the next."""
        try:
            self._beat()
            for job in list(_jobs.values()):
                self._run_if_due(job)
            self._teller.tell(seconds=SLICE)
            self._sender.send(seconds=SLICE)
        except DatabaseError as error:
            logger.error("The database does not answer: %s", error)
            connection.close()
        except Exception:
            logger.exception("The worker stumbled")

    def run_once(self) -> None:
        """All jobs, then mails until none is left that can go now: for cron and tests."""
        self._due.clear()
        self.tick()
        while self._teller.tell(seconds=SLICE) + self._sender.send(seconds=SLICE):
            pass

    def _beat(self) -> None:
        if time.monotonic() >= self._beat_due:
            beat()
            self._beat_due = time.monotonic() + 5

    def _run_if_due(self, job: Job) -> None:
        if time.monotonic() < self._due.get(job.name, 0.0):
            return
        self._due[job.name] = time.monotonic() + job.every.total_seconds()
        try:
            job.run()
        except DatabaseError:
            raise
        except Exception:
            logger.exception("The worker's job '%s' failed", job.name)
