import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.rotation.circle import NothingToRotate, PartySize, Rotation, Station, rotate

NAMES = ["Robots", "3D-printen", "Metaal", "Stop-motion", "Tiny House", "Stroom"]
SIX = [Station(name, 20, 6) for name in NAMES]

stations = st.lists(
    st.builds(
        Station, name=st.just("x"), minutes=st.integers(1, 60), max_pupils=st.integers(1, 40)
    ),
    min_size=1,
    max_size=12,
)
parties = st.lists(
    st.builds(PartySize, name=st.just("klas"), pupils=st.integers(1, 40)), min_size=1, max_size=4
)


def table(rotation: Rotation) -> list[list[int | None]]:
    """Rows are components, columns rounds, cells the number of the group."""
    return [
        [round_.at[i].number if round_.at[i] else None for round_ in rotation.rounds]
        for i in range(len(rotation.stations))
    ]


def test_rotation_of_27_pupils_along_six_components() -> None:
    rotation = rotate([PartySize("7A", 27)], SIX, available=150, welcome=15, move=3)

    assert [group.pupils for group in rotation.groups] == [5, 5, 5, 4, 4, 4]
    assert table(rotation) == [
        [1, 6, 5, 4, 3, 2],
        [2, 1, 6, 5, 4, 3],
        [3, 2, 1, 6, 5, 4],
        [4, 3, 2, 1, 6, 5],
        [5, 4, 3, 2, 1, 6],
        [6, 5, 4, 3, 2, 1],
    ]
    assert [(r.starts, r.ends) for r in rotation.rounds] == [
        (15, 35),
        (38, 58),
        (61, 81),
        (84, 104),
        (107, 127),
        (130, 150),
    ]
    assert (rotation.needed, rotation.fits) == (150, True)


def test_rotation_says_how_long_it_would_take() -> None:
    rotation = rotate([PartySize("7A", 27)], SIX, available=149, welcome=15, move=3)

    assert (rotation.needed, rotation.available, rotation.fits) == (150, 149, False)


def test_rotation_gives_breaks_when_there_are_more_groups_than_components() -> None:
    rotation = rotate([PartySize("7A", 20)], SIX[:3], available=100)

    assert [group.pupils for group in rotation.groups] == [5, 5, 5, 5]
    assert table(rotation) == [[1, 4, 3, 2], [2, 1, 4, 3], [3, 2, 1, 4]]
    assert [[g.number for g in r.resting] for r in rotation.rounds] == [[4], [3], [2], [1]]


def test_rotation_spreads_the_breaks_of_a_group() -> None:
    rotation = rotate([PartySize("7A", 60)], SIX, available=300)

    rests = [i for i, round_ in enumerate(rotation.rounds) if rotation.groups[0] in round_.resting]
    assert rests == [2, 4, 7, 9]


def test_rotation_leaves_components_empty_when_there_are_fewer_groups() -> None:
    rotation = rotate([PartySize("7A", 5)], SIX, available=120)

    assert [group.pupils for group in rotation.groups] == [3, 2]
    assert table(rotation)[0] == [1, None, None, None, None, 2]
    assert rotation.rounds[0].resting == ()


def test_rotation_keeps_classes_apart() -> None:
    rotation = rotate([PartySize("7A", 25), PartySize("7B", 13)], SIX, available=200)

    assert [(g.number, g.party, g.pupils) for g in rotation.groups] == [
        (1, 0, 5),
        (2, 0, 5),
        (3, 0, 5),
        (4, 0, 5),
        (5, 0, 5),
        (6, 1, 5),
        (7, 1, 4),
        (8, 1, 4),
    ]


def test_rotation_splits_a_class_along_its_share_of_the_components() -> None:
    rotation = rotate([PartySize("7A", 12), PartySize("7B", 11)], SIX, available=200, classes=2)

    assert [(g.party, g.pupils) for g in rotation.groups] == [
        (0, 4),
        (0, 4),
        (0, 4),
        (1, 4),
        (1, 4),
        (1, 3),
    ]


def test_rotation_rounds_last_as_long_as_the_longest_component() -> None:
    mixed = [Station("kort", 10, 8), Station("lang", 25, 4)]

    rotation = rotate([PartySize("7A", 8)], mixed, available=60, move=5)

    assert [group.pupils for group in rotation.groups] == [4, 4]
    assert [(r.starts, r.ends) for r in rotation.rounds] == [(0, 25), (30, 55)]


def test_rotation_tells_where_each_group_begins() -> None:
    rotation = rotate([PartySize("7A", 20)], SIX[:3], available=100)

    assert [rotation.route(group) for group in rotation.groups] == [
        (SIX[0], SIX[1], SIX[2], None),
        (SIX[1], SIX[2], None, SIX[0]),
        (SIX[2], None, SIX[0], SIX[1]),
        (None, SIX[0], SIX[1], SIX[2]),
    ]


@pytest.mark.parametrize(
    ("who", "along"),
    [
        ([], SIX),
        ([PartySize("7A", 0)], SIX),
        ([PartySize("7A", 20)], []),
        ([PartySize("7A", 20)], [Station("x", 0, 6)]),
        ([PartySize("7A", 20)], [Station("x", 20, 0)]),
    ],
)
def test_rotation_of_nothing_is_refused(who: list[PartySize], along: list[Station]) -> None:
    with pytest.raises(NothingToRotate):
        rotate(who, along, available=100)


@given(parties, stations)
def test_rotation_never_puts_two_groups_at_one_component_or_one_group_at_two(
    who: list[PartySize], along: list[Station]
) -> None:
    rotation = rotate(who, along, available=120)

    for round_ in rotation.rounds:
        present = [group for group in round_.at if group] + list(round_.resting)
        assert sorted(group.number for group in present) == [g.number for g in rotation.groups]


@given(parties, stations)
def test_rotation_takes_every_group_everywhere_exactly_once(
    who: list[PartySize], along: list[Station]
) -> None:
    rotation = rotate(who, along, available=120)

    for row in table(rotation):
        visits = sorted(number for number in row if number)
        assert visits == [group.number for group in rotation.groups]
    assert len(rotation.rounds) == max(len(rotation.groups), len(along))


@given(parties, stations)
def test_rotation_splits_every_class_evenly_and_within_each_component(
    who: list[PartySize], along: list[Station]
) -> None:
    rotation = rotate(who, along, available=120)

    for index, party in enumerate(who):
        sizes = [group.pupils for group in rotation.groups if group.party == index]
        assert sum(sizes) == party.pupils
        assert max(sizes) - min(sizes) <= 1
        assert max(sizes) <= min(station.max_pupils for station in along)
        assert min(sizes) >= 1


@given(parties, stations, st.integers(1, 600), st.integers(0, 30), st.integers(0, 10))
def test_rotation_fits_exactly_when_its_time_is_within_the_visit(
    who: list[PartySize], along: list[Station], available: int, welcome: int, move: int
) -> None:
    rotation = rotate(who, along, available=available, welcome=welcome, move=move)

    rounds = len(rotation.rounds)
    total = welcome + rounds * max(s.minutes for s in along) + (rounds - 1) * move
    assert rotation.needed == total == rotation.rounds[-1].ends
    assert rotation.fits == (total <= available)
    for before, after in zip(rotation.rounds, rotation.rounds[1:], strict=False):
        assert after.starts - before.ends == move


def test_rotation_with_too_many_shares_makes_do_with_few_groups() -> None:
    rotation = rotate(
        [PartySize("7A", 18), PartySize("7B", 18), PartySize("7C", 5)], SIX, available=200
    )

    assert [(g.party, g.pupils) for g in rotation.groups] == [
        *[(0, 6)] * 3,
        *[(1, 6)] * 3,
        (2, 5),
    ]


@given(st.lists(st.integers(1, 12), min_size=2, max_size=4), st.integers(0, 2))
def test_class_that_joins_later_leaves_the_groups_of_the_others_as_they_are(
    pupils: list[int], spare: int
) -> None:
    """As long as nobody needs more than a share: two components for six pupils each."""
    who = [PartySize("klas", number) for number in pupils]
    along = [Station("x", 20, 6)] * (2 * len(who) + spare)
    told = [rotate(who[:n], along, available=120, classes=len(who)) for n in range(1, len(who) + 1)]

    for before, after in itertools.pairwise(told):
        routes = [(group, before.route(group)) for group in before.groups]
        now = [(group, after.route(group)) for group in after.groups]
        assert now[: len(routes)] == routes


@given(parties, stations)
def test_rotation_is_always_the_same(who: list[PartySize], along: list[Station]) -> None:
    assert rotate(who, along, available=120) == rotate(list(who), list(along), available=120)
