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
from impact.models.indicator import Indicator, Milestone, Status, Target, Value
from impact.models.report import Report

__all__ = [
    "FACES",
    "TALLIES",
    "WORDS",
    "Evaluation",
    "EvaluationEvent",
    "EvaluationQuerySet",
    "EvaluationState",
    "Face",
    "Indicator",
    "Milestone",
    "Prepared",
    "Report",
    "Status",
    "Target",
    "Value",
]
