"""The database of the tests: migrated once and copied for each xdist worker, and put back as
migrations left it after a test that commits.
"""

import fcntl
import os
from pathlib import Path

from django.db import connection, transaction

from core.models import Change

# Table → its columns, and its rows in order.
Rows = dict[str, tuple[list[str], list[tuple]]]

# Where the workers wait for each other; beside it nothing is kept.
LOCK = "database-is-migrated"

# Our own sessions and no others: a vacuum that just passes is a superuser's, whom we may not end.
END_OTHER_SESSIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)


def make(folder: Path, worker: str) -> str:
    """A copy for this worker; whoever comes first migrates what all copy. Returns the name of the
    site's own database.
    """
    creation, named = connection.creation, connection.settings_dict["NAME"]
    with (folder / LOCK).open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if lock.seek(0, os.SEEK_END):
            connection.settings_dict["NAME"] = creation._get_test_db_name()
        else:
            _remove_logs_of(creation._get_test_db_name())
            creation.create_test_db(verbosity=0, autoclobber=True)
            lock.write("yes")
        connection.close()
        _remove_logs_of(creation.get_test_db_clone_settings(worker)["NAME"])
        creation.clone_test_db(worker, verbosity=0, autoclobber=True)
    connection.settings_dict |= creation.get_test_db_clone_settings(worker)
    return named


def _remove_logs_of(database: str) -> None:
    """A run that was killed leaves SQLite's log behind, and beside a new copy of the database it
    would be read as that one's: 'database disk image is malformed'."""
    if connection.vendor == "sqlite":
        for ending in ("-wal", "-shm"):
            Path(f"{database}{ending}").unlink(missing_ok=True)


def remove(named: str) -> None:
    """PostgreSQL first ends what the threads of live servers left open."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(END_OTHER_SESSIONS)
    connection.creation.destroy_test_db(named, verbosity=0)


def remove_migrated(folder: Path) -> None:
    """Once all workers have ended."""
    if (folder / LOCK).exists():
        creation = connection.creation
        creation._destroy_test_db(creation._get_test_db_name(), verbosity=0)


# --- After a test that commits -------------------------------------------------------------------


def rows_of_migrations() -> Rows:
    return {table: _rows(table) for table in _tables_with_rows()}


def put_back(wanted: Rows) -> None:
    """Django's own flush takes forty times as long: it empties every table, makes all permissions
    again, and leaves out what migrations wrote."""
    quoted = connection.ops.quote_name
    noted = Change._meta.db_table  # by triggers of the other tables: it comes last
    with transaction.atomic(), connection.cursor() as cursor:
        changed = [
            table
            for table in {*_tables_with_rows(), *wanted} - {noted}
            if table not in wanted or _rows(table) != wanted[table]
        ]
        for table in [*changed, noted]:  # references are checked at the end
            cursor.execute(f"DELETE FROM {quoted(table)}")
            columns, rows = wanted.get(table, ([], []))
            if rows:
                names, values = ", ".join(map(quoted, columns)), ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {quoted(table)} ({names}) VALUES ({values})", rows)


def _tables_with_rows() -> list[str]:
    tables = connection.introspection.django_table_names()
    asked = " UNION ALL ".join(
        f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(table)})"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [table for (table,) in cursor.fetchall()]


def _rows(table: str) -> tuple[list[str], list[tuple]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        columns = [column[0] for column in cursor.description]
        return columns, sorted(cursor.fetchall(), key=repr)
