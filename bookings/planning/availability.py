"""What a teacher can book: one query for a month, for the first free dates, for a catalogue.

Expired holds count as free here even before they lapse: `lifecycle.hold` makes way by lapsing them.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.conf import settings
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
from django.db.models.functions import Cast, Coalesce, TruncDate
from django.utils import timezone

from bookings.models import Booking, State, VisitSlot, ZoneClaim, public, shut
from bookings.planning.offer import Offer, Status
from core.dates import ONE_DAY, ONE_MINUTE, ONE_WEEK, YearMonth, monday_of, month_of, start_of_day
from programmes.models import Programme
from schools.years import last_plannable_day
from submissions.rules import first_bookable_moment

# Where there mostly is something free; all that can be booked is two years of slots.
SOON = datetime.timedelta(weeks=5)
# How many first free dates are proposed.
FIRST_FREE = 5
SlotProgramme: Any = VisitSlot.programmes.through


def month_of_offers(programme: Programme, year: int, month: int) -> list[Offer]:
    """All slots of a programme in a calendar month (Amsterdam), whatever their status."""
    at = YearMonth(year, month)
    return offers_between(programme, at.first, at.following.first)


def offers_between(
    programme: Programme, first: datetime.date, before: datetime.date
) -> list[Offer]:
    """All slots of a programme on days in `[first, before)`, in one query."""
    return offers_of([programme], _window(start_of_day(first), start_of_day(before)))


def free_for(
    programmes: Iterable[Programme], first: datetime.date, last: datetime.date, pupils: int
) -> list[Offer]:
    """What a class of so many can book on days from `first` to `last`, both included."""
    return with_room(offers_for_all(programmes, first, last), 1, pupils)


def offers_for_all(
    programmes: Iterable[Programme],
    first: datetime.date,
    last: datetime.date,
    *,
    for_staff: bool = False,
) -> list[Offer]:
    """All offers of `programmes` on days `first` to `last`, both included, as they stand."""
    within = _window(start_of_day(first), start_of_day(last + ONE_DAY))
    return offers_of(programmes, within, for_staff=for_staff)


def offers_for(
    booking: Booking, first: datetime.date, before: datetime.date, since: datetime.datetime | None
) -> list[Offer]:
    """Offers to a class that gives up its place to take another, not before `since`: those without
    room for it are FULL, and its own visit is in nobody's way."""
    within = _window(start_of_day(first), start_of_day(before))
    offers = offers_of([booking.visit.programme], within, but=booking.pk)
    return [_for_class(offer, booking, since) for offer in offers]


def next_free_for(booking: Booking, since: datetime.datetime | None, limit: int) -> list[Offer]:
    """The first `limit` of them to which the class can move. The coming weeks mostly hold them."""
    today, horizon = timezone.localdate(), last_plannable_day() + ONE_DAY
    soon = min(today + SOON, horizon)
    found: list[Offer] = []
    for first, before in ((today, soon), (soon, horizon)):
        if len(found) < limit:
            offers = offers_for(booking, first, before, since)
            found += [offer for offer in offers if offer.can_be_booked]
    return found[:limit]


def _for_class(offer: Offer, booking: Booking, since: datetime.datetime | None) -> Offer:
    if offer.slot_id == booking.visit.slot_id:
        return replace(offer, status=Status.OWN)
    if since and offer.starts_at <= since:
        return replace(offer, status=Status.CLOSED)
    if offer.can_be_booked and offer.pupils_left < booking.pupils:
        return replace(offer, status=Status.FULL)
    return offer


def next_free(
    programme: Programme, limit: int = FIRST_FREE, groups: int = 1, pupils: int = 0
) -> list[Offer]:
    """The first `limit` offers with room for `groups` classes with `pupils` together."""
    return Outlook(programme).next_free(limit, groups, pupils)


class Outlook:
    """What a programme offers from today on: its first free dates, and any month.

    The coming weeks, to the end of a month, are read once, and mostly answer both.
    """

    def __init__(self, programme: Programme) -> None:
        today = timezone.localdate()
        self.programme = programme
        self._further = month_of(today + SOON).following.first
        self._soon = offers_between(programme, today, self._further)

    @cached_property
    def _later(self) -> list[Offer]:
        return offers_of([self.programme], _window(start_of_day(self._further), _horizon()))

    def next_free(self, limit: int, groups: int = 1, pupils: int = 0) -> list[Offer]:
        found = with_room(self._soon, groups, pupils)
        if len(found) < limit:
            found += with_room(self._later, groups, pupils)
        return found[:limit]

    def month(self, at: YearMonth) -> list[Offer]:
        """All slots of a month, whatever their status; of this month those from today on."""
        if at.last < self._further:
            return [offer for offer in self._soon if month_of(offer.day) == at]
        return month_of_offers(self.programme, at.year, at.month)


def week_of(programme: Programme, day: datetime.date) -> list[Offer]:
    """All slots in the week (Monday to Sunday) of `day`, whatever their status."""
    monday = monday_of(day)
    return offers_between(programme, monday, monday + ONE_WEEK)


def free_instead(
    programme: Programme,
    week: list[Offer],
    pupils: Sequence[int],
    since: datetime.datetime | None = None,
) -> list[Offer]:
    """What else is free that week for classes of so many pupils each, or else the first dates that
    are; nothing of what is no longer offered. `since`: only dates after it."""
    if not programme.is_published:
        return []
    room = {"groups": len(pupils), "pupils": sum(pupils)}
    if since is None:
        return with_room(week, **room) or next_free(programme, **room)
    later = [offer for offer in week if offer.starts_at > since]
    return with_room(later, **room) or free_after(programme, since, FIRST_FREE, **room)


def free_after(
    programme: Programme, moment: datetime.datetime, limit: int, groups: int = 1, pupils: int = 0
) -> list[Offer]:
    """The first `limit` offers with that room that start after `moment`."""
    later = offers_of([programme], _window(moment + ONE_MINUTE, _horizon()))
    return with_room(later, groups, pupils)[:limit]


def first_free(programmes: Iterable[Programme]) -> dict[int, datetime.datetime]:
    """Programme (primary key) → the start of its first offer that can be booked."""
    return {pk: offer.starts_at for pk, offer in first_offers(programmes).items()}


def first_offers(programmes: Iterable[Programme]) -> dict[int, Offer]:
    """Programme (primary key) → its first offer that can be booked; one query over the coming
    weeks, and a second for programmes that have nothing free then.
    """
    waiting = {programme.pk: programme for programme in programmes}
    found: dict[int, Offer] = {}
    start, horizon = min(map(_opens, waiting.values()), default=timezone.now()), _horizon()
    soon = min(start + SOON, horizon)
    for window in (_window(start, soon), _window(soon, horizon)):
        for offer in _offers(waiting, window & public("visitslot__")):
            if offer.can_be_booked:
                found[offer.programme_id] = offer
                del waiting[offer.programme_id]
    return found


def _window(start: datetime.datetime, before: datetime.datetime) -> Q:
    return Q(visitslot__starts_at__gte=start, visitslot__starts_at__lt=before)


def _opens(programme: Programme) -> datetime.datetime:
    return max(first_bookable_moment(programme.lead_time), timezone.now())


def _horizon() -> datetime.datetime:
    return start_of_day(last_plannable_day() + ONE_DAY)


def with_room(offers: list[Offer], groups: int, pupils: int) -> list[Offer]:
    return [
        offer
        for offer in offers
        if offer.can_be_booked and offer.groups_left >= groups and offer.pupils_left >= pupils
    ]


# --- The query -----------------------------------------------------------------------------------


def _runs(
    programmes: Collection[int], within: Q, now: datetime.datetime, but: int
) -> QuerySet[Any]:
    """Rows of (slot, programme), with the visit that is open already, if any (`own`), and what
    stands in the way. Of the join table, so that everything refers to one row."""
    own = FilteredRelation(
        "visitslot__visits",
        condition=Q(
            visitslot__visits__programme=F("programme"), visitslot__visits__released_at=None
        ),
    )
    expired = (
        Booking.objects.filter(visit=OuterRef("own"), state=State.HELD, held_until__lte=now)
        .order_by()
        .values("visit")
    )
    return (
        SlotProgramme.objects.filter(within, programme__in=programmes)
        .alias(own=own, free_again=_free_again(), day=TruncDate("visitslot__starts_at"))
        .annotate(
            expired_groups=Subquery(expired.values(sum=Count("pk"))),
            expired_pupils=Subquery(expired.values(sum=Sum("pupils"))),
            is_blocked=Exists(_in_the_way(now, but)),
            is_shut=shut("visitslot__", until_public=False),
        )
        .order_by("visitslot__starts_at", "visitslot_id")
    )


def _free_again() -> ExpressionWrapper:
    """When the zones would be free again after a visit of this programme in this slot."""
    minutes = Cast(F("programme__duration") + F("programme__changeover"), IntegerField())
    # The casts because SQLite multiplies plain integers with durations only.
    occupies = ExpressionWrapper(minutes * Value(ONE_MINUTE), output_field=DurationField())
    return ExpressionWrapper(F("visitslot__starts_at") + occupies, output_field=DateTimeField())


def _in_the_way(now: datetime.datetime, but: int) -> QuerySet[ZoneClaim]:
    """Claims on a zone of the programme, at that time, by another visit in which somebody other
    than `but` really holds a place: not by a hold whose time is up."""
    live = Booking.objects.holding().exclude(state=State.HELD, held_until__lte=now)
    if but:
        live = live.exclude(pk=but)
    return ZoneClaim.objects.filter(
        Exists(live.filter(visit=OuterRef("visit"))),
        zone__programmes=OuterRef("programme"),
        starts_at__lt=OuterRef("free_again"),
        ends_at__gt=OuterRef("visitslot__starts_at"),
        # Excludes nothing, since a claim lasts a day at most (`programme_within_a_day`). With it
        # an index finds the claims of one day; without, all ten years are read for each slot.
        ends_at__lt=ExpressionWrapper(
            OuterRef("free_again") + ONE_DAY, output_field=DateTimeField()
        ),
    ).exclude(visit=Coalesce(OuterRef("own"), 0))


# --- What the rows mean --------------------------------------------------------------------------

COLUMNS = (
    *("visitslot_id", "visitslot__venue_id", "programme_id"),
    *("visitslot__starts_at", "visitslot__ends_at"),
    *("visitslot__max_groups", "own__max_groups", "own__groups_taken", "expired_groups"),
    *("visitslot__max_pupils", "own__max_pupils", "own__pupils_taken", "expired_pupils"),
    *("is_blocked", "is_shut", "own__has_own_rooms", "visitslot__pattern__public_from"),
)


def offers_of(
    programmes: Iterable[Programme], within: Q, *, but: int = 0, for_staff: bool = False
) -> list[Offer]:
    """The offers of these programmes in slots that are long enough for them, in order; without
    what the booking `but` (primary key) keeps from others. `for_staff`: with what is not public
    yet, and what is too soon for schools."""
    if not for_staff:
        within &= public("visitslot__")
    known = {programme.pk: programme for programme in programmes}
    return list(_offers(known, within, but=but, for_staff=for_staff))


def _offers(
    known: Mapping[int, Programme], within: Q, *, but: int = 0, for_staff: bool = False
) -> Iterator[Offer]:
    """The same, one by one; of a programme that is taken out of `known` meanwhile no more."""
    if not known:
        return
    horizon = _horizon()
    on_time = {pk: (_opens(programme), horizon) for pk, programme in known.items()}
    for row in _runs(known, within, timezone.now(), but).values_list(*COLUMNS, named=True):
        programme = known.get(row.programme_id)
        if programme and row.visitslot__starts_at + programme.length <= row.visitslot__ends_at:
            by_time = _by_time(row, *on_time[programme.pk], for_staff=for_staff)
            yield _offer(row, programme, by_time)


def _by_time(
    row: Any, opens: datetime.datetime, horizon: datetime.datetime, *, for_staff: bool
) -> Status:
    """What it is as far as its moment goes: CLOSED, UNPUBLISHED, TOO_SOON or FREE."""
    start = row.visitslot__starts_at
    if row.is_shut:
        return Status.CLOSED
    if _unpublished_until(row):
        return Status.UNPUBLISHED
    if for_staff and timezone.now() < start < opens:
        return Status.TOO_SOON
    return Status.FREE if opens <= start < horizon else Status.CLOSED


def _unpublished_until(row: Any) -> datetime.date | None:
    public_from: datetime.date | None = row.visitslot__pattern__public_from
    return public_from if public_from and public_from > timezone.localdate() else None


def _offer(row: Any, programme: Programme, by_time: Status) -> Offer:
    most_groups, most_pupils = programme.most(row.visitslot__max_groups, row.visitslot__max_pupils)
    groups = _left(most_groups, row.own__max_groups, row.own__groups_taken, row.expired_groups)
    pupils = _left(most_pupils, row.own__max_pupils, row.own__pupils_taken, row.expired_pupils)
    has_no_rooms = row.is_blocked and not row.own__has_own_rooms
    status = by_time
    if by_time != Status.CLOSED and (has_no_rooms or groups < 1 or pupils < programme.min_pupils):
        status = Status.FULL
    elif by_time == Status.FREE and groups <= settings.NEARLY_FULL_CLASSES_LEFT < most_groups:
        status = Status.FEW
    return Offer(
        slot_id=row.visitslot_id,
        venue_id=row.visitslot__venue_id,
        programme_id=programme.pk,
        starts_at=row.visitslot__starts_at,
        ends_at=row.visitslot__starts_at + programme.length,
        status=status,
        groups_left=max(groups, 0),
        pupils_left=max(pupils, 0),
        public_from=_unpublished_until(row),
    )


def _left(new: int, own: int | None, taken: int | None, expired: int | None) -> int:
    """The open visit's own maximum, or that of a new one, minus what is really held: all that is
    counted as taken but the holds whose time is up."""
    return (new if own is None else own) - (taken or 0) + (expired or 0)
