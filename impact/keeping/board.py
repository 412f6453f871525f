"""What the board's page asks of the visits of a period."""

from collections.abc import Sequence
from dataclasses import replace

from impact.counting.scope import Scope
from impact.counting.sources import Source
from impact.counting.spans import Span
from impact.counting.tables import whole
from impact.keeping.kept import Answer, Question, answer_to
from schools.years import current_school_year, school_year_of

FIGURES_OF_BOARD = (
    *("pupils", "visits", "schools"),  # large
    *("pupils-booked", "pupils-unregistered", "visits-unregistered"),
    *("classes", "boards", "municipalities"),
)
YEARS_SHOWN = 6


def years_of(scope: Scope) -> list[Span]:
    """The school year in which the period begins, and those before."""
    year = school_year_of(scope.span.first)
    return [Span.of_school_year(year - back) for back in reversed(range(YEARS_SHOWN))]


def question_of(scope: Scope) -> Question:
    """With the months of the period, and its school year with those before. Where the period is
    that year it is counted already, and not gone through again."""
    years = years_of(scope)
    shown = years[:-1] if scope.span.is_school_year else years
    return Question(scope, FIGURES_OF_BOARD, [scope.span.months, shown], by_source=True)


def answer_of(scope: Scope, sources: Sequence[Source]) -> Answer:
    found = answer_to(question_of(scope), sources)
    if not scope.span.is_school_year:
        return found
    year = whole(str(YEARS_SHOWN - 1), str(scope.span), found.figures)
    months, before = found.series
    return replace(found, series=[months, [*before, year]])


def usual(hubs: Sequence[int]) -> list[Question]:
    """What the page shows who chooses nothing: the running school year, of all hubs or of one."""
    span = Span.of_school_year(current_school_year())
    chosen = dict.fromkeys([tuple(hubs), *((hub,) for hub in hubs)])
    return [question_of(Scope(span, one)) for one in chosen if one]
