"""Several classes of one submission, changed in one go: of three cancel one, move one, change the
numbers of one. All or nothing, and told in one mail.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bookings import lifecycle, moving, still_coming
from bookings.models import Booking, VisitSlot
from core.lifecycle import Refused
from core.transactions import retried
from schools.models import User
from submissions.lifecycle import locked
from submissions.rules import Rule


@dataclass(frozen=True)
class ClassChange:
    """What becomes of one class. `slot`: another date, or None to stay. `told` as in a
    VisitRequest."""

    booking: Booking
    pupils: int
    supervisors: int
    slot: VisitSlot | None = None
    goes: bool = False
    told: Collection[Rule] = ()

    @property
    def asks_something(self) -> bool:
        before = self.booking.pupils, self.booking.supervisors
        moves = self.slot is not None and self.slot != self.booking.visit.slot
        if self.goes:
            return self.booking.is_holding
        return moves or before != (self.pupils, self.supervisors)

    @property
    def order(self) -> tuple[int, int]:
        """Sort key: what frees a place comes before what takes one."""
        if self.goes:
            return 0, self.booking.pk
        return 1 + (self.pupils > self.booking.pupils or self.slot is not None), self.booking.pk


class ChangeRefused(Refused):
    """One of the classes stands in the way; `refusal` says why."""

    def __init__(self, part: ClassChange, refusal: Refused) -> None:
        self.part, self.refusal = part, refusal
        super().__init__(str(refusal))


@retried
def change_parts(
    parts: Sequence[ClassChange],
    *,
    by: User | None,
    note: str = "",
    ways: Mapping[str, str] | None = None,
) -> int:
    """Change classes of one submission; returns how many. `ways`: name of what goes along with a
    visit moved or cancelled → its way (`Kind.along`). Raises ChangeRefused, and then nothing has
    changed."""
    if parts:
        locked(parts[0].booking.submission)
    for part in parts:  # the first of two clicks may have done it meanwhile
        part.booking.refresh_from_db(from_queryset=Booking.objects.with_facts())
    asked = sorted((part for part in parts if part.asks_something), key=lambda part: part.order)
    stays = any(not part.goes for part in parts)
    for part in asked:
        try:
            _change(part, by, note, ways or {}, is_last=not stays)
        except Refused as refusal:
            raise ChangeRefused(part, refusal) from refusal
    return len(asked)


def _change(
    part: ClassChange, by: User | None, note: str, ways: Mapping[str, str], *, is_last: bool
) -> None:
    booking, left = part.booking, part.booking.visit.slot.day
    if part.goes:
        # What stays is told in the same mail, so that it is a change of the whole.
        notice = None if is_last else "changed"
        lifecycle.cancel(booking=booking, by=by, note=note, notice=notice)
        moving.take_along(booking, ways, left=left, by=by)
        return
    fewer = part.pupils <= booking.pupils
    if fewer:
        _change_numbers(part, by, note)
    if part.slot is not None:
        moving.move(booking=booking, slot=part.slot, by=by, note=note, along=ways)
    if not fewer:
        _change_numbers(part, by, note)


def _change_numbers(part: ClassChange, by: User | None, note: str) -> None:
    if (part.pupils, part.supervisors) == (part.booking.pupils, part.booking.supervisors):
        return
    still_coming.change_own_numbers(
        booking=part.booking,
        pupils=part.pupils,
        supervisors=part.supervisors,
        by=by,
        note=note,
        told=part.told,
    )
