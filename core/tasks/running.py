"""How long work starts, and how the worker does it: one unit a transaction."""

import logging
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import Error as DatabaseError
from django.db import OperationalError, connection
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from core.lifecycle import Refused
from core.tasks.models import Task, TaskUnit, next_units
from core.tasks.work import Work, work_of
from core.transactions import retried

logger = logging.getLogger(__name__)

WAITING, DONE, FAILED = TaskUnit.State.WAITING, TaskUnit.State.DONE, TaskUnit.State.FAILED


class NoLongerAllowed(Refused):
    message = gettext_lazy("Whoever started this may not do it any more.")


def find(work: Work, *, about: str, token: UUID) -> Task | None:
    """What this form started before, or what runs of the same thing: pressing again shows it."""
    tasks = Task.objects.filter(work=work.name)
    return tasks.filter(token=token).first() or tasks.running().filter(about=about).first()


def start(
    work: Work,
    units: Iterable[Any],
    *,
    about: str,
    token: UUID,
    hub: int | None,
    by: Any,
    **data: Any,
) -> Task:
    """Leave the units, JSON each, to the worker; part of the caller's transaction.

    Raises IntegrityError where the same was started just now; `find` then finds it.
    """
    task = Task.objects.create(
        work=work.name,
        about=about,
        token=token,
        hub=hub,
        by=by,
        language=translation.get_language(),
        data=data,
    )
    TaskUnit.objects.bulk_create(
        TaskUnit(task=task, number=number, data=unit) for number, unit in enumerate(units, 1)
    )
    if not task.units.exists():
        _finish(task.pk)
    return task


def work(*, seconds: float) -> int:
    """Do units for about so many seconds, one of each task in turn; returns how many.

    Two workers at once share them: each unit is looked at again under the lock of its task. A task
    whose unit meets a database that cannot now waits for the next time, and the others go on.
    """
    until, number, aside = time.monotonic() + seconds, 0, set[int]()
    while units := [unit for unit in next_units() if _can_go(unit, aside)]:
        for unit in units:
            if time.monotonic() >= until:
                return number
            if _do(unit):
                number += 1
            else:
                aside.add(unit.task_id)
    return number


def _can_go(unit: TaskUnit, aside: set[int]) -> bool:
    return unit.task_id not in aside and work_of(unit.task) is not None


def _do(unit: TaskUnit) -> bool:
    """Whether it was done or failed; if not, it waits."""
    with translation.override(unit.task.language):
        try:
            _do_once(unit.pk)
        except Refused as refusal:
            _fail(unit.pk, refusal)
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            # One unit that cannot be done must not hold up the rest.
            logger.exception("Unit %s of task %s failed", unit.number, unit.task_id)
            if isinstance(error, OperationalError):  # a lock that is held, a disk that is full
                return False
            _fail(unit.pk, gettext_lazy("Something went wrong here; the log says what."))
    return True


@retried
def _do_once(pk: int) -> None:
    if (unit := _locked(pk)) is None:
        return
    doing: Any = work_of(unit.task)
    if not _may(doing, unit.task):
        raise NoLongerAllowed
    doing.do(unit.data, unit.task)
    TaskUnit.objects.filter(pk=pk).update(state=DONE)
    _finish(unit.task_id)


@retried
def _fail(pk: int, why: Any) -> None:
    """`why`: a refusal or a lazy text, that says in each language what it says."""
    if (unit := _locked(pk)) is not None:
        with translation.override("nl"):
            words = {"why": str(why)}
        with translation.override("en"):
            words["why_en"] = str(why)
        TaskUnit.objects.filter(pk=pk).update(state=FAILED, **words)
        _finish(unit.task_id)


def _locked(pk: int) -> TaskUnit | None:
    """The unit, if it still waits; nobody does another of its task meanwhile."""
    Task.objects.select_for_update(of=("self",)).filter(units=pk).order_by().first()
    waiting = TaskUnit.objects.filter(pk=pk, state=WAITING, task__finished_at=None)
    return waiting.select_related("task__by").first()


def _finish(task: int) -> None:
    if not TaskUnit.objects.filter(task=task, state=WAITING).exists():
        Task.objects.filter(pk=task).update(finished_at=timezone.now(), data={})


def _may(doing: Work, task: Task) -> bool:
    """A colleague who left, or whose hub was taken away, does nothing more here."""
    by: Any = task.by
    if by is None or not (by.is_active and by.is_staff and by.has_perm(doing.permission)):
        return False
    return Task.objects.of_hubs(by).filter(pk=task.pk).exists()
