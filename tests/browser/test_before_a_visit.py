"""From the mail three weeks before to the visit: on a phone, without JavaScript."""

import pytest
import time_machine
from playwright.sync_api import expect

from bookings.models import Booking
from submissions.links import link_to
from tests.browser.steps import sign_in
from tests.conftest import PHONE, assert_fits
from tests.factories import amsterdam, make_booking, make_programme, make_visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_teacher_says_yes_and_prepares(
    browser, browser_context_args, page, assert_accessible, client
):
    with time_machine.travel(amsterdam(2026, 10, 13, 9)):
        programme = make_programme(
            kind="taster", preparation="Zoek techniek.", teachers_part="Loop mee."
        )
        booking = make_booking(visit=make_visit(programme=programme, max_groups=3, max_pupils=90))
        make_booking(visit=booking.visit, submission=booking.submission, party_name="Groep 8")
        context = browser.new_context(
            **browser_context_args | {"viewport": PHONE, "java_script_enabled": False}
        )
        plain = context.new_page()
        plain.goto(link_to(booking.submission, "bookings:still_coming"))
        plain.get_by_role("button", name="Ja, allemaal").click()
        expect(plain.get_by_text("Jullie zeiden: ja, we komen.")).to_have_count(2)
        plain.get_by_role("link", name="Alles over jullie bezoek").click()
        plain.get_by_role("button", name="Groep 8: gedaan").click()
        expect(plain.get_by_text("Genoteerd: goed gedaan!")).to_be_visible()
        context.close()
        rows = Booking.objects.order_by("pk")
        assert [row.said_yes for row in rows] == [True, True]
        assert [row.prepared_at is None for row in rows] == [True, False]

        page.set_viewport_size(PHONE)
        sign_in(page, client, booking.submission.user)
        page.goto(link_to(booking.submission, "bookings:still_coming"))
        assert_accessible()
        page.goto(link_to(booking.submission, "bookings:booking"))
        assert_accessible()
        for name in ("brief aan ouders", "pagina voor leerlingen"):
            page.get_by_role("link", name=name).first.click()
            assert_accessible()
            assert_fits(page)
            page.go_back()
        origin = page.url.split("/boekingen/")[0]
        page.goto(f"{origin}/boekingen/klas/{booking.class_group_id}/")
        assert_accessible()
