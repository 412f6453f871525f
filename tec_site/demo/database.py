"""The demo's database: whether this version can go on with it, and else where to start afresh.

`make demo` goes on where it left, also after an update. But it may find the database of a version
whose migrations were other ones by the same names: to migrate that would fail half way.
"""

import re
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.migrations.exceptions import InconsistentMigrationHistory
from django.db.migrations.loader import MigrationLoader

FOLDER = re.compile(r"demo-(\d+)")


def is_ours(connection: Any) -> bool:
    """Whether every migration that the database has had is one of ours, in an order that ours
    allow, and left the columns that ours leave. An empty database is."""
    loader = MigrationLoader(connection)
    labels = {config.label for config in apps.get_app_configs()}
    applied = [key for key in loader.applied_migrations if key[0] in labels]
    if any(key not in loader.graph.nodes for key in applied):
        return False
    try:
        loader.check_consistent_history(connection)
    except InconsistentMigrationHistory:
        return False
    state = loader.project_state(applied)
    expected = {
        model._meta.db_table: {field.column for field in model._meta.local_concrete_fields}
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    return expected == _columns(connection, set(expected))


def _columns(connection: Any, wanted: set[str]) -> dict[str, set[str]]:
    """The columns of those of the wanted tables that are there."""
    with connection.cursor() as cursor:
        there = wanted.intersection(connection.introspection.table_names(cursor))
        describe = connection.introspection.get_table_description
        return {table: {column.name for column in describe(cursor, table)} for table in there}


def folder_beside(folder: Path) -> Path:
    """Where the demo starts afresh: `var/demo-2` beside the database in `var`, then `demo-3`."""
    found = FOLDER.fullmatch(folder.name)
    return folder.with_name(f"demo-{int(found[1]) + 1}") if found else folder / "demo-2"
