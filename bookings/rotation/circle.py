"""The rotation of a class along a programme's components: groups × components × times.

A pure function of numbers and names, so that the same visit always gives the same timetable.

How it works. Every class is split into groups of its own, sizes as even as possible, and as many
as its share of the components: that share is what the programme is made for, not who happens to
come, so that a class that joins later leaves the groups of the others as they are. Time is
cut into rounds that are all as long as the longest component (a group that is done earlier
waits: nobody walks into an occupied component), with the walking time between two rounds.
With `n = max(groups, components)` rounds, group `g` stands in round `r` at place `(g + r) mod n`
of a circle of `n` places: no two groups meet, and after `n` rounds each has been everywhere
once. Fewer rounds are impossible. If there are more groups than components, the places without
a component are breaks, spread over the circle; if there are fewer, a component is sometimes
empty.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class NothingToRotate(ValueError):
    """No components, no pupils, or a component that takes no time or no pupils."""


@dataclass(frozen=True)
class Station:
    """A component as far as time and room go. `max_pupils`: at the same time."""

    name: str
    minutes: int
    max_pupils: int


@dataclass(frozen=True)
class PartySize:
    """A class that takes part. Groups are never made of pupils of two classes."""

    name: str
    pupils: int


@dataclass(frozen=True)
class Group:
    number: int  # 1, 2, 3 … over all classes
    party: int  # index in `Rotation.parties`
    pupils: int


@dataclass(frozen=True)
class Round:
    """Minutes after the visit's start, and who is where.

    `at[i]` is the group at station `i`, or None; `resting` are the groups that have a break.
    """

    starts: int
    ends: int
    at: tuple[Group | None, ...]
    resting: tuple[Group, ...]


@dataclass(frozen=True)
class Rotation:
    parties: tuple[PartySize, ...]
    stations: tuple[Station, ...]
    groups: tuple[Group, ...]
    rounds: tuple[Round, ...]
    available: int  # minutes the visit lasts
    needed: int  # minutes from the visit's start to the end of the last round

    @property
    def fits(self) -> bool:
        return self.needed <= self.available

    def route(self, group: Group) -> tuple[Station | None, ...]:
        """Where a group is in each round; None: on a break."""
        return tuple(
            self.stations[round_.at.index(group)] if group in round_.at else None
            for round_ in self.rounds
        )


def rotate(
    parties: Sequence[PartySize],
    stations: Sequence[Station],
    *,
    available: int,
    welcome: int = 0,
    move: int = 0,
    classes: int = 1,
) -> Rotation:
    """The timetable of one visit; all times in minutes.

    `available` is the length of the visit, `welcome` what passes before the first round, `move`
    the walk between two rounds, `classes` how many classes share the components when all places
    are taken. The result also tells when it does not fit (`fits`, `needed`).
    Raises NothingToRotate.
    """
    if not stations or any(s.minutes < 1 or s.max_pupils < 1 for s in stations):
        raise NothingToRotate("A rotation needs components that take time and pupils.")
    if not parties or any(party.pupils < 1 for party in parties):
        raise NothingToRotate("A rotation needs classes with pupils.")
    groups = _split(parties, len(stations), min(s.max_pupils for s in stations), classes)
    length = max(s.minutes for s in stations)
    count = max(len(groups), len(stations))
    # The places of the circle at which a component stands: 10 places and 6 components give
    # 0, 1, 3, 5, 6 and 8, so that breaks do not follow each other.
    places = [i * count // len(stations) for i in range(len(stations))]
    rounds = []
    for r in range(count):
        standing = {(group.number - 1 + r) % count: group for group in groups}
        at = tuple(standing.pop(place, None) for place in places)
        starts = welcome + r * (length + move)
        resting = tuple(sorted(standing.values(), key=lambda group: group.number))
        rounds.append(Round(starts, starts + length, at, resting))
    return Rotation(
        parties=tuple(parties),
        stations=tuple(stations),
        groups=groups,
        rounds=tuple(rounds),
        available=available,
        needed=rounds[-1].ends,
    )


def _split(
    parties: Sequence[PartySize], stations: int, room: int, classes: int
) -> tuple[Group, ...]:
    """Every class in groups of at most `room` pupils.

    As few as that takes, or as many as its share of the stations allows (never below two pupils
    each): that costs no time. Where the shares are too many, all make do with few.
    """
    fewest = [-(-party.pupils // room) for party in parties]
    share = stations // classes
    counts = [
        max(few, min(share, party.pupils // 2)) for few, party in zip(fewest, parties, strict=True)
    ]
    if sum(counts) > stations:
        counts = fewest
    groups: list[Group] = []
    for index, (party, count) in enumerate(zip(parties, counts, strict=True)):
        size, larger = divmod(party.pupils, count)
        for nth in range(count):
            groups.append(Group(len(groups) + 1, index, size + (nth < larger)))
    return tuple(groups)
