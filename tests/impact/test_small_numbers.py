"""What is hidden of results: question by question, and each side of a split by itself."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from impact.results import AskedAndAnswered, ByPreparation, Distribution, Place, Results, Split
from impact.small_numbers import hide_answers, hide_beside_parts, hide_beside_wholes

SPLIT_BY = ("how well prepared", "preparation ticked")
PLACES = [
    *(Place(question) for question in ("overall", "prepared", "faces")),
    *(Place("overall", by, side) for by in SPLIT_BY for side in ("prepared", "others")),
]


def results(number: int, but: dict[Place, int] | None = None) -> Results:
    """So many answers at each place, `but` for some."""

    def at(*place: str) -> Distribution:
        return Distribution(place[0], "", ["goed"], [(but or {}).get(Place(*place), number)])

    well, ticked = (
        [Split("", at("overall", by, "prepared"), at("overall", by, "others"))] for by in SPLIT_BY
    )
    return Results(
        asked=20,
        answered=10,
        classes=0,
        teachers=[at("overall")],
        prepared=at("prepared"),
        pupils=[at("faces")],
        splits=well,
        by_preparation=ByPreparation(AskedAndAnswered(9, 6), AskedAndAnswered(9, 6), ticked),
    )


def hidden(found: Results) -> list[Place]:
    return [place for place, one in found.distributions.items() if not one.is_shown]


def test_each_place_holds_what_stands_there():
    numbers = {place: number for number, place in enumerate(PLACES)}
    found = results(0, numbers).distributions
    assert {place: one.n for place, one in found.items()} == numbers


def test_no_distribution_is_without_a_place():
    found = results(6)
    assert [id(one) for one in found.distributions.values()] == [id(one) for one in inside(found)]


def inside(value: Any) -> Iterator[Distribution]:
    if isinstance(value, Distribution):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from inside(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from inside(getattr(value, field.name))


@pytest.mark.parametrize("place", PLACES)
def test_few_left_over_of_a_whole_hide_that_place_alone(place):
    found = results(6)
    hide_beside_wholes(found, [results(6), results(12, {place: 9})])
    assert hidden(found) == [place]


@pytest.mark.parametrize("place", PLACES)
def test_few_left_over_by_several_parts_hide_that_place_alone(place):
    found = results(6)
    hide_beside_parts(found, 2026, {2026: found, 2025: results(7), 2024: results(0, {place: 3})})
    assert hidden(found) == [place]


def test_split_that_a_whole_has_not_is_shown_and_what_was_hidden_stays_so():
    found, whole = results(6), results(8)
    whole.splits.clear()
    hide_beside_wholes(found, [whole])
    assert hidden(found) == [place for place in PLACES if place.split_by != SPLIT_BY[0]]
    before = hidden(found)
    hide_beside_wholes(found, [])
    hide_beside_parts(found, 2026, {2026: results(6)})
    assert hidden(found) == before


def test_split_with_one_side_hidden_is_not_shown():
    found = results(6)
    assert found.splits[0].is_shown
    found.splits[0].others.is_shown = False
    assert not found.splits[0].is_shown


def test_without_answers_the_numbers_who_were_asked_stay():
    found = results(6)
    hide_answers(found)
    assert hidden(found) == PLACES[:3]
    assert (found.splits, found.by_preparation.splits) == ([], [])
    assert (found.asked, found.silent, found.by_preparation.done.silent) == (20, 10, 3)
