"""Whatever staff change of what a calendar says, its event gets a newer revision (RFC 5545,
SEQUENCE and LAST-MODIFIED)."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.models import Mail
from kits.models import DeskDay
from schools.imports.directory import import_files
from schools.lifecycle import merge_schools
from schools.models import School
from tests.bookings.test_readdress import save as save_venue
from tests.factories import (
    make_booking,
    make_group,
    make_kit,
    make_loan,
    make_school,
    make_slot,
    make_submission,
    make_visit,
)
from tests.programme_form import save
from tests.roster.rostering import make_person, make_run, make_shift
from tests.schools import duo_files
from tests.tec_site.test_two_editors import page_of, shown

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]


def revision(row):
    row = type(row).objects.get(pk=row.pk)
    return row.sequence, row.changed_at


def is_newer(row, before):
    sequence, changed_at = revision(row)
    return sequence > before[0] and changed_at > before[1]


def retype(desk, row, **typed):
    """What staff change on the page of a row, and nothing else."""
    page = page_of(row)
    return desk.post(page, shown(desk.get(page)) | typed)


@pytest.fixture
def shift():
    programme = make_run()
    return make_shift(programme, person=make_person(runs=[programme]))


@pytest.mark.parametrize("field", ["title", "title_en", "bring", "bring_en"])
def test_visit_follows_the_words_of_its_programme_in_both_languages(desk, frozen, field):
    booking = make_booking(visit=make_visit(slot=make_slot()))
    before = revision(booking)
    frozen.shift(60)
    assert save(desk, booking.visit.programme, telling="", **{field: "Anders"}).status_code == 302
    assert is_newer(booking, before)


def test_visit_that_was_stays_as_it_is_in_calendars(desk, frozen):
    booking = make_booking(visit=make_visit(slot=make_slot()))
    frozen.move_to(booking.starts_at)
    before = revision(booking)
    frozen.shift(60)
    save(desk, booking.visit.programme, title="Anders")
    assert revision(booking) == before


@pytest.mark.parametrize("field", ["title", "title_en"])
def test_shift_follows_the_title_of_its_programme(desk, frozen, shift, field):
    before = revision(shift)
    frozen.shift(60)
    assert save(desk, shift.programme, telling="", **{field: "Anders"}).status_code == 302
    assert is_newer(shift, before)


@pytest.mark.parametrize("state", ["confirmed", "offered"])
def test_visit_follows_the_length_of_its_programme(desk, frozen, state):
    booking = make_booking(visit=make_visit(slot=make_slot()), state=state)
    before = revision(booking)
    frozen.shift(60)
    programme = booking.visit.programme
    longer = {"duration": programme.duration + 15, "telling": "tell"}
    assert save(desk, programme, **longer).status_code == 302
    assert is_newer(booking, before)


@pytest.mark.parametrize("state", ["confirmed", "offered"])
def test_visit_follows_the_address_of_its_venue(desk, frozen, state):
    booking = make_booking(visit=make_visit(slot=make_slot()), state=state)
    before = revision(booking)
    frozen.shift(60)
    venue = booking.visit.slot.venue
    assert save_venue(desk, venue, street="Nieuwe Kade 9", telling="tell").status_code == 302
    assert is_newer(booking, before)


@pytest.mark.parametrize(("delivery", "goes_there"), [("desk", True), ("round", False)])
@pytest.mark.parametrize("state", ["reserved", "offered"])
def test_loan_follows_the_address_of_its_desk(desk, frozen, state, delivery, goes_there):
    kit = make_kit(can_be_delivered=True)
    loan = make_loan(state=state, delivery=delivery, copy=kit.copies.get())
    before = revision(loan)
    frozen.shift(60)
    assert save_venue(desk, kit.venue, street="Nieuwe Kade 9", telling="tell").status_code == 302
    assert is_newer(loan, before) == goes_there


def test_shift_follows_the_address_of_its_venue(desk, frozen, shift):
    before = revision(shift)
    frozen.shift(60)
    venue = shift.visit.slot.venue
    assert save_venue(desk, venue, phone="0570 999999").status_code == 302
    assert revision(shift) == before
    assert save_venue(desk, venue, street="Nieuwe Kade 9", telling="tell").status_code == 302
    assert is_newer(shift, before)


@pytest.mark.parametrize("field", ["phone", "email", "sender_name"])
def test_shift_follows_how_its_hub_is_reached(desk, frozen, shift, field):
    hub = shift.visit.slot.venue.hub
    before = revision(shift)
    frozen.shift(60)
    assert retype(desk, hub, city="Elders").status_code == 302
    assert revision(shift) == before
    other = {"phone": "0570 999999", "email": "desk@tec.example", "sender_name": "De balie"}
    assert retype(desk, hub, **{field: other[field]}).status_code == 302
    assert is_newer(shift, before)


@pytest.mark.parametrize("state", ["confirmed", "offered"])
def test_visit_follows_the_name_of_its_school(desk, frozen, state):
    booking = make_booking(visit=make_visit(slot=make_slot()), state=state)
    school = booking.submission.school
    before = revision(booking)
    frozen.shift(60)
    assert retype(desk, school, street="Elders").status_code == 302
    assert revision(booking) == before
    assert retype(desk, school, name="De Vlieger").status_code == 302
    assert is_newer(booking, before)
    assert not Mail.objects.exists()


def test_visit_follows_the_name_of_its_organisation(desk, frozen):
    booking = make_group(visit=make_visit(slot=make_slot()))
    before = revision(booking)
    frozen.shift(60)
    assert retype(desk, booking.submission.organisation, name="Konnected").status_code == 302
    assert is_newer(booking, before)


@pytest.mark.parametrize(("delivery", "goes_there"), [("round", True), ("desk", False)])
def test_loan_follows_the_name_of_the_school_to_which_it_is_brought(
    desk, frozen, delivery, goes_there
):
    loan = make_loan(delivery=delivery, copy=make_kit(can_be_delivered=True).copies.get())
    before = revision(loan)
    frozen.shift(60)
    assert retype(desk, loan.submission.school, name="De Vlieger").status_code == 302
    assert is_newer(loan, before) == goes_there


def test_what_an_import_renames_is_followed_by_its_visits_and_rounds(frozen, tmp_path):
    names = {"14YP00": "De Vlieger", "14YP01": "De Ladder"}
    here, there = (make_school(site_code=code, name="De Ladder") for code in names)
    visit, untouched = (
        make_booking(visit=make_visit(slot=make_slot()), submission=make_submission(school=one))
        for one in (here, there)
    )
    brought, collected = (
        make_loan(
            delivery=delivery,
            copy=make_kit(can_be_delivered=True).copies.get(),
            submission=make_submission(school=here),
        )
        for delivery in ("round", "desk")
    )
    rows = (visit, brought, untouched, collected)
    before = {row: revision(row) for row in rows}
    frozen.shift(60)

    sites = [duo_files.site(code, VESTIGINGSNAAM=name) for code, name in names.items()]
    import_files([duo_files.write(tmp_path, sites)], today=timezone.localdate())

    assert [is_newer(row, before[row]) for row in rows] == [True, True, False, False]


def test_visit_follows_its_school_into_another(frozen):
    booking = make_booking(visit=make_visit(slot=make_slot()))
    before = revision(booking)
    frozen.shift(60)
    typed = booking.submission.school
    School.objects.filter(pk=typed.pk).update(is_verified=False)
    merge_schools(source=typed, target=make_school(name="De Vlieger"))
    assert is_newer(booking, before)


@pytest.fixture
def loan():
    """From a Monday to a Monday three weeks on."""
    return make_loan()


@pytest.mark.parametrize("field", ["title", "title_en"])
@pytest.mark.parametrize("state", ["reserved", "offered"])
def test_loan_follows_the_title_of_its_kit(desk, frozen, field, state):
    loan = make_loan(state=state)
    before = revision(loan)
    frozen.shift(60)
    page = page_of(loan.kit)
    assert desk.post(page, shown(desk.get(page)) | {field: "Anders"}).status_code == 302
    assert is_newer(loan, before)


@pytest.mark.parametrize(("weekday", "is_its_day"), [(0, True), (1, False)])
def test_loan_follows_the_hours_of_its_desk_day(desk, frozen, loan, weekday, is_its_day):
    before = revision(loan)
    frozen.shift(60)
    page = page_of(DeskDay.objects.get(venue=loan.kit.venue, weekday=weekday))
    typed = shown(desk.get(page)) | {"opens_at": "10:00", "seen": "on"}
    assert desk.post(page, typed).status_code == 302
    assert is_newer(loan, before) == is_its_day


@pytest.mark.parametrize(("ends_on", "is_to_come"), [(15, True), (14, False)])
def test_loan_that_comes_back_today_still_follows(desk, frozen, ends_on, is_to_come):
    days = {"starts_on": datetime.date(2026, 9, 1), "ends_on": datetime.date(2026, 9, ends_on)}
    loan = make_loan(state="out", **days)
    before = revision(loan)
    frozen.shift(60)
    page = page_of(DeskDay.objects.get(venue=loan.kit.venue, weekday=1))  # of both Tuesdays
    assert desk.post(page, shown(desk.get(page)) | {"closes_at": "17:00"}).status_code == 302
    assert is_newer(loan, before) == is_to_come


def test_hours_that_schools_were_told_are_named_before_they_change(desk, loan):
    page = page_of(DeskDay.objects.get(venue=loan.kit.venue, weekday=0))
    answer = desk.post(page, shown(desk.get(page)) | {"opens_at": "10:00"})
    _intro, out, back = answer.context["adminform"].form.non_field_errors()
    assert (str(loan.copy) in out, str(loan.copy) in back) == (True, True)
    assert DeskDay.objects.get(venue=loan.kit.venue, weekday=0).opens_at == datetime.time(8, 30)


def test_loan_follows_a_desk_day_that_goes(desk, frozen, loan):
    before = revision(loan)
    frozen.shift(60)
    day = DeskDay.objects.get(venue=loan.kit.venue, weekday=0)
    gone = reverse("admin:kits_deskday_delete", args=[day.pk])
    assert desk.post(gone, {"post": "yes"}).status_code == 302
    assert is_newer(loan, before)


def test_loan_follows_the_end_of_the_visit_with_which_it_goes(desk, frozen):
    booking = make_booking(visit=make_visit(slot=make_slot()))
    loan = make_loan(submission=booking.submission, booking=booking)
    before = revision(loan)
    frozen.shift(60)
    programme = booking.visit.programme
    longer = {"duration": programme.duration + 15, "telling": "quietly"}
    save(desk, programme, **longer)
    programme.refresh_from_db()
    assert is_newer(loan, before)
