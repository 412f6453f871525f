"""A class from groep 7 to groep 8 through all of it, on a phone and without JavaScript: Proeverij,
preparation, looking back, the Experiences a year later, and a kit back to class.
"""

import re

import pytest
import time_machine
from playwright.sync_api import expect

from bookings.models import Booking, State
from core.mail.markers import reveal
from core.models import Mail
from core.worker import Worker
from impact.models import Evaluation
from kits.models import Loan
from programmes.models import ProgrammeKind
from schools.models import ClassGroup
from tests.browser.steps import code, fill_contact
from tests.conftest import PHONE, assert_fits
from tests.factories import amsterdam, make_kit, make_programme, make_slot

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COMES = amsterdam(2026, 3, 24, 9)


@pytest.fixture
def phone(browser, browser_context_args):
    plain = {"viewport": PHONE, "java_script_enabled": False}
    context = browser.new_context(**browser_context_args | plain)
    yield context.new_page()
    context.close()


@pytest.fixture
def experiences():
    found = []
    for number, title in enumerate(("Stad", "Kas", "Hulp")):
        one = make_programme(title=title, kind=ProgrammeKind.EXPERIENCE, requires_taster=True)
        make_slot(programmes=[one], starts_at=amsterdam(2026, 11, 3 + number, 9))
        found.append(one)
    return found


def open_mail(page, template: str, leads_to: str) -> None:
    """The page to which a mail leads that the worker has to send by now."""
    Worker().run_once()
    mail = Mail.objects.filter(template=template).latest("pk")
    link = re.search(rf"https?://[^/\s]+(/{leads_to}/\S+/)", reveal(mail.text, to=mail.to))
    assert link is not None
    page.goto(link[1])
    assert_fits(page)


def test_a_class_from_groep_7_to_groep_8(phone, experiences):
    taster = make_programme(
        title="Proeverij", slug="proeverij", kind=ProgrammeKind.TASTER,
        preparation="Zoek techniek in de klas.", for_pupils="We bouwen een brug.",
    )  # fmt: skip
    slot = make_slot(programmes=[taster], starts_at=COMES)
    kit = make_kit(title="Bouwen met buizen", venue=experiences[0].venue)
    kit.continues.add(experiences[0])
    with time_machine.travel(amsterdam(2026, 2, 9, 9)) as clock:
        _book(phone, taster, slot)

        clock.move_to(amsterdam(2026, 3, 3, 9))
        open_mail(phone, "booking_still_coming", "boekingen")
        phone.get_by_role("button", name="Ja, we komen met 24 leerlingen").click()
        phone.get_by_role("link", name="Alles over jullie bezoek").click()
        phone.get_by_role("button", name="Gedaan").click()
        for name in ("brief aan ouders", "pagina voor leerlingen"):
            phone.get_by_role("link", name=name).click()
            expect(phone.get_by_text("Proeverij").first).to_be_visible()
            assert_fits(phone)
            phone.go_back()

        clock.move_to(amsterdam(2026, 3, 25, 10))
        open_mail(phone, "evaluation", "evaluatie")
        for question in ("overall", "fit", "guidance"):
            phone.locator(f"[name={question}][value='5']").check()
        phone.locator("[name=prepared][value='3']").check()
        phone.get_by_role("button", name="Versturen").click()
        expect(phone.locator("h1")).to_have_text("Ontvangen op 25 maart 2026")

        clock.move_to(amsterdam(2026, 9, 8, 15))
        _go_on(phone)
        _take_a_kit_along(phone)

    [row, *rows] = Booking.objects.order_by("pk")
    assert (row.said_yes, bool(row.prepared_at)) == (True, True)
    assert Evaluation.objects.get().overall == 5
    assert [(one.party_name, one.state) for one in rows] == [("Groep 8", State.CONFIRMED)] * 3
    assert {one.visit.programme for one in rows} == set(experiences)
    assert ClassGroup.objects.get(name="Groep 8").continues == row.class_group
    loan, first = Loan.objects.get(), min(rows, key=lambda one: one.starts_at)
    assert (loan.booking, loan.starts_on) == (first, first.visit.slot.day)


def _book(phone, programme, slot) -> None:
    phone.goto(f"/boekingen/nieuw/{programme.slug}/{slot.pk}/")
    phone.locator("[name=klas-0-name]").fill("Groep 7")
    phone.locator("[name=klas-0-year_groups][value='7']").check()
    phone.locator("[name=klas-0-pupils]").fill("24")
    phone.locator("[name=klas-0-supervisors]").fill("3")
    phone.get_by_text("Mijn school staat er niet bij").click()
    phone.locator("[name=school_typed_name]").fill("De Brede Driehoek")
    phone.locator("[name=school_typed_city]").fill("Deventer")
    fill_contact(phone)
    phone.locator("form.form-column button[type=submit]").last.click()
    phone.get_by_label("Code").fill(code())
    phone.get_by_role("button", name="Bevestigen").click()
    expect(phone.locator("h1")).to_contain_text("Jullie komen")


def _go_on(phone) -> None:
    """She signs in anew: the class is of last year now, and leads to what it has not done."""
    phone.goto("/mijn/")
    phone.get_by_label(re.compile("E-mailadres")).fill("umit@school.example")
    phone.locator("main form button[type=submit]").click()
    phone.get_by_label("Code").fill(code())
    phone.locator("main form button[type=submit]").first.click()
    assert_fits(phone)
    phone.get_by_role("link", name="Verder met de Experiences").click()
    assert_fits(phone)
    for day in ("di 3 nov", "wo 4 nov", "do 5 nov"):
        phone.get_by_label(re.compile(day)).check()
    phone.get_by_role("button", name="Boek deze bezoeken").click()
    expect(phone.locator("h1")).to_contain_text("Jullie komen")


def _take_a_kit_along(phone) -> None:
    """Where the class is there anyway; then its page tells the whole line."""
    phone.get_by_role("link", name=re.compile("Bouwen met buizen")).click()
    assert_fits(phone)
    phone.get_by_role("link", name=re.compile("do 19 november")).first.click()
    phone.locator("form.form-column button[type=submit]").last.click()
    expect(phone.locator("h1")).to_be_visible()
    phone.goto("/mijn/")
    phone.get_by_role("link", name="Groep 8", exact=True).click()
    for words in ("was Groep 7", "voorbereid in de klas", "jullie waren hier op 24 maart 2026"):
        expect(phone.get_by_text(words)).to_be_visible()
    expect(phone.get_by_text(re.compile("gepland op"))).to_have_count(3)
    assert_fits(phone)
