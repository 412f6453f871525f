"""What stands on days that close, and what can be done with it in one sweep.

Each kind of thing that stands on a day has its sweeper, registered as any part of the site.
`pages.py` shows what they find, `plan.py` rehearses what staff choose, and `work.py` has the worker
do it.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.kinds import Part, parts
from core.lifecycle import Refused
from core.tasks.work import About
from core.transactions import retried
from programmes.models import Venue

MOVE, CANCEL, LEAVE = "move", "cancel", "leave"


class StandsOtherwise(Refused):
    message = _("Something changed here since you looked: look at it again first.")


class NotAllowed(Refused):
    message = _("You may not change this.")


@dataclass(frozen=True)
class Way:
    """What can be done with a hit: 'move' to a half day, 'cancel', 'leave' it as it is.

    The form, the seal of a preview and the worker's task carry its value: 'move:12'.
    """

    action: str
    to: Sequence[str] = ()  # the keys or days that the action needs
    words: str = ""

    @classmethod
    def read(cls, value: str) -> "Way":
        action, _colon, to = value.partition(":")
        return cls(action, to.split("/") if to else ())

    @property
    def value(self) -> str:
        return f"{self.action}:{'/'.join(self.to)}" if self.to else self.action

    @property
    def days(self) -> list[datetime.date]:
        return [datetime.date.fromisoformat(day) for day in self.to]


@dataclass(frozen=True)
class Hit:
    """One thing that stands on a day that closes: a visit with its classes, a box that goes out."""

    key: str  # one of its own among all kinds, and fit for the name of a form's field
    day: datetime.date
    text: str
    whom: str  # the schools, in a line
    address: str
    # The first is what most people want, one of the others to leave it. Where one cannot be done,
    # the next is proposed.
    ways: Sequence[Way]
    # What it was when it was shown: where that is no longer so, nothing is done.
    stands: str
    submissions: frozenset[int]  # who hears of it: what shares one is done and told together


class Sweeper(Part):
    """What there is of one kind on days that close (visits, loans, who waits for a box), and how
    one of them is swept off these days: moved, called off, or left where it is."""

    prefix = ""  # of the keys of its hits; one of its own
    permission = ""  # who may do more with them than leave them

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> Iterable[Hit]:
        """What stands at a venue on these days, both included, which are closed already."""
        raise NotImplementedError

    def sweep(self, key: str, way: Way, *, stands: str, by: Any, note: str) -> str:
        """Do with it what was chosen, in this transaction; returns what staff should know of it
        besides. Raises StandsOtherwise, and what stands in the way."""
        raise NotImplementedError

    def key(self, *numbers: int) -> str:
        """'bezoek-12-3'; `numbers_in` reads it."""
        return "-".join(map(str, (self.prefix, *numbers)))

    def about(self, keys: Iterable[str]) -> Mapping[str, About]:
        """What the keys were about, in words."""
        raise NotImplementedError


def sweepers() -> list[Sweeper]:
    return [part for part in parts() if isinstance(part, Sweeper)]


def sweeper_of(key: str) -> Sweeper:
    return next(one for one in sweepers() if one.prefix == key.partition("-")[0])


def numbers_in(key: str) -> list[int]:
    """'bezoek-12-3' → 12 and 3."""
    return [int(part) for part in key.split("-")[1:]]


@retried
def do_together(parts: Iterable[Sequence[str]], *, by: Any, note: str) -> dict[str, str]:
    """What was chosen for things that go together, (key, way, how it stood) each: all or nothing.
    Returns by key what staff should know besides.

    Raises Refused, of which `key` says what it is about.
    """
    remarks = {}
    for key, value, stands in parts:
        sweeper, way = sweeper_of(key), Way.read(value)
        try:
            if way.action != LEAVE and not by.has_perm(sweeper.permission):
                raise NotAllowed
            remarks[key] = sweeper.sweep(key, way, stands=stands, by=by, note=note)
        except Refused as refusal:
            refusal.key = key  # type: ignore[attr-defined]  # said beside what it is about
            raise
    return remarks
