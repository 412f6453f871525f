"""An *offer*: a programme in a slot that is public. Its states, as a calendar shows them:

- FREE, FEW (nearly full): can be booked;
- FULL: somebody else was first, here or in a zone it needs;
- CLOSED: the slot is closed, too soon, too far ahead or past;
- OWN: where the class is booked that moves to another date.

To staff alone: UNPUBLISHED, and TOO_SOON for schools, which staff can still book.
"""

import datetime
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.utils import timezone

from bookings.planning.as_shown import as_shown


class Status(StrEnum):
    FREE = "free"
    FEW = "few"
    FULL = "full"
    CLOSED = "closed"
    OWN = "own"
    UNPUBLISHED = "unpublished"  # for staff only
    TOO_SOON = "too_soon"  # for schools; staff can still book it, with a note that says why


@dataclass(frozen=True)
class Offer:
    """One programme in one slot, as the calendar shows it."""

    slot_id: int
    venue_id: int
    programme_id: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    status: Status
    groups_left: int
    pupils_left: int
    public_from: datetime.date | None = None  # of what is not published yet

    @cached_property
    def local_start(self) -> datetime.datetime:
        """By the clock on the wall."""
        return timezone.localtime(self.starts_at)

    @property
    def day(self) -> datetime.date:
        return self.local_start.date()

    @property
    def is_morning(self) -> bool:
        return self.local_start.hour < 12

    @property
    def as_shown(self) -> str:
        return as_shown(self.slot_id, self.venue_id, self.starts_at)

    @property
    def can_be_booked(self) -> bool:
        return self.status in {Status.FREE, Status.FEW}
