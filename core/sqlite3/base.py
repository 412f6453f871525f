"""Django's SQLite, which can still be read on a disk with no room left.

In WAL mode SQLite keeps two small files beside the database while it is open, and removes them
with the last connection. On a full disk it cannot make them again, and even reading fails
(SQLITE_IOERR_SHMSIZE). Nobody can write at such a moment, so the database is then opened as one
that does not change (https://www.sqlite.org/uri.html, `immutable`), for one request.
"""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.db.backends.sqlite3 import base

# The primary result codes (https://www.sqlite.org/rescode.html) of a disk without room.
NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        try:
            return super().get_new_connection(conn_params)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in NO_ROOM or not self._is_whole():
                raise
        frozen = f"file:{quote(str(self.settings_dict['NAME']))}?mode=ro&immutable=1"
        return super().get_new_connection(conn_params | {"database": frozen, "uri": True})

    def _is_whole(self) -> bool:
        """Whether all that was written is in the database's own file: nothing waits beside it,
        where a reader of an unchanging database would not look."""
        file = Path(self.settings_dict["NAME"])
        beside = file.with_name(f"{file.name}-wal")
        return file.exists() and (not beside.exists() or beside.stat().st_size == 0)
