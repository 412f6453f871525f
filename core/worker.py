"""What runs beside the web: events become mail, mail goes out, and the clock's work is done.

One process; it may be stopped at any moment, and a second one does no harm: every job takes
what it works on by a compare-and-set in the database, and keeps nothing that matters here.
A job is no part of this module: an app names it, and how often, in `jobs` of its kind or part
(`bookings/kind.py`; what a part is: `core/kinds.py`). Here are only those of the worker itself.
"""

import logging
import threading
import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import Error as DatabaseError
from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from core import kinds, rate_limits
from core.mail import queue
from core.mail.dashboard import MAY_SEE
from core.mail.outbox import Teller
from core.mail.sending import Sender
from core.models import Heartbeat
from core.tasks import running

logger = logging.getLogger(__name__)

NAME = "worker"
# Of each tick at most so many seconds go to making mails, and as many to sending them.
SLICE = 0.8
# And half a second to long work that staff started: the mails of others go out between its units.
TASK_SLICE = 0.5


class Upkeep(kinds.Part):
    """What the worker throws away when its time has come, and whether it is there at all."""

    name = "upkeep"
    jobs = {
        "purge_rate_limits": timedelta(hours=1),
        "purge_mails": timedelta(hours=1),
        "purge_sessions": timedelta(hours=1),
    }

    def matters(self, user: Any) -> list[kinds.Matter]:
        seen = Heartbeat.objects.filter(name=NAME).first()
        if seen and abs(timezone.now() - seen.at) <= settings.WORKER_SEEN_WITHIN:
            return []
        text = _("The worker is not running: no mail goes out")
        return [kinds.Matter(text, is_alarm=True)] if user.has_perm(MAY_SEE) else []

    def purge_rate_limits(self) -> None:
        rate_limits.purge()

    def purge_mails(self) -> None:
        queue.purge()

    def purge_sessions(self) -> None:
        SessionStore.clear_expired()


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
        jobs = [f"{part.name}.{job}" for part in kinds.parts() for job in part.jobs]
        logger.info("The worker starts: mail, %s", ", ".join(jobs))
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
            for part in kinds.parts():
                for job, every in part.jobs.items():
                    self._run_if_due(part, job, every.total_seconds())
            self._teller.tell(seconds=SLICE)
            self._sender.send(seconds=SLICE)
            running.work(seconds=TASK_SLICE)
        except DatabaseError as error:
            logger.error("The database does not answer: %s", error)
            connection.close()
        except Exception:
            logger.exception("The worker stumbled")

    def run_once(self) -> None:
        """All jobs, long work to its end, then mails until none is left that can go now: for cron
        and tests."""
        self._due.clear()
        self.tick()
        while running.work(seconds=TASK_SLICE):
            pass
        while self._teller.tell(seconds=SLICE) + self._sender.send(seconds=SLICE):
            pass

    def _beat(self) -> None:
        if time.monotonic() >= self._beat_due:
            beat()
            self._beat_due = time.monotonic() + 5

    def _run_if_due(self, part: kinds.Part, job: str, every: float) -> None:
        name = f"{part.name}.{job}"
        if time.monotonic() < self._due.get(name, 0.0):
            return
        self._due[name] = time.monotonic() + every
        try:
            getattr(part, job)()
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            logger.exception("The worker's job '%s' failed", name)
