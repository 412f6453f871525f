"""Days that close, and who waits for a box that would change hands on one of them: she would wait
in vain, and what is offered to her cannot be collected or brought back."""

import datetime
from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from core.tasks.work import About
from core.transactions import retried
from kits.models import LoanWait
from kits.telling.waiting import when_of
from kits.waiting.loan_list import LIST
from programmes.closing_days.sweeper import (
    CANCEL,
    LEAVE,
    Hit,
    StandsOtherwise,
    Sweeper,
    Way,
    numbers_in,
)
from programmes.models import Venue
from schools.models import User
from submissions.lifecycle import locked
from submissions.models import Ending, WaitState
from submissions.waiting.lifecycle import LIVE


class LoanWaitSweeper(Sweeper):
    name = "sweep_loan_waits"
    prefix = "wachtkist"
    permission = "kits.change_loanwait"

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Hit]:
        days = (first, last)
        waits = LoanWait.objects.filter(
            Q(starts_on__range=days) | Q(ends_on__range=days),
            kit__venue=venue,
            state__in=LIVE,
            starts_on__gte=timezone.localdate(),
        )
        rows = waits.with_facts().order_by("starts_on", "pk")
        return [_hit(self.key(row.pk), row, first, last) for row in rows]

    @retried
    def sweep(self, key: str, way: Way, *, stands: str, by: User, note: str) -> str:
        rows = LoanWait.objects.with_facts()
        row = rows.get(pk=numbers_in(key)[0])
        locked(row.submission)  # as every verb of the list does first
        row.refresh_from_db(from_queryset=rows)
        if _stands(row) != stands:
            raise StandsOtherwise
        if way.action == CANCEL:
            LIST.end(row.submission, Ending.CALLED_OFF, by=by, note=note)
        elif way.action != LEAVE:  # of another version of the site
            raise StandsOtherwise
        return ""

    def about(self, keys: Iterable[str]) -> dict[str, About]:
        numbers = {numbers_in(key)[0]: key for key in keys}
        rows = LoanWait.objects.with_facts().filter(pk__in=numbers)
        return {
            numbers[row.pk]: About(f"{row.kit.title} ({row.party_name})", _page_of(row))
            for row in rows
        }


def _stands(row: LoanWait) -> str:
    return f"{row.state}:{row.starts_on}:{row.ends_on}"


def _page_of(row: LoanWait) -> str:
    return reverse("admin:kits_loanwait_change", args=[row.pk])


def _hit(key: str, row: LoanWait, first: datetime.date, last: datetime.date) -> Hit:
    day = row.starts_on if first <= row.starts_on <= last else row.ends_on
    if row.state == WaitState.OFFERED:
        words, end = _("%(kit)s is offered (%(class_name)s)"), _("withdraw the offer")
    else:
        words, end = _("%(class_name)s waits for %(kit)s"), _("tell them that it cannot be")
    text = words % {"kit": row.kit.title, "class_name": row.party_name}
    return Hit(
        key=key,
        day=day,
        text=f"{date_format(day, 'TABLE_DAY_FORMAT')} {text}, {when_of(row)}",
        whom=row.submission.asker_name,
        address=_page_of(row),
        ways=[Way(CANCEL, words=end), Way(LEAVE, words=_("leave it as it is"))],
        stands=_stands(row),
        submissions=frozenset([row.submission_id]),
    )
