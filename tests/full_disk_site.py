"""A site whose database stands on a disk that becomes full; run in a process of its own.

`python -m tests.full_disk_site FOLDER DATABASE`, on a small file system of its own, with a copy of
that database. Writes what came back, as JSON, to its standard output.
"""

import contextlib
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any


def fill(folder: Path) -> Path:
    """A log takes all that is left, to the last byte."""
    log = folder / "log"
    with log.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        for size in (65_536, 4_096, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"." * size)
    return log


def copy_database(migrated: str, to: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(migrated)) as source,
        contextlib.closing(sqlite3.connect(to)) as copied,
    ):
        source.backup(copied)


def main(folder: Path, migrated: str) -> dict[str, Any]:
    copy_database(migrated, folder / "site.sqlite3")
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "TEC_MODE": "test",
        "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
    }
    import django

    django.setup()
    from django.db import connection
    from django.test import Client

    from core.worker import Worker
    from tests.factories import make_programme, make_teacher

    make_programme(title="Robots leren rijden")
    email = make_teacher().email
    connection.close()  # the last one: what SQLite keeps beside the database goes
    site = Client(raise_request_exception=False, headers={"host": "localhost"})

    def look() -> dict[str, Any]:
        page = site.get("/programmas/")
        health = site.get("/gezond/").json()
        return {
            "beside": sorted(one.name for one in folder.glob("site.sqlite3-*")),
            "reading": page.status_code,
            "is_there": "Robots leren rijden" in page.content.decode(),
            "database": health["database"],
            "writing": site.post("/inloggen/", {"email": email}).status_code,
        }

    log = fill(folder)
    found: dict[str, Any] = {"full": look()}
    connection.close()
    Worker().tick()  # raises nothing, and is there for the next one
    log.unlink()
    found["again"] = look()
    Worker().tick()
    with connection.cursor() as cursor:
        found["integrity"] = cursor.execute("PRAGMA integrity_check").fetchall()
    # Somebody has it open, and what was written last is still beside the database.
    connection.close()
    connection.ensure_connection()
    make_programme(title="Vers van de pers")
    log = fill(folder)
    found["open"] = "Vers van de pers" in site.get("/programmas/").content.decode()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
