"""Writing what was planned: rows of one kind at a time, known by their codes and numbers.

What a row was before is read here and not kept from the plan, so that the history says what really
changed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.kinds import kinds
from schools.imports.sites import FIELDS, value_of
from schools.models import PupilCount, School, SchoolBoard

type Values = list[tuple[str, Any, Any]]  # (name of a column, before, after)


@dataclass
class Written:
    """Rows that are there now, and what changed in others."""

    added: list[Any] = field(default_factory=list)
    changed: list[tuple[Any, Values]] = field(default_factory=list)


def write(kind: str, rows: Sequence[Any]) -> Written:
    """Write these rows, in the caller's transaction; writing them again changes nothing."""
    return WAYS[kind](rows)


def _write_boards(rows: Sequence[Any]) -> Written:
    names = dict(rows)
    before = {board.number: board for board in SchoolBoard.objects.filter(number__in=names)}
    SchoolBoard.objects.bulk_create(
        [SchoolBoard(number=number, name=name) for number, name in rows],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["name"],
    )
    written = Written()
    for board in SchoolBoard.objects.filter(number__in=names).order_by("number"):
        if earlier := before.get(board.number):
            written.changed.append((board, [("name", earlier.name, board.name)]))
        else:
            written.added.append(board)
    return written


def _write_schools(rows: Sequence[Any]) -> Written:
    """One statement for new and changed schools alike, by code. A closed one that is listed again
    is open again, since the unsaved school carries no date."""
    boards = _boards_by_number(row["board"] for row in rows)
    codes = [row["site_code"] for row in rows]
    before = _schools_by_code(codes)
    School.objects.bulk_create(
        [School(**row | {"board": boards.get(row["board"])}) for row in rows],
        update_conflicts=True,
        unique_fields=["site_code"],
        update_fields=[*FIELDS, "closed_on"],
    )
    written = Written()
    for code, school in _schools_by_code(codes).items():
        if earlier := before.get(code):
            names = (*FIELDS, "closed_on")
            values = [(name, _shown(earlier, name), _shown(school, name)) for name in names]
            written.changed.append((school, values))
        else:
            written.added.append(school)
    _say_in_calendars(written)
    return written


def _say_in_calendars(written: Written) -> None:
    """Whatever calendars say of a school that has another name now, for all of them at once."""
    renamed = [
        school
        for school, values in written.changed
        if any(name == "name" and before != after for name, before, after in values)
    ]
    if renamed:
        for kind in kinds():
            kind.renamed(renamed)


def _shown(school: School, name: str) -> Any:
    return str(school.board or "") if name == "board" else value_of(school, name)


def _write_closing(rows: Sequence[Any]) -> Written:
    written = Written()
    days = dict(rows)
    for code, school in _schools_by_code(days).items():
        if school.closed_on is None:
            School.objects.filter(pk=school.pk).update(closed_on=days[code])
            written.changed.append((school, [("closed_on", None, days[code])]))
    return written


def _write_counts(rows: Sequence[Any]) -> Written:
    """Counts have no history: a new year's file adds thousands of them."""
    schools = School.objects.filter(site_code__in={code for code, _year, _pupils in rows})
    keys = dict(schools.values_list("site_code", "pk"))
    PupilCount.objects.bulk_create(
        [
            PupilCount(school_id=keys[code], year=year, pupils=pupils)
            for code, year, pupils in rows
            if code in keys
        ],
        update_conflicts=True,
        unique_fields=["school", "year"],
        update_fields=["pupils"],
    )
    return Written()


WAYS: dict[str, Callable[[Sequence[Any]], Written]] = {
    "boards": _write_boards,
    "schools": _write_schools,
    "closing": _write_closing,
    "counts": _write_counts,
}


def _schools_by_code(codes: Iterable[str]) -> dict[str, School]:
    found = School.objects.filter(site_code__in=list(codes)).select_related("board")
    return {str(school.site_code): school for school in found.order_by("site_code")}


def _boards_by_number(numbers: Iterable[str]) -> dict[str, SchoolBoard]:
    """Boards of these sites, made where they are new; their names come from another file."""
    wanted = sorted({number for number in numbers if number})
    SchoolBoard.objects.bulk_create(
        [SchoolBoard(number=number) for number in wanted], ignore_conflicts=True
    )
    return {board.number: board for board in SchoolBoard.objects.filter(number__in=wanted)}
