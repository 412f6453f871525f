"""Transactions of verbs: whole ones that may be tried again, and what joins them."""

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.db import OperationalError, models, transaction
from django.db.models.constants import OnConflict
from django.db.transaction import Atomic

# PostgreSQL's serialization_failure, deadlock_detected and lock_not_available: the database
# asks to try again. Nothing else is retried.
PASSING = {"40001", "40P01", "55P03"}
TRIES = 3

_in_verb: ContextVar[bool] = ContextVar("in_verb", default=False)


def retried[**P, R](verb: Callable[P, R]) -> Callable[P, R]:
    """Run `verb` in one transaction; after a deadlock and the like, the whole of it again.

    Inside a transaction of the caller it runs once: only the outermost can start over. Inside
    another verb it is part of that one: who catches its refusal and goes on makes a savepoint
    (`transaction.atomic()`) around it.
    """

    @functools.wraps(verb)
    def in_one_transaction(*args: P.args, **kwargs: P.kwargs) -> R:
        if transaction.get_connection().in_atomic_block:
            return _run(verb, *args, **kwargs)
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                return _run(verb, *args, **kwargs)
            except OperationalError as error:
                if last or _sqlstate(error) not in PASSING:
                    raise
        raise AssertionError("unreachable")

    return in_one_transaction


def _run[**P, R](verb: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    with joined():
        token = _in_verb.set(True)
        try:
            return verb(*args, **kwargs)
        finally:
            _in_verb.reset(token)


def joined() -> Atomic:
    """A transaction, or inside a verb that verb's own, without the two statements of a savepoint.

    What fails in it inside a verb undoes the verb, or the savepoint that somebody made on the way.
    """
    return transaction.atomic(savepoint=not _in_verb.get())


def inserted(row: models.Model) -> bool:
    """Insert `row`, unless a row with one of its unique keys is there; says whether it was.

    One statement instead of three (a savepoint around the INSERT), and of two who insert at once
    the second waits for the first. Look for the other row when this says False: SQLite passes
    over a broken CHECK as well.
    """
    meta, manager = row._meta, type(row)._base_manager
    generated = meta.db_returning_fields
    found = manager._insert(  # type: ignore[attr-defined]  # what save() itself calls
        [row],
        fields=[field for field in meta.local_concrete_fields if field not in generated],
        returning_fields=generated,
        using=manager.db,
        on_conflict=OnConflict.IGNORE,
    )
    if not found or found[0] is None:
        return False
    for field, value in zip(generated, found[0], strict=True):
        setattr(row, field.attname, value)
    row._state.adding, row._state.db = False, manager.db
    return True


def _sqlstate(error: Exception) -> Any:
    return getattr(error.__cause__, "sqlstate", None)
