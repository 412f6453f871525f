"""What was answered, in numbers: means, distributions, how many answered and how many did not.

Figures hold no name and no text. Every number says of how many it is; a split of fewer than
`LEAST` answers on either side is not made, as it would tell of single teachers.
"""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Avg, Count, Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from impact.models import FACES, TALLIES, EvaluationQuerySet, EvaluationState, Face, Prepared
from impact.questions import IN_FIGURES, OF_CLASS, PREPARED
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


@dataclass
class Distribution:
    """How often each answer to a question was given."""

    name: str  # of its column, or group of columns
    label: str
    answers: Sequence[str]
    numbers: Sequence[int]
    is_of_faces: bool = True
    silent: int = 0  # who answered, and not this question
    is_shown: bool = True  # `small_numbers.py` hides those from which single answers follow

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


class Place(NamedTuple):
    """Where a distribution stands among results."""

    question: str
    split_by: str = ""
    side: str = ""


@dataclass(frozen=True)
class Split:
    """A question, split: those well prepared, and others."""

    label: str
    prepared: Distribution
    others: Distribution

    def sides(self, split_by: str) -> dict[Place, Distribution]:
        return {
            Place(self.prepared.name, split_by, "prepared"): self.prepared,
            Place(self.others.name, split_by, "others"): self.others,
        }

    @property
    def is_shown(self) -> bool:
        is_shown = self.prepared.is_shown and self.others.is_shown
        return is_shown and min(self.prepared.n, self.others.n) >= LEAST


@dataclass(frozen=True)
class AskedAndAnswered:
    """How many were asked, and how many answered."""

    asked: int
    answered: int

    @property
    def silent(self) -> int:
        return self.asked - self.answered

    @property
    def silent_percent(self) -> int:
        return round(100 * self.silent / self.asked) if self.asked else 0


@dataclass(frozen=True)
class ByPreparation:
    """Visits with a preparation: of classes that ticked it as done, and of the others."""

    done: AskedAndAnswered
    others: AskedAndAnswered
    splits: list[Split]


@dataclass(frozen=True)
class Results(AskedAndAnswered):
    classes: int  # that were counted
    teachers: Sequence[Distribution]
    prepared: Distribution
    pupils: Sequence[Distribution]
    splits: list[Split]
    by_preparation: ByPreparation

    @property
    def distributions(self) -> dict[Place, Distribution]:
        """Each by its place, in which other results have the same one, if they have it."""
        found = {Place(one.name): one for one in (*self.teachers, self.prepared, *self.pupils)}
        for split in self.splits:
            found |= split.sides("how well prepared")
        for split in self.by_preparation.splits:
            found |= split.sides("preparation ticked")
        return found


# When the class ticked its preparation; what there was to prepare.
DONE, PREPARATION = "booking__prepared_at", "booking__visit__programme__preparation"
GROUP_KIND = "booking__group_kind"
COLUMNS = (
    *("state", "prepared", *FACES, DONE, PREPARATION, GROUP_KIND),
    *(one for names in TALLIES.values() for one in names),
)


def results_of(evaluations: EvaluationQuerySet) -> Results:
    """What they say together, in one query."""
    return _results(list(evaluations.in_results().values(*COLUMNS)))


def results_by_visit(evaluations: EvaluationQuerySet) -> dict[int, Results]:
    """The results of each visit (primary key) that has any, in one query."""
    by = "booking__visit"
    rows: dict[int, list[Any]] = {}
    for row in evaluations.in_results().exclude(**{by: None}).values(by, *COLUMNS):
        rows.setdefault(row[by], []).append(row)
    return {visit: _results(found) for visit, found in rows.items()}


def _results(rows: list[Any]) -> Results:
    answered = _answered(rows)
    of_classes = [row for row in answered if not row[GROUP_KIND]]  # others are not asked that
    well = [row for row in answered if row["prepared"] == Prepared.WELL]
    others = [row for row in answered if row["prepared"] not in (None, Prepared.WELL)]
    return Results(
        asked=len(rows),
        answered=len(answered),
        classes=sum(any(row[name] for name in TALLIES["faces"]) for row in rows),
        teachers=[_of_teachers(answered, name) for name in FACES],
        prepared=_chosen(of_classes, "prepared", str(PREPARED), Prepared),
        pupils=[_of_pupils(rows, group) for group in TALLIES],
        splits=[
            *(
                Split(str(IN_FIGURES[name]), _of_teachers(well, name), _of_teachers(others, name))
                for name in FACES
            ),
            # Of pupils, where one class is already more than the least number: counted in classes.
            *_split_of_pupils(well, others),
        ],
        by_preparation=_by_preparation(rows),
    )


def _by_preparation(rows: list[Any]) -> ByPreparation:
    """Rows without preparation are on neither side."""
    of_preparation = [row for row in rows if row[PREPARATION]]
    done = [row for row in of_preparation if row[DONE]]
    others = [row for row in of_preparation if not row[DONE]]
    there, here = _answered(done), _answered(others)
    faces = [
        Split(str(IN_FIGURES[name]), _of_teachers(there, name), _of_teachers(here, name))
        for name in FACES
    ]
    return ByPreparation(
        AskedAndAnswered(len(done), len(there)),
        AskedAndAnswered(len(others), len(here)),
        [*faces, *_split_of_pupils(done, others)],
    )


def _answered(rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if row["state"] == EvaluationState.ANSWERED]


def _split_of_pupils(well: list[Any], others: list[Any]) -> Iterable[Split]:
    counted = [[row for row in rows if row["faces_1"] is not None] for rows in (well, others)]
    if min(map(len, counted)) >= LEAST:
        yield Split(_("What pupils chose"), *(_of_pupils(rows, "faces") for rows in counted))


def _of_teachers(rows: Iterable[Any], name: str) -> Distribution:
    return _chosen(rows, name, str(IN_FIGURES[name]), Face)


def _chosen(rows: Iterable[Any], name: str, label: str, answers: Any) -> Distribution:
    values = [row[name] for row in rows]
    numbers = [values.count(answer.value) for answer in answers]
    words = [capfirst(str(answer.label)) for answer in answers]
    silent = len(values) - sum(numbers)
    return Distribution(name, label, words, numbers, answers is Face, silent)


def _of_pupils(rows: Iterable[Any], group: str) -> Distribution:
    rows, is_of_faces = list(rows), group == "faces"
    numbers = [sum(row[name] or 0 for row in rows) for name in TALLIES[group]]
    faces = [capfirst(str(face.label)) for face in Face]
    words = faces if is_of_faces else [capfirst(one) for one in (_("yes"), _("maybe"), _("no"))]
    return Distribution(group, str(OF_CLASS[group]), words, numbers, is_of_faces)


# --- Of each programme and kit ----------------------------------------------------------------


@dataclass(frozen=True)
class Total:
    thing: Programme | LessonKit
    asked: int
    answered: int
    mean: float | None
    n: int  # how many it is the mean of


def totals(evaluations: EvaluationQuerySet) -> list[Total]:
    """How many were asked and answered, and the mean of the first question."""
    return [
        *_totals(evaluations, "booking__visit__programme", Programme.objects.all()),
        *_totals(evaluations, "loan__copy__kit", LessonKit.objects.all()),
    ]


def _totals(evaluations: EvaluationQuerySet, by: str, things: Any) -> list[Total]:
    grouped = (
        evaluations.in_results()
        .exclude(**{by: None})
        .order_by()
        .values(by)
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(state=EvaluationState.ANSWERED)),
            mean=Avg("overall"),
            n=Count("overall"),
        )
    )
    found = {row[by]: row for row in grouped}
    return [
        Total(thing, row["asked"], row["answered"], row["mean"], row["n"])
        for thing in things.filter(pk__in=found)
        for row in [found[thing.pk]]
    ]


def years_of(evaluations: EvaluationQuerySet, this: int) -> list[int]:
    """The school years there is something of, the last on top; this one in any case."""
    first: datetime.date | None = evaluations.order_by("day").values_list("day", flat=True).first()
    return list(range(this, (school_year_of(first) if first else this) - 1, -1))
