"""School holidays and desk days that change: what stands on them is shown before, said after."""

import datetime

import pytest
from django.urls import reverse

from kits.models import DeskDay
from schools.models import SchoolHoliday
from tests.factories import amsterdam, make_booking, make_loan, make_slot, make_visit
from tests.tec_site.test_two_editors import page_of, shown

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def loan(db):
    """From Tuesday 3 November to Tuesday 24 November."""
    SchoolHoliday.objects.all().delete()
    days = {"starts_on": datetime.date(2026, 11, 3), "ends_on": datetime.date(2026, 11, 24)}
    return make_loan(**days)


def lines(answer):
    return [str(one) for one in answer.context["adminform"].form.non_field_errors()][1:]


def test_school_holiday_names_visits_and_boxes_on_its_days(desk, loan):
    venue = loan.kit.venue
    slot = make_slot(venue=venue, starts_at=amsterdam(2026, 11, 24, 9))
    booking = make_booking(visit=make_visit(slot=slot))
    typed = {
        "region": venue.holiday_region,
        "school_year": 2026,
        "name": "Extra",
        "starts_on": "23-11-2026",
        "ends_on": "27-11-2026",
    }
    add = reverse("admin:schools_schoolholiday_add")
    visit, box = lines(desk.post(add, typed))
    assert booking.party_name in visit
    assert f"{loan.copy} komt terug" in box
    assert not SchoolHoliday.objects.exists()

    saved = desk.post(add, typed | {"seen": "on"}, follow=True)
    said = [str(one) for one in saved.context["messages"]]
    assert [one for one in said if one.startswith("Staat nog gepland:")] == [
        f"Staat nog gepland: {visit}",
        f"Staat nog gepland: {box}",
    ]
    others = typed | {"region": "zuid", "name": "Elders"}
    assert desk.post(add, others).status_code == 302


def test_desk_day_that_moves_or_goes_names_the_boxes_of_its_weekday(desk, loan):
    DeskDay.objects.all().delete()
    hours = {"opens_at": "12:00", "closes_at": "17:00"}
    tuesday = DeskDay.objects.create(venue=loan.kit.venue, weekday=1, **hours)
    page = page_of(tuesday)
    moved = shown(desk.get(page)) | {"weekday": "2"}
    out, back = lines(desk.post(page, moved))
    assert f"{loan.copy} gaat" in out
    assert f"{loan.copy} komt terug" in back
    tuesday.refresh_from_db()
    assert tuesday.weekday == 1

    later = shown(desk.get(page)) | {"closes_at": "18:00:00"}
    assert desk.post(page, later).status_code == 302
    assert f"{loan.copy} komt terug" in desk.get(page_of(tuesday, "delete")).content.decode()
    assert desk.post(page, moved | {"closes_at": "18:00:00", "seen": "on"}).status_code in {
        200,
        302,
    }
