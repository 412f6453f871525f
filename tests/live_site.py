"""The site in processes of its own, on the test's database: what can be killed."""

import contextlib
import datetime
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection
from django.utils import timezone

HOST = "127.0.0.1"


def in_weeks(number: int) -> datetime.datetime:
    """A morning so many weeks from the real now: these tests cannot stop the clock."""
    day = timezone.localdate() + datetime.timedelta(weeks=number)
    morning = datetime.datetime.combine(day, datetime.time(9))
    return timezone.make_aware(morning, timezone.get_default_timezone())


def database_url() -> str:
    """That of the test's own database, for another process."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    return f"postgres://{login}@{database['HOST']}:{database['PORT'] or 5432}/{database['NAME']}"


class Browser:
    """Keeps its cookies, tries nothing again by itself, and opens a connection per request."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> tuple[int, str]:
        return self._ask("GET", path, "")

    def post(self, path: str, data: dict[str, Any]) -> tuple[int, str]:
        fields = {"csrfmiddlewaretoken": self.cookies.get("csrftoken", "")} | data
        return self._ask("POST", path, urlencode(fields, doseq=True))

    def _ask(self, method: str, path: str, body: str) -> tuple[int, str]:
        """Status and text; OSError or HTTPException when nobody answers."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        with contextlib.closing(HTTPConnection(HOST, self.port, timeout=60)) as asking:
            asking.request(method, path, body, headers)
            with asking.getresponse() as response:
                text = response.read().decode(errors="replace")
                for line in response.headers.get_all("Set-Cookie") or []:
                    self.cookies |= {one.key: one.value for one in SimpleCookie(line).values()}
                return response.status, text


class LiveSite:
    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process, self.port = process, port

    def browser(self) -> Browser:
        return Browser(self.port)

    def workers(self) -> list[int]:
        """The process ids of gunicorn's workers."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in listed.read_text().split()]

    def kill_workers(self) -> None:
        """As the kernel does when memory runs out: no goodbye. gunicorn starts new ones."""
        for pid in self.workers():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def gunicorn(
    application: str, options: str, environment: Mapping[str, str], **output: Any
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Its process and the free port on which it listens; `output` as `subprocess` takes it."""
    with socket.create_server((HOST, 0), backlog=256) as listener:
        options += f" --bind fd://{listener.fileno()} --config python:tec_site.gunicorn"
        options += " --log-level warning --no-control-socket"
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", application, *options.split()],
            cwd=settings.BASE_DIR,
            env=environment,
            pass_fds=[listener.fileno()],
            **output,
        )
        try:
            yield process, listener.getsockname()[1]
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def serving(folder: Path, *, workers: int = 1, url: str = "") -> Iterator[LiveSite]:
    """The site on the database `url` or the test's own, in demo mode."""
    environment = {
        "PATH": os.environ["PATH"],
        "TEC_MODE": "demo",
        "VAR_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": url or database_url(),
        "LOG_LEVEL": "CRITICAL",
        "POSTS_PER_NETWORK": "100000",
        "MOST_HELD_PER_NETWORK": "100000",
    }
    options = f"--workers {workers} --threads 2 --preload"
    with (
        (folder / "gunicorn.log").open("wb") as log,
        gunicorn("tests.live_wsgi", options, environment, stdout=log, stderr=log) as started,
    ):
        site = LiveSite(*started)
        wait_for(lambda: site.browser().get("/privacy/")[0] == 200)
        yield site


def wait_for(ready, *, seconds: float = 60) -> None:
    """Until `ready()` is true; what goes wrong on the way does not count."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, HTTPException):
            if ready():
                return
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")
