"""The transaction of a verb: one, and only the whole of it is tried again."""

import functools
from collections.abc import Callable
from typing import Any

from django.db import OperationalError, transaction

# PostgreSQL's serialization_failure, deadlock_detected and lock_not_available: the database
# asks to try again. Nothing else is retried.
PASSING = {"40001", "40P01", "55P03"}
TRIES = 3


def retried[**P, R](verb: Callable[P, R]) -> Callable[P, R]:
    """Run `verb` in one transaction; after a deadlock and the like, the whole of it again.

    Called by another verb it is part of that one's transaction, which alone can start over; a
    savepoint undoes it when its refusal is caught and the other goes on.
    """

    @functools.wraps(verb)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        tries = 1 if transaction.get_connection().in_atomic_block else TRIES
        for last in (False,) * (tries - 1) + (True,):
            try:
                with transaction.atomic():
                    return verb(*args, **kwargs)
            except OperationalError as error:
                if last or _sqlstate(error) not in PASSING:
                    raise
        raise AssertionError("unreachable")

    return in_one_transaction


def _sqlstate(error: Exception) -> Any:
    return getattr(error.__cause__, "sqlstate", None)
