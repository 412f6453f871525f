"""Who is offered a place: the first who waits and fits, of all that became free.

What is free is the one question of every page (`bookings/planning/availability.py`), and whether an
entry fits is decided by holding its places: all or none. There is no second idea of either.
"""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from bookings import lifecycle, places, rules
from bookings.models import Booking, Visit, VisitSlot, VisitWait
from bookings.models.waiting import VisitWaitQuerySet
from bookings.planning.availability import offers_of
from bookings.planning.offer import Offer
from core.dates import ONE_DAY, start_of_day
from core.lifecycle import NEW, Refused
from programmes.models import Programme
from schools.models import SchoolHoliday, User
from schools.years import school_year_of
from submissions.models import Submission, WaitAttention
from submissions.rules import Party, refuse_broken, set_aside
from submissions.waiting.deadlines import closes_at, offer_until, region_of
from submissions.waiting.lifecycle import MOVES


@dataclass(frozen=True)
class Entry:
    """All that one submission waits for: served all at once."""

    rows: Sequence[VisitWait]

    @property
    def submission(self) -> Submission:
        return self.rows[0].submission

    @property
    def programme(self) -> Programme:
        return self.rows[0].programme

    @property
    def pupils(self) -> int:
        return sum(row.pupils for row in self.rows)

    @property
    def region(self) -> str:
        return _region(self.programme, self.submission)

    @cached_property
    def holidays(self) -> dict[datetime.date, str]:
        """Days on which a wish is not met: its school has none of its pupils there."""
        first = self.rows[0]
        if first.slot_id:
            return {}
        of_region = SchoolHoliday.objects.filter(region=self.region)
        return of_region.days(first.first_day, first.last_day)

    def wants(self, offer: Offer) -> bool:
        first = self.rows[0]
        if first.slot_id:
            return first.slot_id == offer.slot_id
        return first.wishes(offer.starts_at) and offer.day not in self.holidays

    def has_room_in(self, offer: Offer) -> bool:
        return offer.groups_left >= len(self.rows) and offer.pupils_left >= self.pupils

    def locked(self) -> "Entry":
        """As it is now: her numbers may have changed since it was read, and cannot from here on."""
        rows = VisitWait.objects.filter(pk__in=[row.pk for row in self.rows])
        return Entry(list(rows.locked()))


def entries_of(rows: VisitWaitQuerySet) -> list[Entry]:
    """Entries in the order in which they are served."""
    found = rows.waiting().with_facts().filter(programme__is_published=True)
    by_submission = itertools.groupby(found, key=lambda row: row.submission_id)
    return [Entry(list(group)) for _key, group in by_submission]


# --- A round -------------------------------------------------------------------------------------


def after(visit_ids: set[int | None]) -> int:
    """The round at the end of a verb in which a place was given up in these visits; None among
    them stands for room anywhere, as where a limit was raised."""
    if not VisitWait.objects.waiting().exists():
        return 0
    known = [pk for pk in visit_ids if pk is not None]
    found = Visit.objects.filter(pk__in=known).select_related("slot__venue", "programme")
    given_up = list(found.order_by("pk"))
    if None in visit_ids:
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
            _pass_over(entry, wanted, given_up)
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


# --- Too small -----------------------------------------------------------------------------------


def _pass_over(entry: Entry, wanted: Sequence[Offer], given_up: Sequence[Visit]) -> None:
    """All that it wants is too small for it. Its page says so, once for each time that more of it
    became free."""
    told = {
        event.data["slot"]: event.data
        for event in entry.rows[0].events.filter(move="pass_over").order_by("pk")
    }
    for offer in wanted:
        last = told.get(offer.slot_id)
        if not told or _made_room(given_up, offer, entry.programme) or _grew(offer, last):
            _say_too_small(entry, offer)
            return


def _made_room(given_up: Iterable[Visit], offer: Offer, programme: Programme) -> bool:
    """Whether this offer has what was given up: in its own visit, or in another in its rooms at
    that time, which nobody else is in any more."""
    for visit in given_up:
        if (visit.slot_id, visit.programme_id) == (offer.slot_id, offer.programme_id):
            return True
        at_that_time = (
            visit.slot.starts_at < offer.starts_at + programme.occupies
            and offer.starts_at < visit.slot.starts_at + visit.programme.occupies
        )
        rooms = visit.programme.zones.filter(pk__in=programme.zones.all())
        if at_that_time and rooms.exists():
            return True
    return False


def _grew(offer: Offer, last: dict[str, Any] | None) -> bool:
    """Whether there is more room than it was last told of in this half day: so it hears of room
    that nobody gave up, as where a limit is raised."""
    if last is None:
        return False
    return offer.groups_left > last["groups"] or offer.pupils_left > last["pupils"]


def _say_too_small(entry: Entry, offer: Offer) -> None:
    data = {"slot": offer.slot_id, "groups": offer.groups_left, "pupils": offer.pupils_left}
    changes = {"attention": WaitAttention.PASSED_OVER}
    try:
        with transaction.atomic():
            for row in entry.rows:
                MOVES.apply(row, "pass_over", by=None, data=data, changes=changes)
    except Refused:
        return  # served or withdrawn a moment ago


# --- One offer -----------------------------------------------------------------------------------


def offer_place(entry: Entry, slot: VisitSlot, *, by: User | None, note: str = "") -> None:
    """Hold every place of an entry in a half day until its deadline, and tell her.

    Staff do it over the order with a note, and overrule what is asked of a class; never that there
    is room. Raises what stands in the way; the caller's savepoint undoes the half of it.
    """
    programme = entry.programme
    broken = rules.broken_choice(programme, slot)
    for index, row in enumerate(entry.rows):
        broken += rules.broken_party(programme, _party(row), index)
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
    return offer_until(day=slot.day, closes_at=closes, region=_region(programme, submission))


def _region(programme: Programme, submission: Submission) -> str:
    return region_of(submission.school, programme.venue.holiday_region)


def _booking(row: VisitWait, visit: Visit, until: datetime.datetime) -> Booking:
    same: dict[str, Any] = {
        name: getattr(row, name)
        for name in ("submission", "class_group", "organisation", "supervisors")
    }
    if school_year_of(row.school_day) != school_year_of(visit.slot.day):
        same["class_group"] = None  # a wish over the summer: who takes it brings next year's class
    return Booking(visit=visit, state=NEW, held_until=until, **_party(row).columns, **same)


def _party(row: VisitWait) -> Party:
    years = row.year_from, row.year_to
    return Party(row.party_name, *years, row.pupils, row.supervisors, row.group_kind, row.level)
