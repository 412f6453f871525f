"""Ten school years of a busy centre: 20,000 bookings, 8,000 schools, 200 kits in 5,000 loans.

Nothing is random, so two runs measure the same. Rows go in by thousands; the constraints are
on, and what is written obeys them.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count, cycle, islice
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from benchmarks.fill_kits import fill_kits
from bookings.models import Booking, BookingEvent, State, Visit, VisitSlot, ZoneClaim
from core.text.normal import key
from programmes.models import Component, Hub, Kind, Programme, Venue, Zone
from schools.models import ClassGroup, School, SchoolBoard, User
from schools.years import YearGroup, current_school_year, school_year_end, school_year_start
from submissions.models import Submission
from submissions.models.submission import REFERENCE_ALPHABET

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
BATCH = 2_000
ZONES = 4
HALF_DAYS = ((9, 0), (12, 30))
# A search finds as few as it does among the real ones: of 6,122 schools 88 are called Regenboog.
KINDS = ("OBS", "CBS", "Basisschool", "IKC")
NAMES = (
    "De Regenboog", "Het Kompas", "De Vlinder", "De Wilgen", "De Wegwijzer", "Prins Willem",
    "Sint Jozef", "Eben Haezer", "De Bron", "De Brug", "De Horizon", "De Parel", "De Schakel",
    "De Springplank", "De Fontein", "De Toermalijn", "Het Mozaïek", "De Ark", "De Klimop",
    "De Ontdekking", "De Vuurvogel", "De Waterlelie", "De Zonnewijzer", "Het Anker", "Het Baken",
    "De Boomgaard", "De Dolfijn", "De Esdoorn", "De Marke", "De Kleine Planeet", "De Rank",
    "Jan van Schaffelaar",
)  # fmt: skip
CITIES = (
    "Deventer", "Apeldoorn", "Zutphen", "Raalte", "Lochem", "Olst", "Epe", "Brummen", "Hattem",
    "Heerde", "Voorst", "Wijhe", "Twello", "Bathmen", "Diepenveen", "Colmschate", "Schalkhaar",
    "Gorssel", "Vaassen", "Eerbeek", "Holten", "Rijssen", "Goor", "Nijverdal", "Ommen",
)  # fmt: skip
# How past bookings ended, in turn: most classes came.
PAST = (State.ATTENDED,) * 8 + (State.CANCELLED, State.NO_SHOW)


@dataclass(frozen=True)
class Size:
    schools: int = 8_000
    bookings: int = 20_000
    years: int = 10  # the present school year is the last of them
    copies: int = 200
    loans: int = 5_000

    def tenth(self) -> "Size":
        fewer = (self.copies // 10, self.loans // 10)
        return Size(self.schools // 10, self.bookings // 10, self.years, *fewer)


def fill(size: Size) -> None:
    """Fill an empty, migrated database."""
    with transaction.atomic():
        schools = _schools(size.schools)
        programmes = _programmes()
        slots = _slots(programmes, size.years)
        _bookings(size.bookings, slots, programmes, schools)
        fill_kits(
            programmes[0].venue,
            Submission.objects.order_by("pk")[: size.loans],
            copies=size.copies,
            loans=size.loans,
            years=size.years,
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _save[M: Model](rows: Iterable[M]) -> list[M]:
    rows = list(rows)
    return type(rows[0])._default_manager.bulk_create(rows, batch_size=BATCH) if rows else []


def _schools(number: int) -> list[School]:
    boards = _save(
        SchoolBoard(number=f"{index:05d}", name=f"Stichting Samen Leren {index}")
        for index in range(1, number // 20 + 2)
    )
    schools = [
        School(
            site_code=f"{index:04d}00",
            name=f"{KINDS[index % len(KINDS)]} {NAMES[index % len(NAMES)]} {index}",
            street="Schoolstraat",
            house_number=str(index % 200 + 1),
            postcode=f"{7000 + index % 1000} AB",
            city=CITIES[index // len(NAMES) % len(CITIES)],
            municipality=CITIES[index // len(NAMES) % len(CITIES)].upper(),
            holiday_region="noord" if index % 2 else "midden",
            board=boards[index // 20],
        )
        for index in range(1, number + 1)
    ]
    for school in schools:
        school.search_text = school.make_search_text()
    return _save(schools)


def _programmes() -> list[Programme]:
    """One programme in each zone, so that four visits can run in one half day."""
    hub = Hub.objects.create(name="Bench", short_name="B", slug="bench", email="b@tec.example")
    venue = Venue.objects.create(hub=hub, name="Bench", slug="bench", city="Deventer")
    kinds = (Kind.TASTER, Kind.EXPERIENCE, Kind.WORKSHOP, Kind.WORKSHOP)
    programmes = []
    for index, kind in zip(range(1, ZONES + 1), kinds, strict=True):
        zone = Zone.objects.create(venue=venue, name=f"Zone {index}", slug=f"zone-{index}")
        programme = Programme.objects.create(
            kind=kind,
            title=f"Programma {index}",
            slug=f"programma-{index}",
            summary="Een programma om te meten.",
            story="Leerlingen doen van alles.\n\nEn nog iets.",
            venue=venue,
            duration=120,
            changeover=15,
            max_groups=3,
            max_pupils=105,
            position=index,
        )
        programme.zones.set([zone])
        programmes.append(programme)
    _save(
        Component(programme=programmes[0], name=f"Onderdeel {number}", position=number)
        for number in range(6)
    )
    return programmes


def _slots(programmes: list[Programme], years: int) -> list[VisitSlot]:
    """Every half day of the week but Saturday and Sunday, until the end of next school year."""
    last_year = current_school_year() + 1
    day = school_year_start(last_year - years)
    slots = []
    while day <= school_year_end(last_year):
        if day.weekday() < 5 and day.month not in (7, 8):
            for hour, minute in HALF_DAYS:
                start = datetime.datetime.combine(day, datetime.time(hour, minute), AMSTERDAM)
                slots.append(
                    VisitSlot(
                        venue=programmes[0].venue,
                        starts_at=start,
                        ends_at=start + datetime.timedelta(hours=3),
                        max_groups=3,
                        max_pupils=105,
                    )
                )
        day += datetime.timedelta(days=1)
    slots = _save(slots)
    through = VisitSlot.programmes.through
    _save(
        through(visitslot_id=slot.pk, programme_id=programme.pk)
        for slot in slots
        for programme in programmes
    )
    return slots


@dataclass
class _Class:
    """One booking to be: a class of a school in a programme in a slot."""

    number: int
    slot: VisitSlot
    programme: Programme
    school: School
    state: State

    @property
    def holds(self) -> bool:
        return self.state != State.CANCELLED

    @property
    def name(self) -> str:
        return f"Groep 7-{self.number}"  # unique in its school and year


def _plan(
    number: int, slots: list[VisitSlot], programmes: list[Programme], schools: list[School]
) -> Iterator[_Class]:
    """Spread the bookings over visits: past ones full enough, coming ones with room left."""
    now = timezone.now()
    places = [(slot, programme) for slot in slots for programme in programmes]
    past = [place for place in places if place[0].starts_at < now]
    coming = [place for place in places if place[0].starts_at >= now]
    numbers, school = count(1), cycle(schools)
    ended = cycle(PAST)
    chosen = [*islice(cycle(coming[::3]), number // 20), *islice(cycle(past), number)][:number]
    for slot, programme in sorted(chosen, key=lambda place: (place[0].pk, place[1].pk)):
        state = next(ended) if slot.starts_at < now else State.CONFIRMED
        yield _Class(next(numbers), slot, programme, next(school), State(state))


def _bookings(
    number: int, slots: list[VisitSlot], programmes: list[Programme], schools: list[School]
) -> None:
    classes = list(_plan(number, slots, programmes, schools))
    visits = _visits(classes)
    users = _save(
        User(email=f"leerkracht{school.pk}@school.example", name="Juf Bench", school=school)
        for school in schools
    )
    user_of = {user.school_id: user for user in users}
    submissions = _save(_submission(one, user_of[one.school.pk]) for one in classes)
    groups = _save(_class_group(one) for one in classes)
    bookings = _save(
        Booking(
            submission=submission,
            visit=visits[one.slot.pk, one.programme.pk],
            class_group=group,
            party_name=one.name,
            year_from=YearGroup.GROUP_7,
            year_to=YearGroup.GROUP_7,
            pupils=pupils_of(one),
            supervisors=3,
            state=one.state,
        )
        for one, submission, group in zip(classes, submissions, groups, strict=True)
    )
    _save(event for booking in bookings for event in _history(booking))


def pupils_of(one: _Class) -> int:
    return 20 + one.number % 10


def _visits(classes: list[_Class]) -> dict[tuple[int, int], Visit]:
    visits: dict[tuple[int, int], Visit] = {}
    for one in classes:
        key = (one.slot.pk, one.programme.pk)
        if key not in visits:
            visits[key] = Visit(
                slot=one.slot, programme=one.programme, max_groups=3, max_pupils=105
            )
        visits[key].groups_taken += one.holds
        visits[key].pupils_taken += pupils_of(one) * one.holds
    now = timezone.now()
    for visit in visits.values():
        visit.released_at = None if visit.groups_taken else now
    _save(visits.values())
    zone_of = dict(Programme.zones.through.objects.values_list("programme_id", "zone_id"))
    _save(
        ZoneClaim(
            visit=visit,
            zone_id=zone_of[visit.programme_id],
            starts_at=visit.slot.starts_at,
            ends_at=visit.slot.starts_at + visit.programme.occupies,
        )
        for visit in visits.values()
        if visit.groups_taken
    )
    return visits


def _submission(one: _Class, user: User) -> Submission:
    return Submission(
        hub_id=one.slot.venue.hub_id,
        reference=reference_of(one.number),
        submission_key=f"bench-{one.number}",
        data_hash="bench",
        contact_name="Juf Bench",
        email=user.email,
        phone="0570 00 00 00",
        school=one.school,
        user=user,
        verified_at=timezone.now(),
    )


def reference_of(number: int) -> str:
    letters = ""
    for _position in range(8):
        number, digit = divmod(number, len(REFERENCE_ALPHABET))
        letters = REFERENCE_ALPHABET[digit] + letters
    return letters


def _class_group(one: _Class) -> ClassGroup:
    local = one.slot.starts_at.astimezone(AMSTERDAM)
    return ClassGroup(
        school=one.school,
        school_year=local.year if local.month >= 8 else local.year - 1,
        name=one.name,
        name_key=key(one.name),
        year_from=YearGroup.GROUP_7,
        year_to=YearGroup.GROUP_7,
    )


def _history(booking: Booking) -> Iterator[BookingEvent]:
    moves = [("hold", "", State.HELD), ("verify", State.HELD, State.CONFIRMED)]
    last = {State.ATTENDED: "attend", State.NO_SHOW: "miss", State.CANCELLED: "cancel"}
    state = State(booking.state)
    if state in last:
        moves.append((last[state], State.CONFIRMED, state))
    now = timezone.now()
    for move, before, after in moves:
        yield BookingEvent(
            booking=booking,
            move=move,
            from_state=before,
            to_state=after,
            by_role="teacher",
            noticed_at=now,
        )
