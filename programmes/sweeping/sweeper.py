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

LEAVE, CANCEL = "leave", "cancel"


class StandsOtherwise(Refused):
    message = _("Something changed here since you looked: look at it again first.")


class NotHers(Refused):
    message = _("You may not change this.")


@dataclass(frozen=True)
class Hit:
    """One thing that stands on a day that closes: a visit with its classes, a box that goes out."""

    key: str  # one of its own among all kinds, and fit for the name of a form's field
    day: datetime.date
    text: str
    whom: str  # the schools, in a line
    address: str
    # Value, and in words: the first is what most people want, one of the others to leave it. Where
    # one cannot be done, the next is proposed.
    ways: Sequence[tuple[str, str]]
    # What it was when it was shown: where that is no longer so, nothing is done.
    stands: str
    submissions: frozenset[int]  # who hears of it: what shares one is done and told together


class Sweeper(Part):
    prefix = ""  # of the keys of its hits; one of its own
    permission = ""  # who may do more with them than leave them

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> Iterable[Hit]:
        """What stands at a venue on these days, both included, which are closed already."""
        raise NotImplementedError

    def sweep(self, key: str, way: str, *, stands: str, by: Any, note: str) -> None:
        """Do with it what was chosen, in this transaction. Raises StandsOtherwise, and what stands
        in the way."""
        raise NotImplementedError

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
def do_together(parts: Iterable[Sequence[str]], *, by: Any, note: str) -> None:
    """What was chosen for things that go together, (key, way, how it stood) each: all or nothing.

    Raises Refused, of which `key` says what it is about.
    """
    for key, way, stands in parts:
        try:
            sweeper = sweeper_of(key)
            if way != LEAVE and not by.has_perm(sweeper.permission):
                raise NotHers
            sweeper.sweep(key, way, stands=stands, by=by, note=note)
        except Refused as refusal:
            refusal.key = key  # type: ignore[attr-defined]
            raise
