"""Who is told that a place came free that is too small for her: her page says so.

She is told once, and again where there is more room than she knows of: as a verb gave up a place
there just now, or as there is more than when she was told of the same half day (nobody gave that
up: a limit was raised).
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Self

from django.db import transaction

from bookings.models import Visit
from bookings.planning.offer import Offer
from bookings.waiting.entries import Entry
from core.lifecycle import Refused
from programmes.models import Programme
from submissions.models import WaitAttention
from submissions.waiting.lifecycle import MOVES


@dataclass(frozen=True)
class Room:
    """How much is free in a half day, as the event keeps that tells of it."""

    slot: int
    groups: int
    pupils: int

    @classmethod
    def of(cls, offer: Offer) -> Self:
        return cls(offer.slot_id, offer.groups_left, offer.pupils_left)

    def is_more_than(self, known: "Room") -> bool:
        return self.groups > known.groups or self.pupils > known.pupils


def say_so(entry: Entry, wanted: Sequence[Offer], given_up: Sequence[Visit]) -> None:
    """All that it wants is too small for it. `given_up`: the visits in which the verb under way
    gave up a place."""
    told = _told(entry)
    for offer in wanted:
        room, known = Room.of(offer), told.get(offer.slot_id)
        grew = known is not None and room.is_more_than(known)
        if not told or grew or _was_given_up(offer, given_up, entry.programme):
            _tell(entry, room)
            return


def _told(entry: Entry) -> dict[int, Room]:
    """Half day (primary key) → the room in it of which this entry was told last."""
    events = entry.rows[0].events.filter(move="pass_over").order_by("pk")
    rooms = (Room(**event.data) for event in events)
    return {room.slot: room for room in rooms}


def _was_given_up(offer: Offer, given_up: Iterable[Visit], programme: Programme) -> bool:
    """Whether this offer has what was given up: in its own visit, or in another in its rooms at
    that time, which nobody else is in any more."""
    for visit in given_up:
        if (visit.slot_id, visit.programme_id) == (offer.slot_id, offer.programme_id):
            return True
        at_that_time = (
            visit.slot.starts_at < offer.starts_at + programme.occupies
            and offer.starts_at < visit.slot.starts_at + visit.programme.occupies
        )
        rooms = visit.programme.zones.filter(pk__in=programme.zones.all())
        if at_that_time and rooms.exists():
            return True
    return False


def _tell(entry: Entry, room: Room) -> None:
    changes = {"attention": WaitAttention.PASSED_OVER}
    try:
        with transaction.atomic():
            for row in entry.rows:
                MOVES.apply(row, "pass_over", by=None, data=asdict(room), changes=changes)
    except Refused:
        return  # served or withdrawn a moment ago
