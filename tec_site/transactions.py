"""Whole transactions that may be tried again."""

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

    Inside a transaction of the caller it runs once: only the outermost can start over.
    """

    @functools.wraps(verb)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            with transaction.atomic():
                return verb(*args, **kwargs)
        for last in (False,) * (TRIES - 1) + (True,):
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
