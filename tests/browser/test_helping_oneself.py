"""What teachers change themselves: moving, parts, the same as last year, waiting, sharing.

On a phone with and without JavaScript, as fast as people are; axe looks at the pages on the way.
"""

import re
import time

import pytest
import time_machine
from playwright.sync_api import expect

from bookings.models import Booking, State, VisitWait
from submissions.links import link_to
from submissions.models import Companion, WaitState
from tests.browser.steps import NAME, code, sign_in
from tests.conftest import PHONE, assert_fits
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_kit,
    make_loan,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_teacher,
    make_visit,
)
from tests.impact.asking import VISIT_OVER, make_evaluation
from tests.impact.asking import address as evaluation_page
from tests.kits.asking import november

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
LONG_NAME = "Samenwerkingsschool voor Openbaar en Katholiek Onderwijs De Brede Driehoek-Noord"
A_LOOK = 1.0  # second, before each step


@pytest.fixture
def school():
    assert len(LONG_NAME) == 80
    return make_school(name=LONG_NAME)


@pytest.fixture
def teacher(school):
    return make_teacher(school=school, name=NAME, email="umit@school.example", phone="0570123456")


@pytest.fixture
def programme():
    return make_programme(title="Proeverij", slug="proeverij", max_groups=3, max_pupils=100)


@pytest.fixture
def plain(browser, browser_context_args):
    """A phone without JavaScript."""
    without = {"viewport": PHONE, "java_script_enabled": False}
    context = browser.new_context(**browser_context_args | without)
    yield context.new_page()
    context.close()


def booked(teacher, programme, *days: int, name: str = "7") -> list[Booking]:
    """A class on each of these days of November, of one submission."""
    submission = make_submission(user=teacher, school=teacher.school, contact_name=NAME)
    rows = []
    for number, day in enumerate(days):
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
        group = make_class_group(school=teacher.school, name=f"{name}{'abc'[number]}")
        rows.append(
            make_booking(
                submission=submission,
                class_group=group,
                party_name=group.name,
                visit=make_visit(slot=slot, programme=programme),
            )
        )
    return rows


@pytest.mark.usefixtures("november_ahead")
def test_visit_is_moved_within_20_seconds(page, teacher, programme, client, assert_accessible):
    [booking] = booked(teacher, programme, 3)
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 17, 13))
    page.set_viewport_size(PHONE)
    sign_in(page, client, teacher)
    page.goto(link_to(booking.submission, "bookings:booking"))
    begun, steps = time.monotonic(), 4

    page.get_by_role("link", name=re.compile("[Aa]ndere datum|[Vv]erzetten")).first.click()
    page.get_by_role("link", name=re.compile("^dinsdag 17 november, middag")).click()
    page.get_by_role("textbox").first.focus()
    page.keyboard.type("De bus kan niet.", delay=90)
    page.locator("form.form-column button[type=submit]").click()

    expect(page.locator("h1")).to_contain_text("dinsdag 17 november")
    assert time.monotonic() - begun + steps * A_LOOK < 20
    assert_accessible()


@pytest.mark.usefixtures("november_ahead")
def test_moving_and_parts_work_on_a_phone_without_javascript(
    plain, page, teacher, programme, assert_accessible
):
    three = booked(teacher, programme, 3, 4, 5)
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 17, 13))
    copy = make_kit(venue=programme.venue).copies.get()
    days = {"starts_on": november(3), "ends_on": november(13)}
    make_loan(copy=copy, booking=three[0], submission=three[0].submission, **days)
    for name, more in (
        ("move", {"booking_id": three[0].pk}),
        ("cancel", {"booking_id": three[0].pk}),
        ("parts", {}),
    ):
        page.goto(_page(three[0], name, **more))
        assert_accessible()

    plain.goto(_page(three[1], "move", booking_id=three[1].pk))
    plain.get_by_role("link", name=re.compile("^dinsdag 17 november, middag")).click()
    assert_fits(plain)
    plain.locator("form.form-column button[type=submit]").click()
    expect(
        plain.get_by_text("Verzet. Er is een mail met de nieuwe datum onderweg.")
    ).to_be_visible()
    plain.goto(_page(three[0], "parts"))
    plain.get_by_label("Deze klas komt niet: annuleer haar").first.check()
    plain.get_by_label("annuleren").first.check()
    plain.get_by_role("group", name="7c").get_by_label("Leerlingen").fill("22")
    assert_fits(plain)
    plain.get_by_role("button", name="Alles opslaan").click()
    expect(plain.get_by_text("2 klassen gewijzigd")).to_be_visible()

    rows = Booking.objects.order_by("pk")
    assert [row.state for row in rows] == [State.CANCELLED, State.CONFIRMED, State.CONFIRMED]
    assert [row.starts_at.day for row in rows] == [3, 17, 5]
    assert rows[2].pupils == 22


def _page(booking: Booking, name: str, **more: int) -> str:
    page = link_to(booking.submission, "bookings:booking")
    ends = {"move": "verzetten/{booking_id}/", "cancel": "annuleren/{booking_id}/"}
    return page + ends.get(name, "klassen/").format(**more)


@pytest.mark.usefixtures("november_ahead")
def test_three_classes_of_last_year_are_booked_within_60_seconds(
    page, teacher, programme, client, assert_accessible
):
    submission = make_submission(user=teacher, school=teacher.school, contact_name=NAME)
    for number, name in enumerate(("6a", "6b", "6c")):
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 5, 12 + number, 9))
        years = {"school_year": 2025, "name": name, "year_from": 6, "year_to": 6}
        make_booking(
            submission=submission,
            visit=make_visit(slot=slot, programme=programme),
            class_group=make_class_group(school=teacher.school, **years),
            party_name=name,
            year_from=6,
            year_to=6,
            state=State.ATTENDED,
        )
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3 + number, 9))
    page.set_viewport_size(PHONE)
    sign_in(page, client, teacher)
    page.goto("/mijn/")
    begun, steps = time.monotonic(), 6

    page.get_by_role("link", name=re.compile("vorig jaar")).first.click()
    for number, day in enumerate(("di 3 nov", "wo 4 nov", "do 5 nov")):
        row = page.locator("fieldset", has=page.locator("legend")).nth(number)
        row.get_by_label(re.compile(day)).check()
    page.get_by_role("button", name="Boek deze bezoeken").click()

    expect(page.locator("h1")).to_contain_text("Jullie komen")
    assert time.monotonic() - begun + steps * A_LOOK < 60
    coming = Booking.objects.filter(state=State.CONFIRMED).order_by("pk")
    assert [row.party_name for row in coming] == ["7a", "7b", "7c"]
    page.goto("/boekingen/samen/")
    assert_accessible()


def test_evaluation_takes_less_than_two_minutes(page):
    with time_machine.travel(VISIT_OVER):
        evaluation = make_evaluation()
        page.set_viewport_size(PHONE)
        page.goto(evaluation_page(evaluation))
        begun, steps = time.monotonic(), 10
        for question in ("overall", "fit", "guidance"):
            page.locator(f"[name={question}][value='5']").check(force=True)
        page.locator("[name=prepared][value='3']").check(force=True)
        for name, words in {
            "plans": "We bouwen in de klas een brug die twee kilo draagt, en meten wat hij buigt.",
            "worth": "Als de bus erbij zit, tien euro per leerling.",
            "quote": "Iedereen wilde blijven, ook wie het eng vond.",
            "quote_name": NAME,
        }.items():
            if name == "quote_name":
                page.locator("[name=may_quote]").check(force=True)
            page.locator(f"[name={name}]").focus()
            page.keyboard.type(words, delay=90)
        page.get_by_role("button", name="Versturen").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ontvangen op 4 november 2026")
        assert time.monotonic() - begun + steps * A_LOOK < 120
        evaluation.refresh_from_db()
        assert evaluation.quote_name == NAME


@pytest.mark.usefixtures("november_ahead")
def test_waiting_from_a_full_date_on_a_phone_without_javascript(
    plain, page, teacher, assert_accessible
):
    programme = make_programme(title="Film", slug="film", max_pupils=34)
    slot = make_slot(programmes=[programme])
    make_booking(visit=make_visit(slot=slot, programme=programme))
    plain.goto("/programmas/film/?maand=2026-11")
    plain.get_by_role("link", name=re.compile("vol, wachtlijst")).click()
    form = plain.url
    plain.locator("[name=klas-0-name]").fill("7b De Uilen")
    plain.locator("[name=klas-0-year_groups][value='7']").check()
    plain.locator("[name=klas-0-pupils]").fill("27")
    plain.locator("[name=klas-0-supervisors]").fill("3")
    plain.get_by_text("Mijn school staat er niet bij").click()
    plain.locator("[name=school_typed_name]").fill(LONG_NAME)
    plain.locator("[name=school_typed_city]").fill("Deventer")
    plain.locator("[name=contact_name]").fill(NAME)
    plain.locator("[name=email]").fill("umit@school.example")
    plain.locator("[name=phone]").fill("06 12345678")
    assert_fits(plain)
    plain.locator("form.form-column button[name=wait]").last.click()
    plain.get_by_label("Code").fill(code())
    plain.get_by_role("button", name="Bevestigen").click()
    expect(plain.get_by_text("Jullie zijn nummer 1 op de lijst.")).to_be_visible()
    assert_fits(plain)

    row = VisitWait.objects.get()
    assert (row.state, row.party_name) == (WaitState.WAITING, "7b De Uilen")
    wish = form.partition("/boekingen/")[0] + "/boekingen/wens/film/"
    for address in (form, wish, link_to(row.submission, "bookings:wait")):
        page.goto(address)
        assert_accessible()


@pytest.mark.usefixtures("november_ahead")
def test_waiting_for_a_kit_from_its_month(plain, page, assert_accessible):
    kit = make_kit(title="Robots", slug="robots")
    make_loan(copy=kit.copies.get(), starts_on=november(2), ends_on=november(20))
    month = "/leskisten/robots/?maand=2026-11"
    plain.goto(month)
    plain.get_by_role("link", name=re.compile("donderdag 5 november, niets vrij, wacht")).click()
    expect(plain.get_by_text("Dan is geen kist vrij.")).to_be_visible()
    assert_fits(plain)
    days = plain.url
    plain.get_by_role("link", name=re.compile("do 19 november")).click()
    expect(plain.locator("h1")).to_have_text(
        "Alle kisten zijn dan weg: welke klas wacht op een kist?"
    )
    assert_fits(plain)
    for address in (days, plain.url):
        page.goto(address)
        assert_accessible()


@pytest.mark.usefixtures("november_ahead")
def test_sharing_with_a_colleague_without_javascript(
    plain, page, client, teacher, programme, assert_accessible
):
    [booking] = booked(teacher, programme, 3)
    share = link_to(booking.submission, "sharing:share")
    plain.goto(share)
    plain.get_by_label(re.compile("[Ee]-mailadres")).first.fill("collega@school.example")
    assert_fits(plain)
    plain.locator("form button[type=submit]").last.click()
    assert Companion.objects.get().email == "collega@school.example"
    expect(plain.get_by_text("collega@school.example").first).to_be_visible()
    sign_in(page, client, teacher)
    page.goto(share)
    assert_accessible()
