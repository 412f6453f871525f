"""The whole site on this machine: database, example data, worker and web server.

Nothing here is for production: a web server and `manage.py worker` run there as services
(docs/operations.md).
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.urls import reverse

from tec_site import demo
from tec_site.demo.database import folder_beside, is_ours
from tec_site.demo.people import OTHER_STAFF_EMAIL, STAFF_EMAIL, staff_password

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
PORTS_TRIED = 100
START_SECONDS = 60
STOP_SECONDS = 10

BANNER = """
  The demo runs on    {address}/
  Staff sign in at    {address}{staff}
                      {email}   {password}
  A second hub's as   {other}, with the same password
  Its mails are at    {address}{mails}

  Data is in {data}. Ctrl-C stops it; `make demo` goes on where you left.
"""


BESIDE = """
  {old} holds the data of an earlier version, which this one cannot read.
  It stays as it is. This version keeps its own data beside it, in {new}.
"""


class Command(BaseCommand):
    help = "Run the whole site on this machine with example data (PORT chooses the port)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo: TEC_MODE says otherwise.")
        if not is_ours(connection):
            self._start_beside()
        # A shell that started us in the background has us ignore Ctrl-C.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
        with ExitStack() as running:
            listener = running.enter_context(listen(int(os.environ.get("PORT") or DEFAULT_PORT)))
            port = listener.getsockname()[1]
            # For the pages and mails that the children make, and for what is loaded here.
            os.environ["SITE_URL"] = settings.SITE_URL = f"http://{HOST}:{port}"
            call_command("migrate", verbosity=0)
            demo.load()
            try:
                worker = running.enter_context(child(["manage.py", "worker"]))
                web = running.enter_context(child(_gunicorn(listener), listener))
                wait_until_answering(port, web)
                self.stdout.write(self._banner())
                watch([worker, web])
            except KeyboardInterrupt:
                self.stdout.write("\nStopping.")

    def _start_beside(self) -> NoReturn:
        """This command once more, with a folder of its own for this version's data."""
        connection.close()
        old: Path = settings.VAR_DIR
        if Path(str(connection.settings_dict["NAME"])).parent != old:
            raise CommandError(
                "DATABASE_URL names a database of an earlier version, which this one cannot read. "
                "Name an empty one, or none."
            )
        new = folder_beside(old)
        self.stdout.write(BESIDE.format(old=os.path.relpath(old), new=os.path.relpath(new)))
        self.stdout.flush()
        os.environ["VAR_DIR"] = str(new)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # ourselves

    def _banner(self) -> str:
        return BANNER.format(
            address=settings.SITE_URL,
            staff=reverse("admin:index"),
            mails=reverse("demo_mails"),
            email=STAFF_EMAIL,
            other=OTHER_STAFF_EMAIL,
            password=staff_password(),
            data=os.path.relpath(settings.VAR_DIR),
        )


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def listen(first: int) -> socket.socket:
    """A listening socket on port `first` or the next free one.

    The server inherits it, so nobody can take the port between looking and serving.
    """
    for port in range(first, first + PORTS_TRIED):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(64)
        except OSError:
            listener.close()
        else:
            return listener
    raise CommandError(f"No free port from {first} to {first + PORTS_TRIED - 1}; set PORT.")


def _gunicorn(listener: socket.socket) -> list[str]:
    options = (
        f"--bind fd://{listener.fileno()} --workers 2 --threads 2 --no-control-socket "
        "--config python:tec_site.gunicorn --log-level warning"
    )
    return ["-m", "gunicorn", "tec_site.wsgi", *options.split()]


@contextmanager
def child(
    arguments: Sequence[str], listener: socket.socket | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process of this site in demo mode, stopped when the block is left.

    In a session of its own: Ctrl-C reaches this process only, which stops the others in order.
    """
    process = subprocess.Popen(  # noqa: S603  # ourselves, and no shell
        [sys.executable, *arguments],
        cwd=settings.BASE_DIR,
        env=os.environ | {"TEC_MODE": "demo"},
        pass_fds=[listener.fileno()] if listener else [],
        start_new_session=True,
        stdout=subprocess.DEVNULL,  # the access log; what goes wrong is on stderr
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_answering(port: int, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and web.poll() is None:
        connection = http.client.HTTPConnection(HOST, port, timeout=START_SECONDS)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except OSError:
            time.sleep(0.2)
        else:
            return
        finally:
            connection.close()
    raise CommandError("The web server did not start; its message stands above.")


def watch(processes: Sequence[subprocess.Popen[bytes]]) -> NoReturn:
    """Wait until one of the processes ends, which none of them should."""
    while True:
        for process in processes:
            if process.poll() is not None:
                raise CommandError(f"Ended unexpectedly: {process.args!r}")
        time.sleep(0.5)
