"""What was answered, in numbers: means, distributions, how many answered and how many did not.

Figures hold no name and no text. Every number says of how many it is; a split of fewer than
`LEAST` answers on either side is not made, as it would tell of single teachers.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from impact.models import FACES, TALLIES, EvaluationQuerySet, EvaluationState, Face, Prepared
from kits.models import LessonKit
from programmes.models import Programme
from schools.years import school_year_of

LEAST = 5


@dataclass(frozen=True)
class Bar:
    label: str
    number: int
    of: int

    @property
    def percent(self) -> int:
        return round(100 * self.number / self.of) if self.of else 0


@dataclass(frozen=True)
class Distribution:
    """How often each answer to a question was given."""

    label: str
    answers: Sequence[str]
    numbers: Sequence[int]
    is_of_faces: bool = True

    @property
    def n(self) -> int:
        return sum(self.numbers)

    @property
    def mean(self) -> float | None:
        """From 1 to 5; None where nobody answered, or the answers are no faces."""
        if not self.n or not self.is_of_faces:
            return None
        return sum(face * number for face, number in enumerate(self.numbers, 1)) / self.n

    @property
    def bars(self) -> list[Bar]:
        pairs = zip(self.answers, self.numbers, strict=True)
        return [Bar(label, number, self.n) for label, number in pairs]


@dataclass(frozen=True)
class Split:
    """A question, of who was well prepared and of the others."""

    label: str
    prepared: Distribution
    others: Distribution

    @property
    def is_fit_to_tell(self) -> bool:
        return min(self.prepared.n, self.others.n) >= LEAST


@dataclass(frozen=True)
class Results:
    asked: int
    answered: int
    classes: int  # that were counted
    teachers: Sequence[Distribution]
    prepared: Distribution
    pupils: Sequence[Distribution]
    splits: Sequence[Split]

    @property
    def silent(self) -> int:
        return self.asked - self.answered

    @property
    def silent_percent(self) -> int:
        return round(100 * self.silent / self.asked) if self.asked else 0


def results_of(evaluations: EvaluationQuerySet) -> Results:
    """In one query."""
    columns = ("state", "prepared", *FACES, *(one for names in TALLIES.values() for one in names))
    rows = list(evaluations.counted().values(*columns))
    answered = [row for row in rows if row["state"] == EvaluationState.ANSWERED]
    well = [row for row in answered if row["prepared"] == Prepared.WELL]
    others = [row for row in answered if row["prepared"] not in (None, Prepared.WELL)]
    return Results(
        asked=len(rows),
        answered=len(answered),
        classes=sum(any(row[name] for name in TALLIES["faces"]) for row in rows),
        teachers=[_of_teachers(answered, name) for name in FACES],
        prepared=_chosen(answered, "prepared", _("How well prepared was the class?"), Prepared),
        pupils=[_of_pupils(rows, group) for group in TALLIES],
        splits=[
            *(
                Split(_labels()[name], _of_teachers(well, name), _of_teachers(others, name))
                for name in FACES
            ),
            # Of pupils, where one class is already more than the least number: counted in classes.
            *_split_of_pupils(well, others),
        ],
    )


def _split_of_pupils(well: list[Any], others: list[Any]) -> Iterable[Split]:
    counted = [[row for row in rows if row["faces_1"] is not None] for rows in (well, others)]
    if min(map(len, counted)) >= LEAST:
        yield Split(_("What pupils chose"), *(_of_pupils(rows, "faces") for rows in counted))


def _labels() -> dict[str, str]:
    return {
        "overall": _("The visit, or working with the kit"),
        "fit": _("How it fits the lessons"),
        "guidance": _("Guidance; for a kit its guide and cards"),
    }


def _of_teachers(rows: Iterable[Any], name: str) -> Distribution:
    return _chosen(rows, name, _labels()[name], Face)


def _chosen(rows: Iterable[Any], name: str, label: str, answers: Any) -> Distribution:
    values = [row[name] for row in rows]
    numbers = [values.count(answer.value) for answer in answers]
    words = [capfirst(str(answer.label)) for answer in answers]
    return Distribution(label, words, numbers, is_of_faces=answers is Face)


def _of_pupils(rows: Iterable[Any], group: str) -> Distribution:
    labels = {
        "faces": _("How was it?"),
        "again": _("Again?"),
        "before": _("I want to know more about technology: before"),
        "after": _("I want to know more about technology: afterwards"),
    }
    rows, is_of_faces = list(rows), group == "faces"
    numbers = [sum(row[name] or 0 for row in rows) for name in TALLIES[group]]
    faces = [capfirst(str(face.label)) for face in Face]
    words = faces if is_of_faces else [capfirst(one) for one in (_("yes"), _("maybe"), _("no"))]
    return Distribution(labels[group], words, numbers, is_of_faces)


# --- Of each programme and kit ----------------------------------------------------------------


@dataclass(frozen=True)
class Total:
    thing: Programme | LessonKit
    asked: int
    answered: int
    mean: float | None


def totals(evaluations: EvaluationQuerySet) -> list[Total]:
    """How many were asked and answered, and the mean of the first question."""
    return [
        *_totals(evaluations, "booking__visit__programme", Programme.objects.all()),
        *_totals(evaluations, "loan__copy__kit", LessonKit.objects.all()),
    ]


def _totals(evaluations: EvaluationQuerySet, by: str, things: Any) -> list[Total]:
    grouped = (
        evaluations.counted()
        .exclude(**{by: None})
        .order_by()
        .values(by)
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(state=EvaluationState.ANSWERED)),
            mean=Avg("overall"),
        )
    )
    found = {row[by]: row for row in grouped}
    return [
        Total(thing, row["asked"], row["answered"], row["mean"])
        for thing in things.filter(pk__in=found)
        for row in [found[thing.pk]]
    ]


def years_of(evaluations: EvaluationQuerySet, this: int) -> list[int]:
    """The school years there is something of, the last on top; this one in any case."""
    first: datetime.date | None = evaluations.order_by("day").values_list("day", flat=True).first()
    return list(range(this, (school_year_of(first) if first else this) - 1, -1))
