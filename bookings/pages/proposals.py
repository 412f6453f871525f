"""What a teacher may want to book for several classes at once: the same as last year, or what a
class has not done yet.

Of an earlier booking three things go along: its class (or the one that continues it), its
programme, and its numbers as a proposal. All else starts as in a fresh booking.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bookings.models import Booking, State
from bookings.models.booking import BookingQuerySet
from programmes.models import Programme, ProgrammeKind
from schools.models import ClassGroup, User
from schools.years import current_school_year, school_year_of
from submissions.rules import Party

MOST = 8  # rows of one page: as many as classes of one form


@dataclass(frozen=True)
class Proposal:
    """A class and a programme, waiting for a date."""

    programme: Programme
    party: Party
    before: int = 0  # the class that this one continues (primary key)

    @property
    def initial(self) -> dict[str, Any]:
        """Of a form for one class, with as many supervisors as the programme asks for."""
        party = self.party
        assert party.year_from is not None
        assert party.year_to is not None
        needed = self.programme.supervisors_for(party.pupils)
        return {
            "name": party.name,
            "year_groups": list(range(party.year_from, party.year_to + 1)),
            "pupils": party.pupils,
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
    """The Experiences that one of her classes has not booked yet; three queries."""
    mine = Booking.objects.filter(submission__user=user, class_group=class_group)
    last = mine.select_related("class_group").order_by("-created_at", "-pk").first()
    if last is None or last.class_group is None:
        return []
    own = [class_group, last.class_group.continues_id or class_group]
    done = Booking.objects.filter(class_group__in=own, state__in=State.where(holds=True))
    open_to = Programme.objects.published().for_schools().filter(kind=ProgrammeKind.EXPERIENCE)
    programmes = open_to.exclude(visits__bookings__in=done).select_related("venue__hub")
    party = Party(last.party_name, last.year_from, last.year_to, last.pupils, last.supervisors)
    return _each_once(Proposal(programme, party) for programme in programmes)


def _of_row(row: Booking, later: dict[int, ClassGroup], *, years: int) -> Proposal:
    assert row.class_group is not None
    assert row.year_from is not None
    assert row.year_to is not None
    name, first, last = row.party_name, row.year_from + years, row.year_to + years
    if known := later.get(row.class_group.pk):
        name, first, last = known.name, known.year_from, known.year_to
    elif years:
        name = a_year_further(name, row.year_from, row.year_to)
    party = Party(name, first, last, row.pupils, row.supervisors)
    return Proposal(row.visit.programme, party, row.class_group.pk if years else 0)


def a_year_further(name: str, first: int, last: int) -> str:
    """'Groep 6b' of groep 6 becomes 'Groep 7b'; a name without its year group stays."""
    return re.sub(
        r"\d+",
        lambda found: str(int(found[0]) + 1) if first <= int(found[0]) <= last else found[0],
        name,
    )


def _successors(rows: Iterable[Booking]) -> dict[int, ClassGroup]:
    """Class (primary key) → the one that continues it now, as far as staff or an earlier booking
    said so."""
    known = ClassGroup.objects.filter(
        continues__in=[row.class_group_id for row in rows], school_year=current_school_year()
    )
    return {one.continues_id: one for one in known if one.continues_id}


def _each_once(proposals: Iterable[Proposal]) -> list[Proposal]:
    found = {
        (one.programme.pk, one.party.name): one
        for one in proposals
        if one.party.within(one.programme.year_from, one.programme.year_to)
    }
    return list(found.values())[:MOST]


def continue_classes(bookings: Iterable[Booking], before: Iterable[int]) -> None:
    """Remember which class of last year each of these classes continues, where nobody said so."""
    for booking, earlier in zip(bookings, before, strict=True):
        if not earlier or booking.class_group_id in (None, earlier):
            continue
        known = ClassGroup.objects.filter(pk=earlier, school=booking.submission.school_id)
        year = school_year_of(booking.visit.slot.day) - 1
        if known.filter(school_year=year).exists():
            unsaid = ClassGroup.objects.filter(pk=booking.class_group_id, continues=None)
            unsaid.update(continues=earlier)
