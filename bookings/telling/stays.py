"""The classes of a submission that come together, of which a mail or a letter speaks at once."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from bookings.models import Booking, Visit
from schools.audience import Audience


@dataclass(frozen=True)
class Stay:
    """In the same visit, and so at the same time and with the same deadlines."""

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
        """In which words to speak of who comes: of their programme all are classes, or groups."""
        return self.bookings[0].audience

    @property
    def change_until(self) -> datetime.date:
        return self.bookings[0].change_until

    @property
    def cancel_until(self) -> datetime.date:
        return self.bookings[0].cancel_until
