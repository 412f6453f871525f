from submissions.models.asked import HELD, OFFERED, Asked, AskedQuerySet
from submissions.models.code import CodeChallenge
from submissions.models.submission import PhotoAnswer, Submission
from submissions.models.waiting import Ending, Waiting, WaitingQuerySet, WaitState

__all__ = [
    "HELD",
    "OFFERED",
    "Asked",
    "AskedQuerySet",
    "CodeChallenge",
    "Ending",
    "PhotoAnswer",
    "Submission",
    "WaitState",
    "Waiting",
    "WaitingQuerySet",
]
