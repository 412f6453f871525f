"""To whom staff write: everybody of some days, of a programme or kit, or of a list that they chose.

What somebody hears of is what still stands of hers; who has nothing left hears nothing. She is one
person by her address, whatever she asked for and as whoever's colleague.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.dates import FIRST_DAY
from programmes.models import Hub
from submissions.kinds import AskedKind, submitted
from submissions.sharing.readers import Reader, readers_of_all

# By the names of kinds: the keys of rows.
Rows = Mapping[str, Sequence[int]]


@dataclass(frozen=True)
class Circle:
    hub: Hub
    first: datetime.date
    last: datetime.date | None = None  # and later
    kind: str = ""  # of which only; all without
    thing: int | None = None  # of that kind
    rows: Rows | None = None  # these, as far as they stand, whatever their day

    @property
    def values(self) -> list[Any]:
        """What tells one circle from another, in JSON."""
        days = [str(self.first), str(self.last or "")]
        rows = {name: sorted(keys) for name, keys in self.rows.items()} if self.rows else None
        return [self.hub.pk, *days, self.kind, self.thing, rows]


@dataclass
class Recipient:
    """Somebody with all that stands of hers, as whom she hears of it."""

    email: str
    language: str
    hers: list[tuple[AskedKind, Reader, list[Any]]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return next((reader.name for _kind, reader, _rows in self.hers if reader.name), "")

    @property
    def asker(self) -> str:
        """Her schools, in a line."""
        names = (reader.submission.asker_name for _kind, reader, _rows in self.hers)
        return ", ".join(dict.fromkeys(filter(None, names)))

    @property
    def lines(self) -> list[str]:
        return [line for kind, _reader, rows in self.hers for line in kind.lines(rows)]

    @property
    def keys(self) -> list[str]:
        """The keys under which she is known, without her address."""
        return sorted({_key_of(reader) for _kind, reader, _rows in self.hers})

    @property
    def unit(self) -> dict[str, Any]:
        """Who, and about what, for the worker."""
        rows: dict[str, list[int]] = {}
        for kind, _reader, some in self.hers:
            rows.setdefault(kind.name, []).extend(row.pk for row in some)
        return {"who": self.keys, "rows": {name: sorted(keys) for name, keys in rows.items()}}


def _key_of(reader: Reader) -> str:
    if reader.companions:
        return f"c{min(one.pk for one in reader.companions)}"
    return f"s{reader.submission.pk}"


def people(circle: Circle) -> list[Recipient]:
    """Each once, in the order of what they come for; a few queries a kind."""
    found: dict[str, Recipient] = {}
    for kind in submitted():
        for reader, rows in readers_of_all(_standing(kind, circle)):
            if not reader.email:
                continue  # erased
            person = found.setdefault(reader.email, Recipient(reader.email, reader.language))
            person.hers.append((kind, reader, rows))
    return list(found.values())


def _standing(kind: AskedKind, circle: Circle) -> list[Any]:
    if circle.rows is not None:
        keys = circle.rows.get(kind.name, ())
        rows = kind.rows_standing(FIRST_DAY, None).filter(pk__in=keys) if keys else ()
    elif circle.kind in ("", kind.name):
        rows = kind.rows_standing(circle.first, circle.last, circle.thing)
    else:
        return []
    return [row for row in rows if row.submission.hub_id == circle.hub.pk]


def person_of(unit: Mapping[str, Any], hub: Hub) -> Recipient | None:
    """The recipient, with what still stands of it; None where nothing does."""
    circle = Circle(hub, FIRST_DAY, rows=unit["rows"])
    whom = set(unit["who"])
    return next((one for one in people(circle) if whom & set(one.keys)), None)
