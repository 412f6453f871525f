from submissions.models.asked import HELD, Asked, AskedQuerySet
from submissions.models.code import CodeChallenge
from submissions.models.companion import Companion, CompanionEvent, CompanionState
from submissions.models.submission import PhotoAnswer, Submission

__all__ = [
    "HELD",
    "Asked",
    "AskedQuerySet",
    "CodeChallenge",
    "Companion",
    "CompanionEvent",
    "CompanionState",
    "PhotoAnswer",
    "Submission",
]
