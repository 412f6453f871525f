"""What stands around a visit, for page, letter and mail: before, on the day, afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from bookings.models import Booking, by_date
from bookings.telling.stays import Stay
from programmes.models import Programme


@dataclass(frozen=True)
class AroundStay(Stay):
    """A stay with what its programme says of before, during and after."""

    @property
    def programme(self) -> Programme:
        return self.visit.programme

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def is_today(self) -> bool:
        return self.starts_at.date() == timezone.localdate()

    @property
    def has_before(self) -> bool:
        """Files go with a text, so that a programme without any costs no query."""
        return bool(self.programme.preparation)

    @property
    def has_after(self) -> bool:
        return bool(self.programme.follow_up)

    @property
    def all_prepared(self) -> bool:
        return all(booking.prepared_at for booking in self.bookings)


def around_of(bookings: Iterable[Booking]) -> list[AroundStay]:
    """Stays that go ahead or took place, in order; without those of which there is nothing to say.

    Classes that come for the same programme do the same and stand together, on whichever days they
    come; those that were there already stand apart.
    """
    held = (one for one in bookings if one.standing.is_coming or one.standing.counts)
    now = timezone.now()
    together: dict[tuple[int, bool], list[Booking]] = {}
    for one in sorted(held, key=by_date):
        together.setdefault((one.visit.programme_id, one.ends_at <= now), []).append(one)
    stays = (AroundStay(rows[0].visit, rows) for rows in together.values())
    return [one for one in stays if _says_something(one)]


def _says_something(stay: AroundStay) -> bool:
    return bool(stay.programme.teachers_part) or stay.has_before or stay.has_after
