"""The site as in production: a database of its own, gunicorn with two workers."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connection
from django.test import Client as SignedIn

from benchmarks.client import Client
from tests.live_site import HOST, LiveSite, gunicorn, wait_for


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
        "MALLOC_ARENA_MAX": "2",  # as docs/operations.md says
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


def not_durable() -> str:
    """The settings with which PostgreSQL says that something is written before it is: its floor
    of INSERTs is then several times as high as in production, and what is measured against it
    looks slow."""
    if connection.vendor != "postgresql":
        return ""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM pg_settings WHERE setting = 'off'"
            " AND name IN ('fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name"
        )
        return ", ".join(name for (name,) in cursor.fetchall())


def clear() -> None:
    """Drop all tables, so that `migrate` also brings back the rows that migrations make."""
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
    with connection.cursor() as cursor:
        cursor.execute("VACUUM" if connection.vendor == "sqlite" else "VACUUM (ANALYZE)")


class Server(LiveSite):
    def client(self, user: Any = None) -> Client:
        """A browser of nobody, or one in which `user` is signed in."""
        client = Client(self.port)
        if user is not None:
            signed_in = SignedIn()
            signed_in.force_login(user, "django.contrib.auth.backends.ModelBackend")
            connection.close()
            client.cookies["sessionid"] = signed_in.cookies["sessionid"].value
        return client

    def memory_of_workers(self) -> list[float]:
        """Resident MB of each web process."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self.workers()]
        return [number * resource.getpagesize() / 2**20 for number in pages]


@contextmanager
def serving() -> Iterator[Server]:
    """With the environment of this process."""
    options, access_log = "--workers 2 --threads 4", subprocess.DEVNULL
    with gunicorn("tec_site.wsgi", options, os.environ, stdout=access_log) as started:
        server = Server(*started)
        wait_for(lambda: server.client().get("/").status == 200)
        yield server
