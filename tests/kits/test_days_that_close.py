"""School holidays and desk days that change: what stands on them is shown before, said after."""

import datetime

import pytest
from django.urls import reverse

from core import worker
from kits import lifecycle
from kits.models import Delivery, DeskDay, Loan
from schools.models import SchoolHoliday
from tests.factories import (
    amsterdam,
    make_booking,
    make_loan,
    make_slot,
    make_staff,
    make_visit,
)
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


# --- 'Needs attention' ----------------------------------------------------------------------------


def needing(desk) -> list[tuple[str, str]]:
    return [(one.text, one.address) for one in desk.get("/beheer/").context["matters"]]


def test_boxes_on_days_that_became_a_school_holiday_need_attention(desk, loan):
    worker.beat()
    assert needing(desk) == []
    region, days = loan.kit.venue.holiday_region, {"school_year": 2026, "name": "Extra 100%"}
    for where in (region, "zuid"):
        SchoolHoliday.objects.create(
            region=where,
            starts_on=datetime.date(2026, 11, 23),
            ends_on=datetime.date(2026, 11, 27),
            **days,
        )
    assert needing(desk) == [
        (
            "24 november valt in de schoolvakantie ‘Extra 100%’: "
            f"{loan.copy} komt terug ({loan.party_name})",
            page_of(loan),
        )
    ]


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (Delivery.DESK, "De balie is niet open op"),
        (Delivery.ROUND, "De bezorgrit rijdt niet op"),
    ],
)
def test_boxes_on_a_weekday_that_is_no_desk_day_any_more_need_attention(
    desk, loan, delivery, words
):
    worker.beat()
    Loan.objects.update(delivery=delivery)
    DeskDay.objects.filter(weekday=1).update(is_round=delivery == Delivery.ROUND)
    assert needing(desk) == []
    DeskDay.objects.filter(weekday=1).update(weekday=5)
    assert [text for text, _address in needing(desk)] == [
        f"{words} 3 november: {loan.copy} gaat uit ({loan.party_name})",
        f"{words} 24 november: {loan.copy} komt terug ({loan.party_name})",
    ]


def test_day_that_staff_agreed_on_or_of_the_visit_itself_needs_none(desk, loan):
    worker.beat()
    DeskDay.objects.filter(weekday=1).delete()
    later = datetime.date(2026, 12, 1)  # a Tuesday too
    lifecycle.extend(loan=loan, ends_on=later, by=make_staff())
    assert [text.partition(":")[0] for text, _address in needing(desk)] == [
        "De balie is niet open op 3 november"
    ]

    slot = make_slot(venue=loan.kit.venue, starts_at=amsterdam(2026, 11, 3, 9))
    loan.booking = make_booking(visit=make_visit(slot=slot))
    loan.save()
    assert needing(desk) == []
