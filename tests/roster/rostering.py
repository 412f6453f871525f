"""People who can everything, and shifts of visits that go ahead."""

import datetime
import itertools
from typing import Any

from django.test import Client
from django.urls import reverse

from bookings.models import Visit, VisitSlot
from programmes.models import Programme
from roster import clock, lifecycle, links
from roster.models import Availability, OtherDays, Person, Shift
from tests.factories import amsterdam, make_booking, make_programme, make_slot, make_visit, the_hub

_numbers = itertools.count(1)
EVERY_DAY = range(7)


def make_person(
    *, runs: list[Programme] | None = None, on: Any = EVERY_DAY, **fields: Any
) -> Person:
    """An adult volunteer with a certificate, who can on every day, all day."""
    number = next(_numbers)
    fields = {
        "name": f"Vrijwilliger {number}",
        "email": f"vrijwilliger{number}@tec.example",
        "phone": "06 12345678",
        "certificate_seen_on": datetime.date(2026, 1, 5),
        "certificate_renew_by": datetime.date(2029, 1, 5),
    } | fields
    if "hub" not in fields:
        fields["hub"] = runs[0].venue.hub if runs else the_hub()
    person = Person.objects.create(**fields)
    person.programmes.set(runs or [])
    Availability.objects.bulk_create(Availability(person=person, weekday=day) for day in on)
    return person


def absent(person: Person, first: datetime.date, last: datetime.date | None = None) -> OtherDays:
    return OtherDays.objects.create(person=person, first_on=first, last_on=last or first)


def make_run(*, needed: int = 1, **fields: Any) -> Programme:
    """A programme of two hours that needs so many of us."""
    return make_programme(helpers_needed=needed, max_groups=3, max_pupils=99, **fields)


def make_expected(
    programme: Programme, starts_at: datetime.datetime | None = None, **slot_fields: Any
) -> Visit:
    """A visit with a class that is confirmed; on Tuesday 3 November 2026 at nine."""
    slot = make_slot(
        programmes=[programme],
        starts_at=starts_at or amsterdam(2026, 11, 3, 9),
        **{"max_pupils": 99} | slot_fields,
    )
    return make_booking(visit=make_visit(slot=slot, programme=programme)).visit


def make_shift(
    programme: Programme | None = None,
    starts_at: datetime.datetime | None = None,
    person: Person | None = None,
    **slot_fields: Any,
) -> Shift:
    """The shift that the clock opened for a visit; taken by `person`, if any."""
    visit = make_expected(programme or make_run(), starts_at, **slot_fields)
    clock.follow_visits()
    shift = Shift.objects.with_facts().filter(visit=visit).earliest("number")
    if person is not None:
        lifecycle.accept(shift=shift, person=person)
    return shift


def fresh(shift: Shift) -> Shift:
    return Shift.objects.with_facts().get(pk=shift.pk)


def moves_of(shift: Shift) -> list[str]:
    return [event.move for event in shift.events.order_by("pk")]


def other_slot(visit: Visit, starts_at: datetime.datetime) -> VisitSlot:
    return make_slot(programmes=[visit.programme], starts_at=starts_at, max_pupils=99)


def address(person: Person, page: str = "own", **kwargs: Any) -> str:
    token = links.token_of(person)
    return reverse(f"roster:{page}", kwargs={"pk": person.pk, "token": token, **kwargs})


def post(person: Person, page: str, data: Any = None, **kwargs: Any) -> Any:
    return Client().post(address(person, page, **kwargs), data or {})
