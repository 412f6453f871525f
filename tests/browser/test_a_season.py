"""A coordinator copies a season, writes to a day, swaps rooms and brings small classes together."""

import datetime

import pytest
from playwright.sync_api import expect

from bookings.models import BookingEvent, SchedulePattern, Visit
from core import worker
from core.models import Task
from tests.browser.steps import sign_in
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_venue,
    make_visit,
    make_zone,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead", "one_factor"),
]
TITLE = "Techniek ontdekken in de werkplaats van de toekomst, met solderen, zagen en een robot"


@pytest.fixture
def desk(page, client):
    sign_in(page, client, make_staff(name="Bea Beheer"))
    worker.beat()
    return page


@pytest.fixture
def programmes():
    venue = make_venue()
    return [
        make_programme(
            venue=venue,
            zones=[make_zone(venue=venue, name=name)],
            title=f"{TITLE} ({name})",
            min_pupils=15,
            max_groups=2,
            max_pupils=60,
        )
        for name in ("Lab", "Kas")
    ]


def make_small(programme, day):
    slot = make_slot(
        programmes=[programme], starts_at=amsterdam(2026, 11, day, 9), max_groups=2, max_pupils=60
    )
    booking = make_booking(visit=make_visit(slot=slot, programme=programme), pupils=8)
    return Visit.objects.get(pk=booking.visit_id)


def test_a_season_is_copied_from_one_preview(desk, programmes, assert_accessible):
    pattern = SchedulePattern.objects.create(
        venue=programmes[0].venue,
        weekday=1,
        starts_at=datetime.time(9),
        ends_at=datetime.time(12),
        season_from=datetime.date(2026, 9, 1),
        season_to=datetime.date(2027, 6, 30),
    )
    pattern.programmes.set(programmes)
    desk.goto("/beheer/bookings/schedulepattern/")
    desk.get_by_role("link", name="Seizoen kopiëren").click()
    desk.get_by_label("Publiceren vanaf").fill("2027-05-01")
    desk.get_by_role("button", name="Toon het nieuwe seizoen").click()
    for details in desk.locator("details summary").all():
        details.click()
    assert_accessible()
    desk.get_by_role("button", name="Dit seizoen maken").click()
    expect(desk.get_by_text("1 patroon gekopieerd.")).to_be_visible()
    assert SchedulePattern.objects.exclude(continues=None).get().slots.count() > 30


def test_writing_to_a_day_from_the_planner(desk, programmes, assert_accessible):
    make_small(programmes[0], 3)
    desk.goto("/beheer/bookings/visit/week/?dag=2026-11-03")
    assert_accessible()
    desk.get_by_role("link", name="Schrijf aan iedereen").click()
    desk.get_by_label("Onderwerp", exact=True).fill("Andere ingang")
    desk.get_by_label("Tekst", exact=True).fill("Kom binnen aan de achterkant.")
    desk.get_by_role("button", name="Laat zien wie dit bereikt").click()
    assert_accessible()
    desk.get_by_role("button", name="1 mail versturen").click()
    expect(desk.get_by_role("heading", name="Aan velen schrijven: Andere ingang")).to_be_visible()
    assert Task.objects.get().units.count() == 1


def test_rooms_are_swapped_and_small_classes_brought_together(desk, programmes, assert_accessible):
    first, second = (make_small(programme, 3) for programme in programmes)
    make_small(programmes[0], 10)
    desk.goto(f"/beheer/bookings/visit/{first.pk}/ruimtes/")
    desk.get_by_label("Ruimtes ruilen met").select_option(str(second.pk))
    desk.get_by_role("button", name="Laat zien wat dat betekent").click()
    assert_accessible()
    desk.get_by_role("button", name="Uitvoeren").click()
    assert [zone.name for zone in first.own_rooms.all()] == ["Kas"]
    desk.goto(f"/beheer/bookings/visit/{first.pk}/samen/")
    desk.get_by_role("button", name="Verder").click()
    assert_accessible()
    desk.get_by_role("button", name="Stuur dit voorstel aan allebei").click()
    assert BookingEvent.objects.filter(move="propose").count() == 2
    desk.goto(f"/beheer/programmes/programme/{programmes[0].pk}/mails/")
    assert_accessible()
