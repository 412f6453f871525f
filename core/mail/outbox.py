"""From events to mails, exactly once each.

An event with a notice and without `noticed_at` waits in the outbox. The teller has its kind
render the mails (no lock is held meanwhile), then writes the mail rows and `noticed_at` in one
transaction. Events that belong together (two classes of one submission, confirmed at once)
go to the kind as one list and become one mail. An event of a transaction that was rolled back
does not exist, so neither does its mail.
"""

import datetime
import enum
import itertools
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.models import Min, QuerySet, Value
from django.utils import timezone

from core.kinds import Kind, kinds
from core.lifecycle import Event, collecting_events
from core.mail.models import Mail
from core.mail.queue import Message, enqueue
from core.transactions import in_a_copy

logger = logging.getLogger(__name__)

# Seconds after which a notice that could not be made is tried again.
TRY_AGAIN_AFTER = 60.0


# Events are read in portions of so many groups: one query each, and none is told long after.
PORTION = 20

Key = tuple[Any, ...]


def _waiting(kind: Kind) -> Any:
    return kind.event._base_manager.filter(noticed_at=None).exclude(notice="")


def _groups(kind: Kind, **among: Any) -> dict[Key, list[int]]:
    """The events that wait, by what they have in common, in order of the oldest."""
    groups: dict[Key, list[int]] = {}
    common = ("notice", "note", "about", *kind.together)
    waiting = _waiting(kind).filter(**among).order_by("pk")
    for pk, *key in waiting.values_list("pk", *common):
        groups.setdefault(tuple(key), []).append(pk)
    return groups


def _read(kind: Kind, pks: list[int]) -> dict[int, Event]:
    events = _waiting(kind)
    if kind.read_along:
        events = events.select_related(*kind.read_along)
    return events.in_bulk(pks)


def _oldest() -> dict[str, datetime.datetime]:
    """By the name of its kind, when the oldest event happened whose mail is not made yet."""
    one, *others = (
        _waiting(kind).order_by().values(of=Value(kind.name)).annotate(first=Min("at"))
        for kind in kinds()
    )
    rows = one.values_list("of", "first").union(*others, all=True).order_by()
    return {name: first for name, first in rows if first is not None}


def oldest_untold() -> datetime.datetime | None:
    return min(_oldest().values(), default=None)


def untold_since(moment: datetime.datetime) -> list[Event]:
    """The oldest event of each kind whose mail should have been made by then and was not."""
    late = {name: at for name, at in _oldest().items() if at <= moment}
    found = [
        _waiting(kind).filter(at=late[kind.name]).order_by("pk").first()
        for kind in kinds()
        if kind.name in late
    ]
    return [event for event in found if event is not None]


# --- For a rehearsal ----------------------------------------------------------------------------


@contextmanager
def rehearsal() -> Iterator[list[Event]]:
    """A transaction that is undone, with the events that it writes, for `told_of`. Nobody else
    waits for it, where it is not part of another one."""
    with in_a_copy(), transaction.atomic(), collecting_events() as heard:
        yield heard
        transaction.set_rollback(True)


def told_of(heard: list[Event]) -> list[Message]:
    """The mails that would tell of these events, and of none that others write meanwhile.

    `heard` is emptied: called again, it tells of what happened after that.
    """
    found: list[Message] = []
    for kind in kinds():
        mine = [event.pk for event in heard if type(event) is kind.event]
        groups = _groups(kind, pk__in=mine) if mine else {}
        events = _read(kind, mine) if groups else {}
        for pks in groups.values():
            found += kind.mails([events[pk] for pk in pks])
    heard.clear()
    return found


class Teller:
    """Makes mails of events; remembers which ones failed, to let the others pass."""

    def __init__(self) -> None:
        self._set_aside: dict[tuple[str, Key], float] = {}

    def tell(self, *, seconds: float) -> int:
        """Make mails for about so many seconds; how many were queued."""
        until = time.monotonic() + seconds
        told = 0
        for kind in kinds():
            for portion in itertools.batched(_groups(kind).items(), PORTION):
                if time.monotonic() > until:
                    return told
                events = _read(kind, [pk for _key, pks in portion for pk in pks])
                for key, pks in portion:
                    group = [events[pk] for pk in pks if pk in events]
                    told += self._tell_group(kind, key, group)
        return told

    def _tell_group(self, kind: Kind, key: Key, events: list[Event]) -> int:
        aside = (kind.name, key)
        if self._set_aside.get(aside, 0.0) > time.monotonic():
            return 0
        try:
            told = tell_group(kind, events)
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            # One mail that cannot be made must not hold up the rest.
            logger.exception(
                "No mail could be made of %s %s",
                kind.event.__name__,
                [event.pk for event in events],
            )
            self._set_aside[aside] = time.monotonic() + TRY_AGAIN_AFTER
            return 0
        self._set_aside.pop(aside, None)
        return told


def tell_group(kind: Kind, events: list[Event]) -> int:
    """Queue the mails of events that belong together; 0 when another worker was first."""
    if not events:
        return 0
    messages = list(kind.mails(events))
    with transaction.atomic():
        # Compare and set: a second worker waits here for the first, and then finds none left.
        untold = _waiting(kind).filter(pk__in=[event.pk for event in events])
        if untold.update(noticed_at=timezone.now()) != len(events):
            transaction.set_rollback(True)
            return 0
        tells_of = f"{kind.name}:{','.join(str(event.pk) for event in events)}"
        for message in messages:
            enqueue(message, tells_of=tells_of)
    return len(messages)


class InItsPlace(enum.Enum):
    """What becomes of a mail that is to go out, where no other takes its place."""

    ITSELF = "itself"  # it goes as it was made: no events tell it (a code), or they are gone
    NOTHING = "nothing"  # what it says is no longer true


def made_anew(mail: Mail) -> Message | InItsPlace:
    """What would be told now in the place of `mail`."""
    name, _colon, keys = mail.tells_of.partition(":")
    kind = next((kind for kind in kinds() if kind.name == name), None)
    if kind is None:
        return InItsPlace.ITSELF
    events = kind.event._base_manager.filter(pk__in=keys.split(",")).order_by("pk")
    told = list(events.select_related(*kind.read_along) if kind.read_along else events)
    if not told:
        return InItsPlace.ITSELF
    anew = [
        message
        for message in kind.mails(told)
        if (message.template, message.reference) == (mail.template, mail.reference)
    ]
    for message in anew:
        if message.to == mail.to:
            return message
    # This address no longer hears of it: whoever it was, others need not hear it twice.
    same = Mail.objects.filter(tells_of=mail.tells_of, template=mail.template)
    told_to = set(same.exclude(pk=mail.pk).values_list("to", flat=True))
    others = (message for message in anew if message.to not in told_to)
    return next(others, InItsPlace.NOTHING)


def went_elsewhere(mails: QuerySet[Mail], *, now: str) -> list[Mail]:
    """Mails to one person at another than her present address that still say what is true, the
    newest of each; without what was told again to the present one."""
    missed: dict[tuple[str, str], Mail | None] = {}
    told = mails.exclude(tells_of="").exclude(state=Mail.State.WITHDRAWN).order_by("-pk")
    for mail in told.prefetch_related("files"):
        what = (mail.tells_of, mail.template)
        if mail.to == now:
            missed[what] = None
        else:
            missed.setdefault(what, mail)
    return [mail for mail in missed.values() if mail and isinstance(made_anew(mail), Message)]
