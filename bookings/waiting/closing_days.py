"""Days that close, and who waits for any of several: in vain, where all of those are closed by now.
Who waits for one half day is found with its visit (`bookings/closing_days.py`)."""

import datetime
import itertools
from collections.abc import Collection, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bookings.models import VisitWait
from bookings.telling.waiting import when_of
from bookings.waiting.visit_list import LIST
from core.dates import days_between
from core.public_holidays import is_working_day
from programmes.closing_days.sweeper import Hit
from programmes.models import Closure, Programme, Venue
from submissions.models import WaitState
from submissions.waiting.closing_days import WaitSweeper


class WishSweeper(WaitSweeper):
    """All that one submission waits for is one hit: it ends as one."""

    name = "sweep_wishes"
    prefix = "wens"
    permission = "bookings.change_visitwait"
    waiting_list = LIST

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Hit]:
        wishes = VisitWait.objects.filter(
            slot=None,
            programme__venue=venue,
            state=WaitState.WAITING,
            first_day__lte=last,
            last_day__gte=max(first, timezone.localdate()),
        )
        rows = list(wishes.with_facts().order_by("first_day", "submission", "pk"))
        closed = _closed(venue, rows)
        return [
            self._hit(list(of_one), first)
            for _submission, of_one in itertools.groupby(
                (row for row in rows if _is_in_vain(row, closed)), key=lambda row: row.submission_id
            )
        ]

    def thing_of(self, row: VisitWait) -> Programme:
        return row.programme

    def stands(self, row: VisitWait) -> str:
        return f"{row.state}:{row.first_day}:{row.last_day}:{row.weekdays}"

    def _hit(self, rows: Sequence[VisitWait], first: datetime.date) -> Hit:
        row = rows[0]
        day = max(first, row.first_day)
        text = _("%(class_name)s waits for %(title)s") % {
            "class_name": ", ".join(one.party_name for one in rows),
            "title": row.programme.title,
        }
        return Hit(
            key=self.key(row.pk),
            day=day,
            text=f"{date_format(day, 'TABLE_DAY_FORMAT')} {text}, {when_of(row)}",
            whom=row.submission.asker_name,
            address=self.page_of(row),
            ways=self.ways(),
            stands=self.stands(row),
            submissions=frozenset([row.submission_id]),
        )


def _closed(venue: Venue, rows: Sequence[VisitWait]) -> set[datetime.date]:
    """On which days of these wishes the venue is closed."""
    if not rows:
        return set()
    closures = Closure.objects.filter(
        venue=venue,
        starts_on__lte=max(row.last_day for row in rows),
        ends_on__gte=min(row.first_day for row in rows),
    )
    return {day for one in closures for day in days_between(one.starts_on, one.ends_on)}


def _is_in_vain(row: VisitWait, closed: Collection[datetime.date]) -> bool:
    """Whether no day is left on which it could be met: schools come on working days."""
    coming = days_between(max(row.first_day, timezone.localdate()), row.last_day)
    wanted = (day for day in coming if not row.weekdays or str(day.weekday()) in row.weekdays)
    return all(day in closed for day in wanted if is_working_day(day))
