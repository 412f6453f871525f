"""Every page of the menu as axe sees it on a tablet, where nothing sticks out; and in the dark the
pages on which staff make their day."""

import pytest
from django.urls import reverse

from core import worker
from roster import clock, lifecycle
from roster.models import Shift
from tec_site.staff.menu import NAVIGATION
from tests.browser.steps import NOT_OURS, sign_in
from tests.conftest import assert_fits
from tests.factories import (
    make_booking,
    make_loan,
    make_loan_wait,
    make_slot,
    make_staff,
    make_visit,
    make_wait,
)
from tests.roster.rostering import make_person, make_run

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead", "one_factor"),
]
LAPTOP = {"width": 1366, "height": 768}
TABLET = {"width": 820, "height": 1180}
GROUPS = {str(group["title"]): group["items"] for group in NAVIGATION}


@pytest.fixture
def visit(db):
    """A class and one of us in it; a box, and somebody who waits for each."""
    programme = make_run(title="Proeverij")
    visit = make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    make_booking(visit=visit)
    clock.follow_visits()
    lifecycle.accept(shift=Shift.objects.get(), person=make_person(runs=[programme]))
    make_wait(programme=programme, slot=visit.slot)
    loan = make_loan()
    make_loan_wait(kit=loan.kit)
    return visit


@pytest.fixture
def desk(page, client, visit):
    sign_in(page, client, make_staff(name="Bea Balie"))
    worker.beat()
    page.set_viewport_size(TABLET)
    return page


@pytest.mark.parametrize("title", GROUPS)
def test_pages_of_the_menu_are_accessible_and_fit_a_tablet(desk, axe_finds, title):
    for item in GROUPS[title]:
        desk.goto(str(item["link"]))
        assert axe_finds(but=NOT_OURS) == [], desk.url
        assert_fits(desk)


OWN = (
    "admin:index",
    "admin:bookings_booking_day",
    "admin:bookings_visit_week",
    "admin:programmes_closure_close",
    "admin:bookings_schedulepattern_season",
    "admin:roster_shift_week",
    "admin:submissions_submission_write",
    "admin:schools_school_import",
    "figures:quiet",
)


def test_pages_of_our_own_are_accessible_in_the_dark(desk, axe_finds, visit):
    desk.emulate_media(color_scheme="dark")
    day = f"dag={visit.slot.day}"
    addresses = [
        *(f"{reverse(name)}?{day}" for name in OWN),
        reverse("admin:bookings_visit_week", query={"maand": str(visit.slot.day)}),
        *(
            reverse(f"admin:bookings_visit_{name}", args=[visit.pk])
            for name in ("change", "ruimtes", "verplaats", "maximum", "afzeggen", "history")
        ),
        reverse("admin:roster_shift_change", args=[Shift.objects.get().pk]),
        reverse("admin:bookings_booking_change", args=[visit.bookings.get().pk]),
    ]
    for address in addresses:
        desk.goto(address)
        assert desk.locator("html.dark").count() == 1
        assert axe_finds(but=NOT_OURS) == [], address


@pytest.mark.parametrize("name", ["bookings_booking", "bookings_visitwait", "kits_loan"])
def test_all_columns_of_a_list_are_seen_on_a_laptop(desk, name):
    desk.set_viewport_size(LAPTOP)
    desk.goto(f"{reverse(f'admin:{name}_changelist')}?alles=1")
    hidden = desk.locator("#result_list").evaluate(
        "table => table.scrollWidth - table.parentElement.clientWidth"
    )
    assert hidden <= 0
