"""Small classes: fewer pupils than a programme asks for, and which of them could come together."""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.lifecycle import MOVES
from bookings.models import Booking, BookingEvent, State, Visit, VisitSlot
from bookings.places import VisitGone
from bookings.planning.availability import SlotProgramme
from bookings.visits.moving import lock_all
from core.lifecycle import Refused
from core.transactions import retried
from schools.models import SchoolHoliday, User

# Named so long before; another class may come later than that.
NAMED = datetime.timedelta(days=14)
OTHERS = datetime.timedelta(weeks=8)
ANSWERED = ("propose", "let_be")


class FitsNoMore(Refused):
    message = _("These two do not fit together any more: look at it once more.")


def small_visits(user: Any) -> list[tuple[Visit, list[Visit]]]:
    """Small visits within two weeks about which nobody did anything yet, each with those in which
    it would fit; four queries."""
    found = _Together(_coming().of_hubs(user))
    soon = timezone.now() + NAMED
    return [
        (visit, found.for_visit(visit))
        for visit in found.visits
        if visit.slot.starts_at <= soon and not visit.is_answered
    ]


def could_join(visit: Visit) -> list[Visit]:
    """The visits in which all of this small one would fit, the nearest first."""
    found = _Together(_coming().filter(programme=visit.programme_id))
    return found.for_visit(visit) if visit in found.visits else []


def _coming() -> Any:
    """Visits with fewer pupils than their programme asks of a class, of which somebody surely
    comes."""
    now = timezone.now()
    booked = Booking.objects.filter(visit=OuterRef("pk"), state=State.CONFIRMED)
    return (
        Visit.objects.active()
        .filter(
            Exists(booked),
            slot__starts_at__gt=now,
            slot__starts_at__lte=now + OTHERS,
            pupils_taken__lt=F("programme__min_pupils"),
        )
        .annotate(
            is_answered=Exists(_answers(OuterRef("pk"))),
            is_in_proposal=Exists(_answers(OuterRef("pk")).filter(move="propose")),
        )
        .select_related("slot__venue", "programme")
        .order_by("slot__starts_at", "pk")
    )


def _answers(visit: Any) -> Any:
    return BookingEvent.objects.filter(booking__visit=visit, move__in=ANSWERED)


def classes_of(visits: Iterable[Visit]) -> dict[int, list[Booking]]:
    """The classes that surely come, by visit; one query."""
    found: dict[int, list[Booking]] = {visit.pk: [] for visit in visits}
    rows = Booking.objects.filter(visit__in=found, state=State.CONFIRMED).with_facts()
    for row in rows.order_by("pk"):
        found[row.visit_id].append(row)
    return found


class _Together:
    """Small visits, and which of them fit into which others."""

    def __init__(self, visits: Any) -> None:
        self.visits: list[Any] = list(visits)
        if not self.visits:
            return
        self._classes = classes_of(self.visits)
        runs = SlotProgramme.objects.filter(
            visitslot__in=VisitSlot.objects.open().filter(visits__in=self.visits)
        )
        self._open = set(runs.values_list("visitslot", "programme"))
        days = [visit.slot.day for visit in self.visits]
        holidays = SchoolHoliday.objects
        self._holidays = holidays.by_region(min(days), max(days))

    def for_visit(self, visit: Visit) -> list[Visit]:
        if len(self._classes[visit.pk]) < visit.groups_taken:
            return []  # somebody in it has not confirmed, and cannot be asked
        fits = [other for other in self.visits if self._fits(visit, other)]
        return sorted(fits, key=lambda one: abs(one.slot.starts_at - visit.slot.starts_at))

    def _fits(self, visit: Visit, other: Any) -> bool:
        """Whether it is the same programme on another date, open, with room and no holiday of
        theirs; its classes had no proposal yet (once a date), and none of these is there."""
        return (
            visit.programme_id == other.programme_id
            and visit.pk != other.pk
            and not other.is_in_proposal
            and (other.slot_id, other.programme_id) in self._open
            and other.groups_left >= visit.groups_taken
            and other.max_pupils - other.pupils_taken >= visit.pupils_taken
            and not self._is_holiday(other.slot.day, self._classes[visit.pk])
            and not self._names(visit) & self._names(other)
        )

    def _names(self, visit: Visit) -> set[tuple[Any, Any, str]]:
        rows = self._classes[visit.pk]
        return {(row.submission.school_id, row.organisation_id, row.party_key) for row in rows}

    def _is_holiday(self, day: datetime.date, rows: Iterable[Booking]) -> bool:
        regions = {row.submission.school.holiday_region for row in rows if row.submission.school}
        return any(day in self._holidays.get(region, ()) for region in regions)


def in_a_line(classes: Iterable[Booking]) -> str:
    """Keys and numbers of the classes: changes where one joins, leaves or changes."""
    return " ".join(f"{one.pk}:{one.pupils}" for one in classes)


@retried
def propose(
    *, visit: Visit, to: Visit, by: User, note: str = "", seen: str | None = None
) -> Sequence[BookingEvent]:
    """Ask the classes of a visit to come on the date of another one, and tell those who come then.
    Nobody moves: a teacher does that by the link of her mail. Raises FitsNoMore, VisitGone (also
    where others would get a mail than were `seen`, in a line)."""
    lock_all([visit, to])
    if to not in could_join(visit) or _answers(visit).exists():
        raise FitsNoMore
    days = {"from": visit.slot.starts_at.isoformat(), "to": to.slot.starts_at.isoformat()}
    classes = classes_of([visit, to])
    if seen is not None and seen != in_a_line([*classes[visit.pk], *classes[to.pk]]):
        raise VisitGone
    asked: dict[str, Any] = {"about": visit.slot.day, "data": days | {"slot": to.slot_id}}
    told: dict[str, Any] = {"about": to.slot.day, "data": days, "notice": "joined_by"}
    return [
        *(MOVES.apply(one, "propose", by=by, note=note, **asked) for one in classes[visit.pk]),
        *(MOVES.apply(one, "propose", by=by, note=note, **told) for one in classes[to.pk]),
    ]


@retried
def let_be(*, visit: Visit, by: User) -> None:
    """It goes ahead, small as it is: nobody need look at it again."""
    lock_all([visit])
    for one in () if _answers(visit).exists() else classes_of([visit])[visit.pk]:
        MOVES.apply(one, "let_be", by=by)
