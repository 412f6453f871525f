"""How the house is used and by whom it runs; who waited; what the rows behind are."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from bookings.models import State, ZoneClaim
from impact.counting.figures import FIGURES, compute, figures_of
from impact.indicators.status import statuses_of
from kits.models import LoanState, RefusedDemand
from programmes.models import Closure
from roster.models import Role, Shift, ShiftState
from submissions.models import WaitState
from tests.factories import (
    amsterdam,
    make_kit,
    make_loan,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_wait,
    make_zone,
)
from tests.impact.counted import YEAR, came, make_indicator, make_target, scope_of
from tests.roster.rostering import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(amsterdam(2027, 1, 12, 10), tick=False) as travelled:
        yield travelled


def count(*codes, **limits):
    found = compute(scope_of(**limits), codes)
    return [found[code] for code in codes]


def half_day(programme, day, first=9, last=12, **fields):
    return make_slot(
        programmes=[programme],
        starts_at=amsterdam(2026, 11, day, first),
        ends_at=amsterdam(2026, 11, day, last),
        **fields,
    )


def test_zones_in_use_of_the_hours_that_the_house_is_open():
    """Two zones; a half day of three hours, one that overlaps it, and two that are closed."""
    programme = make_programme(max_groups=9, max_pupils=40)
    venue = programme.venue
    zones = venue.zones.count() or [make_zone(venue=venue), make_zone(venue=venue, slug="b")]
    zones = zones if isinstance(zones, int) else len(zones)
    before = count("zone-hours-open", "half-days")
    half_day(programme, 3)
    half_day(programme, 3, 11, 13)  # an hour more
    half_day(programme, 4, is_closed=True)
    half_day(programme, 5)
    day = datetime.date(2026, 11, 5)
    Closure.objects.create(venue=venue, starts_on=day, ends_on=day, reason="Studiedag")
    after = count("zone-hours-open", "half-days")
    assert (after[0] - before[0], after[1] - before[1]) == (4 * zones, 2)


def test_closed_half_day_with_a_visit_was_open():
    booking = came(2026, 11, 3)
    slot = booking.visit.slot
    type(slot).objects.filter(pk=slot.pk).update(is_closed=True)
    came(2026, 11, 4, state=State.CONFIRMED)
    assert count("half-days", "half-days-used") == [2, 2]


def test_claims_of_zones_are_the_hours_in_use():
    booking = came(2026, 11, 3)
    ZoneClaim.objects.all().delete()
    zone = make_zone(venue=booking.visit.slot.venue, slug="extra")
    start = booking.starts_at
    ZoneClaim.objects.create(
        visit=booking.visit, zone=zone, starts_at=start, ends_at=start + datetime.timedelta(hours=3)
    )
    hours, use, is_open = count("zone-hours", "zone-use", "zone-hours-open")
    assert (hours, use) == (3, round(100 * 3 / is_open))
    assert list(FIGURES["zone-hours"].rows(scope_of())) == [booking.visit]


def test_without_open_hours_there_is_no_use():
    assert count("zone-use", "zone-hours-open", "places") == [0, 0, 0]


def test_places_are_of_visits_that_somebody_booked_once():
    programme = make_programme(max_groups=2, max_pupils=50)
    booking = came(2026, 11, 3, programme=programme, pupils=20)
    assert count("places", "pupils-booked") == [booking.visit.max_pupils, 20]


def test_who_waited_got_a_place_or_did_not():
    now = timezone.now()
    day = datetime.date(2026, 11, 3)
    for state in (WaitState.WAITING, WaitState.TAKEN, WaitState.ENDED, WaitState.LAPSED):
        make_wait(state=state, asked_at=now, first_day=day, last_day=day)
    make_wait(state=WaitState.LAPSED, asked_at=None, first_day=day, last_day=day)
    assert count("waited", "waited-served", "waited-in-vain") == [4, 1, 2]


def test_days_out_of_boxes_and_kits_that_were_not_free():
    loan = make_loan(state=LoanState.DONE, submission=make_submission(school=make_school()))
    kit = make_kit()
    RefusedDemand.objects.create(kit=kit, starts_on="2026-11-03", ends_on="2026-11-20")
    RefusedDemand.objects.create(kit=kit, starts_on="2025-11-03", ends_on="2025-11-20")
    days = (loan.ends_on - loan.starts_on).days + 1
    assert count("box-days", "kits-refused") == [days, 1]


def test_volunteers_count_once_and_staff_do_not():
    anna, piet = make_person(name="Anna"), make_person(name="Piet", role=Role.STAFF)
    for person, day in ((anna, 3), (anna, 4), (piet, 5)):
        start = amsterdam(2026, 11, day, 9)
        Shift.objects.create(
            visit=came(2026, 11, day).visit, number=1, person=person, holder=str(person.pk),
            starts_at=start, ends_at=start + datetime.timedelta(minutes=150),
            state=ShiftState.WORKED,
        )  # fmt: skip
    assert count("volunteers", "volunteer-hours") == [1, 5]
    target = make_target(
        indicator=make_indicator(name="Vrijwilligers", figure="volunteers"), amount=7,
        starts_on=YEAR.first, due_on=YEAR.last,
    )  # fmt: skip
    assert statuses_of([target])[0].reached == 1
    with pytest.raises(ValidationError):
        make_indicator(name="Van een lijn", figure="volunteers", line="primary").full_clean()


def test_visit_with_a_box_was_followed_up():
    booking, _other = came(2026, 11, 3), came(2026, 11, 4)
    make_loan(state=LoanState.DONE, submission=booking.submission, booking=booking)
    assert count("followed-up") == [1]


def test_visit_was_gone_on_with_where_the_teacher_said_so():
    came(2026, 11, 3, followed_up_at=timezone.now())
    came(2026, 11, 4)
    came(2026, 11, 5, state=State.CONFIRMED, followed_up_at=timezone.now())  # not noted as here
    assert count("gone-on-with", "followed-up") == [1, 0]


def test_house_is_of_no_school_or_source():
    codes = {one.code for one in figures_of(scope_of(school=1))}
    assert codes.isdisjoint({"volunteers", "zone-use", "places"})
    assert "volunteers" in {one.code for one in figures_of(scope_of())}


def test_every_figure_of_the_house_opens_its_rows():
    booking = came(2026, 11, 3)
    make_wait(
        state=WaitState.WAITING, asked_at=timezone.now(), first_day="2026-11-03",
        last_day="2026-11-03",
    )  # fmt: skip
    RefusedDemand.objects.create(kit=make_kit(), starts_on="2026-11-03", ends_on="2026-11-20")
    client = Client()
    client.force_login(make_staff())
    for code in FIGURES:
        page = client.get(f"/beheer/cijfers/rijen/{code}/")
        assert page.status_code == 200, code
        assert str(FIGURES[code].definition) in page.text
    used = client.get("/beheer/cijfers/rijen/half-days-used/")
    slot = booking.visit.slot
    address = f"/beheer/bookings/visitslot/{slot.pk}/change/"
    assert used.context["things"] == [(slot, address, None)]
