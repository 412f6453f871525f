"""Shifts to come, after staff changed the venue or the length of a programme, or how their hub is
reached: calendars learn of it, and whoever has one is told as the schools are, unless staff do not
want that; of a title or a telephone nobody is told.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.kinds import Planned
from programmes.models import Hub, Programme, Venue
from roster import lifecycle
from roster.models import Person, Shift
from roster.models.shift import ShiftQuerySet
from roster.telling.dashboard import page_of
from schools.models import User

# What calendars say of a programme, besides its length, and of its hub.
WRITTEN: dict[type, tuple[str, ...]] = {Programme: ("title", "title_en"), Hub: ("contact",)}
OF: dict[type, str] = {
    Programme: "visit__programme",
    Venue: "visit__slot__venue",
    Hub: "visit__slot__venue__hub",
}


def coming_of(thing: Programme | Venue | Hub) -> ShiftQuerySet:
    return Shift.objects.live().upcoming().filter(**{OF[type(thing)]: thing})


def concerned(thing: Any, changed: Collection[str]) -> list[Planned]:
    """The shifts that somebody has, and hears of a change of length or address."""
    retimed = isinstance(thing, Programme) and "duration" in changed
    moved = isinstance(thing, Venue) and thing.ADDRESS & set(changed)
    if not (retimed or moved):
        return []
    taken = coming_of(thing).where(is_promise=True).with_facts().order_by("starts_at", "pk")
    text = _("Shift: %(shift)s (%(who)s)")
    return [
        Planned(one.day, text % {"shift": one, "who": one.person}, page_of(one)) for one in taken
    ]


def readdress(venue: Venue, before: Venue, *, by: User, tell: bool) -> list[str]:
    """Its shifts to come are at another address than was said."""
    if venue.address == before.address:
        return []
    holders = set()
    for shift in coming_of(venue).with_facts().order_by("pk"):
        holders.add(shift.person)
        lifecycle.readdress(shift=shift, by=by, tell=tell)
    return _told(holders) if tell else []


def retime(programme: Programme, before: Programme, *, by: User, tell: bool) -> list[str]:
    """Its shifts to come end at another time, with their visits."""
    if programme.duration == before.duration:
        return []
    holders, losers = set(), set()
    for shift in coming_of(programme).with_facts().order_by("pk"):
        holder = shift.person
        holders.add(holder)
        lifecycle.follow(shift=shift, visit=shift.visit, number=shift.number, by=by, tell=tell)
        if shift.person != holder:  # it overlaps another of hers now
            losers.add(holder)
    return _told(holders) if tell else _untold(losers)


def refresh_calendars(thing: Programme | Hub, before: Programme | Hub) -> None:
    """Calendars fetch anew what says another title or telephone; nobody is told."""
    if any(getattr(thing, name) != getattr(before, name) for name in WRITTEN[type(thing)]):
        revised = {"sequence": F("sequence") + 1, "changed_at": timezone.now()}
        coming_of(thing).order_by().update(**revised)


def _told(holders: Iterable[Person | None]) -> list[str]:
    """How many of us get a mail, and who has no address for it."""
    people = [one for one in holders if one is not None]
    mailed = [one for one in people if one.email]
    lines = []
    if mailed:
        words = ngettext(
            "%(number)d of us gets a mail about her shift.",
            "%(number)d of us get a mail about their shifts.",
            len(mailed),
        )
        lines.append(words % {"number": len(mailed)})
    if names := _names(one for one in people if not one.email):
        lines.append(_("Without an e-mail address, so call: %(names)s.") % {"names": names})
    return lines


def _untold(losers: Iterable[Person | None]) -> list[str]:
    """Who loses a shift and, as staff chose, gets no mail of it."""
    if names := _names(one for one in losers if one is not None):
        return [
            _("Loses a shift that overlaps another now, without a mail, so call: %(names)s.")
            % {"names": names}
        ]
    return []


def _names(people: Iterable[Person]) -> str:
    return ", ".join(sorted(one.name for one in people))
