"""Two clicks on a slow network: whichever answer arrives, she ends where the first would lead.

Every answer is held back. A second click drops the answer to the first, with its cookies, and
what was done stays done; or the first answer has just arrived, with a new token against forgery,
while its next page is still on the way.
"""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from bookings.models import Booking, State
from kits.models import Loan, LoanState
from submissions.links import link_to
from submissions.models import Submission
from tests import loan_form
from tests.browser.slow_clicks import EMAIL, HELD_BACK, button, success
from tests.browser.steps import SEND, code, fill_contact, sign_in
from tests.factories import (
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_programme,
    make_school,
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


@pytest.fixture
def slot():
    programme = make_programme(slug="proeverij", max_groups=2, max_pupils=60)
    return make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 9))


def fill_visit(page, slot) -> None:
    page.goto(f"/boekingen/nieuw/proeverij/{slot.pk}/")
    page.fill("[name=klas-0-name]", "7b")
    page.check("[name=klas-0-year_groups][value='7']")
    page.fill("[name=klas-0-pupils]", "24")
    page.fill("[name=klas-0-supervisors]", "3")


def fill_school(page) -> None:
    fold = page.locator("details", has=page.locator("[name=school_typed_name]"))
    if fold.count() and not fold.evaluate("fold => fold.open"):
        fold.locator("summary").click()
    page.fill("[name=school_typed_name]", "De Nieuwe School")
    page.fill("[name=school_typed_city]", "Deventer")


def test_visit_is_held_and_confirmed_once(visitor, click_twice, slot):
    fill_visit(visitor, slot)
    fill_school(visitor)
    fill_contact(visitor, EMAIL)
    click_twice(button(visitor, SEND))
    expect(visitor.locator("h1")).to_have_text("Vul de code uit onze mail in")

    visitor.get_by_label("Code").fill(code())
    click_twice(button(visitor, "Bevestigen"))

    expect(visitor.locator("h1")).to_contain_text("Jullie komen op dinsdag 3 november")
    expect(success(visitor)).to_have_text(re.compile("^Gelukt!.*umit@school.example"))
    expect(visitor.get_by_role("button", name="Uitloggen")).to_be_visible()
    booking = Booking.objects.get()
    assert [event.move for event in booking.events.order_by("pk")] == ["hold", "verify"]


def test_kit_is_held_and_reserved_once(visitor, click_twice):
    kit = make_kit()
    visitor.goto(loan_form.address(kit))
    visitor.fill("[name=klas-name]", "7b")
    visitor.check("[name=klas-year_groups][value='7']")
    visitor.fill("[name=klas-pupils]", "24")
    fill_school(visitor)
    fill_contact(visitor, EMAIL)
    click_twice(button(visitor, SEND))
    expect(visitor.locator("h1")).to_have_text("Vul de code uit onze mail in")

    visitor.get_by_label("Code").fill(code())
    click_twice(button(visitor, "Bevestigen"))

    expect(success(visitor)).to_have_text(re.compile("^Gelukt!.*umit@school.example"))
    expect(visitor.get_by_role("button", name="Uitloggen")).to_be_visible()
    loan = Loan.objects.get()
    assert [event.move for event in loan.events.order_by("pk")] == ["hold", "verify"]


def test_teacher_signs_in_and_out(visitor, click_twice):
    make_teacher(email=EMAIL)
    visitor.goto("/inloggen/?next=/mijn/")
    visitor.get_by_label("E-mailadres").fill(EMAIL)
    click_twice(button(visitor, "Mail mij een code"))
    expect(visitor.locator("h1")).to_have_text("Typ je code")

    visitor.get_by_label("Code").fill(code())
    click_twice(button(visitor, "Inloggen"))
    expect(visitor.locator("h1")).to_have_text("Mijn TEC")

    click_twice(visitor.get_by_role("button", name="Uitloggen"))
    expect(visitor.get_by_role("link", name="Inloggen").first).to_be_visible()
    expect(visitor.locator("h1")).not_to_have_text(re.compile("formulier"))


# --- Every other public form ---------------------------------------------------------------------
# Of each a function that opens it and returns its button, and one that looks at where that led.


def make_coming_visit() -> Booking:
    return make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 12, 1, 9))))


def open_another_class(page):
    fill_visit(page, make_slot(programmes=[make_programme(slug="proeverij", max_groups=3)]))
    return button(page, "Nog een klas op dezelfde datum")


def after_another_class(page):
    expect(page.locator("[name=klas-0-name]")).to_have_value("7b")
    expect(page.locator("[name=klas-1-name]")).to_have_count(1)
    expect(page.locator("[name=klas-2-name]")).to_have_count(0)


def open_book(page):
    """For who is signed in."""
    slot = make_slot(programmes=[make_programme(slug="proeverij", max_groups=2, max_pupils=60)])
    teacher = make_teacher(email=EMAIL, school=make_school(), name="Umit", phone="0612345678")
    sign_in(page, Client(), teacher)
    fill_visit(page, slot)
    return button(page, "Boek dit bezoek")


def after_book(page):
    expect(page.locator("h1")).to_contain_text("Jullie komen op")
    expect(success(page)).to_have_text(re.compile("^Gelukt!"))
    assert Booking.objects.get().state == State.CONFIRMED


def hold(page):
    """The code page, of what is held in this browser."""
    fill_visit(page, make_slot(programmes=[make_programme(slug="proeverij", max_groups=2)]))
    fill_school(page)
    fill_contact(page, EMAIL)
    button(page, SEND).click()
    page.wait_for_url("**/code/")


def open_new_code(page):
    hold(page)
    return button(page, "Stuur een nieuwe code")


def after_new_code(page):
    expect(success(page)).to_have_text("Er is een nieuwe code onderweg naar umit@school.example.")
    page.get_by_label("Code").fill(code())
    button(page, "Bevestigen").click()
    expect(success(page)).to_have_text(re.compile("^Gelukt!"))


def open_right_address(page):
    hold(page)
    page.locator("summary", has_text="Klopt het adres niet?").click()
    page.fill("main details [name=email]", "goed@school.example")
    return button(page, "Gebruik dit adres")


def after_right_address(page):
    expect(page.locator("main .lead")).to_contain_text("goed@school.example")
    assert Submission.objects.get().email == "goed@school.example"


def open_cancel_visit(page):
    booking = make_coming_visit()
    page.goto(link_to(booking.submission, "bookings:booking") + f"annuleren/{booking.pk}/")
    return button(page, "Ja, annuleer deze klas")


def after_cancel_visit(page):
    expect(page.locator("h1")).to_contain_text("is geannuleerd")
    expect(success(page)).to_contain_text("is geannuleerd")
    assert Booking.objects.get().state == State.CANCELLED


def open_numbers(page):
    booking = make_coming_visit()
    page.goto(link_to(booking.submission, "bookings:booking") + f"aantallen/{booking.pk}/")
    page.get_by_label("Leerlingen").fill("22")
    return button(page, "Opslaan")


def after_numbers(page):
    expect(success(page)).to_have_text("De aantallen zijn gewijzigd.")
    booking = Booking.objects.get()
    assert (booking.pupils, booking.events.filter(move="change_numbers").count()) == (22, 1)


def open_loan(page, form, **fields):
    loan = make_loan(copy=make_kit().copies.get(), submission=make_submission(), **fields)
    page.goto(link_to(loan.submission, "loans:loan") + form)
    return page.locator("main form button").last


def open_cancel_loan(page):
    return open_loan(page, "annuleren/")


def after_cancel_loan(page):
    expect(success(page)).to_have_text("De leskist is geannuleerd. Je krijgt er een mail over.")
    assert Loan.objects.get().state == LoanState.CANCELLED


def open_extend(page):
    send = open_loan(page, "verlengen/", starts_on=loan_form.MONDAY, ends_on=loan_form.FRIDAY)
    page.locator("main form [name=tot]").first.check()
    return send


def after_extend(page):
    expect(success(page)).to_contain_text("De nieuwe dag van terugbrengen staat genoteerd.")
    assert Loan.objects.get().events.filter(move="extend").count() == 1


def open_report(page):
    send = open_loan(page, "melden/", state=LoanState.OUT)
    page.fill("[name=text]", "Een wiel is los.")
    return send


def after_report(page):
    expect(success(page)).to_have_count(1)
    assert Loan.objects.get().findings.count() == 1


def open_language(page):
    page.goto("/")
    return page.get_by_role("button", name="English")


def after_language(page):
    expect(page.locator("html")).to_have_attribute("lang", "en")


def open_new_calendar(page):
    sign_in(page, Client(), make_teacher())
    page.goto("/mijn/agenda/")
    return page.locator("main form button").last


def after_new_calendar(page):
    expect(success(page)).to_have_count(1)


FORMS = {
    "another class": (open_another_class, after_another_class),
    "book": (open_book, after_book),
    "new code": (open_new_code, after_new_code),
    "right address": (open_right_address, after_right_address),
    "cancel visit": (open_cancel_visit, after_cancel_visit),
    "numbers": (open_numbers, after_numbers),
    "cancel loan": (open_cancel_loan, after_cancel_loan),
    "extend": (open_extend, after_extend),
    "report": (open_report, after_report),
    "language": (open_language, after_language),
    "new calendar": (open_new_calendar, after_new_calendar),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("visitor", "click_twice"),
    [(True, HELD_BACK["dropped"]), (False, HELD_BACK["arrived"])],
    ids=["scripts", "no scripts"],
    indirect=True,
)
def test_any_public_form_leads_to_its_page(visitor, click_twice, form):
    open_form, look = FORMS[form]
    click_twice(open_form(visitor))
    look(visitor)
    expect(visitor.locator(".notice-error, .error-summary")).to_have_count(0)
