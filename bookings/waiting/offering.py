"""Who is offered a place: the first who waits and fits, of all that became free.

What is free is the one question of every page (`bookings/planning/availability.py`), and whether an
entry fits is decided by holding its places: all or none. There is no second idea of either.
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bookings import lifecycle, places, rules
from bookings.models import Booking, Visit, VisitSlot, VisitWait
from bookings.models.waiting import VisitWaitQuerySet
from bookings.planning.availability import offers_of
from bookings.planning.offer import Offer
from bookings.waiting import too_small
from bookings.waiting.entries import Entry, entries_of, region_for
from core.dates import ONE_DAY, start_of_day
from core.lifecycle import NEW, Refused
from programmes.models import Programme
from schools.models import User
from schools.years import school_year_of
from submissions.models import Submission
from submissions.rules import Party, refuse_broken, set_aside
from submissions.waiting.deadlines import closes_at, offer_until
from submissions.waiting.lifecycle import MOVES

# --- A round -------------------------------------------------------------------------------------


def after(visit_ids: set[int], *, anywhere: bool = False) -> int:
    """The round at the end of a verb in which a place was given up in these visits; `anywhere`: or
    that may have made room on any day, as where a limit was raised."""
    if not VisitWait.objects.waiting().exists():
        return 0
    found = Visit.objects.filter(pk__in=visit_ids).select_related("slot__venue", "programme")
    given_up = list(found.order_by("pk"))
    if anywhere:
        return everywhere(given_up)
    days = {(visit.slot.day, visit.slot.venue.hub_id) for visit in given_up}
    return sum(
        _round(VisitWait.objects.about(day, hub), day, day, given_up) for day, hub in sorted(days)
    )


def on_day(day: datetime.date) -> int:
    """The round for entries for this day, just before somebody who does not wait takes a place on
    it: she gets only what is left over."""
    waiting = VisitWait.objects.filter(first_day__lte=day, last_day__gte=day)
    return _round(waiting, day, day)


def everywhere(given_up: Sequence[Visit] = ()) -> int:
    """All that is free is offered to whoever waits for it; returns how many entries are."""
    return _round(VisitWait.objects.all(), None, None, given_up)


def _round(
    rows: VisitWaitQuerySet,
    first: datetime.date | None,
    last: datetime.date | None,
    given_up: Sequence[Visit] = (),
) -> int:
    """Each entry in turn. One that is served leaves less for those after it, so what is free is
    asked anew then. `given_up`: the visits in which the verb under way gave up a place; whoever
    that place is too small for is told so."""
    entries = entries_of(rows)
    if not entries:
        return 0
    first = first or min(entry.rows[0].first_day for entry in entries)
    last = last or max(entry.rows[0].last_day for entry in entries)
    programmes = {entry.programme.pk: entry.programme for entry in entries}.values()
    within = Q(
        visitslot__starts_at__gte=start_of_day(first),
        visitslot__starts_at__lt=start_of_day(last + ONE_DAY),
    )
    free, served = _free(programmes, within), 0
    for entry in entries:
        wanted = [one for one in free.get(entry.programme.pk, ()) if entry.wants(one)]
        fitting = [one for one in wanted if entry.has_room_in(one)]
        if any(_try(entry, one.slot_id) for one in fitting):
            served += 1
            free = _free(programmes, within)
        elif wanted and not fitting:
            too_small.say_so(entry, wanted, given_up)
    return served


def _free(programmes: Iterable[Programme], within: Q) -> dict[int, list[Offer]]:
    free: dict[int, list[Offer]] = {}
    for offer in offers_of(programmes, within):
        if offer.can_be_booked:
            free.setdefault(offer.programme_id, []).append(offer)
    return free


def _try(entry: Entry, slot_id: int) -> bool:
    """Offer this entry its places there, or leave everything as it is."""
    slot = VisitSlot.objects.select_related("venue__hub").get(pk=slot_id)
    try:
        with transaction.atomic():
            offer_place(entry, slot, by=None)
    except Refused:
        return False  # too little room after all, or it was served or withdrawn a moment ago
    return True


# --- One offer -----------------------------------------------------------------------------------


def offer_place(entry: Entry, slot: VisitSlot, *, by: User | None, note: str = "") -> None:
    """Hold every place of an entry in a half day until its deadline, and tell her.

    Staff do it over the order with a note, and overrule what is asked of a class; never that there
    is room. Raises what stands in the way; the caller's savepoint undoes the half of it.
    """
    programme = entry.programme
    broken = rules.broken_choice(programme, slot)
    for index, row in enumerate(entry.rows):
        broken += rules.broken_party(programme, Party.of(row, row.supervisors), index)
        school = entry.submission.school
        broken += rules.broken_on_date(programme, slot, school, row.party_name, index)
    refuse_broken(broken, {one.rule for one in broken} if by else (), note)
    until = until_of(slot, programme, entry.submission, by=by)
    lifecycle.make_way(slot, programme)
    visit = places.find_or_open(slot, programme, only_planned=by is None)
    entry = entry.locked()  # after the visit, as where a verb frees a place and offers it
    data: dict[str, Any] = {
        "slot": slot.pk,
        "starts_at": slot.starts_at.isoformat(),
        "until": until.isoformat(),
    }
    for index, row in enumerate(entry.rows):
        booking = _booking(row, visit, until)
        kept = data | set_aside(broken, index)
        lifecycle.MOVES.apply(booking, "offer", by=by, note=note, data=kept)
        changes = {"held_until": until, "booking": booking, "attention": ""}
        MOVES.apply(row, "offer", by=by, note=note, data=kept, changes=changes)


def until_of(
    slot: VisitSlot, programme: Programme, submission: Submission, *, by: User | None = None
) -> datetime.datetime:
    """Until when a place in that half day stands that is offered now: at most as long as it could
    be asked for, and what staff offer after that until it begins."""
    closes = min(closes_at(slot.day, programme.lead_time), slot.starts_at)
    if by and closes <= timezone.now():
        closes = slot.starts_at
    return offer_until(day=slot.day, closes_at=closes, region=region_for(programme, submission))


def _booking(row: VisitWait, visit: Visit, until: datetime.datetime) -> Booking:
    same: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("submission", "class_group", "organisation", "supervisors")
    }
    if school_year_of(row.school_day) != school_year_of(visit.slot.day):
        same["class_group"] = None  # a wish over the summer: who takes it brings next year's class
    return Booking(visit=visit, state=NEW, held_until=until, **Party.of(row).columns, **same)
