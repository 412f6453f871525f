"""Days are closed at once, and the worker does what was chosen for all that stands on them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.kinds import Action, kinds
from core.tasks import running
from core.tasks.models import Task, TaskUnit
from core.tasks.preview import Otherwise
from core.tasks.work import About, Work
from core.transactions import retried
from programmes.closing_days.plan import ClosedSpan, differences, find
from programmes.closing_days.sweeper import do_together, sweeper_of
from programmes.models import Closure


class Closing(Work):
    name = "closing"
    permission = "programmes.add_closure"

    def title(self, task: Task) -> str:
        closure = Closure.objects.filter(pk=task.about).select_related("venue").first()
        if closure is None:
            return _("Days that were closed")
        return _("%(venue)s closes: %(days)s, %(reason)s") % {
            "venue": closure.venue,
            "days": days_in_words(closure),
            "reason": closure.reason,
        }

    def do(self, unit: Any, task: Task) -> None:
        do_together(unit, by=task.by, note=task.data["note"])

    def describe(self, units: Sequence[TaskUnit]) -> dict[int, About]:
        keys = [key for unit in units for key, _way, _stands in unit.data]
        by_sweeper: dict[Any, list[str]] = defaultdict(list)
        for key in keys:
            by_sweeper[sweeper_of(key)].append(key)
        about = {
            key: one
            for sweeper, some in by_sweeper.items()
            for key, one in sweeper.about(some).items()
        }
        return {
            unit.number: _joined([about[key] for key, *_rest in unit.data if key in about])
            for unit in units
        }

    def back(self, task: Task) -> Action | None:
        if not Closure.objects.filter(pk=task.about).exists():
            return None
        label = _("What still stands on these days")
        return Action(label, reverse("admin:programmes_closure_settle", args=[task.about]))


def _joined(several: Sequence[About]) -> About:
    text = "; ".join(one.text for one in several)
    return About(text, several[0].address if several else "")


def days_in_words(closure: Closure) -> str:
    first, last = (
        date_format(day, "TABLE_DATE_FORMAT") for day in (closure.starts_on, closure.ends_on)
    )
    if closure.starts_on == closure.ends_on:
        return first
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


@retried
def close(
    span: ClosedSpan, shown: Sequence[Sequence[str]], *, by: Any, token: UUID
) -> tuple[Closure, Task]:
    """Close the days and leave the rest to the worker: exactly what was shown.

    Raises Otherwise where that is not what there is. Nobody is promising anything meanwhile.
    """
    for kind in kinds():
        kind.stop_promising()
    closure = span.close()
    plan = find(closure, {key: way for key, way, _stands, _text in shown}, by=by)
    if lines := differences(shown, plan):
        raise Otherwise(lines)
    task = running.start(
        Closing(),
        [unit.parts for unit in plan.units],
        about=str(closure.pk),
        token=token,
        hub=closure.venue.hub_id,
        by=by,
        note=span.note,
    )
    return closure, task
