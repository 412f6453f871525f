"""Visits on days that close: found with who waits for them, moved together or called off."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking, Visit, VisitSlot, VisitWait
from bookings.planning.availability import offers_for_all
from bookings.planning.offer import Offer
from bookings.refusals import SlotPast
from bookings.visits import lock_with_classes, move_visit
from bookings.visits.calling_off import let_go
from bookings.visits.concerned import concerned_in
from bookings.visits.moving import other_rooms
from core.dates import ONE_DAY, start_of_day
from core.tasks.work import About
from core.transactions import retried
from programmes.closing_days.sweeper import (
    CANCEL,
    LEAVE,
    MOVE,
    Hit,
    StandsOtherwise,
    Sweeper,
    Way,
    numbers_in,
)
from programmes.models import Programme, Venue
from schools.models import SchoolHoliday, User
from submissions.models import WaitState
from submissions.waiting.lifecycle import LIVE

# Other dates are looked for from two weeks before to eight weeks after.
BEFORE, AFTER = datetime.timedelta(weeks=2), datetime.timedelta(weeks=8)
MOST_LATER, MOST_EARLIER = 4, 2

Where = tuple[int, int]  # slot and programme, by their keys


class Proposed(NamedTuple):
    """Other dates for a visit; the first is proposed."""

    free: list[Offer]
    taken: list[Offer]  # as long as visits before this one go where is proposed for them


class VisitSweeper(Sweeper):
    name = "sweep_visits"
    prefix = "bezoek"
    permission = "bookings.change_visit"

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Hit]:
        booked, waiting = _on(venue, first, last)
        dates = _Dates(first, last, [one for rows in booked.values() for one in rows])
        found = []
        for where, slot, programme in _asked_for(booked, waiting):
            rows = booked[where]
            offers = dates.for_visit(programme, rows) if rows else Proposed([], [])
            found.append(_hit(self.key(*where), slot, programme, rows, waiting[where], offers))
        return found

    @retried
    def sweep(self, key: str, way: Way, *, stands: str, by: User, note: str) -> str:
        slot, programme = numbers_in(key)
        rows = Booking.objects.holding().filter(visit__slot=slot, visit__programme=programme)
        booked = list(rows.order_by("pk").select_for_update(of=("self",)))
        waits = VisitWait.objects.filter(slot=slot, programme=programme, state__in=LIVE)
        waiting = list(waits.order_by("pk"))
        if _stands(booked, waiting) != stands:
            raise StandsOtherwise
        if way.action == LEAVE:
            return ""
        left = VisitSlot.objects.get(pk=slot)
        if left.starts_at <= timezone.now():
            raise SlotPast  # the worker came late: it took place after all
        visits = Visit.objects.active().select_related("programme", "slot")
        visit = visits.filter(slot=left, programme=programme).first() if booked else None
        if way.action not in (MOVE, CANCEL):  # of another version of the site
            raise StandsOtherwise
        moves = visit is not None and way.action == MOVE
        # Where all of them simply move, nobody has to be let go, and the move locks what it needs.
        if not moves or waiting or any(row.held_until for row in booked):
            if visit is not None:
                lock_with_classes(visit)
            let_go(concerned_in(slot, programme), by=by, note=note, keep_booked=moves)
        if visit is not None and moves:
            to = VisitSlot.objects.select_related("venue").get(pk=way.to[0])
            move_visit(visit=visit, slot=to, by=by, note=note)
            there = Visit.objects.active().filter(slot=to, programme=programme)
            return other_rooms(visit, there.get()) if visit.has_own_rooms else ""
        return ""

    def about(self, keys: Iterable[str]) -> dict[str, About]:
        wanted = {(slot, programme): key for key in keys for slot, programme in [numbers_in(key)]}
        slots = VisitSlot.objects.in_bulk([slot for slot, _programme in wanted])
        programmes = Programme.objects.in_bulk([programme for _slot, programme in wanted])
        visits = Visit.objects.filter(slot__in=slots).order_by("pk")
        pages = dict[Where, int](
            ((slot, programme), pk)
            for pk, slot, programme in visits.values_list("pk", "slot", "programme")
        )
        return {
            key: About(
                f"{_when(slots[slot])} {programmes[programme].title}",
                _page_of(pages[slot, programme]) if (slot, programme) in pages else "",
            )
            for (slot, programme), key in wanted.items()
        }


def _on(
    venue: Venue, first: datetime.date, last: datetime.date
) -> tuple[dict[Where, list[Booking]], dict[Where, list[VisitWait]]]:
    """What is still to come there, by slot and programme: who comes, and who waits."""
    start = max(start_of_day(first), timezone.now())
    within = {"starts_at__gte": start, "starts_at__lt": start_of_day(last + ONE_DAY)}
    slots = VisitSlot.objects.filter(venue=venue, **within).order_by()
    booked: dict[Where, list[Booking]] = defaultdict(list)
    waiting: dict[Where, list[VisitWait]] = defaultdict(list)
    rows = Booking.objects.holding().filter(visit__slot__in=slots.values("pk")).with_facts()
    for row in rows.order_by("pk"):
        booked[row.visit.slot_id, row.visit.programme_id].append(row)
    entries = VisitWait.objects.filter(slot__in=slots.values("pk"), state__in=LIVE).with_facts()
    for entry in entries.order_by("pk"):
        assert entry.slot_id is not None
        waiting[entry.slot_id, entry.programme_id].append(entry)
    return booked, waiting


def _asked_for(
    booked: Mapping[Where, list[Booking]], waiting: Mapping[Where, list[VisitWait]]
) -> list[tuple[Where, VisitSlot, Programme]]:
    """Each visit, and what somebody waits for where there is none, in order of time."""
    found = [
        (where, rows[0].visit.slot, rows[0].visit.programme)
        for where, rows in sorted(booked.items())
    ]
    without = (rows[0] for where, rows in sorted(waiting.items()) if where not in booked)
    found += [
        ((one.slot.pk, one.programme_id), one.slot, one.programme) for one in without if one.slot
    ]
    return sorted(found, key=lambda one: one[1].starts_at)


def _stands(booked: Iterable[Booking], waiting: Iterable[VisitWait]) -> str:
    rows = [f"{row.pk}:{row.state}:{row.pupils}" for row in booked]
    return " ".join([*rows, *(f"w{entry.pk}:{entry.state}" for entry in waiting)])


def _hit(
    key: str,
    slot: VisitSlot,
    programme: Programme,
    booked: list[Booking],
    waiting: list[VisitWait],
    offers: Proposed,
) -> Hit:
    asking = [*booked, *waiting]
    classes = ", ".join(row.party_name for row in booked)
    text = f"{_when(slot)} {programme.title}" + (f" ({classes})" if classes else "")
    # Who was offered a place stands among the classes.
    if number := sum(one.state == WaitState.WAITING for one in waiting):
        words = ngettext(
            "%(number)d class or group waits", "%(number)d classes or groups wait", number
        )
        text += ", " + words % {"number": number}
    free, taken = (
        [Way(MOVE, [str(offer.slot_id)], _move_to(offer)) for offer in some]
        for some in (offers.free, offers.taken)
    )
    cancel = _("call it off") if booked else _("say that it does not go ahead")
    visit = booked[0].visit_id if booked else None
    return Hit(
        key=key,
        day=slot.day,
        text=text,
        whom=", ".join(dict.fromkeys(row.submission.asker_name for row in asking)),
        address=_page_of(visit) if visit else reverse("admin:bookings_visitwait_changelist"),
        ways=[
            *(*free, Way(CANCEL, words=cancel)),
            *(*taken, Way(LEAVE, words=_("leave it as it is"))),
        ],
        stands=_stands(booked, waiting),
        submissions=frozenset(row.submission_id for row in asking),
    )


def _when(slot: VisitSlot | Offer) -> str:
    return date_format(timezone.localtime(slot.starts_at), "TABLE_DAY_TIME_FORMAT")


def _move_to(offer: Offer) -> str:
    return _("move to %(when)s") % {"when": _when(offer)}


def _page_of(visit: int) -> str:
    return reverse("admin:bookings_visit_change", args=[visit])


class _Dates:
    """Other dates for visits of some days; one query for all programmes, one for holidays.

    What is proposed for one visit is kept from those after it: to try such a date would cost a
    whole move, only to be refused.
    """

    def __init__(self, first: datetime.date, last: datetime.date, rows: list[Booking]) -> None:
        self.last = last
        programmes = {row.visit.programme_id: row.visit.programme for row in rows}
        span = first - BEFORE, last + AFTER
        offers = offers_for_all(programmes.values(), *span) if programmes else []
        self._offers = [offer for offer in offers if offer.can_be_booked]
        # Of each offer the classes and pupils for whom it is proposed already.
        self._proposed = defaultdict[Offer, list[tuple[int, int]]](list)
        self._holidays = SchoolHoliday.objects.by_region(*span)

    def for_visit(self, programme: Programme, rows: list[Booking]) -> Proposed:
        """With room for all of them, on no day of their schools' holidays; the nearest first, and
        later ones before earlier ones."""
        schools = [row.submission.school for row in rows]
        regions = {school.holiday_region for school in schools if school}
        moving = [row for row in rows if row.standing.is_coming]  # what is held or offered ends
        groups, pupils = len(moving), sum(row.pupils for row in moving)
        fits = [
            offer
            for offer in self._offers
            if offer.programme_id == programme.pk
            and offer.slot_id != rows[0].visit.slot_id
            and offer.groups_left >= groups
            and offer.pupils_left >= pupils
            and not self._is_holiday(offer.day, regions)
        ]
        later = [offer for offer in fits if offer.day > self.last]
        earlier = [offer for offer in reversed(fits) if offer.day <= self.last]
        near = [*later[:MOST_LATER], *earlier[:MOST_EARLIER]]
        has_room = [one for one in (*later, *earlier) if self._is_left(one, groups, pupils)]
        if has_room:
            self._proposed[has_room[0]].append((groups, pupils))
        return Proposed(
            [*has_room[:1], *(one for one in near if one in has_room[1:])],
            [one for one in near if one not in has_room],
        )

    def _is_left(self, offer: Offer, groups: int, pupils: int) -> bool:
        for other_groups, other_pupils in self._proposed[offer]:
            groups, pupils = groups + other_groups, pupils + other_pupils
        return offer.groups_left >= groups and offer.pupils_left >= pupils

    def _is_holiday(self, day: datetime.date, regions: set[str]) -> bool:
        return any(day in self._holidays.get(region, ()) for region in regions)
