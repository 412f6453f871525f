"""Words that the pages, mails and letters of every kind share."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from submissions.models import Submission
from submissions.rules import Rule


@dataclass(frozen=True)
class Line:
    at: datetime.datetime
    party_name: str
    text: str
    note: str


def rule_label(name: str) -> str:
    return str(Rule(name).label) if name in Rule.values else name


class Sentence(NamedTuple):
    text: str
    explanation: str
    is_off: bool


def school_in_full(submission: Submission) -> str:
    if submission.school:
        return str(submission.school)
    typed = (submission.typed_school_name, submission.typed_school_city)
    return ", ".join(part for part in typed if part)
