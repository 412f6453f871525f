"""What a class or group must satisfy to come: year group, numbers, supervisors, lead time, an
earlier Proeverij.

Form and verb ask the same questions here, so they cannot disagree. A rule stands in one of three
functions, which are asked by whoever needs them: of a class whenever it comes (`broken_party`: who
books, waits or is offered a place), of a date (`broken_date`, or `broken_choice` where it is chosen
anew: who books, moves, waits, is offered a place or takes one that lapsed), and of a class on that
date (`broken_on_date`: who books, moves, waits or is offered a place). Staff may overrule each
rule, with a note; a school that was told may come with too few supervisors. Capacity and zones are
not rules but facts of the database (places.py). A group that is no class has no year groups and
nobody along, and nothing comes before it.

At the end stands until when a school itself may cancel, move or change what it booked.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.models import Attention, Booking, State, VisitSlot
from bookings.refusals import SlotPast, TooLate
from core.lifecycle import Role, role_of
from core.text.normal import key
from programmes.models import Hub, Programme, ProgrammeKind
from schools.audience import Audience
from schools.models import ClassGroup, School
from schools.years import current_school_year, last_plannable_day, school_year_of
from submissions.models import Submission
from submissions.rules import Broken, Party, Rule, first_bookable_moment


@dataclass(frozen=True)
class VisitItem:
    """One party's place in one programme on one date."""

    slot: VisitSlot
    programme: Programme
    party: Party


@dataclass(frozen=True)
class VisitRequest:
    """What is asked for in one go, all or nothing.

    `submission` is not saved yet: it carries the key, the hash of the data and what was typed.
    What staff `overrule` asks for a `note` that says why. `told`: what the school was told that it
    breaks, and asks all the same; only of what it may (`submissions.rules.TOLD_ONCE`).
    """

    submission: Submission
    items: Sequence[VisitItem]
    overrule: Collection[Rule] = ()
    note: str = ""
    told: Collection[Rule] = ()

    @property
    def hub(self) -> Hub:
        """One submission, one hub."""
        (hub,) = {item.slot.venue.hub for item in self.items}
        return hub

    @property
    def audiences(self) -> set[Audience]:
        """Audiences of asker, party and programme: one, where a school comes with classes to what
        is for schools, or an organisation with groups."""
        asked = {one for item in self.items for one in (item.party.audience, item.programme.whom)}
        return asked | {self.submission.audience}


def broken_rules(items: Sequence[VisitItem], school: School | None) -> list[Broken]:
    """Every rule that a request does not meet; those of a date once."""
    found: list[Broken] = []
    for programme, slot in dict.fromkeys((item.programme, item.slot) for item in items):
        found += broken_date(programme, slot)
    for index, item in enumerate(items):
        programme, slot, party = item.programme, item.slot, item.party
        found += broken_party(programme, party, index)
        found += broken_supervisors(programme, party, index)
        found += broken_on_date(programme, slot, school, party.name, index)
    return found


# --- Lead time and horizon -------------------------------------------------------------------


def broken_date(programme: Programme, slot: VisitSlot) -> list[Broken]:
    first = first_bookable_moment(programme.lead_time)
    if slot.starts_at < timezone.now():
        message = _("This date is in the past.")
    elif slot.starts_at < first:
        message = _("This date is too soon: we need some days to prepare.")
    elif slot.day > last_plannable_day():
        message = _("This date is too far ahead.")
    elif slot.is_shut:
        closed, early = _("We are closed on this date."), _("This date cannot be booked yet.")
        message = closed if slot.is_public else early
    else:
        return []
    return [Broken(Rule.DATE, "", str(message))]


def broken_choice(programme: Programme, slot: VisitSlot) -> list[Broken]:
    """What a newly chosen date breaks; the site must still offer it as well."""
    found = broken_date(programme, slot)
    if not (programme.is_published and slot.programmes.filter(pk=programme.pk).exists()):
        found.append(Broken(Rule.DATE, "", str(_("This date cannot be booked any more."))))
    return found


# --- The class -------------------------------------------------------------------------------


def broken_party(programme: Programme, party: Party, index: int) -> list[Broken]:
    """What is asked of a class or group whenever it comes."""
    return [*_year_group(programme, party, index), *broken_numbers(programme, party, index)]


def _year_group(programme: Programme, party: Party, index: int) -> list[Broken]:
    if party.within(programme.year_from, programme.year_to):
        return []
    message = _("This programme is for %(for_whom)s, not for %(asked)s.") % {
        "for_whom": programme.for_whom,
        "asked": party.year_groups,
    }
    return [Broken(Rule.YEAR_GROUP, "year_groups", message, index)]


def broken_numbers(programme: Programme, party: Party, index: int | None = None) -> list[Broken]:
    most, least = programme.max_pupils_per_class, programme.min_pupils
    if party.pupils > most:
        message = party.audience.at_most_each(most)
    elif party.pupils < least:
        message = party.audience.at_least_each(least)
    else:
        return []
    return [Broken(Rule.NUMBERS, "pupils", message, index)]


def broken_supervisors(
    programme: Programme, party: Party, index: int | None = None
) -> list[Broken]:
    if party.audience.is_groups or party.supervisors >= programme.supervisors_for(party.pupils):
        return []
    return [Broken(Rule.SUPERVISORS, "supervisors", norm_sentence(programme, party.pupils), index)]


def norm_sentence(programme: Programme, pupils: int) -> str:
    """How many supervisors a programme asks for so many pupils, in words."""
    needed = programme.supervisors_for(pupils)
    words = ngettext(
        "For %(pupils)d pupils we ask %(needed)d supervisor.",
        "For %(pupils)d pupils we ask %(needed)d supervisors.",
        needed,
    )
    return words % {"pupils": pupils, "needed": needed}


def broken_change(booking: Booking, pupils: int, supervisors: int) -> list[Broken]:
    """What other numbers break: what was once enough, or few enough, still is."""
    years = booking.year_from, booking.year_to
    party = Party(booking.party_name, *years, pupils, supervisors, booking.group_kind)
    programme = booking.visit.programme
    found = [] if pupils == booking.pupils else broken_numbers(programme, party)
    lacking = programme.supervisors_for(pupils) - supervisors
    lacked = programme.supervisors_for(booking.pupils) - booking.supervisors
    return found if lacking <= lacked else [*found, *broken_supervisors(programme, party)]


# --- The class on that date --------------------------------------------------------------------


def broken_on_date(
    programme: Programme, slot: VisitSlot, school: School | None, party_name: str, index: int = 0
) -> list[Broken]:
    """What is asked of a class on one date and not on another: an earlier Proeverij."""
    if not programme.requires_taster or taster_passes(slot, school, party_name):
        return []
    if coming := taster_to_come(slot, school, party_name):
        day = date_format(timezone.localtime(coming.starts_at), "MONTH_DAY_FORMAT")
        message: Any = _("Your Proeverij is on %(day)s; choose a date after it.") % {"day": day}
    else:
        message = _(
            "This is open to classes that did the Proeverij first, and we find none of this "
            "class or school before this date."
        )
    return [Broken(Rule.PREREQUISITE, "name", str(message), index)]


def taster_to_come(slot: VisitSlot, school: School | None, party_name: str) -> Booking | None:
    """The first Proeverij that is booked but not before the slot: of this class, or else of
    another one of the school."""
    if school is None:
        return None
    coming = Booking.objects.filter(
        visit__programme__kind=ProgrammeKind.TASTER,
        state__in=State.where(counts=True),
        visit__slot__starts_at__gte=slot.starts_at,
        class_group__school=school,
    )
    found = coming.select_related("visit__slot").order_by("visit__slot__starts_at")
    return found.filter(class_group__name_key=key(party_name)).first() or found.first()


def first_taster_of(user: Any) -> datetime.datetime | None:
    """When the classes of a teacher's school, of last school year or later, first have a
    Proeverij; None where that is not known."""
    school_id = getattr(user, "school_id", None)  # the anonymous have none
    return first_taster_at(school_id) if school_id is not None else None


def first_taster_at(school: int) -> datetime.datetime | None:
    """When a school (primary key) first comes to a Proeverij."""
    tasters = Booking.objects.filter(
        visit__programme__kind=ProgrammeKind.TASTER,
        state__in=State.where(counts=True),
        class_group__school=school,
        class_group__school_year__gte=current_school_year() - 1,
    )
    return tasters.aggregate(first=Min("visit__slot__starts_at"))["first"]


def taster_awaited(programme: Programme, school: int | None) -> datetime.datetime | None:
    """The Proeverij to come before which classes of a school (primary key) cannot come; None where
    they need none, had one, or have none yet."""
    if school is None or not programme.requires_taster:
        return None
    first = first_taster_at(school)
    return first if first is not None and first > timezone.now() else None


def _tasters_before(slot: VisitSlot, but: Booking | None = None) -> models.QuerySet[Booking]:
    found = Booking.objects.filter(
        visit__programme__kind=ProgrammeKind.TASTER,
        state__in=State.where(counts=True),
        visit__slot__starts_at__lt=slot.starts_at,
    )
    return found.exclude(pk=but.pk) if but else found


def class_had_taster(
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
    return _tasters_before(slot, but).filter(this | Q(class_group__in=predecessors)).exists()


def school_had_taster(slot: VisitSlot, school: School, but: Booking | None = None) -> bool:
    """Whether any class of the school had one, this school year or the last."""
    year = school_year_of(slot.day)
    return (
        _tasters_before(slot, but)
        .filter(class_group__school=school, class_group__school_year__in=[year - 1, year])
        .exists()
    )


def taster_passes(
    slot: VisitSlot, school: School | None, party_name: str, but: Booking | None = None
) -> bool:
    """Whether a Proeverij precedes it, not counting `but`."""
    return school is not None and (
        class_had_taster(slot, school, party_name, but) or school_had_taster(slot, school, but)
    )


def taster_doubt(programme: Programme, slot: VisitSlot, school: School, party_name: str) -> str:
    """Why staff might look at a class that comes: only its school had a Proeverij, or nobody had.
    Else ''."""
    if not programme.requires_taster or class_had_taster(slot, school, party_name):
        return ""
    if school_had_taster(slot, school):
        return Attention.PREREQUISITE_BY_SCHOOL
    return Attention.PREREQUISITE_GONE


def lacks_taster(booking: Booking, but: Booking | None = None) -> bool:
    """Whether no Proeverij (other than `but`) precedes what is open only after one; a group needs
    none."""
    if booking.audience.is_groups:
        return False
    slot, school = booking.visit.slot, booking.submission.school
    return booking.visit.programme.requires_taster and not taster_passes(
        slot, school, booking.party_name, but
    )


def resting_on(taster: Booking) -> list[Booking]:
    """The booked Experiences that have no other Proeverij before them."""
    if taster.visit.programme.kind != ProgrammeKind.TASTER or taster.audience.is_groups:
        return []
    later = Booking.objects.depending_on(taster, taster.starts_at).with_facts()
    return [
        one
        for one in later.order_by("visit__slot__starts_at", "pk")
        if lacks_taster(one, but=taster)
    ]


# --- Until when a school does it itself ----------------------------------------------------------


def refuse_late_cancelling(booking: Booking, by: Any) -> None:
    """Of cancelling and moving; later a school asks staff. Raises TooLate, SlotPast."""
    _refuse_late(booking, by, is_in_time=booking.is_free_to_cancel)


def refuse_late_numbers(booking: Booking, by: Any) -> None:
    """Of other numbers; later a school calls. Raises TooLate, SlotPast."""
    _refuse_late(booking, by, is_in_time=booking.takes_other_numbers)


def _refuse_late(booking: Booking, by: Any, *, is_in_time: bool) -> None:
    if role_of(by) != Role.TEACHER:
        return
    if not is_in_time:
        raise TooLate
    if booking.has_begun:
        raise SlotPast
