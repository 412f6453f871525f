"""Results for readers of figures and no answers: nothing from which one single answer follows.

A number of fewer than `LEAST` answers is not shown. Nor is a larger one that leaves one to four
over of a whole that is shown as well (a programme of all programmes, a year of all years), as
subtracting the two tells of these few. Hours of fewer than that many volunteers are not shown to
everybody.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from django.db.models import Count

from bookings.models import Visit
from impact.counting.house import shifts_of
from impact.counting.scope import Scope
from impact.models import EvaluationQuerySet
from impact.results import LEAST, Results, Total, results_by_visit, results_of, totals, years_of
from kits.models import LessonKit
from programmes.models import Programme
from schools.years import current_school_year, school_year_of


def hide_from_reader(
    results: Results,
    of_hubs: EvaluationQuerySet,
    thing: Programme | LessonKit | Visit | None,
    year: int | None,
) -> None:
    """Hide in the `results` of one thing or all in a school year or all what is not fit to show
    beside what else she can ask for: everything, the programme, all years."""
    if isinstance(thing, Visit):
        _hide_of_visit(results, of_hubs, thing)
        return
    of_year = of_hubs if year is None else of_hubs.in_year(year)
    if thing is not None and not has_shown_mean(thing, totals(of_year)):
        hide_answers(results)
        return
    wholes = [of_hubs, of_year]
    if thing is not None:
        wholes += [of_hubs.of(thing), of_year.of(thing)]
    hide_beside_wholes(results, [results_of(whole) for whole in wholes])
    if year is not None:
        of_thing = of_hubs if thing is None else of_hubs.of(thing)
        last = max(current_school_year(), year)
        years = {one: results_of(of_thing.in_year(one)) for one in years_of(of_thing, last)}
        hide_beside_parts(results, year, years)


def _hide_of_visit(results: Results, of_hubs: EvaluationQuerySet, visit: Visit) -> None:
    """Beside its programme's other visits, of its year and all."""
    of_year = of_hubs.in_year(school_year_of(visit.slot.day))
    wholes = [of_hubs, of_year]
    if not all(has_shown_mean(visit.programme, totals(whole)) for whole in wholes):
        hide_answers(results)
        return
    of_programme = [whole.of(visit.programme) for whole in wholes]
    hide_beside_wholes(results, [results_of(whole) for whole in (*wholes, *of_programme)])
    for whole in of_programme:
        hide_beside_parts(results, visit.pk, results_by_visit(whole))


def totals_for_reader(of_hubs: EvaluationQuerySet, year: int | None) -> list[Total]:
    """The totals of a school year or all, without the means that are not fit to show beside each
    other; nor, of a year, beside those of the same thing in all years and in each other one."""
    if year is None:
        return without_unfit_means(totals(of_hubs))
    years = years_of(of_hubs, max(current_school_year(), year))
    by_year = {one: totals(of_hubs.in_year(one)) for one in {*years, year}}
    numbers: dict[object, dict[int, int]] = {}
    for at, found in by_year.items():
        for one in found:
            numbers.setdefault(one.thing, {})[at] = one.n
    shown = {thing for thing, of_years in numbers.items() if year in fit_parts(of_years)}
    of_year = without_unfit_means(by_year[year])
    return [one if one.thing in shown else replace(one, mean=None) for one in of_year]


def are_hours_of_few(scope: Scope) -> bool:
    """Whether the hours of volunteers of some hub are those of fewer than five people. Then they
    are shown neither of it nor of all hubs together, from which those of the others can be
    taken."""
    of_hubs = (
        shifts_of(scope)
        .values("visit__slot__venue__hub")
        .annotate(people=Count("person", distinct=True))
    )
    return any(one["people"] < LEAST for one in of_hubs)


# --- The rule -------------------------------------------------------------------------------------


def is_fit(number: int, wholes: Iterable[int]) -> bool:
    """Whether a part of this many answers can be shown, beside the wholes that contain it."""
    return number >= LEAST and not any(0 < whole - number < LEAST for whole in wholes)


def fit_parts[K](parts: Mapping[K, int]) -> set[K]:
    """Which of the parts of one whole that is shown can be shown: those of five or more, as long
    as what is left hidden is none, or five or more; else the smallest of them is hidden too."""
    shown = {key for key, number in parts.items() if number >= LEAST}
    while shown and 0 < sum(number for key, number in parts.items() if key not in shown) < LEAST:
        shown.remove(min(shown, key=lambda key: parts[key]))
    return shown


# --- The rule, for each question and side of a split ----------------------------------------------


def hide_beside_wholes(results: Results, wholes: Iterable[Results]) -> None:
    """Hide what is not fit to show beside the results that contain these."""
    beside = [whole.distributions for whole in wholes]
    for place, one in results.distributions.items():
        if not is_fit(one.n, [others[place].n for others in beside if place in others]):
            one.is_shown = False


def hide_beside_parts(results: Results, part: int, parts: Mapping[int, Results]) -> None:
    """Hide what is not fit to show of one part of a whole that is shown, such as a year of all
    years: several parts together leave no few over either."""
    beside = {key: other.distributions for key, other in parts.items()}
    for place, one in results.distributions.items():
        numbers = {key: others[place].n for key, others in beside.items() if place in others}
        if part not in fit_parts(numbers):
            one.is_shown = False


def hide_answers(results: Results) -> None:
    """How many were asked and answered stays, and no answer."""
    for one in results.distributions.values():
        one.is_shown = False
    results.splits.clear()
    results.by_preparation.splits.clear()


def has_shown_mean(thing: object, found: Collection[Total]) -> bool:
    """Whether the mean of this programme or kit is shown beside those of all the others."""
    return any(one.thing == thing and one.mean is not None for one in without_unfit_means(found))


def without_unfit_means(found: Collection[Total]) -> list[Total]:
    shown = fit_parts({number: one.n for number, one in enumerate(found)})
    return [one if number in shown else replace(one, mean=None) for number, one in enumerate(found)]
