"""The pages of a loan; `submissions/access.py` says who may see them."""

from submissions.access import path_of
from submissions.models import Submission


def address_of(submission: Submission, page: str = "loan", token: str | None = None) -> str:
    return path_of(submission, f"loans:{page}", token)
