"""What loans know of a person who is erased: notes, names of classes, what was reported."""

import datetime
import functools
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from core.text.normal import key
from kits.models import Finding, Loan, LoanEvent, LoanState
from submissions.kinds import Names
from submissions.models import Submission


def needed_since(moment: datetime.datetime) -> QuerySet[Loan, Any]:
    """Submissions with a loan that is not finished, or was not yet at `moment`."""
    ended = Q(state__in=LoanState.where(went_out=True, holds=False), changed_at__gte=moment)
    return Loan.objects.filter(Q(state__in=LoanState.where(holds=True)) | ended).values(
        "submission"
    )


def erase_words(submissions: QuerySet[Submission], names: Names) -> int:
    """Empty the notes and the reports, photos included; the counts of a box stay.

    Messages that still wait have nobody left to go to.
    """
    events = LoanEvent.objects.filter(loan__submission__in=submissions)
    events.filter(noticed_at=None).update(notice="")
    for loan in Loan.objects.filter(submission__in=submissions):
        if names(loan.party_name):
            Loan.objects.filter(pk=loan.pk).update(
                party_name=loan.year_groups,
                party_key=key(loan.year_groups),
                sequence=F("sequence") + 1,  # calendars fetch it anew
                changed_at=timezone.now(),
            )
    findings = Finding.objects.filter(loan__submission__in=submissions).exclude(text="", photo="")
    for path in findings.exclude(photo="").values_list("photo", flat=True):
        transaction.on_commit(functools.partial(default_storage.delete, path))
    return findings.update(text="", photo="") + events.exclude(note="").update(note="")
