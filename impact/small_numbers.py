"""Results for who reads figures and no answers: nothing from which one single answer follows.

A number of fewer than `LEAST` answers is not told. Nor is a larger one that leaves one to four over
of a whole that is told as well (a programme of all programmes, a year of all years), as subtracting
the two tells of these few.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from impact.results import LEAST, Distribution, Results, Split, Total


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
    """The same without what is not fit to tell; `wholes` are the results that contain these."""
    return replace(
        found,
        teachers=_all_told(found.teachers, [whole.teachers for whole in wholes]),
        prepared=_told(found.prepared, [whole.prepared for whole in wholes]),
        pupils=_all_told(found.pupils, [whole.pupils for whole in wholes]),
        splits=_split(found.splits, [whole.splits for whole in wholes]),
        by_done=replace(
            found.by_done,
            splits=_split(found.by_done.splits, [whole.by_done.splits for whole in wholes]),
        ),
    )


def guarded_among[K](found: Results, parts: Mapping[K, Results], key: K) -> Results:
    """The same of one of the parts of a whole that is told, such as one of all years: several of
    them together leave no few over either. `found` are the results of the part under `key`."""

    def at(one: Distribution, beside: Mapping[K, Distribution]) -> Distribution:
        told = fit_parts({part: other.n for part, other in beside.items()})
        return replace(one, is_told=one.is_told and key in told)

    def sides(splits: Sequence[Split], beside: Mapping[K, Sequence[Split]]) -> list[Split]:
        by_label = {part: {one.label: one for one in some} for part, some in beside.items()}
        kept = []
        for one in splits:
            same = {part: some[one.label] for part, some in by_label.items() if one.label in some}
            prepared = at(one.prepared, {part: other.prepared for part, other in same.items()})
            others = at(one.others, {part: other.others for part, other in same.items()})
            kept.append(replace(one, prepared=prepared, others=others))
        return kept

    return replace(
        found,
        teachers=[
            at(one, {part: some.teachers[number] for part, some in parts.items()})
            for number, one in enumerate(found.teachers)
        ],
        prepared=at(found.prepared, {part: some.prepared for part, some in parts.items()}),
        pupils=[
            at(one, {part: some.pupils[number] for part, some in parts.items()})
            for number, one in enumerate(found.pupils)
        ],
        splits=sides(found.splits, {part: some.splits for part, some in parts.items()}),
        by_done=replace(
            found.by_done,
            splits=sides(
                found.by_done.splits, {part: some.by_done.splits for part, some in parts.items()}
            ),
        ),
    )


def is_among(thing: object, found: Collection[Total]) -> bool:
    """Whether the mean of this programme or kit is told beside those of all the others."""
    return any(one.thing == thing and one.mean is not None for one in guarded_totals(found))


def nothing_of(found: Results) -> Results:
    """How many were asked and answered, and no answer."""
    hide = [replace(one, is_told=False) for one in (*found.teachers, found.prepared, *found.pupils)]
    number = len(found.teachers)
    return replace(
        found,
        teachers=hide[:number],
        prepared=hide[number],
        pupils=hide[number + 1 :],
        splits=[],
        by_done=replace(found.by_done, splits=[]),
    )


def guarded_totals(found: Collection[Total]) -> list[Total]:
    told = fit_parts({number: one.n for number, one in enumerate(found)})
    return [one if number in told else replace(one, mean=None) for number, one in enumerate(found)]


def _told(one: Distribution, wholes: Iterable[Distribution]) -> Distribution:
    return replace(one, is_told=is_fit(one.n, [whole.n for whole in wholes]))


def _all_told(
    found: Sequence[Distribution], wholes: Sequence[Sequence[Distribution]]
) -> list[Distribution]:
    return [_told(one, [whole[at] for whole in wholes]) for at, one in enumerate(found)]


def _split(found: Sequence[Split], wholes: Sequence[Sequence[Split]]) -> list[Split]:
    """Each side by itself; a split with one side untold is not shown."""
    by_label = [{split.label: split for split in whole} for whole in wholes]
    kept = []
    for one in found:
        same = [whole[one.label] for whole in by_label if one.label in whole]
        kept.append(
            replace(
                one,
                prepared=_told(one.prepared, [whole.prepared for whole in same]),
                others=_told(one.others, [whole.others for whole in same]),
            )
        )
    return kept
