"""How long booking takes a person on her phone, from the home page on.

The time is what the site took, and what a person needs besides: a look before each tap, a scroll
to what is not in view, and her thumbs for each key. It is counted, not waited for.
"""

import re
import time

import pytest
from playwright.sync_api import expect

from bookings.models import Booking, State
from tests.browser.steps import NAME, SEND, code, sign_in
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_slot,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("november_ahead"),
]
# In seconds. Thumbs: 36 words a minute (Palin and others 2019, 37,000 people on their phones).
A_LOOK, A_SCROLL, A_KEY, FINDING_THE_MAIL = 1.0, 0.5, 0.33, 6.0


class Thumbs:
    """A person on a phone, who takes her time. Count from here on with `seconds`."""

    def __init__(self, page) -> None:
        self.page, self.spent, self.begun = page, 0.0, time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun + self.spent

    def tap(self, target) -> None:
        target.wait_for()
        if not target.evaluate(IN_VIEW):
            self.spent += A_SCROLL
        self.spent += A_LOOK
        target.click()

    def fill(self, name: str, text: str) -> None:
        self.type(self.page.locator(f"[name={name}]"), text)

    def type(self, field, text: str) -> None:
        """In a field that she taps first, unless it waits for her."""
        if not field.evaluate("field => field === document.activeElement"):
            self.tap(field)
        self.spent += A_KEY * len(text)
        self.page.keyboard.type(text)


IN_VIEW = """target => {
    const box = target.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= window.innerHeight;
}"""


@pytest.fixture
def proeverij():
    programme = make_programme(title="Proeverij", slug="proeverij", kind="taster", max_groups=2)
    for day in (3, 5, 10):
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
    return programme


def choose_first_date(thumbs) -> None:
    page = thumbs.page
    thumbs.tap(page.get_by_role("link", name="Bezoek plannen").first)
    thumbs.tap(page.get_by_role("link", name="Proeverij", exact=True))
    thumbs.tap(page.get_by_role("link", name=re.compile("^dinsdag 3 november, ochtend")))


def test_new_teacher_books_within_a_minute(phone_page, hagenpoort, proeverij):
    page = phone_page
    page.goto("/")
    thumbs = Thumbs(page)
    choose_first_date(thumbs)

    thumbs.fill("klas-0-name", "7b")
    thumbs.tap(page.locator("[name=klas-0-year_groups][value='7']"))
    thumbs.fill("klas-0-pupils", "24")
    thumbs.fill("klas-0-supervisors", "3")
    thumbs.type(page.get_by_role("searchbox"), "hagenpoort")
    thumbs.tap(page.get_by_label("OBS De Hagenpoort"))
    thumbs.fill("contact_name", NAME)
    thumbs.fill("email", "umit@school.example")
    thumbs.fill("phone", "0612345678")
    thumbs.tap(page.get_by_role("button", name=SEND))

    expect(page.get_by_label("Code")).to_be_focused()
    thumbs.spent += FINDING_THE_MAIL
    thumbs.type(page.get_by_label("Code"), code())
    thumbs.tap(page.get_by_role("button", name="Bevestigen"))

    expect(page.locator("h1")).to_have_text("Jullie komen op dinsdag 3 november om 09:00 uur.")
    assert thumbs.seconds < 60
    booking = Booking.objects.get()
    assert (booking.state, booking.class_group.school) == (State.CONFIRMED, hagenpoort)


def test_returning_teacher_books_within_15_seconds(phone_page, hagenpoort, proeverij, client):
    page = phone_page
    teacher = make_teacher(school=hagenpoort, name=NAME, phone="0612345678")
    before = make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 14, 9)))
    make_booking(
        visit=before,
        submission=make_submission(user=teacher, school=hagenpoort, contact_name=NAME),
        class_group=make_class_group(school=hagenpoort, name="7b"),
        party_name="7b",
        state=State.ATTENDED,
    )
    sign_in(page, client, teacher)
    page.goto("/")
    thumbs = Thumbs(page)
    choose_first_date(thumbs)

    thumbs.tap(page.get_by_text("7b", exact=True))
    thumbs.tap(page.get_by_role("button", name="Boek dit bezoek"))

    expect(page.locator("h1")).to_have_text("Jullie komen op dinsdag 3 november om 09:00 uur.")
    assert thumbs.seconds < 15
    booking = Booking.objects.latest("pk")
    assert (booking.state, booking.class_group.name) == (State.CONFIRMED, "7b")
