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

type Work = Callable[[set[Any]], object]


class Leftover:
    """What a verb leaves to its end: each work once, with all that it is about."""

    def __init__(self) -> None:
        self._about: dict[Work, set[Any]] = {}

    def add(self, work: Work, about: Hashable) -> None:
        self._about.setdefault(work, set()).add(about)

    def about(self, work: Work) -> set[Any]:
        return self._about.get(work, set())

    def finish(self) -> None:
        """Do it, and what that leaves in its turn."""
        while self._about:
            work = next(iter(self._about))
            work(self._about.pop(work))


# Of the verb that is under way; None outside of one.
_leftover: ContextVar[Leftover | None] = ContextVar("leftover", default=None)


def retried[**P, R](verb: Callable[P, R]) -> Callable[P, R]:
    """Run `verb` in one transaction; after a deadlock and the like, the whole of it again.

    Called by another verb it is part of that one's transaction, which alone can start over; a
    savepoint undoes it when its refusal is caught and the other goes on. What was left for the end
    (`at_end`) is done once, by the outermost.
    """

    @functools.wraps(verb)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        if _leftover.get() is not None:
            with transaction.atomic():
                return verb(*args, **kwargs)
        # Within a transaction that is not its own it cannot start over.
        tries = 1 if transaction.get_connection().in_atomic_block else TRIES
        while True:
            tries -= 1
            try:
                with _outermost():
                    return verb(*args, **kwargs)
            except OperationalError as error:
                if tries == 0 or _sqlstate(error) not in PASSING:
                    raise

    return in_one_transaction


@contextmanager
def _outermost() -> Iterator[None]:
    """One try of a verb that is part of no other: its transaction, with what it left over."""
    leftover = Leftover()
    before = _leftover.set(leftover)
    try:
        with transaction.atomic():
            yield
            leftover.finish()
    finally:
        _leftover.reset(before)


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


def at_end(work: Work, about: Hashable) -> None:
    """Call `work` at the end of the verb under way, still in its transaction: once, with the set of
    all that was given as `about`. Outside of a verb this does nothing."""
    if (leftover := _leftover.get()) is not None:
        leftover.add(work, about)


def left_about(work: Work) -> set[Any]:
    """What `work` will be called with at the end of the verb under way, as far as is known."""
    leftover = _leftover.get()
    return leftover.about(work) if leftover else set()


def _sqlstate(error: Exception) -> Any:
    return getattr(error.__cause__, "sqlstate", None)
