from submissions.models.asked import HELD, OFFERED, Asked, AskedQuerySet
from submissions.models.code import CodeChallenge
from submissions.models.companion import Companion, CompanionEvent, CompanionState
from submissions.models.submission import PhotoAnswer, Submission
from submissions.models.waiting import (
    Ending,
    WaitAttention,
    Waiting,
    WaitingEvent,
    WaitingQuerySet,
    WaitState,
    last_offer,
)

__all__ = [
    "HELD",
    "OFFERED",
    "Asked",
    "AskedQuerySet",
    "CodeChallenge",
    "Companion",
    "CompanionEvent",
    "CompanionState",
    "Ending",
    "PhotoAnswer",
    "Submission",
    "WaitAttention",
    "WaitState",
    "Waiting",
    "WaitingEvent",
    "WaitingQuerySet",
    "last_offer",
]
