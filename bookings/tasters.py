"""The Proeverij that comes first: which one counts for a class, and what rests on it.

It counts before an Experience when this class came to it, or the one that it continues
(`class_had_one`); also when any other class of its school did, this school year or the last
(`school_had_one`), of which staff then hear as a doubt. One to come counts as well: what is asked
is only that it stands before the slot. A group that is no class needs none.

What breaks the rule is `broken_on_date` in `rules.py`; what staff are shown of it, `lifecycle/`.
"""

import datetime
from typing import Any

from django.db import models
from django.db.models import Min, Q
from django.utils import timezone

from bookings.models import Attention, Booking, State, VisitSlot
from core.text.normal import key
from programmes.models import Programme, ProgrammeKind
from schools.models import ClassGroup, School
from schools.years import current_school_year, school_year_of

# --- Whether it comes before a class -------------------------------------------------------------


def class_had_one(
    slot: VisitSlot, school: School, party_name: str, but: Booking | None = None
) -> bool:
    """Whether this class, or the one it continues, has a Proeverij before the slot."""
    this = Q(
        class_group__school=school,
        class_group__school_year=school_year_of(slot.day),
        class_group__name_key=key(party_name),
    )
    predecessors = ClassGroup.objects.filter(
        continued_by__school=school,
        continued_by__school_year=school_year_of(slot.day),
        continued_by__name_key=key(party_name),
    )
    return _before(slot, but).filter(this | Q(class_group__in=predecessors)).exists()


def school_had_one(slot: VisitSlot, school: School, but: Booking | None = None) -> bool:
    """Whether any class of the school had one, this school year or the last."""
    year = school_year_of(slot.day)
    return (
        _before(slot, but)
        .filter(class_group__school=school, class_group__school_year__in=[year - 1, year])
        .exists()
    )


def precedes(
    slot: VisitSlot, school: School | None, party_name: str, but: Booking | None = None
) -> bool:
    """Whether a Proeverij precedes it, not counting `but`."""
    return school is not None and (
        class_had_one(slot, school, party_name, but) or school_had_one(slot, school, but)
    )


def is_missing_for(booking: Booking, but: Booking | None = None) -> bool:
    """Whether no Proeverij (other than `but`) precedes what is open only after one; a group needs
    none."""
    if booking.audience.is_groups:
        return False
    slot, school = booking.visit.slot, booking.submission.school
    return booking.visit.programme.requires_taster and not precedes(
        slot, school, booking.party_name, but
    )


def doubt_about(programme: Programme, slot: VisitSlot, school: School, party_name: str) -> str:
    """Why staff might look at a class that comes: only its school had a Proeverij, or nobody had.
    Else ''."""
    if not programme.requires_taster or class_had_one(slot, school, party_name):
        return ""
    if school_had_one(slot, school):
        return Attention.PREREQUISITE_BY_SCHOOL
    return Attention.PREREQUISITE_GONE


# --- The one that is still to come ---------------------------------------------------------------


def to_come(slot: VisitSlot, school: School | None, party_name: str) -> Booking | None:
    """The first Proeverij that is booked but not before the slot: of this class, or else of
    another one of the school."""
    if school is None:
        return None
    coming = _tasters().filter(
        visit__slot__starts_at__gte=slot.starts_at, class_group__school=school
    )
    found = coming.select_related("visit__slot").order_by("visit__slot__starts_at")
    return found.filter(class_group__name_key=key(party_name)).first() or found.first()


def first_of(user: Any) -> datetime.datetime | None:
    """When the classes of a teacher's school, of last school year or later, first have a
    Proeverij; None where that is not known."""
    school_id = getattr(user, "school_id", None)  # the anonymous have none
    return first_at(school_id) if school_id is not None else None


def first_at(school: int) -> datetime.datetime | None:
    """When a school (primary key) first comes to a Proeverij."""
    hers = _tasters().filter(
        class_group__school=school, class_group__school_year__gte=current_school_year() - 1
    )
    return hers.aggregate(first=Min("visit__slot__starts_at"))["first"]


def awaited(programme: Programme, school: int | None) -> datetime.datetime | None:
    """The Proeverij to come before which classes of a school (primary key) cannot come; None where
    they need none, had one, or have none yet."""
    if school is None or not programme.requires_taster:
        return None
    first = first_at(school)
    return first if first is not None and first > timezone.now() else None


# --- What comes after it -------------------------------------------------------------------------


def resting_on(taster: Booking) -> list[Booking]:
    """The booked Experiences that have no other Proeverij before them."""
    if taster.visit.programme.kind != ProgrammeKind.TASTER or taster.audience.is_groups:
        return []
    later = Booking.objects.depending_on(taster, taster.starts_at).with_facts()
    return [
        one
        for one in later.order_by("visit__slot__starts_at", "pk")
        if is_missing_for(one, but=taster)
    ]


# --- Within --------------------------------------------------------------------------------------


def _tasters() -> models.QuerySet[Booking]:
    return Booking.objects.filter(
        visit__programme__kind=ProgrammeKind.TASTER, state__in=State.where(counts=True)
    )


def _before(slot: VisitSlot, but: Booking | None) -> models.QuerySet[Booking]:
    found = _tasters().filter(visit__slot__starts_at__lt=slot.starts_at)
    return found.exclude(pk=but.pk) if but else found
