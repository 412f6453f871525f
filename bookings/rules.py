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

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings import tasters
from bookings.models import Booking, VisitSlot
from bookings.refusals import SlotPast, TooLate, TooLateForNumbers
from core.lifecycle import Role, role_of
from programmes.models import Hub, Programme
from schools.audience import Audience
from schools.models import School
from schools.years import last_plannable_day
from submissions.models import Submission
from submissions.rules import (
    IN_THE_PAST,
    TOO_FAR_AHEAD,
    TOO_SOON,
    Broken,
    Party,
    Rule,
    first_bookable_moment,
)


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
        message = IN_THE_PAST
    elif slot.starts_at < first:
        message = TOO_SOON
    elif slot.day > last_plannable_day():
        message = TOO_FAR_AHEAD
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
    party = replace(Party.of(booking, supervisors), pupils=pupils)
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
    if not programme.requires_taster or tasters.precedes(slot, school, party_name):
        return []
    if coming := tasters.to_come(slot, school, party_name):
        day = date_format(timezone.localtime(coming.starts_at), "MONTH_DAY_FORMAT")
        message: Any = _("Your Proeverij is on %(day)s; choose a date after it.") % {"day": day}
    else:
        message = _(
            "This is open to classes that did the Proeverij first, and we find none of this "
            "class or school before this date."
        )
    return [Broken(Rule.PREREQUISITE, "name", str(message), index)]


# --- Until when a school does it itself ----------------------------------------------------------


def refuse_late_cancelling(booking: Booking, by: Any) -> None:
    """Of cancelling and moving; later a school asks staff. Raises TooLate, SlotPast."""
    _refuse_late(booking, by, None if booking.is_free_to_cancel else TooLate)


def refuse_late_numbers(booking: Booking, by: Any) -> None:
    """Of other numbers; later a school calls. Raises TooLateForNumbers, SlotPast."""
    _refuse_late(booking, by, None if booking.takes_other_numbers else TooLateForNumbers)


def _refuse_late(booking: Booking, by: Any, refusal: type[TooLate] | None) -> None:
    if role_of(by) != Role.TEACHER:
        return
    if refusal is not None:
        raise refusal
    if booking.has_begun:
        raise SlotPast
