"""Who pays for whom: pupils by funding source, in whole pupils that add up to the total.

Shares are exact fractions until the end; then each source gets the whole pupils of its sum, and
those that are left go one by one to the largest remainders (Hamilton), where these are equal to
the source that was made first. Nobody is counted twice, and every format gets the same numbers.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _

from core.dates import ONE_DAY
from impact.counting.figure import here, pupils
from impact.counting.scope import ATTENDED, DAY, PROGRAMME, Paid, Scope
from impact.counting.spans import Span, which_of
from impact.models.funding import FundingSource

# Rows of pieces come in one statement with those of months and years: by this they are known.
PIECES = "pieces"


class Portion(NamedTuple):
    paid: Paid
    division: int
    parts: int


@dataclass(frozen=True)
class Source:
    pk: int
    name: str
    hub: int
    portions: tuple[Portion, ...]

    @property
    def paid(self) -> tuple[Paid, ...]:
        return tuple(one.paid for one in self.portions)


class PieceRow(NamedTuple):
    """What was counted of a programme in one of the pieces, by its place among them."""

    programme: int
    piece: int
    here: int
    booked: int
    visits: int


@dataclass(frozen=True)
class PaidPupils:
    """What of the pupils a source pays; of each visit that it helps pay for, once."""

    key: str  # of the source; empty: nobody is said to pay
    label: str
    here: int
    booked: int
    visits: int


def sources_of(hubs: Collection[int]) -> list[Source]:
    """Sources of these hubs with all that they ever pay for, in the order of making; in one
    query."""
    columns = ("pk", "name", "hub", *(f"shares__{one}" for one in ("parts", "division")))
    of_division = [f"shares__division__{one}" for one in ("programme", "first", "last")]
    found: dict[int, Source] = {}
    rows = FundingSource.objects.filter(hub__in=hubs).order_by("pk", "shares__pk")
    for pk, name, hub, parts, division, programme, first, last in rows.values_list(
        *columns, *of_division
    ):
        source = found.get(pk) or Source(pk, name, hub, ())
        if division is not None:
            portion = Portion(Paid(programme, Span(first, last)), division, parts)
            source = Source(pk, name, hub, (*source.portions, portion))
        found[pk] = source
    return list(found.values())


def by_source(scope: Scope, sources: Sequence[Source]) -> list[PaidPupils]:
    """In one query; none without any source. The last is of visits for which nobody pays."""
    if not sources:
        return []
    spans = pieces(scope.span, sources)
    return share_out(sources, spans, piece_rows(count_pieces(scope, spans)))


def pieces(span: Span, sources: Iterable[Source]) -> list[Span]:
    """The span, cut where any division begins or ends: in a piece each programme has one."""
    starts = {span.first}
    for source in sources:
        for paid in source.paid:
            starts |= {paid.span.first, paid.span.last + ONE_DAY}
    inside = sorted(day for day in starts if span.first <= day <= span.last)
    ends = [*inside[1:], span.last + ONE_DAY]
    return [Span(first, end - ONE_DAY) for first, end in zip(inside, ends, strict=True)]


def count_pieces(scope: Scope, spans: list[Span]) -> Any:
    """Of each programme in each piece, in the same columns as rows over time; `part` is '12-0':
    programme, piece."""
    part = Concat(Cast(PROGRAMME, CharField()), Value("-"), which_of(spans, DAY))
    grouped = scope.visits.values(series=Value(PIECES, output_field=CharField()), part=part)
    return grouped.annotate(
        here=here(ATTENDED),
        booked=pupils(Q()),
        visits=Count("pk", filter=ATTENDED),
        schools=Value(0),
    )


def piece_rows(counted: Iterable[dict[str, Any]]) -> list[PieceRow]:
    """Those of what `count_pieces` counted, also among other rows."""
    rows = []
    for row in counted:
        if row["series"] == PIECES:
            programme, piece = map(int, row["part"].split("-"))
            rows.append(PieceRow(programme, piece, row["here"], row["booked"], row["visits"]))
    return rows


def share_out(
    sources: Sequence[Source], spans: Sequence[Span], counted: Iterable[PieceRow]
) -> list[PaidPupils]:
    here_of, booked_of = ([Fraction()] * len(sources) for _each in range(2))
    visits, rest, total = [0] * len(sources), [0, 0, 0], [0, 0]
    for row in counted:
        total = [total[0] + row.here, total[1] + row.booked]
        shares = _shares(sources, row.programme, spans[row.piece])
        for number, share in shares:
            visits[number] += row.visits
            here_of[number] += share * row.here
            booked_of[number] += share * row.booked
        if not shares:
            rest = [rest[0] + row.here, rest[1] + row.booked, rest[2] + row.visits]
    whole_here = apportion(total[0] - rest[0], here_of)
    whole_booked = apportion(total[1] - rest[1], booked_of)
    found = [
        PaidPupils(str(source.pk), source.name, *numbers)
        for source, *numbers in zip(sources, whole_here, whole_booked, visits, strict=True)
    ]
    if any(rest):
        found.append(PaidPupils("", _("nobody is said to pay"), *rest))
    return found


def apportion(total: int, exact: Sequence[Fraction]) -> list[int]:
    """Whole numbers near these, that add up to `total`, which is their sum."""
    whole = [int(one) for one in exact]
    by_remainder = sorted(
        range(len(exact)), key=lambda number: (whole[number] - exact[number], number)
    )
    for number in by_remainder[: total - sum(whole)]:
        whole[number] += 1
    return whole


def _shares(sources: Sequence[Source], programme: int, piece: Span) -> list[tuple[int, Fraction]]:
    """Which of the sources (by their place) pay for this programme then, and what part."""
    found = [
        (number, one.parts)
        for number, source in enumerate(sources)
        for one in source.portions
        if one.paid.programme == programme
        and one.paid.span.first <= piece.first <= one.paid.span.last
    ]
    whole = sum(parts for _number, parts in found)
    return [(number, Fraction(parts, whole)) for number, parts in found]
