"""What the dashboard of staff says of shifts: who is here, the week, what needs attention."""

import datetime
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Visit
from core.dates import start_of_day
from core.kinds import Action, Matter, OnDay
from programmes.models import Programme
from roster.models import Person, Shift, ShiftState
from roster.models.shift import ShiftQuerySet
from roster.refusals import MayNot
from roster.rules import in_doubt
from schools.models import User


@dataclass(frozen=True)
class Place:
    """A shift on the roster; `doubt` in words where its holder may not."""

    shift: Shift
    doubt: str = ""


@dataclass(frozen=True)
class RosterVisit:
    """A visit with its shifts."""

    visit: Visit
    places: Sequence[Place]

    @property
    def first(self) -> Shift:
        return self.places[0].shift

    @property
    def open(self) -> int:
        return sum(one.shift.is_open for one in self.places)


@dataclass(frozen=True)
class RosterDay:
    day: datetime.date
    visits: Sequence[RosterVisit]

    @property
    def open(self) -> int:
        return sum(one.open for one in self.visits)


def days_of(first: datetime.date, before: datetime.date, user: Any) -> list[RosterDay]:
    """The roster of the days of `[first, before)` on which somebody is needed; as many queries
    however long. Why somebody may not, her certificate or her absence, is for those who decide."""
    shifts = list(_shifts_on(first, before, user).with_facts())
    doubtful = in_doubt(shifts) if user.has_perm("roster.change_shift") else []
    return _days(shifts, {one.pk: doubts_in_words(why) for one, why in doubtful})


def _shifts_on(first: datetime.date, before: datetime.date, user: Any) -> ShiftQuerySet:
    return Shift.objects.of_hubs(user).on_days(first, before)


def _days(shifts: Iterable[Shift], doubts: dict[int, str]) -> list[RosterDay]:
    found = []
    for day, of_day in itertools.groupby(shifts, key=lambda one: one.day):
        visits = itertools.groupby(of_day, key=lambda one: one.visit_id)
        found.append(RosterDay(day, [_visit(list(of), doubts) for _key, of in visits]))
    return found


def _visit(shifts: list[Shift], doubts: dict[int, str]) -> RosterVisit:
    places = [Place(one, doubts.get(one.pk, "")) for one in shifts]
    return RosterVisit(shifts[0].visit, places)


def doubts_in_words(why: Iterable[type[MayNot]]) -> str:
    return " ".join(str(one.message) for one in why)


# --- Today and the days to come ------------------------------------------------------------------


def on_days(first: datetime.date, before: datetime.date, user: User) -> list[OnDay]:
    """Who comes. What is doubtful stands under 'needs attention' and on the roster: it takes six
    queries, and pages of a day or a week may take twelve in all."""
    shifts = _shifts_on(first, before, user).select_related("visit__programme", "person")
    return [_on_day(one) for one in _days(shifts, {})]


def _on_day(day: RosterDay) -> OnDay:
    places = [one for visit in day.visits for one in visit.places]
    come = [one.shift for one in places if not one.shift.standing.is_off]
    here = {one.person_id for one in come if one.person_id}
    said = []
    if here or not day.open:
        words = ngettext("%(number)d of us", "%(number)d of us together", len(here))
        said.append(words % {"number": len(here)})
    if day.open:
        words = ngettext("%(number)d shift open", "%(number)d shifts open", day.open)
        said.append(words % {"number": day.open})
    return OnDay(day.day, day.visits, ", ".join(said), "admin/roster/_here.html")


def next_day(day: datetime.date, user: User) -> datetime.date | None:
    rows = Shift.objects.of_hubs(user).live().filter(starts_at__gte=start_of_day(day))
    first = rows.order_by("starts_at").first()
    return first.day if first else None


# --- What needs attention ------------------------------------------------------------------------


def matters(user: User) -> list[Matter]:
    return [*_doubts(user), *_open(user), *_certificates(user)]


def _doubts(user: User) -> list[Matter]:
    """One each: who has a shift that she may not have, and why; and a line about the others."""
    taken = Shift.objects.of_hubs(user).where(is_promise=True).upcoming().with_visit()
    # Each shift that is judged costs the overview a quarter of a ms.
    ahead = datetime.timedelta(days=settings.DOUBTS_SHOWN_WITHIN_DAYS)
    soon = taken.filter(starts_at__lt=timezone.now() + ahead)
    found = in_doubt(list(soon.order_by("starts_at", "pk")))
    shown, others = found[: settings.MATTERS_SHOWN], found[settings.MATTERS_SHOWN :]
    matters = [
        Matter(
            _("%(who)s, %(shift)s: %(why)s")
            % {"who": shift.person, "why": doubts_in_words(why), "shift": shift},
            page_of(shift),
        )
        for shift, why in shown
    ]
    if others:
        text = ngettext(
            "%(number)d more shift is somebody’s who may not have it",
            "%(number)d more shifts are of people who may not have them",
            len(others),
        )
        week = reverse("admin:roster_shift_week", query={"week": others[0][0].day.isoformat()})
        matters.append(Matter(text % {"number": len(others)}, week))
    return matters


def _open(user: User) -> list[Matter]:
    number = Shift.objects.of_hubs(user).open().soon().count()
    if not number:
        return []
    text = ngettext(
        "%(number)d shift is open in the coming two weeks",
        "%(number)d shifts are open in the coming two weeks",
        number,
    )
    address = shifts_where({"state__exact": ShiftState.OPEN.value, "when": "soon"})
    return [Matter(text % {"number": number}, address)]


def _certificates(user: User) -> list[Matter]:
    if not user.has_perm("roster.view_person"):
        return []
    number = Person.objects.of_hubs(user).to_renew_soon().count()
    if not number:
        return []
    text = ngettext(
        "The certificate (VOG) of %(number)d person was not seen, or ends soon",
        "The certificates (VOG) of %(number)d people were not seen, or end soon",
        number,
    )
    address = reverse("admin:roster_person_changelist", query={"certificate": "renew"})
    return [Matter(text % {"number": number}, address)]


# --- Where it leads ------------------------------------------------------------------------------


def page_of(shift: Shift) -> str:
    return reverse("admin:roster_shift_change", args=[shift.pk])


def shifts_where(query: dict[str, str]) -> str:
    return reverse("admin:roster_shift_changelist", query=query)


def leads_from(row: Any) -> list[Action]:
    """From the page of a visit, a programme, a person: the shifts."""
    ways: dict[type, str] = {
        Visit: "visit__id__exact",
        Programme: "visit__programme__id__exact",
        Person: "person__id__exact",
    }
    lookup = ways.get(type(row))
    if lookup is None:
        return []
    return [Action(capfirst(_("shifts")), shifts_where({lookup: str(row.pk), "when": "all"}))]


# --- In the planner --------------------------------------------------------------------------


def who_works_at(visits: Sequence[Visit]) -> dict[int, str]:
    """'Ada, Bram, 1 open', by visit; one query."""
    shifts = Shift.objects.filter(visit__in=visits).exclude(state=ShiftState.ENDED)
    names: dict[int, list[str]] = {}
    open_of: dict[int, int] = {}
    for shift in shifts.select_related("person").order_by("visit", "number"):
        if shift.is_open:
            open_of[shift.visit_id] = open_of.get(shift.visit_id, 0) + 1
        elif shift.person and shift.state != ShiftState.MISSED:
            names.setdefault(shift.visit_id, []).append(shift.person.name)
    found = {}
    for pk in names.keys() | open_of.keys():
        words = list(names.get(pk, ()))
        if number := open_of.get(pk):
            text = ngettext("%(number)d shift open", "%(number)d shifts open", number)
            words.append(text % {"number": number})
        found[pk] = ", ".join(words)
    return found
