"""The site as in production: a database of its own, gunicorn with two workers."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from benchmarks.client import HOST, Client


def environment(folder: Path, database_url: str) -> dict[str, str]:
    """What production needs. `database_url` empty: SQLite in `folder`."""
    return {
        "TEC_MODE": "production",
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "SECRET_KEY": "bench-" + "0123456789" * 6,
        "ALLOWED_HOSTS": HOST,
        "SITE_URL": f"https://{HOST}",
        "VAR_DIR": str(folder),
        "DATABASE_URL": database_url or f"sqlite:///{folder / 'bench.sqlite3'}",
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def empty_postgres(url: str) -> Iterator[str]:
    """A new database beside the one that `url` names; dropped afterwards."""
    parts = urlsplit(url)
    name = parts.path.strip("/") + "_bench"

    def maintain(*statements: str) -> None:
        with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as db:
            for statement in statements:
                db.execute(statement.format(name).encode())

    maintain('DROP DATABASE IF EXISTS "{}" WITH (FORCE)', 'CREATE DATABASE "{}"')
    try:
        yield urlunsplit(parts._replace(path=f"/{name}"))
    finally:
        maintain('DROP DATABASE "{}" WITH (FORCE)')


def clear() -> None:
    """Drop all tables, so that `migrate` also brings back the rows that migrations make."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.close()
        return
    connection.close()
    for file in Path(connection.settings_dict["NAME"]).parent.glob("bench.sqlite3*"):
        file.unlink()


def settle() -> None:
    """What PostgreSQL does in its own time after many rows came: not while we measure."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM" if connection.vendor == "sqlite" else "VACUUM (ANALYZE)")


class Server:
    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.process = process
        self.port = port

    def client(self) -> Client:
        return Client(self.port)

    def memory_of_workers(self) -> list[float]:
        """Resident MB of each web process; empty where /proc does not exist."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        workers = children.read_text().split() if children.exists() else []
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in workers]
        return [number * resource.getpagesize() / 2**20 for number in pages]


@contextmanager
def serving() -> Iterator[Server]:
    """gunicorn on a free port, with the environment of this process."""
    from tests.live_site import wait_for

    with socket.create_server((HOST, 0), backlog=256) as listener:
        options = (
            f"--bind fd://{listener.fileno()} --workers 2 --threads 4 "
            "--config python:tec_site.gunicorn --log-level warning --no-control-socket"
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "tec_site.wsgi", *options.split()],
            env=os.environ,
            pass_fds=[listener.fileno()],
            stdout=subprocess.DEVNULL,  # the access log
        )
        try:
            server = Server(process, listener.getsockname()[1])
            wait_for(lambda: server.client().get("/").status == 200)
            yield server
        finally:
            process.terminate()
            process.wait(15)
