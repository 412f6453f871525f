"""Ten school years of three hubs: 20,000 bookings, 8,000 schools, 200 boxes in 5,000 loans, most
of them of a busy centre, a tenth of each of the two others, in one programme.

Nothing is random, so two runs measure the same. Rows go in by thousands; the constraints are
on, and what is written obeys them.
"""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, cycle, islice, pairwise, product
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from bookings.models import Booking, BookingEvent, State, Visit, VisitSlot
from bookings.places import claim_zones
from core.dates import ONE_DAY, ONE_WEEK
from impact.models import Division, FundingSource, Share
from kits.desk_days import desk_calendar
from kits.models import Delivery, KitCopy, Loan, LoanEvent, LoanState
from programmes.models import Programme, ProgrammeKind, Venue
from schools import years
from schools.models import ClassGroup, School, SchoolBoard, User
from schools.years import YearGroup
from submissions.models import Submission
from tests import factories

Place = tuple[VisitSlot, Programme]
ROOM = {"max_groups": 3, "max_pupils": 105}
HALF_DAYS = (datetime.time(9), datetime.time(12, 30))
GROUP_7 = {"year_from": YearGroup.GROUP_7, "year_to": YearGroup.GROUP_7}
# How past bookings ended, in turn: most classes came.
PAST = (State.ATTENDED,) * 8 + (State.CANCELLED, State.NO_SHOW)
MOVES = {
    State.HELD: "hold",
    State.CONFIRMED: "verify",
    State.ATTENDED: "attend",
    State.NO_SHOW: "miss",
    State.CANCELLED: "cancel",
}
# As many at any size, as programmes: pages that list kits are compared between the sizes.
KITS = 10
OTHER_HUBS = 2
# Three weeks out, and three days to check and refill.
LENT, BLOCKED = datetime.timedelta(days=21), datetime.timedelta(days=24)


@dataclass(frozen=True)
class Size:
    schools: int = 8_000
    bookings: int = 20_000
    years: int = 10  # the present school year is the last of them
    copies: int = 200
    loans: int = 5_000

    def tenth(self) -> "Size":
        return Size(800, 2_000, self.years, 20, 500)

    def tenths(self, number: int) -> "Size":
        """So many tenths of what is of a hub; schools and years are of all."""
        bookings, copies, loans = (
            whole * number // 10 for whole in (self.bookings, self.copies, self.loans)
        )
        return replace(self, bookings=bookings, copies=copies, loans=loans)


def fill(size: Size) -> None:
    """Fill an empty, migrated database."""
    busy, other = size.tenths(10 - OTHER_HUBS), size.tenths(1)
    with transaction.atomic():
        venue = factories.make_venue(name="Bench")
        users = _users(_schools(size.schools))
        programmes = _programmes(venue, "programma")
        _fill_hub(programmes, users, busy, "bench")
        _funding(programmes, size.years)
        fill_loans(venue, busy)
        for number in range(1, OTHER_HUBS + 1):
            key = f"elders-{number}"
            hub = factories.make_other_hub(slug=key, name=f"Hub {number}", short_name=key)
            venue = factories.make_venue(name=f"Bench {number}", hub=hub)
            _fill_hub(_programmes(venue, key, 1), users, other, key)
            fill_loans(venue, other, kits=1, slug=f"{key}-leskist")
    analyze()


def analyze() -> None:
    """So that the database knows how many rows there are now: a plan for none takes minutes."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _fill_hub(programmes: list[Programme], users: list[User], size: Size, key: str) -> None:
    # One more year than there are: the next one is planned already.
    first = years.current_school_year() + 1 - size.years
    slots = _slots(programmes, first, size.years + 1)
    _bookings(_places(size.bookings, slots, programmes), users, key)


def fill_a_year(number: int) -> int:
    """So many bookings more, all of them in the last school year, with what there is behind it.
    Returns that year."""
    year = years.current_school_year() - 1
    with transaction.atomic():
        programmes = _programmes(factories.make_venue(name="Full", slug="full"), "vol")
        slots = _slots(programmes, year)
        users = list(User.objects.exclude(school=None).select_related("school").order_by("pk"))
        # Smaller classes than a visit takes: as many of them as there are to be.
        _bookings(_places(number, slots, programmes), users, "full", most=20)
    analyze()
    return year


def save[M: Model](rows: Iterable[M | None]) -> list[M]:
    found = [row for row in rows if row is not None]
    return type(found[0])._default_manager.bulk_create(found, batch_size=2_000) if found else []


def _schools(number: int) -> list[School]:
    """A search finds as few as it does among the real ones: of 6,122 schools 88 are called
    Regenboog; here some of them stand in Deventer."""
    boards = [
        SchoolBoard.objects.create(number=f"{index:05d}", name=f"Stichting Samen Leren {index}")
        for index in range(number // 20 + 1)
    ]
    return [
        factories.make_school(
            site_code=f"{index:04d}00",
            name=f"Basisschool De {'Wegwijzer' if index % 32 else 'Regenboog'} {index}",
            city="Apeldoorn" if index // 32 % 25 else "Deventer",
            board=boards[index // 20],
        )
        for index in range(1, number + 1)
    ]


def _programmes(venue: Venue, slug: str, number: int = 4) -> list[Programme]:
    """One programme in each zone, so that as many visits can run in one half day."""
    workshop = ProgrammeKind.WORKSHOP
    kinds = (ProgrammeKind.TASTER, ProgrammeKind.EXPERIENCE, workshop, workshop)[:number]
    programmes = [
        factories.make_programme(
            kind=kind,
            slug=f"{slug}-{n}",
            zones=[factories.make_zone(venue=venue)],
            position=n,
            **ROOM,
        )
        for n, kind in enumerate(kinds, 1)
    ]
    for _component in range(6):
        factories.make_component(programme=programmes[0])
    return programmes


def _slots(programmes: list[Programme], year: int, years_on: int = 1) -> list[VisitSlot]:
    """Every half day of these school years but Saturday and Sunday."""
    first, last = years.school_year_start(year), years.school_year_end(year + years_on - 1)
    days = [first + datetime.timedelta(days=day) for day in range((last - first).days + 1)]
    starts = [
        datetime.datetime.combine(day, clock, factories.AMSTERDAM)
        for day in days
        if day.weekday() < 5 and day.month not in (7, 8)
        for clock in HALF_DAYS
    ]
    room = {"venue": programmes[0].venue} | ROOM
    length = datetime.timedelta(hours=3)
    slots = save(VisitSlot(starts_at=start, ends_at=start + length, **room) for start in starts)
    for programme in programmes:
        programme.slots.add(*slots)
    return slots


def _funding(programmes: list[Programme], number: int) -> None:
    """Three sources that pay a third each of every programme in every school year."""
    hub = programmes[0].venue.hub
    kind = FundingSource.Kind.SUBSIDY
    sources = save(FundingSource(hub=hub, name=f"Bron {one}", kind=kind) for one in range(3))
    this_year = years.current_school_year()
    spans = [
        (years.school_year_start(year), years.school_year_end(year))
        for year in range(this_year - number + 1, this_year + 1)
    ]
    for programme, (first, last) in product(programmes, spans):
        division = Division.objects.create(programme=programme, first=first, last=last, whole=3)
        save(Share(division=division, source=source, parts=1) for source in sources)


def _places(number: int, slots: list[VisitSlot], programmes: list[Programme]) -> list[Place]:
    """Spread over visits: past ones full enough, coming ones with room left. In order."""
    now = timezone.now()
    places = [(slot, programme) for slot in slots for programme in programmes]
    past = [place for place in places if place[0].starts_at < now]
    coming = [place for place in places if place[0].starts_at >= now]
    chosen = [*islice(cycle(coming[::3]), number // 20), *islice(cycle(past), number)][:number]
    return sorted(chosen, key=lambda place: (place[0].pk, place[1].pk))


def _users(schools: list[School]) -> list[User]:
    address = "leerkracht{}@school.example".format
    return save(User(email=address(one.pk), name="Juf Bench", school=one) for one in schools)


def _bookings(places: list[Place], users: list[User], key: str, most: int = 3) -> None:
    now, ended = timezone.now(), cycle(PAST)
    visits: dict[Place, Visit] = {}
    bookings = []
    for number, (slot, programme) in enumerate(places):
        user = users[number % len(users)]
        state, pupils = next(ended) if slot.starts_at < now else State.CONFIRMED, 20 + number % 10
        new = Visit(slot=slot, programme=programme, max_groups=most, max_pupils=35 * most)
        visit = visits.setdefault((slot, programme), new)
        if state != State.CANCELLED:
            visit.groups_taken += 1
            visit.pupils_taken += pupils
        contact = {"contact_name": user.name, "email": user.email, "phone": "0570 00 00 00"}
        who = {"school": user.school, "user": user, "verified_at": now} | contact
        sent = {"submission_key": f"{key}-{number}", "data_hash": "bench"}
        submission = Submission(hub_id=slot.venue.hub_id, **sent, **who)
        name = f"{key} 7-{number}"  # unique in its school and year
        year = years.school_year_of(slot.day)
        group = ClassGroup(school=user.school, school_year=year, name=name, **GROUP_7)
        asked = {"submission": submission, "class_group": group, "party_name": name} | GROUP_7
        bookings.append(Booking(visit=visit, pupils=pupils, supervisors=3, state=state, **asked))
    for visit in visits.values():
        visit.released_at = None if visit.groups_taken else now
    save(visits.values())
    save(one.submission for one in bookings)
    save(one.class_group for one in bookings)
    save(bookings)
    save(event for booking in bookings for event in _history(booking))
    analyze()
    claim_zones(Visit.objects.active().filter(slot__venue=places[0][0].venue))


def _history(booking: Booking) -> Iterator[BookingEvent]:
    states: list[Any] = ["", *dict.fromkeys([State.HELD, State.CONFIRMED, State(booking.state)])]
    for before, after in pairwise(states):
        yield BookingEvent(
            booking=booking,
            move=MOVES[after],
            from_state=before,
            to_state=after,
            by_role="teacher",
            noticed_at=timezone.now(),
        )


def _hand_over_days(venue: Venue, first: datetime.date) -> Iterator[datetime.date]:
    """One loan after the other, each from and to a day on which the desk is open."""
    desk = desk_calendar(venue, first, years.last_plannable_day(), Delivery.DESK)
    while True:
        while not (desk.is_open(first) and desk.is_open(first + LENT)):
            first += ONE_DAY
        yield first
        first += BLOCKED


def fill_loans(venue: Venue, size: Size, *, kits: int = KITS, slug: str = "leskist") -> None:
    """Boxes that go out again and again: evenly over the years behind, and one loan in ten still
    to come, one after the other from next week."""
    for number in range(1, kits + 1):
        copies = len(range(number, size.copies + 1, kits))
        factories.make_kit(venue=venue, slug=f"{slug}-{number}", copies=copies, position=number)
    boxes, now = list(KitCopy.objects.filter(kit__venue=venue).order_by("pk")), timezone.now()
    today, coming = timezone.localdate(), size.loans // 10
    past = size.loans - coming
    step = max(datetime.timedelta(days=size.years * 365) // -(-past // len(boxes)), BLOCKED)
    to_come = list(islice(_hand_over_days(venue, today + ONE_WEEK), -(-coming // len(boxes))))
    starts = chain(
        (today - step * (number // len(boxes) + 1) for number in range(past)),
        (to_come[number // len(boxes)] for number in range(coming)),
    )
    there = Submission.objects.filter(hub=venue.hub_id).order_by("pk")
    submissions = cycle(there[: size.loans])
    loans = save(
        Loan(
            copy=boxes[(number if number < past else number - past) % len(boxes)],
            submission=next(submissions),
            party_name=f"Groep 7-{number}",
            pupils=24,
            starts_on=start,
            ends_on=start + LENT,
            free_again_on=start + BLOCKED,
            state=LoanState.DONE if number < past else LoanState.RESERVED,
            **GROUP_7,
        )
        for number, start in enumerate(starts)
    )
    save(LoanEvent(loan=one, move="made", to_state=one.state, noticed_at=now) for one in loans)
