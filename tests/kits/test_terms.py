"""Until when a loan can be cancelled, and what lost parts cost: on form, page and in the mail."""

import pytest
from django.urls import reverse

from core.mail.outbox import Teller
from core.models import Mail
from kits import handling, lifecycle
from kits.models import Loan, LoanState
from tests.bookings.test_terms import terms_on
from tests.factories import make_kit, make_loan
from tests.loan_form import address

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

FREE = {
    "Prijs": "gratis",
    "Annuleren": "zelf en gratis, tot we de kist hebben ingepakt",
    "Kwijt of kapot": "Onderdelen die kwijt of stuk zijn, rekenen we tegen kostprijs.",
}


def test_form_says_it_beside_its_button(client):
    page = client.get(address(make_kit())).content.decode()
    assert terms_on(page) == FREE
    assert page.index('class="terms"') < page.index('class="form-end"')


def test_words_of_staff_about_lost_parts_take_the_place_of_ours(client):
    page = client.get(address(make_kit(charge_note="Kwijt kost € 5."))).content.decode()
    assert terms_on(page) == FREE | {"Kwijt of kapot": "Kwijt kost € 5."}


def page_of(client, loan: Loan) -> str:
    client.force_login(loan.submission.user)
    return client.get(reverse("loans:loan", args=[loan.submission.public_id])).content.decode()


def test_page_of_a_loan_says_it_and_that_the_moment_has_passed(client, staff):
    loan = make_loan()
    assert terms_on(page_of(client, loan)) == FREE
    handling.pack(loan=loan, by=staff)
    said = "niet meer: de kist is ingepakt, vanaf nu vragen jullie het ons"
    assert terms_on(page_of(client, loan)) == FREE | {"Annuleren": said}


def test_confirmation_says_it(monkeypatch):
    monkeypatch.setattr("submissions.telling.can_be_made", lambda: False)
    loan = make_loan(state=LoanState.HELD)
    lifecycle.MOVES.apply(loan, "verify", by=None, changes={"held_until": None})
    Teller().tell(seconds=30)
    mail = Mail.objects.get()
    assert "".join(f"{name}: {text}\n" for name, text in FREE.items()) in mail.text
    assert [text in mail.html for text in FREE.values()] == [True] * len(FREE)
