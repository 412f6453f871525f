"""Files that no row names: their transaction was undone, or its process was killed in it, or
between erasing the row and deleting the file."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.files.storage import Storage
from django.db.models import Model
from django.utils import timezone

# A file without a row may be of a transaction that goes on; not that long.
ORPHANED_AFTER = timedelta(days=1)


def delete_orphans(model: type[Model], name: str, *, folder: str) -> int:
    """Delete what lies in `folder` and is in no row's file field `name`; returns how many."""
    field: Any = model._meta.get_field(name)
    storage: Storage = field.storage
    known = set(model._base_manager.values_list(name, flat=True))
    if not known:  # rather a database that is yet to be restored
        return 0
    deleted = 0
    for path in _files(storage, folder):
        age = timezone.now() - storage.get_modified_time(path)
        if path not in known and age > ORPHANED_AFTER:
            storage.delete(path)
            deleted += 1
    return deleted


def _files(storage: Storage, folder: str) -> Iterator[str]:
    if not storage.exists(folder):
        return
    folders, files = storage.listdir(folder)
    yield from (f"{folder}/{name}" for name in files)
    for name in folders:
        yield from _files(storage, f"{folder}/{name}")
