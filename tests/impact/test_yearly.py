"""The nineteen yearly figures of a hub in the region, and its table replayed over three years."""

import datetime
import io
import itertools

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook

from bookings.models import ZoneClaim
from impact.indicators.status import statuses_of
from impact.indicators.template import YEARLY, set_up
from impact.models import Indicator, Target, Value
from impact.reports.facts import facts_of
from impact.reports.spreadsheet import xlsx_of
from programmes.models import Programme
from roster.models import Shift, ShiftState
from schools.years import YearGroup
from tests.factories import (
    amsterdam,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_zone,
    the_hub,
)
from tests.impact.counted import came, make_indicator, make_report, make_target
from tests.roster.rostering import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]
OVERVIEW = "/beheer/cijfers/indicatoren/"
YEARS = (2020, 2021, 2022)
# As its report to the Regio Deal has them; '>50' is more than fifty, and None was not given.
PUBLISHED = {
    "Leden en partners": (8, 30, 50),
    "Programma’s en activiteiten": (20, ">50", ">100"),
    "Pilots": (5, 20, 20),
    "Evenementen": (5, 25, 50),
    "Unieke bezoekers events en activiteiten": (None, 10000, 15000),
    "Terugkerende bezoekers": (None, None, None),
    "Vrijwilligers": (None, None, 7),
    "Ruimtes in gebruik": (20, 50, 75),
    "Techhubs en labs": (3, 5, 8),
    "Bedrijven actief bij activiteiten": (">10", ">50", ">120"),
    "Vakmensen die praktijkopleidingen volgen": (None, 100, 200),
    "Levensechte opdrachten": (1, 10, ">15"),
    "Leerwerkplekken": (None, ">10", ">20"),
    "Technodiscovery (PO, VMBO)": (1000, 3000, 3500),
    "Techniekfestival (PO en VMBO)": (None, 3500, 3500),
    "Techniek Tastbaar (loopbaanoriëntatie VO)": (150, 1300, 1300),
    "Havo-, vwo- en gymnasiumscholieren": (50, 100, 200),
    "Mbo-studenten (wekelijks)": (30, 50, 90),
    "Hbo en wo (stages, opdrachten)": (10, 20, 30),
}
COMPUTED = {
    "Programma’s en activiteiten": "visits",
    "Terugkerende bezoekers": "returning-classes",
    "Vrijwilligers": "volunteers",
    "Ruimtes in gebruik": "zone-use",
    "Technodiscovery (PO, VMBO)": "pupils",
    "Techniekfestival (PO en VMBO)": "pupils",
    "Techniek Tastbaar (loopbaanoriëntatie VO)": "pupils",
    "Havo-, vwo- en gymnasiumscholieren": "pupils",
}
OF_PUPILS = [name for name, figure in COMPUTED.items() if figure == "pupils"]


@pytest.fixture
def client():
    client = Client()
    client.force_login(make_staff())
    return client


def test_nineteen_yearly_figures_are_set_up_once(client):
    own = make_indicator(name="Pilots", unit="stuks")
    client.post(f"{OVERVIEW}jaarcijfers/", {"hub": the_hub().pk})
    assert Indicator.objects.count() == len(YEARLY) == 19
    own.refresh_from_db()
    assert own.unit == "stuks"
    assert set_up(the_hub()) == 0
    made = {one.name: one.figure for one in Indicator.objects.all()}
    assert set(made) == set(PUBLISHED)
    assert {name: figure for name, figure in made.items() if figure} == COMPUTED
    other = Client()
    other.force_login(make_staff(hubs=[make_other_hub()], is_superuser=False))
    assert other.post(f"{OVERVIEW}jaarcijfers/", {"hub": the_hub().pk}).status_code == 403


def test_yearly_figure_that_staff_renamed_is_not_made_anew(client):
    set_up(the_hub())
    for before, after in [("Pilots", "Proeven"), ("Vrijwilligers", "Onze vrijwilligers")]:
        Indicator.objects.filter(name=before).update(name=after)
    assert set_up(the_hub()) == 0
    Indicator.objects.filter(name="Proeven").delete()
    assert set_up(the_hub()) == 1
    assert Indicator.objects.filter(name="Pilots").count() == 1


def test_hub_that_numbered_its_own_indicators_gets_all_yearly_ones():
    make_indicator(name="Scholen op de koffie", unit="aantal", position=3)
    assert set_up(the_hub()) == 19


def test_figure_of_one_activity_has_no_number_before_its_programmes_are_chosen(client):
    """Instead of the pupils of everything; the page leads to where they are chosen."""
    set_up(the_hub())
    festival = Indicator.objects.get(name="Techniekfestival (PO en VMBO)")
    booking = came(2026, 9, 8, pupils=30)
    came(2026, 9, 9, pupils=7)
    target = make_target(indicator=festival)
    assert statuses_of([target])[0].reached is None
    assert "Kies de programma’s ervan" in client.get(OVERVIEW).text
    festival.programmes.add(booking.visit.programme)
    assert statuses_of([target])[0].reached == 30
    assert "Kies de programma’s ervan" not in client.get(OVERVIEW).text


# --- Replayed ----------------------------------------------------------------------------------


def number_in(published: int | str) -> int:
    """'>50' as fifty-one of what bookings count."""
    return int(published[1:]) + 1 if isinstance(published, str) else published


def replay(year: int, of: dict[str, int], half_days: int, in_use: int, programmes) -> None:
    """The pupils of each activity in as many visits as there were, on days of their own from the
    first to the last of the year; the room in use in so many of the half days."""
    days = iter(days_of(year, half_days))
    schools = [make_school() for _one in range(4)]
    visits = number_in(PUBLISHED["Programma’s en activiteiten"][YEARS.index(year)])
    slots = []
    for at, (name, pupils) in enumerate(of.items()):
        number = visits // len(of) + (at < visits % len(of))
        for one in range(number):
            is_secondary = name.startswith(("Havo", "Techniek Tastbaar"))
            booking = came(
                *next(days),
                school=schools[at],
                programme=programmes[name],
                pupils=pupils // number + (one < pupils % number),
                name=f"{name} {one}",
                year_group=YearGroup.YEAR_1 if is_secondary else YearGroup.GROUP_7,
            )
            slots.append((booking.visit, booking.visit.slot))
    [programme] = {one for one in programmes.values() if one.title == "Technodiscovery"}
    for day in days:  # open, and nobody came
        make_slot(programmes=[programme], starts_at=amsterdam(*day, 9))
    zone = programme.venue.zones.get()
    for visit, slot in slots[:in_use]:
        ZoneClaim.objects.create(
            visit=visit, zone=zone, starts_at=slot.starts_at, ends_at=slot.ends_at
        )


def days_of(year: int, number: int) -> list[tuple[int, int, int]]:
    """So many different days, both ends of the calendar year among them."""
    first, last = datetime.date(year, 1, 1), datetime.date(year, 12, 31)
    step = (last - first).days // (number - 1)
    found = [first + datetime.timedelta(days=step * one) for one in range(number - 1)] + [last]
    return [(day.year, day.month, day.day) for day in found]


def seven_volunteers_of(year: int) -> None:
    """One of them on two days."""
    visits = Programme.objects.get(title="Technodiscovery").visits.order_by("pk")
    first, second = [one for one in visits if one.slot.day.year == year][:2]
    people = [make_person() for _one in range(7)]
    for visit, person in [*((first, one) for one in people), (second, people[0])]:
        Shift.objects.create(
            visit=visit, number=person.pk, person=person, holder=str(person.pk),
            starts_at=visit.slot.starts_at, ends_at=visit.slot.ends_at, state=ShiftState.WORKED,
        )  # fmt: skip


@time_machine.travel(amsterdam(2023, 1, 10, 10), tick=False)
def test_table_of_a_hub_over_three_years_is_replayed_exactly(client):
    """What bookings know comes from visits, shifts and rooms; the rest as it was entered. What the
    report of each year says is compared with the whole table."""
    set_up(the_hub())
    zone = make_zone()
    programmes = {
        name: make_programme(
            title=name.partition(" (")[0], venue=zone.venue, zones=[], max_groups=9, max_pupils=9999
        )
        for name in OF_PUPILS
    }
    for name, programme in programmes.items():
        Indicator.objects.get(name=name).programmes.set([programme])
    rooms = {2020: (20, 4), 2021: (52, 26), 2022: (104, 78)}
    for at, year in enumerate(YEARS):
        of = {name: PUBLISHED[name][at] for name in OF_PUPILS if PUBLISHED[name][at]}
        replay(year, of, *rooms[year], programmes)
    seven_volunteers_of(2022)
    for year, name in itertools.product(YEARS, PUBLISHED):
        last = datetime.date(year, 12, 31)
        indicator = Indicator.objects.get(name=name)
        Target.objects.create(
            indicator=indicator, starts_on=f"{year}-01-01", due_on=last, amount=20000
        )
        published = PUBLISHED[name][YEARS.index(year)]
        if not indicator.is_computed and published is not None:
            amount = str(published).lstrip(">")
            form = {"indicator": indicator.pk, "day": last, "amount": amount, "source": "Verslag"}
            assert client.post("/beheer/impact/value/add/", form).status_code == 302

    for at, year in enumerate(YEARS):
        facts = facts_of(make_report(first=f"{year}-01-01", last=f"{year}-12-31", title=f"{year}"))
        reached = {one["name"]: one["reached"] for one in facts["targets"]}
        assert list(reached) == list(PUBLISHED)
        for name, years in PUBLISHED.items():
            is_said_as_more = isinstance(years[at], str) and name not in COMPUTED
            expected = None if years[at] is None else number_in(years[at]) - is_said_as_more
            if years[at] is None and name in COMPUTED:
                expected = 0  # counted, where the published table has no number
            assert reached[name] == expected, (name, year)
        sheet = load_workbook(io.BytesIO(xlsx_of(facts)))["Doelen"]
        in_sheet = {row[0]: row[2] for row in sheet.iter_rows(min_row=2, values_only=True)}
        assert in_sheet == reached
    assert Value.objects.count() == 30
