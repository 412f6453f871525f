"""What was booked, after staff changed its programme or its venue, or how a school is written: it
keeps its rooms, calendars learn of it, and the schools are told unless staff do not want that.
Classes that another limit would refuse are named, and come.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import places
from bookings.lifecycle import MOVES
from bookings.models import Booking, State, Visit, VisitWait
from bookings.models.booking import BookingQuerySet
from bookings.refusals import AudienceTold, RoomsTaken
from bookings.rules import broken_party
from bookings.visits.rooms import names_by_visit, rehouse
from programmes.models import Programme, Venue
from schools.models import Organisation, School, User
from submissions.rules import Party

# What is asked of each class.
ASKED = ("year_from", "year_to", "min_pupils", "max_pupils_per_class")

# What a calendar says of a programme, besides its length; and of who comes, to staff.
WRITTEN: dict[type, tuple[str, ...]] = {
    Programme: ("title", "title_en", "bring", "bring_en"),
    School: ("name",),
    Organisation: ("name",),
}
OF: dict[type, str] = {
    Programme: "visit__programme",
    Venue: "visit__slot__venue",
    School: "submission__school",
    Organisation: "submission__organisation",
}


def keep_rooms(programme: Programme, took: int, by: User, *, tell: bool) -> list[str]:
    """Claim the rooms again of what is booked, after staff changed which ones or for how long.

    Classes whose rooms are others now get that in their history.
    Where visits end at another time than before (`took`, in minutes) their schools are told, if
    they shall be.
    Raises RoomsTaken. Returns a line for each visit that its half day has become too short for.
    """
    coming = Visit.objects.active().filter(programme=programme, slot__starts_at__gt=timezone.now())
    locked = coming.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True)
    booked = Visit.objects.filter(pk__in=list(locked))
    before = names_by_visit(booked)
    places.unclaim_zones(booked)
    lines = []
    for visit in booked.select_related("slot", "programme").order_by("slot__starts_at", "pk"):
        try:
            places.claim_again(visit)
        except places.ZonesTaken as taken:
            raise RoomsTaken(slot=visit.slot) from taken
        if programme.length > visit.slot.length:
            lines.append(
                _("%(slot)s is too short for it now: move the visit.") % {"slot": visit.slot}
            )
    rehouse(booked, before, by=by, note="")
    if programme.duration != took:
        _revise(_offered_of(programme))
        told = _make(
            coming_of(programme), "retime", {"from": took, "to": programme.duration}, by, tell
        )
        text = ngettext(
            "%(number)d class or group gets a mail: its visit ends at another time.",
            "%(number)d classes or groups get a mail: their visit ends at another time.",
            told,
        )
        lines += [text % {"number": told}] if told else []
    return lines


def name_beyond(programme: Programme, before: Programme) -> list[str]:
    """A line for each class to come that the programme takes no more, and took before."""
    if all(getattr(programme, name) == getattr(before, name) for name in ASKED):
        return []
    lines = []
    for booking in coming_of(programme).with_facts():
        party = Party.of(booking, booking.supervisors)
        took = broken_party(before, party, 0)
        lines += [
            f"{booking.visit}, {booking.party_name} ({booking.numbers}): {one.message}"
            for one in broken_party(programme, party, 0)
            if one.rule not in {each.rule for each in took}
        ]
    return lines


def readdress(venue: Venue, before: Venue, *, by: User, tell: bool) -> list[str]:
    """Its visits to come are at another address than was said."""
    if venue.address == before.address:
        return []
    _revise(_offered_of(venue))
    told = _make(
        coming_of(venue), "readdress", {"from": before.address, "to": venue.address}, by, tell
    )
    text = ngettext(
        "%(number)d class or group gets a mail: its visit is at another address.",
        "%(number)d classes or groups get a mail: their visit is at another address.",
        told,
    )
    return [text % {"number": told}] if told else []


def refresh_calendars(thing: Programme | School | Organisation, before: Any) -> None:
    """Calendars fetch anew what says something else of the programme, or of who comes; nobody is
    told."""
    if any(getattr(thing, name) != getattr(before, name) for name in WRITTEN[type(thing)]):
        refresh_calendars_of([thing])


def refresh_calendars_of(things: Sequence[Programme | School | Organisation]) -> None:
    """Of things of one kind, whatever became of them, in one statement."""
    shown = Q(state__in=[*State.where(is_coming=True), *State.where(is_offer=True)])
    about = Q(**{f"{OF[type(things[0])]}__in": things})
    _revise(Booking.objects.filter(shown & about).upcoming())


def refuse_other_audience(programme: Programme) -> None:
    """A class that is to come to what is for groups now, or the other way round, could not move and
    would be offered nothing. What is offered is booked already. Raises AudienceTold."""
    booked = Booking.objects.filter(visit__programme=programme).holding().upcoming()
    waiting = VisitWait.objects.filter(programme=programme).waiting()
    if number := booked.count() + waiting.count():
        raise AudienceTold(number=number)


def coming_of(thing: Programme | Venue) -> BookingQuerySet:
    """The bookings of visits to come that schools know of, and staff may still change."""
    known = Booking.objects.where(is_coming=True).filter(**{OF[type(thing)]: thing})
    return known.upcoming().order_by("pk")


def _offered_of(thing: Programme | Venue) -> BookingQuerySet:
    """What is offered and not taken yet: no move tells of it, but calendars show it."""
    return Booking.objects.where(is_offer=True).filter(**{OF[type(thing)]: thing}).upcoming()


def _revise(bookings: BookingQuerySet) -> None:
    bookings.order_by().update(sequence=F("sequence") + 1, changed_at=timezone.now())


def _make(
    bookings: QuerySet[Booking], move: str, data: dict[str, Any], by: User, tell: bool
) -> int:
    """Make a move with each; returns how many hear of it."""
    changes = {"changed_at": timezone.now()}  # for calendars
    for booking in bookings:
        MOVES.apply(booking, move, by=by, data=data, changes=changes, notice=None if tell else "")
    return len(bookings) if tell else 0
