"""The overview when very much needs attention: the first of a kind, and a way to the others."""

import datetime
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking
from core import worker
from kits.models import LoanState
from programmes.models import Closure
from schools.models import SchoolHoliday
from tests.factories import amsterdam, make_booking, make_loan, make_slot, make_staff, make_visit
from tests.kits.at_the_desk import text_of
from tests.roster.rostering import absent, make_person, make_run, make_shift

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")
DAYS = {"starts_on": datetime.date(2026, 9, 21), "ends_on": datetime.date(2026, 9, 25)}


@pytest.fixture
def desk(client, db, settings):
    settings.MATTERS_SHOWN = 2
    worker.beat()
    client.force_login(make_staff())
    return client


def matters_of(desk):
    return desk.get("/beheer/").context["matters"]


def shown_on(desk, matter):
    return list(desk.get(matter.address).context["cl"].result_list)


def visit_on(day):
    return make_visit(
        slot=make_slot(starts_at=amsterdam(2026, 9, day, 9)), max_groups=3, max_pupils=99
    )


def vacation():
    fields = {"region": "noord", "school_year": 2026, "name": "Nazomerdagen"}
    return SchoolHoliday.objects.create(**fields, **DAYS)


def test_holiday_with_many_classes_names_the_first_visits_and_leads_to_all_classes(desk):
    first, second, *others = [visit_on(day) for day in (21, 22, 23, 24, 28)]
    classes = [make_booking(visit=first, party_name=name) for name in ("7a", "7b", "7c")]
    classes += [make_booking(visit=second, party_name="8a")]
    assert matters_of(desk) == []
    vacation()
    # As many visits as are named: nothing is left out, nor said to be.
    assert [one.text[-4:] for one in matters_of(desk)] == ["(7a)", "(7b)", "(7c)", "(8a)"]

    classes += [make_booking(visit=visit, party_name="6a") for visit in others]
    *named, more = matters_of(desk)
    assert [one.text[-4:] for one in named] == ["(7a)", "(7b)", "(7c)", "(8a)"]
    assert more.text == (
        "Nog 2 boekingen zijn op dagen die gesloten zijn of in een schoolvakantie vallen"
    )
    assert shown_on(desk, more) == classes[:-1]


def test_days_that_close_name_the_first_visits_with_their_classes_and_lead_to_all(desk):
    visits = [visit_on(day) for day in (21, 22, 23)]
    for visit in visits:
        make_booking(visit=visit, party_name="7a")
        make_booking(visit=visit, party_name="7b")
        Closure.objects.create(venue=visit.slot.venue, reason="Verbouwing", **DAYS)

    *named, more = matters_of(desk)
    assert [one.text[-8:] for one in named] == ["(7a, 7b)", "(7a, 7b)"]
    assert more.text.startswith("Nog 2 boekingen")
    assert shown_on(desk, more) == list(Booking.objects.order_by("visit__slot__starts_at", "pk"))


def test_boxes_on_closed_days_are_the_first_and_the_way_to_the_others(desk):
    loans = [make_loan(starts_on=datetime.date(2026, 9, day)) for day in (21, 22, 24)]
    ends = {"starts_on": datetime.date(2026, 9, 1), "ends_on": datetime.date(2026, 9, 25)}
    back = make_loan(state=LoanState.RETURNED, **ends)
    make_loan(starts_on=datetime.date(2026, 9, 28))
    for venue in {loan.kit.venue for loan in (*loans, back)}:
        Closure.objects.create(venue=venue, reason="Verbouwing", **DAYS)

    *named, more = matters_of(desk)
    assert [one.address.split("/")[-3] for one in named] == [str(one.pk) for one in loans[:2]]
    assert more.text == "Nog 1 kist wisselt van handen op een dag waarop dat niet kan"
    shown = shown_on(desk, more)
    assert set(shown) == set(loans)
    assert back not in shown


def test_shifts_of_who_cannot_are_the_first_and_the_way_to_the_roster_of_the_next(desk):
    run = make_run()
    for day in (16, 17, 28):
        shift = make_shift(run, amsterdam(2026, 9, day, 13), make_person(runs=[run]))
        absent(shift.person, datetime.date(2026, 9, day))

    *named, more = matters_of(desk)
    assert len(named) == 2
    assert more.text == "Nog 1 inzet staat op naam van iemand die dat niet mag"
    assert desk.get(more.address).context["days"][0].day == datetime.date(2026, 9, 28)


def test_a_long_holiday_asks_the_database_no_more_than_a_short_one(desk):
    vacation()
    make_booking(visit=visit_on(21))
    desk.get("/beheer/")
    with CaptureQueriesContext(connection) as few:
        desk.get("/beheer/")
    for day in (21, 22, 23, 24, 25):
        make_booking(visit=visit_on(day))
    with CaptureQueriesContext(connection) as many:
        desk.get("/beheer/")
    assert len(few) == len(many)


def test_list_of_bookings_says_why_the_overview_leads_to_it(desk):
    visit, other = visit_on(21), visit_on(28)
    for one in (visit, other):
        make_booking(visit=one, party_name="7a")
    Closure.objects.create(venue=visit.slot.venue, reason="Verbouwing", **DAYS)
    vacation()

    page = desk.get("/beheer/bookings/booking/").content.decode()
    reasons = re.findall(r"field-attention_shown[^>]*>\s*([^<]*?)\s*<", page)
    assert reasons == ["gesloten, schoolvakantie", ""]


def test_page_to_which_the_overview_leads_says_the_same(desk):
    """Of a visit or a box on a day that closed, as long as that can be put right."""
    visit, other = visit_on(21), visit_on(28)
    make_booking(visit=visit, party_name="7a")
    loan = make_loan(starts_on=datetime.date(2026, 9, 22))
    for venue in (visit.slot.venue, other.slot.venue, loan.kit.venue):
        Closure.objects.create(venue=venue, reason="Verbouwing", **DAYS)
    of_loan, of_visit = matters_of(desk)

    words = "De locatie is dicht op 21 september: Verbouwing"
    assert words in text_of(desk.get(of_visit.address))
    assert of_loan.text in text_of(desk.get(of_loan.address))
    address = reverse("admin:bookings_visit_change", args=[other.pk])
    assert "is dicht op" not in text_of(desk.get(address))
    with time_machine.travel(amsterdam(2026, 9, 22, 9)):  # what is past, nobody puts right
        desk.force_login(make_staff())
        assert "is dicht op" not in text_of(desk.get(of_visit.address))
