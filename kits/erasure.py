"""What loans know of a person who is erased, besides what every kind does: what was reported."""

import datetime
import functools
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q, QuerySet

from kits.models import Finding, Loan, LoanState
from submissions.models import Submission


def needed_since(moment: datetime.datetime) -> QuerySet[Loan, Any]:
    """Submissions with a loan that is not finished, or was not yet at `moment`."""
    ended = Q(state__in=LoanState.where(went_out=True, holds=False), changed_at__gte=moment)
    return Loan.objects.filter(Q(state__in=LoanState.where(holds=True)) | ended).values(
        "submission"
    )


def erase_reports(submissions: QuerySet[Submission]) -> int:
    """Empty them, photos included; the counts of a box stay."""
    findings = Finding.objects.filter(loan__submission__in=submissions).exclude(text="", photo="")
    for path in findings.exclude(photo="").values_list("photo", flat=True):
        transaction.on_commit(functools.partial(default_storage.delete, path))
    return findings.update(text="", photo="")
