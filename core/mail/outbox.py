"""From events to mails, exactly once each.

An event with a notice and without `noticed_at` waits in the outbox. `deliver()` has its app
render the mails (no lock is held meanwhile), then writes the mail rows and `noticed_at` in one
transaction. Events that belong together (two classes of one submission, confirmed at once)
go to the app as one list and become one mail. An event of a transaction that was rolled back
does not exist, so neither does its mail.

Each app registers its functions in `AppConfig.ready()`.
"""

import datetime
import itertools
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Min
from django.utils import timezone

from core.lifecycle import Event
from core.mail.queue import Message, enqueue

logger = logging.getLogger(__name__)

# From the events of one group, oldest first, to the mails that tell of them.
Notice = Callable[[list[Any]], Iterable[Message]]

# Seconds after which a notice that could not be made is tried again.
TRY_AGAIN_AFTER = 60.0


# Events are read in portions of so many groups: one query each, and none is told long after.
PORTION = 20

Key = tuple[Any, ...]


@dataclass(frozen=True)
class Source:
    model: type[Event]
    notices: Mapping[str, Notice]
    together: Sequence[str]
    related: Sequence[str] = ()

    def waiting(self) -> Any:
        return self.model._base_manager.filter(noticed_at=None).exclude(notice="")

    def groups(self) -> dict[Key, list[int]]:
        """The events that wait, by what they have in common, in order of the oldest."""
        groups: dict[Key, list[int]] = {}
        for pk, *key in self.waiting().order_by("pk").values_list("pk", *self.together):
            groups.setdefault(tuple(key), []).append(pk)
        return groups

    def read(self, pks: list[int]) -> dict[int, Event]:
        events = self.waiting().select_related(*self.related) if self.related else self.waiting()
        return events.in_bulk(pks)


_sources: list[Source] = []


def register(
    model: type[Event],
    notices: Mapping[str, Notice],
    *,
    together: Sequence[str] = (),
    related: Sequence[str] = (),
) -> None:
    """The notices of one event model.

    Events with the same notice, note and date and the same values of the lookups `together`
    become one call, with what is `related` read along. An event whose notice has no function
    stays untold, and is logged.
    """
    _sources.append(Source(model, notices, ("notice", "note", "about", *together), related))


def oldest_untold() -> Any:
    """When the oldest event happened of which the mail is not made yet; None if there is none."""
    moments = [source.waiting().aggregate(first=Min("at"))["first"] for source in _sources]
    return min((moment for moment in moments if moment), default=None)


def untold_since(moment: datetime.datetime) -> list[Event]:
    """The oldest event of each kind whose mail should have been made by then and was not."""
    late = [source.waiting().filter(at__lte=moment).order_by("at").first() for source in _sources]
    return [event for event in late if event is not None]


class Teller:
    """Makes mails of events; remembers which ones failed, to let the others pass."""

    def __init__(self) -> None:
        self._set_aside: dict[tuple[type[Event], Key], float] = {}

    def tell(self, *, seconds: float) -> int:
        """Make mails for about so many seconds; how many were queued."""
        until = time.monotonic() + seconds
        told = 0
        for source in _sources:
            for portion in itertools.batched(source.groups().items(), PORTION):
                if time.monotonic() > until:
                    return told
                events = source.read([pk for _key, pks in portion for pk in pks])
                for key, pks in portion:
                    group = [events[pk] for pk in pks if pk in events]
                    told += self._tell_group(source, key, group)
        return told

    def _tell_group(self, source: Source, key: Key, events: list[Event]) -> int:
        aside = (source.model, key)
        if self._set_aside.get(aside, 0.0) > time.monotonic():
            return 0
        try:
            told = tell_group(source, events)
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            # One mail that cannot be made must not hold up the rest.
            logger.exception(
                "No mail could be made of %s %s",
                source.model.__name__,
                [event.pk for event in events],
            )
            self._set_aside[aside] = time.monotonic() + TRY_AGAIN_AFTER
            return 0
        self._set_aside.pop(aside, None)
        return told


def tell_group(source: Source, events: list[Event]) -> int:
    """Queue the mails of events that belong together; 0 when another worker was first."""
    if not events:
        return 0
    messages = list(source.notices[events[0].notice](events))
    with transaction.atomic():
        # Compare and set: a second worker waits here for the first, and then finds none left.
        untold = source.waiting().filter(pk__in=[event.pk for event in events])
        if untold.update(noticed_at=timezone.now()) != len(events):
            transaction.set_rollback(True)
            return 0
        for message in messages:
            enqueue(message)
    return len(messages)
