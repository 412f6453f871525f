"""Rows for tests: plain functions, fixed dates, every field can be given.

Whatever a row needs is made along with it, so `make_booking()` is a complete world and
`make_booking(visit=visit)` joins an existing one. Names that must be unique carry a number.
Tests that care about 'now' freeze it, usually at `NOW`.

No two limits are the same number, so that a test fails where one is taken for the other: a
programme is for 1 class and 60 pupils, of at most 32 a class; its slot has room for 3 classes and
34 pupils; together that is 1 class and 34 pupils. A kit serves 28 pupils, a class has 24.
"""

import datetime
import itertools
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from bookings import places
from bookings.lifecycle import MOVES as BOOKINGS
from bookings.models import Booking, State, Visit, VisitSlot, VisitWait
from core.lifecycle import NEW, Move
from kits.desk_days import free_again_on
from kits.lifecycle import MOVES as LOANS
from kits.models import ContentItem, DeskDay, KitCopy, LessonKit, Loan, LoanState, LoanWait
from programmes.models import Component, Hub, Programme, ProgrammeKind, Venue, Zone
from schools.audience import Audience
from schools.models import ClassGroup, GroupKind, Organisation, School, User
from schools.years import YearGroup
from submissions.models import Submission, WaitState
from submissions.waiting.lifecycle import MOVES as WAITS

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
# A Tuesday in term, in every holiday region; the visits below are seven weeks later.
NOW = datetime.datetime(2026, 9, 15, 10, 0, tzinfo=AMSTERDAM)
VISIT_DAY = datetime.date(2026, 11, 3)

_FIRST_NUMBER = 1001  # as many digits in each, so names sort in the order of making
_numbers = itertools.count(_FIRST_NUMBER)
_schools = itertools.count(_FIRST_NUMBER)  # of their own: a site code has room for 9999


def count_from_the_start() -> None:
    """So that a test makes the same names whatever ran before it in this process."""
    global _numbers, _schools
    _numbers = itertools.count(_FIRST_NUMBER)
    _schools = itertools.count(_FIRST_NUMBER)


def amsterdam(*when: int) -> datetime.datetime:
    """`amsterdam(2026, 11, 3, 9, 30)`: that wall-clock time in the Netherlands."""
    return datetime.datetime(*when, tzinfo=AMSTERDAM)


# --- Who --------------------------------------------------------------------------------


def make_school(**fields: Any) -> School:
    number = next(_schools)
    fields = {
        "site_code": f"{number:04d}00",
        "name": f"OBS De Regenboog {number}",
        "street": "Schoolstraat",
        "house_number": "1",
        "postcode": "7411 AA",
        "city": "Deventer",
        "holiday_region": "noord",
    } | fields
    return School.objects.create(**fields)


def make_class_group(**fields: Any) -> ClassGroup:
    fields = {
        "school_year": 2026,
        "name": f"Groep 7 {next(_numbers)}",
        "year_from": YearGroup.GROUP_7,
        "year_to": YearGroup.GROUP_7,
    } | fields
    fields.setdefault("school", None)
    fields["school"] = fields["school"] or make_school()
    return ClassGroup.objects.create(**fields)


def make_teacher(**fields: Any) -> User:
    number = next(_numbers)
    email = fields.pop("email", f"juf{number}@school.example")
    return User.objects.create_user(email, **{"name": f"Juf Anouk {number}"} | fields)


def make_staff(*, hubs: list[Hub] | None = None, **fields: Any) -> User:
    """Of the one hub there is by default; a superuser unless said otherwise."""
    number = next(_numbers)
    email = fields.pop("email", f"balie{number}@tec.example")
    password = fields.pop("password", "lang genoeg voor een balie")
    defaults = {"name": f"Balie {number}", "is_staff": True, "is_superuser": True}
    staff = User.objects.create_user(email, password, **defaults | fields)
    if staff.is_staff:
        staff.hubs.set([the_hub()] if hubs is None else hubs)
    return staff


def make_organisation(**fields: Any) -> Organisation:
    fields = {"name": f"Metaal {next(_numbers)} B.V.", "city": "Deventer"} | fields
    return Organisation.objects.create(**fields)


# --- What and where -----------------------------------------------------------------------


def the_hub() -> Hub:
    """TEC Deventer, to which everything belongs unless a test says otherwise."""
    return Hub.objects.filter(slug="tec").first() or make_hub()


def make_hub(**fields: Any) -> Hub:
    fields = {
        "name": "Technicampus Experience Center",
        "short_name": "TEC",
        "slug": "tec",
        "street": "Voorbeeldkade 1",
        "postcode": "7411 AA",
        "city": "Deventer",
        "phone": "0570 00 00 00",
        "email": "balie@tec.example",
        "sender_name": "TEC Deventer",
    } | fields
    return Hub.objects.create(**fields)


def make_other_hub(**fields: Any) -> Hub:
    """A second hub, of which TEC's pages, mails and staff know nothing."""
    return make_hub(
        **{
            "name": "NewTechPark Apeldoorn",
            "short_name": "NewTechPark",
            "slug": "newtechpark",
            "street": "Proefweg 2",
            "postcode": "7311 AA",
            "city": "Apeldoorn",
            "phone": "055 000 00 00",
            "email": "info@newtechpark.example",
            "sender_name": "NewTechPark",
            "sender_email": "bezoek@newtechpark.example",
        }
        | fields
    )


def make_venue(**fields: Any) -> Venue:
    number = next(_numbers)
    fields = {
        "name": f"TEC Deventer {number}",
        "slug": f"tec-deventer-{number}",
        "street": "Hanzeweg 1",
        "postcode": "7418 AA",
        "city": "Deventer",
        "holiday_region": "noord",
    } | fields
    fields.setdefault("hub", None)
    fields["hub"] = fields["hub"] or the_hub()
    return Venue.objects.create(**fields)


def make_zone(**fields: Any) -> Zone:
    number = next(_numbers)
    fields = {"name": f"Zone {number}", "slug": f"zone-{number}"} | fields
    if "venue" not in fields:
        fields["venue"] = make_venue()
    return Zone.objects.create(**fields)


def make_programme(*, zones: list[Zone] | None = None, **fields: Any) -> Programme:
    """A published two-hour workshop for one class; `zones=None` gives it a zone of its own."""
    number = next(_numbers)
    fields = {
        "kind": ProgrammeKind.WORKSHOP,
        "title": f"Stop-motion {number}",
        "slug": f"stop-motion-{number}",
        "summary": "Maak een film van klei.",
        "story": "Je maakt een film, beeld voor beeld.",
        "duration": 120,
        "changeover": 15,
        "max_groups": 1,
        "max_pupils": 60,
        "max_pupils_per_class": 32,
    } | fields
    if "venue" not in fields:
        fields["venue"] = zones[0].venue if zones else make_venue()
    programme = Programme.objects.create(**fields)
    programme.zones.set([make_zone(venue=programme.venue)] if zones is None else zones)
    return programme


def make_component(**fields: Any) -> Component:
    fields = {"name": f"Onderdeel {next(_numbers)}"} | fields
    if "programme" not in fields:
        fields["programme"] = make_programme(kind=ProgrammeKind.TASTER)
    return Component.objects.create(**fields)


# --- When ---------------------------------------------------------------------------------


def make_slot(*, programmes: list[Programme] | None = None, **fields: Any) -> VisitSlot:
    """Tuesday morning 3 November 2026, 9:00–12:00, unless `starts_at` says otherwise."""
    fields = {"starts_at": amsterdam(2026, 11, 3, 9), "max_groups": 3, "max_pupils": 34} | fields
    fields.setdefault("ends_at", fields["starts_at"] + datetime.timedelta(hours=3))
    if "venue" not in fields:
        fields["venue"] = programmes[0].venue if programmes else make_venue()
    slot = VisitSlot.objects.create(**fields)
    slot.programmes.set(programmes or [])
    return slot


def make_visit(
    *, slot: VisitSlot | None = None, programme: Programme | None = None, **fields: Any
) -> Visit:
    """An open visit with its zones claimed; `max_groups=3` and the like go on the visit."""
    if programme is None:
        programme = make_programme(venue=slot.venue) if slot else make_programme()
    if slot is None:
        slot = make_slot(venue=programme.venue)
    slot.programmes.add(programme)
    with transaction.atomic():
        visit = places.find_or_open(slot, programme)
    if fields:
        Visit.objects.filter(pk=visit.pk).update(**fields)
        visit.refresh_from_db()
    return visit


def make_submission(**fields: Any) -> Submission:
    """As after the code was typed: with a user and a school."""
    number = next(_numbers)
    if "user" not in fields:
        fields["user"] = make_teacher(school=fields.get("school") or make_school())
    user = fields["user"]
    fields = {
        "submission_key": f"key-{number}",
        "data_hash": f"hash-{number}",
        "contact_name": user.name if user else "Juf Anouk",
        "email": user.email if user else f"juf{number}@school.example",
        "phone": "0570 123456",
        "school": user.school if user else None,
        "verified_at": NOW if user else None,
    } | fields
    fields.setdefault("hub", None)
    fields["hub"] = fields["hub"] or the_hub()
    return Submission.objects.create(**fields)


def unsaved_submission(**fields: Any) -> Submission:
    """As the form makes it, for a verb that saves it; by somebody new, of a school she typed."""
    number = next(_numbers)
    fields = {
        "submission_key": f"typed-{number}",
        "data_hash": "hash",
        "browser": f"browser-{number}",
        "contact_name": "Juf Anouk",
        "email": f"juf{number}@school.example",
        "phone": "0570 123456",
        "typed_school_name": "De Nieuwe School",
        "typed_city": "Deventer",
    } | fields
    return Submission(**fields)


def make_booking(*, state: str = State.CONFIRMED, by: Any = None, **fields: Any) -> Booking:
    """A booking in `state`, entered by one move: counters, claims and event are right."""
    if "visit" not in fields:
        fields["visit"] = make_visit()
    if "submission" not in fields:
        fields["submission"] = make_submission(hub=fields["visit"].slot.venue.hub)
    if "class_group" not in fields and fields["submission"].school:
        fields["class_group"] = make_class_group(school=fields["submission"].school)
    fields = {
        "party_name": "Groep 7",
        "year_from": YearGroup.GROUP_7,
        "year_to": YearGroup.GROUP_7,
        "pupils": 24,
        "supervisors": 3,
    } | fields
    if state in {State.HELD, State.OFFERED}:
        fields.setdefault("held_until", NOW + datetime.timedelta(minutes=30))
    booking = Booking(**fields)
    with transaction.atomic():
        BOOKINGS.apply(booking, Move("made", frozenset({NEW}), state, name="made"), by=by)
    return booking


def make_group(**fields: Any) -> Booking:
    """A booking of a group of an organisation, as after its code was typed."""
    if "visit" not in fields:
        fields["visit"] = make_visit(programme=make_programme(audience=Audience.GROUPS))
    if "submission" not in fields:
        organisation = fields.get("organisation") or make_organisation()
        fields["submission"] = make_submission(
            user=make_teacher(name="Esra Demir"), organisation=organisation, photos=""
        )
    fields = {
        "party_name": "Team Montage",
        "group_kind": GroupKind.COMPANY,
        "organisation": fields["submission"].organisation,
        "year_from": None,
        "year_to": None,
        "pupils": 12,
        "supervisors": 0,
    } | fields
    return make_booking(**fields)


def make_wait(*, state: str = WaitState.WAITING, **fields: Any) -> VisitWait:
    """A class that waits for the morning of 3 November 2026, entered by one move; `slot=None` with
    days is a wish."""
    if "programme" not in fields:
        fields["programme"] = make_programme()
    if "slot" not in fields:
        fields["slot"] = make_slot(programmes=[fields["programme"]])
    if "submission" not in fields:
        fields["submission"] = make_submission(hub=fields["programme"].venue.hub)
    if "class_group" not in fields and fields["submission"].school:
        fields["class_group"] = make_class_group(school=fields["submission"].school)
    day = fields["slot"].day if fields["slot"] else VISIT_DAY
    fields = {
        "party_name": "Groep 7",
        "year_from": YearGroup.GROUP_7,
        "year_to": YearGroup.GROUP_7,
        "pupils": 24,
        "supervisors": 3,
        "first_day": day,
        "last_day": day,
        "asked_at": NOW + datetime.timedelta(seconds=next(_numbers)),
    } | fields
    if state in {WaitState.HELD, WaitState.OFFERED}:
        fields.setdefault("held_until", NOW + datetime.timedelta(minutes=30))
    wait = VisitWait(**fields)
    with transaction.atomic():
        WAITS.apply(wait, Move("made", frozenset({NEW}), state, name="made"), by=None)
    return wait


# --- Lesson kits --------------------------------------------------------------------------


def make_kit(*, copies: int = 1, **fields: Any) -> LessonKit:
    """A published kit with numbered copies, two items and a desk that is open every weekday."""
    number = next(_numbers)
    fields = {
        "title": f"Robots leren rijden {number}",
        "slug": f"robots-{number}",
        "summary": "Programmeer een robot.",
        "story": "Je laat een robot een route rijden.",
        "max_pupils": 28,
    } | fields
    if "venue" not in fields:
        fields["venue"] = make_venue()
    kit = LessonKit.objects.create(**fields)
    ContentItem.objects.create(kit=kit, name="Robot", quantity=6, unit_cost=40, is_essential=True)
    ContentItem.objects.create(kit=kit, name="Batterij", quantity=12, is_consumable=True)
    for copy in range(1, copies + 1):
        KitCopy.objects.create(kit=kit, code=f"ROB{number}-{copy:02d}")
    for weekday in range(5):
        DeskDay.objects.get_or_create(
            venue=kit.venue,
            weekday=weekday,
            is_round=False,
            defaults={"opens_at": datetime.time(8, 30), "closes_at": datetime.time(16, 30)},
        )
    return kit


def make_loan_wait(*, state: str = WaitState.WAITING, **fields: Any) -> LoanWait:
    """A class that waits for a kit from 2 to 23 November 2026, entered by one move."""
    if "kit" not in fields:
        fields["kit"] = make_kit()
    if "submission" not in fields:
        fields["submission"] = make_submission(hub=fields["kit"].venue.hub)
    fields = {
        "party_name": "Groep 7",
        "year_from": YearGroup.GROUP_7,
        "year_to": YearGroup.GROUP_7,
        "pupils": 24,
        "starts_on": datetime.date(2026, 11, 2),
        "ends_on": datetime.date(2026, 11, 23),
        "asked_at": NOW + datetime.timedelta(seconds=next(_numbers)),
    } | fields
    if state in {WaitState.HELD, WaitState.OFFERED}:
        fields.setdefault("held_until", NOW + datetime.timedelta(minutes=30))
    wait = LoanWait(**fields)
    with transaction.atomic():
        WAITS.apply(wait, Move("made", frozenset({NEW}), state, name="made"), by=None)
    return wait


def make_loan(*, state: str = LoanState.RESERVED, by: Any = None, **fields: Any) -> Loan:
    """Three weeks from Monday 2 November 2026, entered by one move, unless said otherwise."""
    if "copy" not in fields:
        fields["copy"] = make_kit().copies.get()
    if "submission" not in fields:
        fields["submission"] = make_submission(hub=fields["copy"].kit.venue.hub)
    fields = {
        "party_name": "Groep 7",
        "year_from": YearGroup.GROUP_7,
        "year_to": YearGroup.GROUP_7,
        "pupils": 24,
        "starts_on": datetime.date(2026, 11, 2),
        "ends_on": datetime.date(2026, 11, 23),
    } | fields
    fields.setdefault("free_again_on", free_again_on(fields["copy"].kit, fields["ends_on"]))
    if state in {LoanState.HELD, LoanState.OFFERED}:
        fields.setdefault("held_until", NOW + datetime.timedelta(minutes=30))
    loan = Loan(**fields)
    with transaction.atomic():
        LOANS.apply(loan, Move("made", frozenset({NEW}), state, name="made"), by=by)
    return loan
