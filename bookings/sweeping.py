"""Visits on days that close: found with who waits for them, moved together or called off."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking, Visit, VisitSlot, VisitWait
from bookings.planning.availability import Offer, offers_for_all
from bookings.refusals import SlotPast
from bookings.visits import move_visit
from bookings.waiting.calling_off import concerned_in, let_go, lock
from core.dates import ONE_DAY, start_of_day
from core.tasks.work import About
from core.transactions import retried
from programmes.models import Programme, Venue
from programmes.sweeping.sweeper import CANCEL, LEAVE, Hit, StandsOtherwise, Sweeper, numbers_in
from schools.models import SchoolHoliday, User
from submissions.waiting.lifecycle import LIVE

# Other dates are looked for from two weeks before to eight weeks after.
BEFORE, AFTER = datetime.timedelta(weeks=2), datetime.timedelta(weeks=8)
MOST_LATER, MOST_EARLIER = 4, 2

Where = tuple[int, int]  # slot and programme, by their keys


class VisitSweeper(Sweeper):
    name = "sweep_visits"
    prefix = "bezoek"
    permission = "bookings.change_visit"

    def hits(self, venue: Venue, first: datetime.date, last: datetime.date) -> list[Hit]:
        booked, waiting = _on(venue, first, last)
        dates = _Dates(first, last, [one for rows in booked.values() for one in rows])
        found = []
        for where in booked.keys() | waiting.keys():
            rows, entries = booked[where], waiting[where]
            of: Any = rows[0].visit if rows else entries[0]
            offers = dates.free_for(of.programme, rows) if rows else []
            hit = _hit(where, of.slot, of.programme, rows, entries, offers)
            found.append((of.slot.starts_at, where, hit))
        return [hit for _start, _where, hit in sorted(found, key=lambda one: one[:2])]

    @retried
    def sweep(self, key: str, way: str, *, stands: str, by: User, note: str) -> None:
        slot, programme = numbers_in(key)
        rows = Booking.objects.holding().filter(visit__slot=slot, visit__programme=programme)
        booked = list(rows.order_by("pk").select_for_update(of=("self",)))
        waiting = VisitWait.objects.filter(slot=slot, programme=programme, state__in=LIVE)
        if _stands(booked, waiting.order_by("pk")) != stands:
            raise StandsOtherwise
        if way == LEAVE:
            return
        if not VisitSlot.objects.upcoming().filter(pk=slot).exists():
            raise SlotPast  # the worker came late: it took place after all
        visits = Visit.objects.active().select_related("programme", "slot")
        visit = visits.filter(slot=slot, programme=programme).first()
        if visit is not None:
            lock(visit)
        found = concerned_in(slot, programme)
        if visit is None or way == CANCEL:
            let_go(found, by=by, note=note)
            return
        let_go(found, by=by, note=note, keep_booked=True)
        to = VisitSlot.objects.select_related("venue").get(pk=way.partition("-")[2])
        move_visit(visit=visit, slot=to, by=by, note=note)

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


def _stands(booked: Iterable[Booking], waiting: Iterable[VisitWait]) -> str:
    rows = [f"{row.pk}:{row.state}:{row.pupils}" for row in booked]
    return " ".join([*rows, *(f"w{entry.pk}:{entry.state}" for entry in waiting)])


def _hit(
    where: Where,
    slot: VisitSlot,
    programme: Programme,
    booked: list[Booking],
    waiting: list[VisitWait],
    offers: list[Offer],
) -> Hit:
    asking = [*booked, *waiting]
    classes = ", ".join(row.party_name for row in booked)
    text = f"{_when(slot)} {programme.title}" + (f" ({classes})" if classes else "")
    if waiting:
        words = ngettext("%(number)d class waits", "%(number)d classes wait", len(waiting))
        text += ", " + words % {"number": len(waiting)}
    moves = [(f"move-{offer.slot_id}", _move_to(offer)) for offer in offers]
    cancel = _("call it off") if booked else _("say that it does not go ahead")
    visit = booked[0].visit_id if booked else None
    return Hit(
        key="-".join(map(str, ("bezoek", *where))),
        day=slot.day,
        text=text,
        whom=", ".join(dict.fromkeys(row.submission.asker_name for row in asking)),
        address=_page_of(visit) if visit else reverse("admin:bookings_visitwait_changelist"),
        ways=[*moves, (CANCEL, cancel), (LEAVE, _("leave it as it is"))],
        stands=_stands(booked, waiting),
        submissions=frozenset(row.submission_id for row in asking),
    )


def _when(slot: VisitSlot) -> str:
    start = timezone.localtime(slot.starts_at)
    return f"{date_format(start, 'D j b')} {start:%H:%M}"


def _move_to(offer: Offer) -> str:
    start = timezone.localtime(offer.starts_at)
    return _("move to %(when)s") % {"when": f"{date_format(start, 'D j b')} {start:%H:%M}"}


def _page_of(visit: int) -> str:
    return reverse("admin:bookings_visit_change", args=[visit])


class _Dates:
    """Other dates for visits of some days; one query for all programmes, one for holidays."""

    def __init__(self, first: datetime.date, last: datetime.date, rows: list[Booking]) -> None:
        self.last = last
        programmes = {row.visit.programme_id: row.visit.programme for row in rows}
        span = first - BEFORE, last + AFTER
        offers = offers_for_all(programmes.values(), *span) if programmes else []
        self._offers = [offer for offer in offers if offer.can_be_booked]
        self._holidays = [
            (one.region, one.starts_on, one.ends_on)
            for one in SchoolHoliday.objects.overlapping(*span)
        ]

    def free_for(self, programme: Programme, rows: list[Booking]) -> list[Offer]:
        """With room for all of them, on no day of their schools' holidays; the nearest first, and
        later ones before earlier ones."""
        schools = [row.submission.school for row in rows]
        regions = {school.holiday_region for school in schools if school}
        pupils = sum(row.pupils for row in rows)
        fits = [
            offer
            for offer in self._offers
            if offer.programme_id == programme.pk
            and offer.slot_id != rows[0].visit.slot_id
            and offer.groups_left >= len(rows)
            and offer.pupils_left >= pupils
            and not self._is_holiday(offer.day, regions)
        ]
        later = [offer for offer in fits if offer.day > self.last][:MOST_LATER]
        earlier = [offer for offer in fits if offer.day <= self.last][-MOST_EARLIER:]
        return [*later, *reversed(earlier)]

    def _is_holiday(self, day: datetime.date, regions: set[str]) -> bool:
        return any(
            region in regions and first <= day <= last for region, first, last in self._holidays
        )
