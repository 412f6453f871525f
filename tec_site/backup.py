"""A copy of the database in one file, made while the site runs.

Restoring: SQLite, stop the site and put the file in the place of the database (remove what
stands beside it with `-wal` and `-shm`). PostgreSQL, into an empty database:
`pg_restore --no-owner --exit-on-error --dbname=NAME FILE`. Uploads are not in it: copy
MEDIA_ROOT as well.
"""

import fcntl
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.postgresql.client import DatabaseClient


class BackupFailed(Exception):
    """The backup was not made, and why; no file is left behind."""


def back_up(target: Path, *, using: str = DEFAULT_DB_ALIAS) -> None:
    """Write what is committed now to the new file `target`, readable by its owner only.

    Never overwrites. The file has its name only once it is complete, checked and on disk.
    """
    partial = target.with_name(f"{target.name}.part")
    try:
        with _taken(partial) as written:
            try:
                if target.exists():
                    raise BackupFailed(f"{target} exists; a backup does not overwrite.")
                written.truncate()  # of an attempt that was killed
                _copy(connections[using], partial)
                os.fsync(written.fileno())
                partial.replace(target)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
    except BlockingIOError:
        raise BackupFailed(f"{target} is being made by another backup.") from None
    except OSError as error:
        raise BackupFailed(f"Cannot write {target}: {error.strerror}.") from error


@contextmanager
def _taken(path: Path) -> Iterator[IO[bytes]]:
    """The file, for this process alone until it is done or killed; readable by its owner only."""
    with os.fdopen(os.open(path, os.O_CREAT | os.O_RDWR, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file


def _copy(connection: Any, partial: Path) -> None:
    if connection.vendor == "postgresql":
        _dump_postgresql(connection.settings_dict, partial)
    else:
        _copy_sqlite(Path(connection.settings_dict["NAME"]), partial)


def _copy_sqlite(database: Path, partial: Path) -> None:
    if not database.exists():
        raise BackupFailed(f"There is no database at {database}.")
    try:
        with (
            closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(partial)) as copy,
        ):
            # All pages in one step: one read transaction, so one moment; in WAL mode writers
            # go on meanwhile. In steps it would start over with every write.
            source.backup(copy, pages=-1)
            # One file, without a -wal beside it; the site turns WAL on again.
            copy.execute("PRAGMA journal_mode=DELETE")
            [verdict] = copy.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupFailed(f"SQLite says: {error}.") from error
    if verdict != "ok":
        raise BackupFailed(f"The copy of {database} is damaged: {verdict}.")


def _dump_postgresql(settings: dict[str, Any], partial: Path) -> None:
    """`pg_dump` sees one snapshot and locks nobody out."""
    # psql's arguments are pg_dump's; the password goes by the environment, not the process list.
    [_, *server], environment = DatabaseClient.settings_to_cmd_args_env(settings, [])
    command = ["pg_dump", "--format=custom", "--no-owner", f"--file={partial}", *server]
    try:
        # A program by its name with arguments of our settings; no shell reads them.
        done = subprocess.run(  # noqa: S603  # no shell
            command,
            env=os.environ | (environment or {}),
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BackupFailed(
            "pg_dump is not installed (Debian's package is postgresql-client)."
        ) from None
    if done.returncode != 0:
        raise BackupFailed(f"pg_dump says: {done.stderr.strip()}")
