"""What a kind of long work answers. An app registers its own, as any part of the site."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.kinds import Action, Part, parts
from core.tasks.models import Task, TaskUnit


@dataclass(frozen=True)
class About:
    """A unit for its reader: what it is, and where she finds it."""

    text: str
    address: str = ""


class Work(Part):
    """Long work that is done in units: a sweep over all visits of a week.

    Each unit is one transaction, with the mark that it was done in it: a worker that is killed
    did it wholly or not at all, and nobody does it again.
    """

    permission = ""  # what whoever started it must still have at each unit

    def title(self, task: Task) -> str:
        raise NotImplementedError

    def do(self, unit: Any, task: Task) -> None:
        """Do one unit, as it was given to `start`, on behalf of `task.by`. Raises Refused where it
        cannot be done; the others go on."""
        raise NotImplementedError

    def describe(self, units: Sequence[TaskUnit]) -> Mapping[int, About]:
        """The units by their numbers, in words."""
        raise NotImplementedError

    def what_next(self, task: Task) -> str:
        """For staff, where some of it could not be done."""
        return ""

    def back(self, task: Task) -> Action | None:
        """Where its page leads once it is done."""
        return None


def work_of(task: Task) -> Work | None:
    """None for what another version of the site started."""
    found = (part for part in parts() if isinstance(part, Work) and part.name == task.work)
    return next(found, None)
