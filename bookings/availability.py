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
    Case,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Least, TruncDate
from django.utils import timezone

from programmes.models import Programme
from tec_site.days import start_of_day
from tec_site.prepared import Prepared

from .models import Booking, Closure, State, Visit, VisitSlot, ZoneClaim
from .rules import first_bookable_moment, last_bookable_day

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
    rows = _OF_PROGRAMME.rows(
        now=timezone.now(),
        programme=programme.pk,
        start=start_of_day(first),
        before=start_of_day(before),
    )
    return _offers(programme, rows)


def next_free(programme: Programme, limit: int = 5, groups: int = 1) -> list[Offer]:
    """The first `limit` offers with room for `groups` classes."""
    found: list[Offer] = []
    lead = first_bookable_moment(programme.lead_time)
    for start, before in _windows():
        if len(found) < limit:
            rows = _free_of_programme(limit).rows(
                now=timezone.now(),
                programme=programme.pk,
                start=max(start, lead),
                before=before,
                groups=groups,
            )
            found += _offers(programme, rows)
    return found[:limit]


def same_week(programme: Programme, day: datetime.date, groups: int = 1) -> list[Offer]:
    """What can be booked in the week (Monday to Sunday) of `day`, for `groups` classes."""
    monday = day - datetime.timedelta(days=day.weekday())
    offers = offers_between(programme, monday, monday + datetime.timedelta(days=7))
    return [offer for offer in offers if offer.can_be_booked and offer.groups_left >= groups]


def offer_for(programme: Programme, slot: VisitSlot) -> Offer | None:
    """How it stands with one slot, or None where the programme does not run."""
    rows = _IN_SLOT.rows(now=timezone.now(), programme=programme.pk, slot=slot.pk)
    return next(iter(_offers(programme, rows)), None)


def with_first_free(programmes: QuerySet[Programme]) -> QuerySet[Any]:
    """Annotate `first_free`: the start of each programme's first free offer, or None."""
    lead_times = Programme.objects.values_list("lead_time", flat=True).distinct().order_by()
    known = tuple(sorted({None, *lead_times}, key=str))
    (now, soon), (_soon, horizon) = _windows()
    moments = {f"lead_{place}": first_bookable_moment(one) for place, one in enumerate(known)}
    first_free = _first_free(known).expression(
        DateTimeField(), now=now, soon=soon, horizon=horizon, **moments
    )
    return programmes.annotate(first_free=first_free)


# --- The query -----------------------------------------------------------------------------------
#
# Built once and then filled in (tec_site/prepared.py): building takes longer than answering.

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


def _windows() -> list[tuple[datetime.datetime, datetime.datetime]]:
    """Now and soon, then the rest up to the horizon: what is free is mostly found in the first,
    and a database judges all slots that it is asked about before it takes the earliest."""
    now, horizon = timezone.now(), start_of_day(last_bookable_day() + datetime.timedelta(days=1))
    soon = min(now + SOON, horizon)
    return [(now, soon), (soon, horizon)]


def _annotated(now: datetime.datetime, within: Q) -> QuerySet[Any]:
    """Rows of (slot, programme) that are long enough, with what is left and what stands in the
    way. `SlotProgramme` is the join table, so that everything refers to one row. `within` comes
    before the dearer conditions, which are then judged for fewer rows."""
    ends_at = _after_start(F("programme__duration"))
    free_again = _after_start(F("programme__duration") + F("programme__changeover"))
    visit = (
        Visit.objects.active()
        .filter(slot=OuterRef("visitslot_id"), programme=OuterRef("programme_id"))
        .order_by()
    )
    live = _live(now).filter(
        visit__slot=OuterRef("visitslot_id"),
        visit__programme=OuterRef("programme_id"),
        visit__released_at=None,
    )
    in_the_way = ZoneClaim.objects.filter(
        Exists(_live(now).filter(visit=OuterRef("visit_id"))),
        zone__programmes=OuterRef("programme_id"),
        starts_at__lt=OuterRef("free_again"),
        ends_at__gt=OuterRef("visitslot__starts_at"),
    ).exclude(visit__slot=OuterRef("visitslot_id"), visit__programme=OuterRef("programme_id"))
    closure = Closure.objects.filter(
        venue=OuterRef("visitslot__venue_id"),
        starts_on__lte=OuterRef("day"),
        ends_on__gte=OuterRef("day"),
    )
    return (
        SlotProgramme.objects.filter(within)
        .alias(free_again=free_again, day=TruncDate("visitslot__starts_at"))
        .annotate(
            ends_at=ends_at,
            groups_left=_left(visit, live, "max_groups", Count("pk")),
            pupils_left=_left(visit, live, "max_pupils", Sum("pupils")),
            most_groups=Least(F("programme__max_groups"), F("visitslot__max_groups")),
            is_blocked=Exists(in_the_way),
            is_closed=Case(
                When(visitslot__is_closed=True, then=Value(True)), default=Exists(closure)
            ),
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


def _left(visit: QuerySet[Visit], live: QuerySet[Booking], maximum: str, taken: Any) -> Any:
    """The visit's own maximum, or what a new visit would get, minus what is really held."""
    own = visit.values(maximum)[:1]
    new = Least(F(f"programme__{maximum}"), F(f"visitslot__{maximum}"))
    sums = live.values("visit").annotate(taken=taken).values("taken")
    return Coalesce(Subquery(own), new) - Coalesce(
        Subquery(sums, output_field=IntegerField()), Value(0)
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


@functools.cache
def _free_of_programme(limit: int) -> Prepared:
    return Prepared(
        lambda now, programme, start, before, groups: (
            _free(now, Q(programme=programme) & _window(start, before))
            .filter(groups_left__gte=groups)
            .values_list(*COLUMNS)[:limit]
        ),
        moments=["now", "start", "before"],
        numbers=["programme", "groups"],
    )


@functools.lru_cache(maxsize=32)
def _first_free(lead_times: tuple[int | None, ...]) -> Prepared:
    """The start of the first free offer of a programme, as a column of Programme."""

    def build(
        now: datetime.datetime, soon: datetime.datetime, horizon: datetime.datetime, **lead: Any
    ) -> QuerySet[Any, Any]:
        in_time = Q()
        for place, lead_time in enumerate(lead_times):
            in_time |= Q(
                programme__lead_time=lead_time, visitslot__starts_at__gte=lead[f"lead_{place}"]
            )
        starts = [
            _free(now, in_time & _window(start, before))
            .filter(programme=OuterRef("pk"))
            .values("visitslot__starts_at")[:1]
            for start, before in ((now, soon), (soon, horizon))
        ]
        first = Coalesce(*[Subquery(start) for start in starts])
        return Programme.objects.order_by().annotate(first=first).values_list("first")

    moments = ["now", "soon", "horizon", *(f"lead_{place}" for place in range(len(lead_times)))]
    return Prepared(build, moments=moments)


# --- What the rows mean --------------------------------------------------------------------------


def _offers(programme: Programme, rows: list[tuple[Any, ...]]) -> list[Offer]:
    earliest = max(first_bookable_moment(programme.lead_time), timezone.now())
    latest = start_of_day(last_bookable_day() + datetime.timedelta(days=1))
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
