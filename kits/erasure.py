"""What loans know of a person who is erased: words in the notes of their events."""

import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from schools import erasure
from schools.models import Submission

from .models import Loan, LoanEvent, LoanState
from .models.loan import HOLDING

ENDED = (LoanState.DONE, LoanState.WRITTEN_OFF)


def needed_since(moment: datetime.datetime) -> QuerySet[Loan, Any]:
    """Submissions with a loan that is not finished, or one that ended at or after `moment`."""
    ended = Q(state__in=ENDED, ends_on__gte=timezone.localdate(moment))
    return Loan.objects.filter(Q(state__in=HOLDING) | ended).values("submission")


def erase_words(submissions: QuerySet[Submission]) -> int:
    """Empty the notes; messages that still wait have nobody left to go to."""
    events = LoanEvent.objects.filter(loan__submission__in=submissions)
    events.filter(noticed_at=None).update(notice="")
    return events.exclude(note="").update(note="")


def register() -> None:
    erasure.register("loan notes", erasure.Keeper(needed_since, erase_words))
