"""Who may have which shift: one rule, whoever asks and however.

The list of open shifts, the mail that offers, the search after somebody dropped out, an older mail,
staff's choice, and a shift whose visit moved all ask here, and refuse by the same names
(`roster/refusals.py`).
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils import timezone

from core.dates import ONE_DAY, days_between
from core.public_holidays import is_working_day
from roster import refusals
from roster.models import AgeClass, Person, Shift
from roster.refusals import MayNot
from schools.models import SchoolHoliday

# In which a school can be expected to have lessons, on its days.
SCHOOL_HOURS = datetime.time(8, 30), datetime.time(15)


class Rules:
    """The rule, with what it needs to know about all of these shifts: two queries, however many
    people and shifts. The shifts come `with_facts`, the people `with_days`. `are_theirs`: who is
    asked about has the shift, and so no other at that time (`shift_person_in_one_place`)."""

    def __init__(self, shifts: Sequence[Shift], *, are_theirs: bool = False) -> None:
        self._taken = {} if are_theirs else _taken_around(shifts)
        self._holidays = _holidays_around(shifts)

    def broken(self, person: Person, shift: Shift) -> list[type[MayNot]]:
        """Why she may not have it; the heaviest reason first."""
        checks: list[tuple[bool, type[MayNot]]] = [
            (person.has_left, refusals.HasLeft),
            (person.hub_id != shift.visit.slot.venue.hub_id, refusals.OfAnotherHub),
            (shift.has_begun, refusals.Over),
            (person.certificate_renew_by is None, refusals.NoCertificate),
            (_has_expired(person, shift), refusals.CertificateExpired),
            (self._in_school_hours(person, shift), refusals.InSchoolHours),
            (person.is_minor and shift.programme.is_loud, refusals.TooLoud),
            (self._overlaps(person, shift), refusals.Overlaps),
            (shift.programme not in person.programmes.all(), refusals.CannotRun),
        ]
        found = [refusal for is_broken, refusal in checks if is_broken]
        return [*found, *_when(person, shift)]

    def _overlaps(self, person: Person, shift: Shift) -> bool:
        return any(
            other.pk != shift.pk
            and other.starts_at < shift.ends_at
            and other.ends_at > shift.starts_at
            for day in _days(shift)
            for other in self._taken.get((person.holder, day), ())
        )

    def _in_school_hours(self, person: Person, shift: Shift) -> bool:
        if person.age_class != AgeClass.AT_SCHOOL:
            return False
        holidays = self._holidays.get(shift.visit.slot.venue.holiday_region, {})
        lessons = (day for day in _days(shift) if is_working_day(day) and day not in holidays)
        return any(
            opens < shift.ends_at and closes > shift.starts_at
            for opens, closes in map(_school_hours, lessons)
        )


def broken(person: Person, shift: Shift) -> list[type[MayNot]]:
    """Why one person may not have one shift; both are read anew."""
    person = Person.objects.with_days().get(pk=person.pk)
    shift = Shift.objects.with_facts().get(pk=shift.pk)
    return Rules([shift]).broken(person, shift)


def open_to(person: Person, shifts: Sequence[Shift]) -> list[Shift]:
    """The open shifts of these that she may have."""
    rules = Rules(shifts)
    return [one for one in shifts if one.is_open and not rules.broken(person, one)]


def candidates(shift: Shift) -> list[tuple[Person, list[type[MayNot]]]]:
    """Everybody of its hub, with why she may not have it. The shift comes `with_facts`."""
    people = Person.objects.working().with_days().filter(hub=shift.visit.slot.venue.hub_id)
    rules = Rules([shift])
    return [(one, rules.broken(one, shift)) for one in people]


def in_doubt(shifts: Sequence[Shift]) -> list[tuple[Shift, list[type[MayNot]]]]:
    """Taken shifts that their holders may not have as things stand: the visit moved to a day on
    which she cannot, she fell ill, her certificate ends. What staff overruled when they gave it is
    no doubt. They come `with_visit` at least."""
    keys = {one.person_id for one in shifts if one.person_id}
    people = Person.objects.with_days().in_bulk(keys) if keys else {}
    rules, found = Rules(shifts, are_theirs=True), []
    for one in shifts:
        if one.person_id is None or one.has_begun:
            continue
        one.person = people[one.person_id]
        why = rules.broken(one.person, one)
        if left := [refusal for refusal in why if refusal.name() not in one.overruled]:
            found.append((one, left))
    return found


def not_then(person: Person, shifts: Iterable[Shift]) -> list[Shift]:
    """Those of her shifts at whose time she cannot, as she filled in herself: she has them still.
    Of what staff overruled she knows. She comes `with_days`."""
    return [
        one
        for one in shifts
        if any(refusal.name() not in one.overruled for refusal in _when(person, one))
    ]


def _has_expired(person: Person, shift: Shift) -> bool:
    last = person.certificate_renew_by
    return last is not None and last < timezone.localdate(shift.ends_at)


def _when(person: Person, shift: Shift) -> list[type[MayNot]]:
    """Why she cannot at that time. Days are local ones; a shift past midnight asks for both its
    days."""
    first, last = shift.day, timezone.localdate(shift.ends_at)
    if person.is_absent_on(first) or person.is_absent_on(last):
        return [refusals.Absent]
    return [] if person.can_between(shift.starts_at, shift.ends_at) else [refusals.NotThen]


def _days(shift: Shift) -> Iterable[datetime.date]:
    """Days on which it is; two that overlap have one in common."""
    return days_between(timezone.localdate(shift.starts_at), timezone.localdate(shift.ends_at))


def _taken_around(shifts: Sequence[Shift]) -> dict[tuple[str, datetime.date], list[Shift]]:
    """Shifts taken in the span of all of these, at whatever hub, by holder and day."""
    found: dict[tuple[str, datetime.date], list[Shift]] = defaultdict(list)
    if shifts:
        span = {
            "starts_at__lt": max(one.ends_at for one in shifts),
            "ends_at__gt": min(one.starts_at for one in shifts),
        }
        for one in Shift.objects.where(holds=True).filter(**span):
            for day in _days(one):
                found[one.holder or "", day].append(one)
    return found


def _school_hours(day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    opens, closes = (datetime.datetime.combine(day, time) for time in SCHOOL_HOURS)
    return timezone.make_aware(opens), timezone.make_aware(closes)


def _holidays_around(shifts: Sequence[Shift]) -> dict[str, dict[datetime.date, str]]:
    """Region → its days without school, and why."""
    if not shifts:
        return {}
    first, last = min(one.day for one in shifts), max(one.day for one in shifts) + ONE_DAY
    return SchoolHoliday.objects.by_region(first, last)


# --- Until when somebody drops out ---------------------------------------------------------------


def refuse_late_dropping(shift: Shift) -> None:
    """Whether she does it by her link or calls and staff do. Raises Over."""
    if shift.has_begun:
        raise refusals.Over
