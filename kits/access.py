"""The pages of a loan; `schools/access.py` says who may see them."""

from schools.access import path_of
from schools.models import Submission


def address_of(submission: Submission, page: str = "loan", token: str | None = None) -> str:
    return path_of(submission, f"loans:{page}", token)
