"""The transaction of a verb: one, and only the whole of it is tried again."""

import functools
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections, transaction
from django.db.models import Model

# PostgreSQL's serialization_failure, deadlock_detected and lock_not_available: the database
# asks to try again. Nothing else is retried.
PASSING = {"40001", "40P01", "55P03"}
TRIES = 3

# What is left to be done at the end of the verb that is under way; None outside of one.
_left: ContextVar[dict[Callable[[set[Any]], object], set[Any]] | None] = ContextVar(
    "left", default=None
)


def retried[**P, R](verb: Callable[P, R]) -> Callable[P, R]:
    """Run `verb` in one transaction; after a deadlock and the like, the whole of it again.

    Called by another verb it is part of that one's transaction, which alone can start over; a
    savepoint undoes it when its refusal is caught and the other goes on. What was left for the end
    (`at_end`) is done once, by the outermost.
    """

    @functools.wraps(verb)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        if _left.get() is not None:
            with transaction.atomic():
                return verb(*args, **kwargs)
        tries = 1 if transaction.get_connection().in_atomic_block else TRIES
        for last in (False,) * (tries - 1) + (True,):
            before = _left.set({})
            try:
                with transaction.atomic():
                    result = verb(*args, **kwargs)
                    _finish()
                    return result
            except OperationalError as error:
                if last or _sqlstate(error) not in PASSING:
                    raise
            finally:
                _left.reset(before)
        raise AssertionError("unreachable")

    return in_one_transaction


def stop_writing(model: type[Model], *, or_locking: bool = False) -> None:
    """Nobody else writes rows of `model` until this transaction ends, and whoever was doing so is
    done; `or_locking`: nor locks them. Reading goes on. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(model._meta.db_table)
        mode = "EXCLUSIVE" if or_locking else "SHARE ROW EXCLUSIVE"
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN {mode} MODE")


@contextmanager
def in_a_copy() -> Iterator[None]:
    """What is written here is gone afterwards, and on SQLite nobody waits for it meanwhile: it goes
    into a copy of the database in memory, made while others read and write on.

    PostgreSQL has many writers, and a transaction that is under way has the lock already: there
    the caller undoes what it wrote.
    """
    ours = connections[DEFAULT_DB_ALIAS]
    if ours.vendor != "sqlite" or ours.in_atomic_block:
        yield
        return
    ours.ensure_connection()
    copy = ours.copy()
    copy.settings_dict["NAME"] = ":memory:"
    copy.connect()
    try:
        ours.connection.backup(copy.connection)
        connections[DEFAULT_DB_ALIAS] = copy
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = ours
        copy.connection.close()  # Django's own close leaves a database in memory open


def at_end(work: Callable[[set[Any]], object], about: Hashable) -> None:
    """Call `work` at the end of the verb under way, still in its transaction: once, with the set of
    all that was given as `about`. Outside of a verb this does nothing."""
    left = _left.get()
    if left is not None:
        left.setdefault(work, set()).add(about)


def left_about(work: Callable[[set[Any]], object]) -> set[Any]:
    """What `work` will be called with at the end of the verb under way, as far as is known."""
    return (_left.get() or {}).get(work, set())


def _finish() -> None:
    """Do what was left, and what that leaves in its turn."""
    left = _left.get() or {}
    while left:
        work = next(iter(left))
        work(left.pop(work))


def _sqlstate(error: Exception) -> Any:
    return getattr(error.__cause__, "sqlstate", None)
