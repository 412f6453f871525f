"""Results for readers of figures and no answers: nothing from which one single answer follows.

A number of fewer than `LEAST` answers is not told. Nor is a larger one that leaves one to four over
of a whole that is told as well (a programme of all programmes, a year of all years), as subtracting
the two tells of these few. Hours of fewer than that many volunteers are not told to everybody.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from django.db.models import Count

from bookings.models import Visit
from impact.counting.house import shifts_of
from impact.counting.scope import Scope
from impact.models import EvaluationQuerySet
from impact.results import (
    LEAST,
    Distribution,
    Results,
    Split,
    Total,
    results_by_visit,
    results_of,
    totals,
    years_of,
)
from kits.models import LessonKit
from programmes.models import Programme
from schools.years import current_school_year, school_year_of

# Whether a distribution is told beside the same one of other results.
type IsTold[K] = Callable[[Distribution, Mapping[K, Distribution]], bool]


def told_to_reader(
    results: Results,
    of_hubs: EvaluationQuerySet,
    thing: Programme | LessonKit | Visit | None,
    year: int | None,
) -> Results:
    """The `results` of one thing or all in a school year or all, without what is not fit to tell
    beside what else she can ask for: everything, the programme, all years."""
    if isinstance(thing, Visit):
        return _told_of_visit(results, of_hubs, thing)
    of_year = of_hubs if year is None else of_hubs.in_year(year)
    if thing is not None and not is_among(thing, totals(of_year)):
        return nothing_of(results)
    wholes = [of_hubs, of_year]
    if thing is not None:
        wholes += [of_hubs.of(thing), of_year.of(thing)]
    told = guarded(results, [results_of(whole) for whole in wholes])
    if year is None:
        return told
    of_thing = of_hubs if thing is None else of_hubs.of(thing)
    last = max(current_school_year(), year)
    years = {one: results_of(of_thing.in_year(one)) for one in years_of(of_thing, last)}
    return guarded_among(told, years, year)


def _told_of_visit(results: Results, of_hubs: EvaluationQuerySet, visit: Visit) -> Results:
    """Results told of a visit, beside its programme's others, of its year and all."""
    of_year = of_hubs.in_year(school_year_of(visit.slot.day))
    wholes = [of_hubs, of_year]
    if not all(is_among(visit.programme, totals(whole)) for whole in wholes):
        return nothing_of(results)
    of_programme = [whole.of(visit.programme) for whole in wholes]
    told = guarded(results, [results_of(whole) for whole in (*wholes, *of_programme)])
    for whole in of_programme:
        told = guarded_among(told, results_by_visit(whole), visit.pk)
    return told


def are_hours_of_few(scope: Scope) -> bool:
    """Whether the hours of volunteers of some hub are those of fewer than five people. Then they
    are told neither of it nor of all hubs together, from which those of the others can be taken."""
    of_hubs = (
        shifts_of(scope)
        .values("visit__slot__venue__hub")
        .annotate(people=Count("person", distinct=True))
    )
    return any(one["people"] < LEAST for one in of_hubs)


# --- The rule -------------------------------------------------------------------------------------


def is_fit(number: int, wholes: Iterable[int]) -> bool:
    """Whether a part of this many answers can be told, beside the wholes that contain it."""
    return number >= LEAST and not any(0 < whole - number < LEAST for whole in wholes)


def fit_parts[K](parts: Mapping[K, int]) -> set[K]:
    """Which of the parts of one whole that is told can be told: those of five or more, as long as
    what is left untold is none, or five or more; else the smallest of them goes untold too."""
    told = {key for key, number in parts.items() if number >= LEAST}
    while told and 0 < sum(number for key, number in parts.items() if key not in told) < LEAST:
        told.remove(min(told, key=lambda key: parts[key]))
    return told


def guarded(found: Results, wholes: Sequence[Results]) -> Results:
    """Results without what is not fit to tell; `wholes` are those that contain these."""

    def is_told(one: Distribution, same: Mapping[int, Distribution]) -> bool:
        return is_fit(one.n, [whole.n for whole in same.values()])

    return _told_where(is_told, found, dict(enumerate(wholes)))


def guarded_among[K](found: Results, parts: Mapping[K, Results], key: K) -> Results:
    """Guard one part (`key`) of a whole that is told, such as one of all years: several parts
    together leave no few over either. `found`: the results of that part."""

    def is_told(one: Distribution, same: Mapping[K, Distribution]) -> bool:
        return one.is_told and key in fit_parts({part: other.n for part, other in same.items()})

    return _told_where(is_told, found, parts)


def is_among(thing: object, found: Collection[Total]) -> bool:
    """Whether the mean of this programme or kit is told beside those of all the others."""
    return any(one.thing == thing and one.mean is not None for one in guarded_totals(found))


def nothing_of(found: Results) -> Results:
    """How many were asked and answered, and no answer."""
    return replace(
        found,
        teachers=[replace(one, is_told=False) for one in found.teachers],
        prepared=replace(found.prepared, is_told=False),
        pupils=[replace(one, is_told=False) for one in found.pupils],
        splits=[],
        by_preparation=replace(found.by_preparation, splits=[]),
    )


def totals_told(of_hubs: EvaluationQuerySet, year: int | None) -> list[Total]:
    """The totals of a school year or all, without the means that are not fit to tell beside each
    other; nor, of a year, beside those of the same thing in all years and in each other one."""
    if year is None:
        return guarded_totals(totals(of_hubs))
    years = years_of(of_hubs, max(current_school_year(), year))
    by_year = {one: totals(of_hubs.in_year(one)) for one in {*years, year}}
    numbers: dict[object, dict[int, int]] = {}
    for at, found in by_year.items():
        for one in found:
            numbers.setdefault(one.thing, {})[at] = one.n
    told = {thing for thing, of_years in numbers.items() if year in fit_parts(of_years)}
    guarded = guarded_totals(by_year[year])
    return [one if one.thing in told else replace(one, mean=None) for one in guarded]


def guarded_totals(found: Collection[Total]) -> list[Total]:
    told = fit_parts({number: one.n for number, one in enumerate(found)})
    return [one if number in told else replace(one, mean=None) for number, one in enumerate(found)]


# --- Distribution by distribution ----------------------------------------------------------------


def _told_where[K](is_told: IsTold[K], found: Results, beside: Mapping[K, Results]) -> Results:
    """What was found, each distribution told or not as `is_told` says of it and of the same one of
    the results `beside`."""

    def told(one: Distribution, same: Mapping[K, Distribution]) -> Distribution:
        return replace(one, is_told=is_told(one, same))

    def all_told(name: str) -> list[Distribution]:
        return [
            told(one, {key: getattr(other, name)[at] for key, other in beside.items()})
            for at, one in enumerate(getattr(found, name))
        ]

    by_preparation = {key: other.by_preparation.splits for key, other in beside.items()}
    return replace(
        found,
        teachers=all_told("teachers"),
        prepared=told(found.prepared, {key: other.prepared for key, other in beside.items()}),
        pupils=all_told("pupils"),
        splits=_splits_told(
            is_told, found.splits, {key: other.splits for key, other in beside.items()}
        ),
        by_preparation=replace(
            found.by_preparation,
            splits=_splits_told(is_told, found.by_preparation.splits, by_preparation),
        ),
    )


def _splits_told[K](
    is_told: IsTold[K], found: Sequence[Split], beside: Mapping[K, Sequence[Split]]
) -> list[Split]:
    """Each side by itself; a split with one side untold is not shown."""
    kept = []
    for one in found:
        same = {
            key: split for key, some in beside.items() for split in some if split.label == one.label
        }
        prepared = is_told(one.prepared, {key: split.prepared for key, split in same.items()})
        others = is_told(one.others, {key: split.others for key, split in same.items()})
        kept.append(
            replace(
                one,
                prepared=replace(one.prepared, is_told=prepared),
                others=replace(one.others, is_told=others),
            )
        )
    return kept
