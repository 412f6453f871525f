"""The demo's team: eight volunteers and four staff, when they can, and who has which shift.

Given by the verbs that the site itself uses; some shifts stay open, and one needs attention."""

import datetime
import itertools
from collections.abc import Sequence

from django.utils import timezone

from bookings.models import Visit
from core.dates import ONE_DAY
from core.lifecycle import Refused
from programmes.models import Hub, Programme
from roster import clock, lifecycle
from roster.models import AgeClass, Availability, OtherDays, Person, Role, Shift, ShiftEvent
from roster.rules import Rules
from roster.telling.notices import send_link
from schools.models import User
from tec_site.demo.people import STAFF_EMAIL
from tec_site.demo.season import EXPERIENCES, FOR_GROUPS, WORKSHOPS

TASTER = "proeverij"
NEEDED = {TASTER: 3, FOR_GROUPS: 1} | dict.fromkeys([*EXPERIENCES, *WORKSHOPS], 2)
ALL = tuple(NEEDED)
WEEKDAYS = range(5)
MORNINGS = (datetime.time(8, 30), datetime.time(12, 30))
AFTERNOONS = (datetime.time(12, 30), datetime.time(17))
ALL_DAY = (None, None)
# Name, role, what she can run, on which weekdays, at which hours, age.
TEAM = [
    ("Greet Wolters", Role.STAFF, ALL, WEEKDAYS, ALL_DAY, AgeClass.ADULT),
    ("Murat Yıldız", Role.STAFF, ALL, (0, 1, 3), ALL_DAY, AgeClass.ADULT),
    ("Sanne de Boer", Role.STAFF, ALL, (1, 2, 4), ALL_DAY, AgeClass.ADULT),
    ("Thijs Bakker", Role.STAFF, (TASTER, *WORKSHOPS), (0, 3, 4), ALL_DAY, AgeClass.ADULT),
    ("Henk Slagman", Role.VOLUNTEER, (TASTER,), (1, 3), MORNINGS, AgeClass.ADULT),
    ("Ümit Çelik-van ’t Hof", Role.VOLUNTEER, ALL, (1, 2), ALL_DAY, AgeClass.ADULT),
    ("Ria Oosterbroek", Role.VOLUNTEER, (TASTER, *EXPERIENCES), (1, 3), ALL_DAY, AgeClass.ADULT),
    ("Jan Willem Kappert", Role.VOLUNTEER, (TASTER,), (3,), MORNINGS, AgeClass.ADULT),
    ("Fatma Demirci", Role.VOLUNTEER, WORKSHOPS, (0, 1, 3), AFTERNOONS, AgeClass.ADULT),
    ("Kees van Dijk", Role.VOLUNTEER, (*EXPERIENCES, FOR_GROUPS), (0, 4), ALL_DAY, AgeClass.ADULT),
    ("Noor Jansen", Role.VOLUNTEER, WORKSHOPS, (0, 3), AFTERNOONS, AgeClass.DONE_WITH_SCHOOL),
    ("Daan Visser", Role.VOLUNTEER, (TASTER,), (1, 2, 4), ALL_DAY, AgeClass.AT_SCHOOL),
]
# Each so many-th shift stays open; what is behind us is given for so many visits.
LEFT_OPEN, PAST_VISITS = 4, 12
# Their own links are in the demo's mails.
WITH_LINK = ("Ümit Çelik-van ’t Hof", "Ria Oosterbroek")


def load() -> None:
    """The team and its shifts, unless there is one already."""
    if Person.objects.exists():
        return
    staff = User.objects.get(email=STAFF_EMAIL)
    for slug, number in NEEDED.items():
        Programme.objects.filter(slug=slug).update(helpers_needed=number)
    for member in TEAM:
        _add(*member)
    _give_past(staff)
    clock.finish()
    clock.follow_visits()
    _give_coming(staff)
    _make_one_doubtful()
    ShiftEvent.objects.filter(noticed_at=None).update(noticed_at=timezone.now())
    for person in Person.objects.filter(name__in=WITH_LINK).order_by("pk"):
        send_link(person)


def _add(
    name: str,
    role: str,
    slugs: Sequence[str],
    weekdays: Sequence[int],
    hours: tuple[datetime.time | None, datetime.time | None],
    age: str,
) -> None:
    number, today = Person.objects.count(), timezone.localdate()
    renew_by = today + (30 + 90 * number) * ONE_DAY  # the first is to renew hers soon
    person = Person.objects.create(
        hub=Hub.objects.get(slug="tec"),
        name=name,
        email=f"{name.split()[0].lower().replace('ü', 'u')}@team.example",
        phone=f"06 00 00 01 {number:02d}",
        role=role,
        age_class=age,
        certificate_seen_on=renew_by - 1095 * ONE_DAY,
        certificate_renew_by=renew_by,
    )
    person.programmes.set(Programme.objects.filter(slug__in=slugs))
    start, end = hours
    Availability.objects.bulk_create(
        Availability(person=person, weekday=day, starts_at=start, ends_at=end) for day in weekdays
    )


def _give_past(staff: User) -> None:
    """Shifts of visits that are over, so that there are hours to be seen."""
    over = Visit.objects.active().filter(
        slot__starts_at__lt=timezone.now(), programme__helpers_needed__gt=0
    )
    visits = over.select_related("programme", "slot").order_by("-slot__starts_at")
    for visit in visits[:PAST_VISITS]:
        for number in range(1, visit.programme.helpers_needed + 1):
            lifecycle.open_one(visit=visit, number=number)
    for shift in Shift.objects.open().with_facts().order_by("starts_at", "pk"):
        _give(shift, staff, note="Voorbeeld")


def _give_coming(staff: User) -> None:
    coming = Shift.objects.open().upcoming().with_facts().order_by("starts_at", "pk")
    for turn, shift in enumerate(coming, start=1):
        if turn % LEFT_OPEN:
            _give(shift, staff)


def _give(shift: Shift, staff: User, note: str = "") -> None:
    """Give a shift to whoever can and had the fewest so far; where nobody can it stays open."""
    people = Person.objects.working().with_days().order_by("pk")
    rules = Rules([shift])
    can = [
        one
        for one in people
        if all(refusal.can_be_overruled for refusal in rules.broken(one, shift))
        and one.can_between(shift.starts_at, shift.ends_at)
        and shift.programme in one.programmes.all()
    ]
    for person in sorted(can, key=lambda one: (one.shifts.count(), one.pk))[:1]:
        try:
            lifecycle.assign(shift=shift, person=person, by=staff, note=note)
        except Refused:
            continue


def _make_one_doubtful() -> None:
    """Somebody said after she was given it that she cannot on that day."""
    taken = Shift.objects.where(is_promise=True).upcoming().order_by("starts_at", "pk")
    for shift in itertools.islice(taken, 5, 6):
        assert shift.person is not None
        OtherDays.objects.create(person=shift.person, first_on=shift.day, last_on=shift.day)
