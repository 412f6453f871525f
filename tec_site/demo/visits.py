"""Bookings of the demo, made by the verbs that the site itself uses, so that all of it is right:
places, zones, classes, histories. Full, nearly full and free dates stand side by side."""

import datetime
from collections.abc import Iterator

from django.utils import timezone

from bookings import attendance, lifecycle
from bookings.models import Booking, BookingEvent, State, VisitSlot
from bookings.rules import VisitItem, VisitRequest
from core.dates import start_of_day
from core.lifecycle import Refused
from core.public_holidays import add_working_days
from programmes.models import Programme
from schools.models import GroupKind, School, User
from schools.years import YearGroup
from submissions.models import Submission
from submissions.rules import Party, Rule, first_bookable_moment
from tec_site.demo.people import STAFF_EMAIL
from tec_site.demo.schools import SCHOOLS, TEACHERS
from tec_site.demo.season import FOR_GROUPS, MORNING, WORKSHOPS

CLASSES = [
    ("Groep 7A", YearGroup.GROUP_7, 26),
    ("Groep 8", YearGroup.GROUP_8, 24),
    ("Groep 6/7", YearGroup.GROUP_6, 21),
    ("Groep 7B", YearGroup.GROUP_7, 27),
    ("Groep 6", YearGroup.GROUP_6, 23),
]
# Classes in each next Proeverij, over and over: full, one left, free, …
TASTER_RHYTHM = (2, 1, 0, 2, 1, 0, 1)
# How many weeks ahead the calendar shows something besides free dates.
BUSY_SLOTS = 18
PAST_SLOTS = 9
# Their mails are made; the demo's mail page would otherwise start with all of the past.
MAILED = 4


def load() -> None:
    """Fill the weeks behind and ahead of today, unless somebody booked already."""
    if Booking.objects.exists():
        return
    staff = User.objects.get(email=STAFF_EMAIL)
    classes = _classes()
    for class_number, slot in enumerate(_past("proeverij", PAST_SLOTS)):
        _book(staff, slot, "proeverij", class_number)
    for slot in _soon():
        _fill(staff, slot, classes)
    for number, slot in enumerate(_coming("proeverij", BUSY_SLOTS)):
        for _place in range(TASTER_RHYTHM[number % len(TASTER_RHYTHM)]):
            _book(staff, slot, "proeverij", next(classes))
    _experiences(staff)
    for number, slug in enumerate(WORKSHOPS):
        for slot in _coming(slug, BUSY_SLOTS)[number::3]:
            _book(staff, slot, slug, next(classes))
    _group(staff)
    _attend(staff)
    _undo_some(staff)
    _leave_mail()


def _classes() -> Iterator[int]:
    """Numbers of school and class, after those that were here before today."""
    number = PAST_SLOTS
    while True:
        yield number
        number += 1


def _soon() -> list[VisitSlot]:
    """From today on, those too soon for schools to book, so that the desk opens with visits:
    the first two working days and every other half day after them."""
    span = start_of_day(timezone.localdate()), first_bookable_moment(None)
    coming = VisitSlot.objects.filter(starts_at__range=span).prefetch_related("programmes")
    slots = list(coming) or _in_the_holidays()
    days = sorted({slot.day for slot in slots})[:2]
    return [slot for number, slot in enumerate(slots) if slot.day in days or number % 2]


def _in_the_holidays() -> list[VisitSlot]:
    """Two mornings on which the centre opens all the same: a demo that is first seen in the
    holidays is not to look empty."""
    proeverij = Programme.objects.get(slug="proeverij")
    start, end = MORNING
    made = []
    for number in (0, 1):
        day = add_working_days(timezone.localdate(), number)
        slot = VisitSlot.objects.create(
            venue=proeverij.venue,
            starts_at=timezone.make_aware(datetime.datetime.combine(day, start)),
            ends_at=timezone.make_aware(datetime.datetime.combine(day, end)),
            max_groups=2,
            max_pupils=64,
            note="Voorbeeld: open in de vakantie",
        )
        slot.programmes.add(proeverij)
        made.append(slot)
    return made


def _fill(staff: User, slot: VisitSlot, classes: Iterator[int]) -> None:
    """A Proeverij with two classes, or a workshop with one."""
    slugs = {programme.slug for programme in slot.programmes.all()}
    if "proeverij" in slugs:
        _book(staff, slot, "proeverij", next(classes))
        _book(staff, slot, "proeverij", next(classes))
    else:
        for slug in sorted(slugs & set(WORKSHOPS))[:1]:
            _book(staff, slot, slug, next(classes))


def _past(slug: str, number: int) -> list[VisitSlot]:
    slots = VisitSlot.objects.filter(
        programmes__slug=slug, starts_at__lt=start_of_day(timezone.localdate())
    )
    return list(slots.order_by("-starts_at")[:number])[::-1]


def _coming(slug: str, number: int) -> list[VisitSlot]:
    slots = VisitSlot.objects.filter(
        programmes__slug=slug, starts_at__gte=first_bookable_moment(None)
    )
    return list(slots[:number])


def _experiences(staff: User) -> None:
    """Classes that had their Proeverij go on: the first has seen one and comes for another."""
    for slot in _past("experience-slimme-stad", 1):
        _book(staff, slot, "experience-slimme-stad", 0)
    later = _coming("experience-handig-hulpmiddel", 6)
    for class_number, slot in enumerate(later[1::2]):
        _book(staff, slot, "experience-handig-hulpmiddel", class_number)
    for class_number, slot in enumerate(_coming("experience-robots-in-de-kas", 8)[4::2]):
        _book(staff, slot, "experience-robots-in-de-kas", class_number)


def _book(staff: User, slot: VisitSlot, slug: str, class_number: int) -> None:
    """Book on a school's behalf; where something is in the way the date simply stays empty."""
    school_number, round_number = class_number % len(SCHOOLS), class_number // len(SCHOOLS)
    party_name, year, pupils = CLASSES[round_number % len(CLASSES)]
    if round_number >= len(CLASSES):
        party_name = f"{party_name} ({round_number})"
    teacher = TEACHERS[school_number]
    party = Party(party_name, year, year, pupils, -(-pupils // 10))
    key = f"demo-{slug}-{slot.pk}-{class_number}"
    submission = Submission(
        submission_key=key,
        data_hash=key,
        contact_name=teacher.name,
        email=teacher.email,
        phone=f"0570 00 00 {school_number:02d}",
        school=School.objects.get(site_code=SCHOOLS[school_number][0]),
    )
    try:
        items = [VisitItem(slot, Programme.objects.get(slug=slug), party)]
        lifecycle.book(VisitRequest(submission, items, set(Rule), "Voorbeeld"), by=staff)
    except Refused:
        return


def _group(staff: User) -> None:
    """People of a company, in what is for groups."""
    for slot in _coming(FOR_GROUPS, 2)[1:]:
        submission = Submission(
            submission_key="demo-group",
            data_hash="demo-group",
            contact_name="Esra Voorbeeld",
            email="esra@metaal.example",
            phone="0570 00 00 90",
            typed_organisation="Voorbeeld Metaal B.V.",
            typed_city="Deventer",
            photos="",
        )
        party = Party("Team Montage", None, None, 14, group_kind=GroupKind.COMPANY)
        items = [VisitItem(slot, Programme.objects.get(slug=FOR_GROUPS), party)]
        try:
            lifecycle.book(VisitRequest(submission, items, set(Rule), "Voorbeeld"), by=staff)
        except Refused:
            return


def _attend(staff: User) -> None:
    """Those before today: today's are for whoever tries the day list."""
    past = Booking.objects.filter(
        state=State.CONFIRMED, visit__slot__starts_at__lt=start_of_day(timezone.localdate())
    ).order_by("pk")
    for number, booking in enumerate(past):
        verb = attendance.miss if number == 3 else attendance.attend
        verb(booking=booking, by=staff)


def _undo_some(staff: User) -> None:
    """One cancelled, one declined, one request granted: every state is to be seen."""
    for booking in Booking.objects.upcoming().filter(state="confirmed").order_by("-pk")[:1]:
        lifecycle.cancel(booking=booking, by=staff, note="Op verzoek van de school.")
    requests = list(Booking.objects.filter(state="requested").order_by("pk"))
    for booking in requests[:1]:
        lifecycle.confirm(booking=booking, by=staff)
    for booking in requests[2:]:
        lifecycle.decline(booking=booking, by=staff, note="De kas wordt dan verbouwd.")


def _leave_mail() -> None:
    waiting = BookingEvent.objects.filter(noticed_at=None).exclude(notice="").order_by("-pk")
    newest = list(waiting.values_list("pk", flat=True)[:MAILED])
    waiting.exclude(pk__in=newest).update(noticed_at=timezone.now())
