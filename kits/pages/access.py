"""The pages of a loan; `submissions/access.py` says who may see them."""

from django.http import Http404

from kits.models import Loan
from submissions.access import path_of
from submissions.models import Submission


def loan_of(submission: Submission) -> Loan:
    """404 where something else was asked for in it."""
    one = Loan.objects.seen_in(submission).with_facts().first()
    if one is None:
        raise Http404
    return one


def address_of(submission: Submission, page: str = "loan", token: str | None = None) -> str:
    return path_of(submission, f"loans:{page}", token)
