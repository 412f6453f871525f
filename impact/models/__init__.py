from impact.models.contact import SchoolContact
from impact.models.evaluation import (
    FACES,
    TALLIES,
    WORDS,
    Evaluation,
    EvaluationEvent,
    EvaluationQuerySet,
    EvaluationState,
    Face,
    Prepared,
)
from impact.models.funding import (
    Division,
    FundingSource,
    HourRate,
    Pledge,
    PledgeState,
    Share,
)
from impact.models.indicator import Indicator, Milestone, Status, Target, Value
from impact.models.kept import Kept
from impact.models.report import Report

__all__ = [
    "FACES",
    "TALLIES",
    "WORDS",
    "Division",
    "Evaluation",
    "EvaluationEvent",
    "EvaluationQuerySet",
    "EvaluationState",
    "Face",
    "FundingSource",
    "HourRate",
    "Indicator",
    "Kept",
    "Milestone",
    "Pledge",
    "PledgeState",
    "Prepared",
    "Report",
    "SchoolContact",
    "Share",
    "Status",
    "Target",
    "Value",
]
