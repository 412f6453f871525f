"""The mail with a code says what it is for."""

import pytest
from django.utils.translation import override

from core.models import Mail
from kits.models import LessonKit
from programmes.models import Programme
from submissions.telling import ask_code
from tests import booking_form, loan_form
from tests.factories import (
    make_booking,
    make_kit,
    make_loan,
    make_loan_wait,
    make_programme,
    make_slot,
    make_wait,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def test_code_for_a_visit_names_programme_and_date_and_nobody(client):
    programme = make_programme(title="Stop-motion")
    slot = make_slot(programmes=[programme])
    client.post(booking_form.address(programme, slot), booking_form.typed())
    mail = Mail.objects.get()
    assert mail.subject == "Je code voor Stop-motion op dinsdag 3 november"
    assert "Vul deze code in om Stop-motion op dinsdag 3 november te bevestigen:" in mail.text
    assert "Çelik" not in mail.text + mail.html + mail.subject


def test_code_for_a_kit_says_reservation(client):
    kit = make_kit(title="Robots")
    client.post(loan_form.address(kit), loan_form.typed())
    assert Mail.objects.get().subject == (
        "Je code voor de reservering van Robots vanaf maandag 2 november"
    )


@pytest.mark.parametrize("make", [make_booking, make_wait, make_loan, make_loan_wait])
def test_english_mail_has_the_english_title(make):
    row = make()
    for offer in (Programme, LessonKit):
        offer.objects.update(title="Film van klei", title_en="Clay film")
    with override("en"):
        ask_code(row.submission)
    mail = Mail.objects.get()
    assert "Clay film" in mail.subject
    assert "Film van klei" not in mail.subject + mail.text + mail.html
