"""Days that close, and who waits for a box that would change hands on one of them."""

import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kits.models import LessonKit, LoanWait
from kits.telling.waiting import when_of
from kits.waiting.loan_list import LIST
from programmes.closing_days.sweeper import Hit
from programmes.models import Venue
from submissions.models import WaitState
from submissions.waiting.closing_days import WaitSweeper
from submissions.waiting.lifecycle import LIVE


class LoanWaitSweeper(WaitSweeper):
    name = "sweep_loan_waits"
    prefix = "wachtkist"
    permission = "kits.change_loanwait"
    waiting_list = LIST

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Hit]:
        days = (first, last)
        waits = LoanWait.objects.filter(
            Q(starts_on__range=days) | Q(ends_on__range=days),
            kit__venue=venue,
            state__in=LIVE,
            starts_on__gte=timezone.localdate(),
        )
        rows = waits.with_facts().order_by("starts_on", "pk")
        return [self._hit(row, first, last) for row in rows]

    def thing_of(self, row: LoanWait) -> LessonKit:
        return row.kit

    def stands(self, row: LoanWait) -> str:
        return f"{row.state}:{row.starts_on}:{row.ends_on}"

    def _hit(self, row: LoanWait, first: datetime.date, last: datetime.date) -> Hit:
        day = row.starts_on if first <= row.starts_on <= last else row.ends_on
        if row.state == WaitState.OFFERED:
            words, end = _("%(kit)s is offered (%(class_name)s)"), _("withdraw the offer")
        else:
            words, end = _("%(class_name)s waits for %(kit)s"), ""
        text = words % {"kit": row.kit.title, "class_name": row.party_name}
        return Hit(
            key=self.key(row.pk),
            day=day,
            text=f"{date_format(day, 'TABLE_DAY_FORMAT')} {text}, {when_of(row)}",
            whom=row.submission.asker_name,
            address=self.page_of(row),
            ways=self.ways(end),
            stands=self.stands(row),
            submissions=frozenset([row.submission_id]),
        )
