"""The classes of a submission that come together, of which a mail or a letter speaks at once."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.functional import cached_property

from bookings.models import Booking, BookingEvent, Visit
from bookings.telling.wording import terms_of
from core.lifecycle import Role
from schools.audience import Audience
from submissions.wording import Term


@dataclass(frozen=True)
class Stay:
    """Bookings of one visit, and so at the same time and with the same deadlines."""

    visit: Visit
    bookings: Sequence[Booking]

    @property
    def starts_at(self) -> datetime.datetime:
        return timezone.localtime(self.bookings[0].starts_at)

    @property
    def ends_at(self) -> datetime.datetime:
        return timezone.localtime(self.bookings[0].ends_at)

    @property
    def audience(self) -> Audience:
        """The words for those who come: for one programme all are classes, or all groups."""
        return self.bookings[0].audience

    @cached_property  # a mail says them twice: as text and as HTML
    def terms(self) -> list[Term]:
        programme, day = self.visit.programme, self.visit.slot.day
        first = min(programme.last_day_to_change(day), programme.last_day_to_cancel(day))
        is_late = first < timezone.localdate() <= day  # else nobody asks who moved it
        moved_on = moved_by_us_on(self.bookings) if is_late else None
        return terms_of(programme, day, len(self.bookings), moved_on=moved_on)


def moved_by_us_on(bookings: Sequence[Booking]) -> datetime.date | None:
    """The day on which staff moved one of these to the date that it has; one query, or none after
    `history_of`."""
    prefetch_related_objects(bookings, "events")
    last = [max(moves, key=lambda event: event.pk) for moves in map(_moves, bookings) if moves]
    ours = [event for event in last if event.by_role == Role.STAFF]
    return max((timezone.localdate(event.at) for event in ours), default=None)


def _moves(booking: Booking) -> list[BookingEvent]:
    return [event for event in booking.events.all() if event.move == "reschedule"]


def came_near_by_us(booking: Booking, last: datetime.date) -> bool:
    """Whether `last`, a day until which its school could do something itself, had passed already
    when staff moved it to its date."""
    moved_on = moved_by_us_on([booking]) if last < timezone.localdate() else None
    return moved_on is not None and last < moved_on


def stays_of(bookings: Iterable[Booking]) -> list[Stay]:
    """The stays of bookings that are in the order of their visits."""
    by_visit = itertools.groupby(bookings, key=lambda booking: booking.visit)
    return [Stay(visit, list(rows)) for visit, rows in by_visit]
