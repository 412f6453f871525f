"""The rotation of one visit as a school reads it: clock times, names, its own groups.

The rotation is made of all classes that hold a place in the visit, so that no two meet; a
school sees its own groups by number and those of another school as a dot.
"""

import datetime
import functools
from collections.abc import Container, Hashable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone

from bookings.models import Booking, Visit
from bookings.models.booking import BookingQuerySet
from bookings.rotation.circle import Group, PartySize, Rotation, Station, rotate
from programmes.models import Component, Programme

ROUNDS_BESIDE_EACH_OTHER = 8  # what A4 has room for


@dataclass(frozen=True)
class Times:
    starts: datetime.datetime
    ends: datetime.datetime


@dataclass(frozen=True)
class Cell:
    text: str
    others: bool = False


@dataclass(frozen=True)
class Row:
    name: str
    zone: str
    cells: list[Cell]


@dataclass(frozen=True)
class Sheet:
    """A part of the timetable: as many rounds as fit beside each other on paper."""

    times: list[Times]
    rows: list[Row]
    breaks: list[str]  # empty when nobody has a break


@dataclass(frozen=True)
class GroupLine:
    number: int
    party_name: str
    pupils: int
    begins_at: str  # empty: with a break


@dataclass(frozen=True)
class Timetable:
    fits: bool
    needed: int  # minutes
    available: int  # minutes
    sheets: list[Sheet]
    groups: list[GroupLine]
    has_others: bool


def timetable(
    visit: Visit,
    components: Sequence[Component],
    bookings: Sequence[Booking],
    *,
    own: Container[int],
    with_askers: bool = False,
) -> Timetable | None:
    """The timetable of `visit` for the bookings whose primary keys are in `own`; with their schools
    where its reader has classes of several.

    `components` (with zone) and `bookings` are all of the visit's, in their order. None when
    there is nothing to rotate along.
    """
    rotation = _rotation(visit, components, bookings)
    if rotation is None:
        return None
    mine = {group for group in rotation.groups if bookings[group.party].pk in own}
    return Timetable(
        fits=rotation.fits,
        needed=rotation.needed,
        available=rotation.available,
        sheets=_sheets(rotation, visit.slot.starts_at, components, mine),
        groups=[
            GroupLine(
                group.number,
                _name(bookings[group.party], with_askers),
                group.pupils,
                station.name if (station := rotation.route(group)[0]) else "",
            )
            for group in rotation.groups
            if group in mine
        ],
        has_others=len(mine) < len(rotation.groups),
    )


def _name(booking: Booking, with_asker: bool) -> str:
    return str(booking) if with_asker else booking.party_name


def routes(
    visit: Visit, components: Sequence[Component], bookings: Sequence[Booking]
) -> dict[int, Hashable]:
    """What the letter tells each booking of its groups, by primary key: to see who it changes for.

    The same arguments as `timetable`.
    """
    rotation = _rotation(visit, components, bookings)
    if rotation is None:
        return {}
    return {
        booking.pk: (
            rotation.fits,
            tuple(
                (group.number, group.pupils, rotation.route(group))
                for group in rotation.groups
                if group.party == index
            ),
        )
        for index, booking in enumerate(bookings)
    }


def too_long(among: BookingQuerySet) -> list[Visit]:
    """Visits to come whose classes cannot go round in time: their letters promise a call.

    Of all, or only `among` these. Two queries, and a third where there are any. Only numbers are
    read: a year of visits is worked out for the overview, and most have the same ones.
    """
    confirmed = among.where(is_promise=True, is_coming=True).upcoming()
    go_round = Exists(Component.objects.filter(programme=OuterRef("visit__programme")))
    classes = confirmed.filter(go_round).order_by("visit", "pk")
    rows = classes.values_list("visit", "visit__programme", "pupils")
    asked: dict[tuple[int, int], list[int]] = {}
    for visit, programme, pupils in rows:
        asked.setdefault((visit, programme), []).append(pupils)
    components: dict[int, list[Component]] = {}
    wanted = {programme for _visit, programme in asked}
    for one in Component.objects.filter(programme__in=wanted).select_related("programme"):
        components.setdefault(one.programme_id, []).append(one)

    @functools.cache
    def fits(programme: int, sizes: tuple[int, ...]) -> bool:
        parts = components[programme]
        rotation = _rotate(parts[0].programme, parts, [PartySize("", pupils) for pupils in sizes])
        return rotation is None or rotation.fits

    late = [visit for (visit, one), sizes in asked.items() if not fits(one, tuple(sizes))]
    if not late:
        return []
    found = Visit.objects.filter(pk__in=late).select_related("programme", "slot")
    return list(found.order_by("slot__starts_at", "pk"))


def _rotation(
    visit: Visit, components: Sequence[Component], bookings: Sequence[Booking]
) -> Rotation | None:
    parties = [PartySize(booking.party_name, booking.pupils) for booking in bookings]
    return _rotate(visit.programme, components, parties)


def _rotate(
    programme: Programme, components: Sequence[Component], parties: Sequence[PartySize]
) -> Rotation | None:
    stations = [Station(c.shown.name, c.minutes, c.max_pupils) for c in components]
    if not parties or not stations or any(s.minutes < 1 or s.max_pupils < 1 for s in stations):
        return None
    return rotate(
        parties,
        stations,
        available=programme.duration,
        welcome=programme.welcome,
        move=programme.move_minutes,
        classes=programme.max_groups,
    )


def _sheets(
    rotation: Rotation,
    starts_at: datetime.datetime,
    components: Sequence[Component],
    mine: set[Group],
) -> list[Sheet]:
    rounds = rotation.rounds
    count = -(-len(rounds) // ROUNDS_BESIDE_EACH_OTHER)
    size = -(-len(rounds) // count)  # tables of the same width
    sheets = []
    for first in range(0, len(rounds), size):
        chosen = rounds[first : first + size]
        breaks = [", ".join(str(g.number) for g in r.resting if g in mine) for r in chosen]
        sheets.append(
            Sheet(
                times=[
                    Times(_clock(starts_at, round_.starts), _clock(starts_at, round_.ends))
                    for round_ in chosen
                ],
                rows=[
                    Row(
                        component.shown.name,
                        component.zone.name if component.zone else "",
                        [_cell(round_.at[index], mine) for round_ in chosen],
                    )
                    for index, component in enumerate(components)
                ],
                breaks=breaks if any(breaks) else [],
            )
        )
    return sheets


def _cell(group: Group | None, mine: set[Group]) -> Cell:
    if group is None:
        return Cell("")
    return Cell(str(group.number)) if group in mine else Cell("·", others=True)


def _clock(starts_at: datetime.datetime, minutes: int) -> datetime.datetime:
    """Local time so many real minutes later, also across a change of clocks."""
    moment = starts_at.astimezone(datetime.UTC) + datetime.timedelta(minutes=minutes)
    return timezone.localtime(moment)
