"""What a teacher may want to book for several classes at once: the same as last year, or what a
class has not done yet.

Of an earlier booking three things go along: its class (or the one that continues it), its
programme, and its numbers as a proposal. All else starts as in a fresh booking.
"""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings

from bookings.models import Booking, State
from bookings.models.booking import BookingQuerySet
from programmes.models import Programme, ProgrammeKind
from schools.models import ClassGroup, User
from schools.years import FIRST_SECONDARY_YEAR, YearGroup, current_school_year, school_year_of
from submissions.rules import Party


@dataclass(frozen=True)
class Proposal:
    """A class and a programme, waiting for a date."""

    programme: Programme
    party: Party
    before: int = 0  # the class that it continues, where that is of last year (primary key)

    @property
    def key(self) -> str:
        """By which a form knows it again, also where others come or go meanwhile."""
        return f"{self.programme.pk} {self.party.name}"

    def party_on(self, day: datetime.date, party: Party) -> Party:
        """The class on that day: after the summer the same children are a year further."""
        is_later = school_year_of(day) > current_school_year()
        if not self.before or not is_later or party.year_from is None or party.year_to is None:
            return party
        first, last = _a_year_on(party.year_from, party.year_to)
        if first > last:
            return party  # they leave, and she knows what she does
        name = a_year_further(party.name, party.year_from, party.year_to)
        return replace(party, name=name, year_from=first, year_to=last)

    @property
    def initial(self) -> dict[str, Any]:
        """A class form's values, with at least the supervisors its programme asks for."""
        party = self.party
        assert party.year_from is not None
        assert party.year_to is not None
        needed = self.programme.supervisors_for(party.pupils)
        return {
            "name": party.name,
            "year_groups": list(range(party.year_from, party.year_to + 1)),
            "pupils": party.pupils,
            "level": party.level,
            "supervisors": max(party.supervisors, needed),
        }


def of_last_year(user: User, *, same_children: bool) -> list[Proposal]:
    """What her classes of last school year booked, in that order: for the same children, who are a
    year further now, or for those who are in the same year group now. Three queries.

    What is not offered any more, or no longer fits their year group, is left out.
    """
    rows = list(_last_year(user).with_facts().order_by("visit__slot__starts_at", "pk"))
    later = _successors(rows) if same_children else {}
    return _each_once(_of_row(row, later, years=int(same_children)) for row in rows)


def came_last_year(user: User) -> bool:
    return user.school_id is not None and _last_year(user).exists()


def _last_year(user: User) -> BookingQuerySet:
    return Booking.objects.filter(
        submission__user=user,
        state__in=State.where(counts=True),
        class_group__school=user.school_id,
        class_group__school_year=current_school_year() - 1,
        visit__programme__is_published=True,
    )


def experiences_of(user: User, class_group: int) -> list[Proposal]:
    """The Experiences that one of her classes has not booked yet; four queries. A class of last
    year is a year further now."""
    mine = Booking.objects.filter(submission__user=user, class_group=class_group)
    last = mine.select_related("class_group", "visit__programme").order_by("-created_at", "-pk")
    row = last.first()
    years = current_school_year() - row.class_group.school_year if row and row.class_group else -1
    if row is None or row.class_group is None or years > 1:
        return []
    later = _successors([row]) if years == 1 else {}
    party = _of_row(row, later, years=max(years, 0))
    if party is None:
        return []
    own = {class_group, row.class_group.continues_id, *(one.pk for one in later.values())}
    done = Booking.objects.filter(class_group__in=own - {None}, state__in=State.where(holds=True))
    open_to = Programme.objects.published().for_schools().filter(kind=ProgrammeKind.EXPERIENCE)
    programmes = open_to.exclude(visits__bookings__in=done).select_related("venue__hub")
    before = class_group if years >= 0 else 0  # a class of next year is as far as it will be
    return _each_once(replace(party, programme=one, before=before) for one in programmes)


def _of_row(row: Booking, later: dict[int, ClassGroup], *, years: int) -> Proposal | None:
    """None of a class whose children left for secondary school."""
    assert row.class_group is not None
    assert row.year_from is not None
    assert row.year_to is not None
    name, first, last = row.party_name, row.year_from, row.year_to
    if years:
        first, last = _a_year_on(first, last)
    if known := later.get(row.class_group.pk):
        name, first, last = known.name, known.year_from, known.year_to
    elif years:
        name = a_year_further(name, row.year_from, row.year_to)
    if first > last:
        return None
    level = row.level if last >= FIRST_SECONDARY_YEAR else ""
    party = Party(name, first, last, row.pupils, row.supervisors, level=level)
    return Proposal(row.visit.programme, party, row.class_group.pk if years else 0)


def _a_year_on(first: int, last: int) -> tuple[int, int]:
    """The year groups a year later. Groep 8 (or leerjaar 6) has left: if nobody else is there, the
    first is beyond the last."""
    most = YearGroup.GROUP_8 if last < FIRST_SECONDARY_YEAR else YearGroup.YEAR_6
    return first + 1, min(last + 1, most)


def a_year_further(name: str, first: int, last: int) -> str:
    """'Groep 6b' of groep 6 becomes 'Groep 7b', '7/8' becomes '8': who was in groep 8 is gone. A
    name without its year group stays."""
    _first, most = _a_year_on(first, last)

    def further(found: re.Match[str]) -> str:
        number = int(found["number"])
        if not first <= number <= last:
            return found[0]
        return f"{found['before']}{number + 1}" if number < most else ""

    return re.sub(r"(?P<before>\s*(?:[/+&-]|en\b)?\s*)(?P<number>\d+)", further, name)


def _successors(rows: Iterable[Booking]) -> dict[int, ClassGroup]:
    """Class (primary key) → the one that continues it now, as far as staff or an earlier booking
    said so."""
    known = ClassGroup.objects.filter(
        continues__in=[row.class_group_id for row in rows], school_year=current_school_year()
    )
    return {one.continues_id: one for one in known if one.continues_id}


def _each_once(proposals: Iterable[Proposal | None]) -> list[Proposal]:
    found = {
        (one.programme.pk, one.party.name): one
        for one in proposals
        if one and one.party.within(one.programme.year_from, one.programme.year_to)
    }
    # As many rows as one form has classes.
    return list(found.values())[: settings.MOST_CLASSES_AT_ONCE]
