"""A centre's weeks as its four people live them: through the pages, with the worker beside them."""

import datetime
import io
import itertools

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from bookings.models import Booking, State, Visit
from core.mail.models import Mail
from core.models import Task
from core.worker import Worker
from kits.models import Loan, LoanState
from programmes.models import Closure
from roster.models import Shift, ShiftState
from schools.models import SchoolHoliday
from tests.factories import (
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
    make_zone,
)
from tests.kits.at_the_desk import do as at_the_desk
from tests.programmes.test_closing_days import do as do_it
from tests.programmes.test_closing_days import lines, look
from tests.roster.rostering import address, make_person, make_run, post

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")
OVERVIEW = "/beheer/"
DAY_LIST = "/beheer/bookings/booking/dag/"
PLANNER = "/beheer/bookings/visit/week/"
ROSTER = "/beheer/roster/shift/week/"


@pytest.fixture
def worker(db):
    """What it does until nothing is left to do."""
    SchoolHoliday.objects.all().delete()
    return Worker().run_once


def mails_to(person):
    return list(
        Mail.objects.filter(to=person.email).order_by("pk").values_list("subject", flat=True)
    )


# --- A Monday ------------------------------------------------------------------------------------


@pytest.fixture
def monday(worker, frozen):
    """2 November 2026: two visits of three classes; seven boxes go out and seven come back. Anna is
    there in the morning, Bo in the afternoon; Cas can come too."""
    frozen.move_to(amsterdam(2026, 10, 28, 10))
    programme = make_run(title="Proeverij")
    for hour in (9, 13):
        slot = make_slot(
            programmes=[programme], starts_at=amsterdam(2026, 11, 2, hour), max_pupils=99
        )
        visit = make_visit(slot=slot, programme=programme)
        for name in "abc":
            school = make_school(name=f"School {hour}{name}")
            submission = make_submission(school=school)
            make_booking(visit=visit, submission=submission, party_name=f"7{name}", pupils=24)
    kit = make_kit(copies=14, venue=programme.venue)
    for number, copy in enumerate(kit.copies.order_by("pk")):
        goes_out = number < 7
        make_loan(
            copy=copy,
            state=LoanState.RESERVED if goes_out else LoanState.OUT,
            starts_on=datetime.date(2026, 11, 2) if goes_out else datetime.date(2026, 10, 12),
            ends_on=datetime.date(2026, 11, 16 if goes_out else 2),
        )
    return programme


def test_a_monday_with_six_classes_fourteen_boxes_and_one_of_us_who_calls_in_sick(
    client, staff, monday, worker, frozen
):
    people = [make_person(runs=[monday], name=name) for name in ("Anna", "Bo", "Cas")]
    anna, bo, cas = people
    worker()  # opens the shifts, and asks all three
    asked = ["Kun je helpen? Er staat 2 keer inzet open"]
    assert [mails_to(one) for one in people] == [asked] * 3
    morning, afternoon = Shift.objects.order_by("starts_at")
    post(anna, "take", shift_id=morning.pk)
    post(bo, "take", shift_id=afternoon.pk)
    worker()

    frozen.move_to(amsterdam(2026, 11, 2, 7, 15))
    assert post(anna, "drop", shift_id=morning.pk).status_code == 302
    worker()  # asks the others by itself
    assert mails_to(anna)[-1] == "Je hoeft niet te komen op maandag 2 november"
    assert mails_to(cas)[-1] == "Kun je helpen op maandag 2 november?"

    client.force_login(staff)
    overview = client.get(OVERVIEW)
    assert "inzet in de komende twee weken is nog niemand" in overview.text
    post(cas, "take", shift_id=morning.pk)
    overview = client.get(OVERVIEW)
    assert "nog niemand" not in overview.text
    assert "6 klassen, 144 leerlingen" in overview.text
    assert "14 kisten" in overview.text
    assert "2 van ons" in overview.text

    day = client.get(DAY_LIST)
    assert [len(visit.bookings) for visit in day.context["visits"]] == [3, 3]
    assert "Cas" in day.text
    assert "Anna" not in day.text
    visit = day.context["visits"][0].visit
    door = client.get(reverse("admin:bookings_visit_deurlijst", args=[visit.pk])).content
    text = PdfReader(io.BytesIO(door)).pages[0].extract_text()
    assert all(f"School {hour}{name}" in text for hour in (9, 13) for name in "abc")

    for loan in Loan.objects.filter(state=LoanState.RESERVED):
        at_the_desk(client, loan, "hand_out")
    for loan in Loan.objects.filter(ends_on=datetime.date(2026, 11, 2)):
        at_the_desk(client, loan, "receive")
        at_the_desk(client, loan, "check")
    states = Loan.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [LoanState.OUT] * 7 + [LoanState.DONE] * 7

    frozen.move_to(amsterdam(2026, 11, 2, 16))
    client.force_login(staff)
    classes = list(Booking.objects.order_by("pk"))
    noted = {"klas": [one.pk for one in classes]}
    noted |= {f"klas-{one.pk}-came": "24" for one in classes}
    noted |= {f"klas-{classes[0].pk}-came": "21", f"klas-{classes[5].pk}-came": "0"}
    assert client.post(DAY_LIST, noted).status_code == 302
    states = list(Booking.objects.order_by("pk").values_list("state", flat=True))
    assert states == [State.ATTENDED] * 5 + [State.NO_SHOW]
    worker()
    worked = Shift.objects.order_by("starts_at").values_list("person__name", "state")
    assert list(worked) == [("Cas", ShiftState.WORKED), ("Bo", ShiftState.WORKED)]


# --- A week in March ------------------------------------------------------------------------------


def full_week(first, *, programmes):
    """Six visits in each of ten half days."""
    found = []
    for day in range(5):
        for hour in (9, 13):
            starts_at = amsterdam(first.year, first.month, first.day + day, hour)
            slot = make_slot(programmes=programmes, starts_at=starts_at, max_pupils=60)
            found += [
                make_booking(visit=make_visit(slot=slot, programme=one)) for one in programmes
            ]
    return found


def half_days(first, *, programmes, days=5):
    for day in range(days):
        for hour in (9, 13):
            starts_at = amsterdam(first.year, first.month, first.day + day, hour)
            make_slot(programmes=programmes, starts_at=starts_at, max_pupils=60)


@pytest.fixture
def six(db):
    venue = make_venue()
    return [
        make_programme(venue=venue, zones=[make_zone(venue=venue)], max_groups=2)
        for _number in range(6)
    ]


@pytest.mark.usefixtures("no_letter")
def test_a_week_in_march_is_swept_in_one_go(desk, worker, six, django_assert_max_num_queries):
    booked = full_week(datetime.date(2027, 3, 1), programmes=six)
    half_days(datetime.date(2027, 3, 8), programmes=six)
    venue = six[0].venue
    box = make_loan(
        copy=make_kit(venue=venue).copies.get(),
        starts_on=datetime.date(2027, 3, 3),
        ends_on=datetime.date(2027, 3, 24),
    )
    week = {"starts_on": "2027-03-01", "ends_on": "2027-03-05"}

    with django_assert_max_num_queries(50 * 61):  # seconds, where each takes one or two thousandths
        answer, form = look(desk, venue, **week)
    shown = lines(answer)
    assert len(shown) == 61
    assert {line.way.action for line in shown} == {"move"}
    assert len(answer.context["plan"].mails) == 61
    assert Mail.objects.count() == 0

    page = do_it(desk, form)
    worker()  # to the end, the browser closed
    task = Task.objects.get()
    assert page.url == reverse("admin:core_task_change", args=[task.pk])
    assert "Gedaan: alle 61" in desk.get(page.url).text
    assert Closure.objects.get().venue == venue
    moved = Booking.objects.filter(pk__in=[one.pk for one in booked], state=State.CONFIRMED)
    days = {one.visit.slot.day for one in moved.select_related("visit__slot")}
    assert (moved.count(), min(days)) == (60, datetime.date(2027, 3, 8))
    box.refresh_from_db()
    assert box.starts_on > datetime.date(2027, 3, 5)
    told = list(Mail.objects.values_list("to", flat=True))
    assert (len(told), len(set(told))) == (61, 61)
    planner = desk.get(PLANNER, {"week": "2027-03-01"})
    assert all(day.is_shut and not day.visits for day in planner.context["days"])


# --- A roster for a month ------------------------------------------------------------------------


@pytest.fixture
def november(worker):
    """Sixteen visits, on Tuesdays and Thursdays at nine and at one, that need two of us each."""
    programme = make_run(needed=2, title="Proeverij")
    for week, day, hour in itertools.product(range(4), (3, 5), (9, 13)):
        starts_at = amsterdam(2026, 11, day + 7 * week, hour)
        slot = make_slot(programmes=[programme], starts_at=starts_at, max_pupils=99)
        make_booking(visit=make_visit(slot=slot, programme=programme))
    return programme


def give_to_first_who_can(desk, shift):
    """By its form, which lists first who can."""
    page = f"/beheer/roster/shift/{shift.pk}/doe/assign/"
    groups = dict(desk.get(page).context["form"].fields["person"].choices)
    person, _name = groups["Kan"][0]
    assert desk.post(page, {"person": str(person), "note": ""}).status_code == 302


def test_a_month_is_filled_by_eight_volunteers(desk, worker, november, frozen):
    """Four can on Tuesdays and four on Thursdays. Each takes three of what is open to her; the last
    eight places the coordinator gives away."""
    people = [make_person(runs=[november], on=[1 + number % 2 * 2]) for number in range(8)]
    frozen.move_to(amsterdam(2026, 10, 26, 9))
    desk.force_login(make_staff())
    worker()
    assert Shift.objects.open().count() == 32

    for person in people * 3:
        page = Client().get(address(person))
        post(person, "take", shift_id=page.context["open"][0].pk)
    left = Shift.objects.open()
    assert len(left) == 8
    for shift in left:
        give_to_first_who_can(desk, shift)
    worker()

    taken = Shift.objects.filter(state=ShiftState.TAKEN).order_by("person", "starts_at")
    assert taken.count() == 32
    for one, later in itertools.pairwise(taken):
        assert one.person != later.person or one.ends_at <= later.starts_at
    for day in (2, 9, 16, 23):
        assert desk.get(ROSTER, {"week": f"2026-11-{day:02}"}).context["open"] == 0
    assert desk.get(f"{ROSTER[:-1]}.pdf?week=2026-11-02").content[:5] == b"%PDF-"

    frozen.move_to(amsterdam(2026, 12, 1, 9))
    worker()
    desk.force_login(make_staff())
    rows = desk.get("/beheer/roster/person/uren/").context["rows"]
    assert (len(rows), sum(worked for _person, _role, worked in rows)) == (8, 64)


# --- Sixty visits in the planner -----------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", [{"week": "2027-03-01"}, {"dag": "2027-03-02"}, {"maand": "2027-03-01"}]
)
def test_planner_takes_twelve_statements_for_sixty_visits_in_a_week(
    desk, staff, six, asked, django_assert_max_num_queries
):
    type(staff).objects.filter(pk=staff.pk).update(is_superuser=False)
    staff.user_permissions.set(Permission.objects.all())
    full_week(datetime.date(2027, 3, 1), programmes=six)
    assert Visit.objects.active().count() == 60
    with django_assert_max_num_queries(12):
        page = desk.get(PLANNER, asked)
    shown = sum(len(day.visits) for day in page.context["days"])
    assert shown == (12 if "dag" in asked else 60)
