"""Entries on the waiting list: all rows of one submission, and what it wants."""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from bookings.models import VisitWait
from bookings.models.waiting import VisitWaitQuerySet
from bookings.planning.offer import Offer
from programmes.models import Programme
from schools.models import SchoolHoliday
from submissions.models import Submission
from submissions.waiting.deadlines import region_of


@dataclass(frozen=True)
class Entry:
    """All that one submission waits for: served all at once."""

    rows: Sequence[VisitWait]

    @property
    def submission(self) -> Submission:
        return self.rows[0].submission

    @property
    def programme(self) -> Programme:
        return self.rows[0].programme

    @property
    def pupils(self) -> int:
        return sum(row.pupils for row in self.rows)

    @property
    def region(self) -> str:
        return region_for(self.programme, self.submission)

    @cached_property
    def holidays(self) -> dict[datetime.date, str]:
        """Days on which a wish is not met: its school has none of its pupils there."""
        first = self.rows[0]
        if first.slot_id:
            return {}
        of_region = SchoolHoliday.objects.filter(region=self.region)
        return of_region.days(first.first_day, first.last_day)

    def wants(self, offer: Offer) -> bool:
        first = self.rows[0]
        if first.slot_id:
            return first.slot_id == offer.slot_id
        return first.wishes(offer.starts_at) and offer.day not in self.holidays

    def has_room_in(self, offer: Offer) -> bool:
        return offer.groups_left >= len(self.rows) and offer.pupils_left >= self.pupils

    def locked(self) -> "Entry":
        """As it is now: her numbers may have changed since it was read, and cannot from here on."""
        rows = VisitWait.objects.filter(pk__in=[row.pk for row in self.rows])
        return Entry(list(rows.locked()))


def entries_of(rows: VisitWaitQuerySet) -> list[Entry]:
    """Entries in the order in which they are served."""
    found = rows.waiting().with_facts().filter(programme__is_published=True)
    by_submission = itertools.groupby(found, key=lambda row: row.submission_id)
    return [Entry(list(group)) for _key, group in by_submission]


def region_for(programme: Programme, submission: Submission) -> str:
    """Whose school holidays count for it."""
    return region_of(submission.school, programme.venue.holiday_region)
