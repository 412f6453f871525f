"""The one mail of looking back: thanks for coming, how was it, and what comes next?

It tells of all classes of a submission that were asked about on one day, as things stand now: a
class that was noted as not come, and one that has answered, is left out.
"""

from dataclasses import dataclass
from typing import Any

from django.utils import translation

from core.dates import ONE_DAY, start_of_day
from core.kinds import NextStep, next_steps
from core.mail.queue import Message
from impact import links
from impact.models import Evaluation, EvaluationEvent
from submissions.kinds import SubmissionLink
from submissions.pages.prefilled import query_of_class
from submissions.sharing.readers import Reader, readers_of
from submissions.telling import mail_about

# What the mail says hangs on these.
FACTS = (
    "submission__school",
    "submission__organisation",
    "submission__hub",
    "booking__visit__slot__venue",
    "booking__visit__programme",
    "booking__class_group",
    "loan__class_group",
    "loan__copy__kit__venue",
)


class EvaluationLink(SubmissionLink):
    """The link that opens the questions of a submission, for whom the mail is to."""

    name = "evaluation"
    model = Evaluation

    def link_for(self, reader: Reader) -> str:
        return links.link_to(reader.submission, reader.companions)


def mails_of(events: list[EvaluationEvent]) -> list[Message]:
    """To every reader, about the classes that are hers; it is answered once."""
    evaluations = {event.evaluation_id: event.evaluation for event in events}.values()
    due = sorted((one for one in evaluations if one.is_due), key=lambda one: one.pk)
    if not due or not due[0].submission.email:
        return []
    by_row = {one.asked: one for one in due}
    return [
        _mail([by_row[row] for row in rows], reader, events[0].word_from_us)
        for reader, rows in readers_of(by_row)
    ]


def _mail(due: list[Evaluation], reader: Reader, note: str) -> Message:
    until = min(one.until for one in due)
    with translation.override(reader.language):
        steps = _steps(due)
    return mail_about(
        reader.submission,
        "evaluation",
        {"first": due[0], "evaluations": due, "until": until, "note": note, "steps": steps},
        venue=due[0].subject.venue,
        link=EvaluationLink,
        expires_at=start_of_day(until + ONE_DAY),
        reader=reader,
    )


STEPS_TOLD = 3


@dataclass(frozen=True)
class Steps:
    """With what a class can go on; `name` where the mail is about several classes."""

    name: str
    steps: list[NextStep]
    carried: dict[str, int]  # in their addresses: the class, for the form


def _steps(due: list[Evaluation]) -> list[Steps]:
    """Each class's next steps, once, however much the mail is about it."""
    by_class: dict[str, list[Any]] = {}
    for one in due:
        by_class.setdefault(one.asked.party_name, []).append(one.asked)
    found = [
        Steps(name, next_steps(rows)[:STEPS_TOLD], query_of_class(rows[-1].class_group_id))
        for name, rows in by_class.items()
    ]
    return [one for one in found if one.steps]
