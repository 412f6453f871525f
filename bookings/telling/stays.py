"""The classes of a submission that come together, of which a mail or a letter speaks at once."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import cached_property

from bookings.models import Booking, Visit
from bookings.telling.wording import terms_of
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
        return terms_of(self.visit.programme, self.visit.slot.day, len(self.bookings))


def stays_of(bookings: Iterable[Booking]) -> list[Stay]:
    """The stays of bookings that are in the order of their visits."""
    by_visit = itertools.groupby(bookings, key=lambda booking: booking.visit)
    return [Stay(visit, list(rows)) for visit, rows in by_visit]
