"""What a teacher can book: one query per month, per list or per catalogue.

An *offer* is a programme in a slot. Expired holds count as free here even before they lapse:
`lifecycle.hold` makes way by lapsing them. The states a calendar shows:

- FREE, FEW (one class left of several): can be booked;
- FULL: somebody else was first, here or in a zone it needs;
- CLOSED: the slot is closed, too soon, too far ahead or past.
"""

import datetime
import functools
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Least, TruncDate
from django.utils import timezone

from bookings.models import Booking, State, VisitSlot, ZoneClaim, shut
from core.dates import ONE_DAY, start_of_day
from core.prepared import Prepared
from programmes.models import Programme
from submissions.rules import first_bookable_moment, last_bookable_day

MINUTE = datetime.timedelta(minutes=1)
SOON = datetime.timedelta(weeks=6)
SlotProgramme: Any = VisitSlot.programmes.through


class Status(StrEnum):
    FREE = "free"
    FEW = "few"
    FULL = "full"
    CLOSED = "closed"


@dataclass(frozen=True)
class Offer:
    """One programme in one slot, as the calendar shows it."""

    slot_id: int
    programme_id: int
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    status: Status
    groups_left: int
    pupils_left: int

    @property
    def day(self) -> datetime.date:
        return timezone.localdate(self.starts_at)

    @property
    def is_morning(self) -> bool:
        return timezone.localtime(self.starts_at).hour < 12

    @property
    def can_be_booked(self) -> bool:
        return self.status in {Status.FREE, Status.FEW}


def month_of_offers(programme: Programme, year: int, month: int) -> list[Offer]:
    """All slots of a programme in a calendar month (Amsterdam), whatever their status."""
    first = datetime.date(year, month, 1)
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return offers_between(programme, first, following)


def offers_between(
    programme: Programme, first: datetime.date, before: datetime.date
) -> list[Offer]:
    """All slots of a programme on days in `[first, before)`, in one query."""
    return _between(programme, start_of_day(first), start_of_day(before))


def next_free(
    programme: Programme, limit: int = 5, groups: int = 1, pupils: int = 0
) -> list[Offer]:
    """The first `limit` offers with room for `groups` classes with `pupils` together."""
    now, horizon = timezone.now(), _horizon()
    soon = min(now + SOON, horizon)
    found: list[Offer] = []
    # What is free is mostly found soon: no need to judge all slots of two years.
    for start, before in ((now, soon), (soon, horizon)):
        if len(found) < limit:
            found += _with_room(_between(programme, start, before), groups, pupils)
    return found[:limit]


def same_week(
    programme: Programme, day: datetime.date, groups: int = 1, pupils: int = 0
) -> list[Offer]:
    """What of that can be booked in the week (Monday to Sunday) of `day`."""
    monday = day - datetime.timedelta(days=day.weekday())
    return _with_room(offers_between(programme, monday, monday + 7 * ONE_DAY), groups, pupils)


def offer_for(programme: Programme, slot: VisitSlot) -> Offer | None:
    """How it stands with one slot, or None where the programme does not run."""
    rows = _IN_SLOT.rows(now=timezone.now(), programme=programme.pk, slot=slot.pk)
    return next(iter(_offers(programme, rows)), None)


def with_first_free(programmes: QuerySet[Programme]) -> QuerySet[Any]:
    """Annotate `first_free`: the start of each programme's first free offer, or None."""
    lead_times = Programme.objects.values_list("lead_time", flat=True).distinct().order_by()
    known = tuple(sorted({None, *lead_times}, key=str))
    moments = {f"lead_{place}": first_bookable_moment(one) for place, one in enumerate(known)}
    first_free = _first_free(known).expression(
        DateTimeField(), now=timezone.now(), horizon=_horizon(), **moments
    )
    return programmes.annotate(first_free=first_free)


# --- The query -----------------------------------------------------------------------------------
#
# Built once and then filled in (core/prepared.py): building takes longer than answering.

COLUMNS = (
    "visitslot_id",
    "programme_id",
    "visitslot__starts_at",
    "ends_at",
    "groups_left",
    "pupils_left",
    "is_blocked",
    "is_closed",
    "programme__min_pupils",
    "most_groups",
)


def _horizon() -> datetime.datetime:
    return start_of_day(last_bookable_day() + ONE_DAY)


def _annotated(now: datetime.datetime, within: Q) -> QuerySet[Any]:
    """Rows of (slot, programme) that are long enough, with what is left and what stands in the
    way. `SlotProgramme` is the join table, so that everything refers to one row. `within` comes
    before the dearer conditions, which are then judged for fewer rows."""
    ends_at = _after_start(F("programme__duration"))
    free_again = _after_start(F("programme__duration") + F("programme__changeover"))
    # The visit that is open already, if any.
    own = FilteredRelation(
        "visitslot__visits",
        condition=Q(
            visitslot__visits__programme=F("programme"), visitslot__visits__released_at=None
        ),
    )
    in_the_way = ZoneClaim.objects.filter(
        Exists(_live(now).filter(visit=OuterRef("visit_id"))),
        zone__programmes=OuterRef("programme_id"),
        starts_at__lt=OuterRef("free_again"),
        ends_at__gt=OuterRef("visitslot__starts_at"),
        # Excludes nothing, since a claim lasts a day at most (`programme_within_a_day`). With it
        # an index finds the claims of one day; without, all ten years are read for each slot.
        ends_at__lt=ExpressionWrapper(
            OuterRef("free_again") + ONE_DAY, output_field=DateTimeField()
        ),
    ).exclude(visit=Coalesce(OuterRef("own"), Value(0)))
    return (
        SlotProgramme.objects.filter(within)
        .alias(own=own, free_again=free_again, day=TruncDate("visitslot__starts_at"))
        .annotate(
            ends_at=ends_at,
            groups_left=_left("groups", Count("pk"), now),
            pupils_left=_left("pupils", Sum("pupils"), now),
            most_groups=Least(F("programme__max_groups"), F("visitslot__max_groups")),
            is_blocked=Exists(in_the_way),
            is_closed=shut("visitslot__"),
        )
        .filter(ends_at__lte=F("visitslot__ends_at"))
        .order_by("visitslot__starts_at", "visitslot_id")
    )


def _after_start(minutes: Any) -> ExpressionWrapper:
    # The cast because SQLite multiplies plain integers with durations only.
    length = ExpressionWrapper(
        Cast(minutes, IntegerField()) * Value(MINUTE), output_field=DurationField()
    )
    return ExpressionWrapper(F("visitslot__starts_at") + length, output_field=DateTimeField())


def _live(now: datetime.datetime) -> QuerySet[Booking]:
    """Bookings that really hold a place: holding, and not a hold whose time is up."""
    expired = Q(state=State.HELD, held_until__lte=now)
    return Booking.objects.holding().exclude(expired).order_by()


def _left(what: str, counted: Any, now: datetime.datetime) -> Any:
    """The visit's own maximum, or what a new visit would get, minus what is really held: all
    that is counted as taken but the holds whose time is up."""
    new = Least(F(f"programme__max_{what}"), F(f"visitslot__max_{what}"))
    expired = Booking.objects.filter(
        visit=OuterRef("own"), state=State.HELD, held_until__lte=now
    ).order_by()
    sums = expired.values("visit").annotate(sum=counted).values("sum")
    return (
        Coalesce(F(f"own__max_{what}"), new)
        - Coalesce(F(f"own__{what}_taken"), Value(0))
        + Coalesce(Subquery(sums, output_field=IntegerField()), Value(0))
    )


def _free(now: datetime.datetime, window: Q) -> QuerySet[Any]:
    """Only what can be booked, apart from lead time and horizon."""
    return _annotated(now, window & Q(visitslot__is_closed=False)).filter(
        is_closed=False,
        is_blocked=False,
        groups_left__gte=1,
        pupils_left__gte=F("programme__min_pupils"),
    )


def _window(start: datetime.datetime, before: datetime.datetime) -> Q:
    return Q(visitslot__starts_at__gte=start, visitslot__starts_at__lt=before)


_OF_PROGRAMME = Prepared(
    lambda now, programme, start, before: _annotated(
        now, Q(programme=programme) & _window(start, before)
    ).values_list(*COLUMNS),
    moments=["now", "start", "before"],
    numbers=["programme"],
)
_IN_SLOT = Prepared(
    lambda now, programme, slot: _annotated(
        now, Q(programme=programme, visitslot=slot)
    ).values_list(*COLUMNS),
    moments=["now"],
    numbers=["programme", "slot"],
)


@functools.lru_cache(maxsize=32)
def _first_free(lead_times: tuple[int | None, ...]) -> Prepared:
    """The start of the first free offer of a programme, as a column of Programme."""

    def build(
        now: datetime.datetime, horizon: datetime.datetime, **lead: Any
    ) -> QuerySet[Any, Any]:
        in_time = Q()
        for place, lead_time in enumerate(lead_times):
            in_time |= Q(
                programme__lead_time=lead_time, visitslot__starts_at__gte=lead[f"lead_{place}"]
            )
        free = _free(now, in_time & _window(now, horizon)).filter(programme=OuterRef("pk"))
        first = Subquery(free.values("visitslot__starts_at")[:1])
        return Programme.objects.order_by().annotate(first=first).values_list("first")

    moments = ["now", "horizon", *(f"lead_{place}" for place in range(len(lead_times)))]
    return Prepared(build, moments=moments)


# --- What the rows mean --------------------------------------------------------------------------


def _between(
    programme: Programme, start: datetime.datetime, before: datetime.datetime
) -> list[Offer]:
    rows = _OF_PROGRAMME.rows(
        now=timezone.now(), programme=programme.pk, start=start, before=before
    )
    return _offers(programme, rows)


def _with_room(offers: list[Offer], groups: int, pupils: int) -> list[Offer]:
    return [
        offer
        for offer in offers
        if offer.can_be_booked and offer.groups_left >= groups and offer.pupils_left >= pupils
    ]


def _offers(programme: Programme, rows: list[tuple[Any, ...]]) -> list[Offer]:
    earliest = max(first_bookable_moment(programme.lead_time), timezone.now())
    latest = _horizon()
    found = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    return [_offer(row, is_open=earliest <= row["visitslot__starts_at"] < latest) for row in found]


def _offer(row: dict[str, Any], *, is_open: bool) -> Offer:
    least, most = row["programme__min_pupils"], row["most_groups"]
    if row["is_closed"] or not is_open:
        status = Status.CLOSED
    elif row["is_blocked"] or row["groups_left"] < 1 or row["pupils_left"] < least:
        status = Status.FULL
    elif row["groups_left"] == 1 < most:
        status = Status.FEW
    else:
        status = Status.FREE
    return Offer(
        slot_id=row["visitslot_id"],
        programme_id=row["programme_id"],
        starts_at=row["visitslot__starts_at"],
        ends_at=row["ends_at"],
        status=status,
        groups_left=max(row["groups_left"], 0),
        pupils_left=max(row["pupils_left"], 0),
    )
