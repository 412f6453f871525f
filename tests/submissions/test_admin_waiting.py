"""The waiting lists in the back office."""

import pytest
from django.urls import reverse

from bookings.waiting.visit_list import LIST as VISITS
from core.backoffice.base import ModelAdmin
from kits.waiting.loan_list import LIST as LOANS
from submissions.models import Ending, WaitState
from tests.factories import make_loan_wait, make_wait
from tests.submissions.sharing import tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

LISTS = {"bookings_visitwait": VISITS, "kits_loanwait": LOANS}
OF_BOTH_KINDS = pytest.mark.parametrize(
    ("model", "make"), [("bookings_visitwait", make_wait), ("kits_loanwait", make_loan_wait)]
)


@OF_BOTH_KINDS
def test_list_shows_who_waits_now_and_others_on_request(desk, model, make):
    def shown(**query):
        page = desk.get(reverse(f"admin:{model}_changelist"), query)
        return {row.pk for row in page.context["cl"].result_list}

    states = [WaitState.WAITING, WaitState.OFFERED, WaitState.TAKEN, WaitState.ENDED]
    waiting, offered, taken, ended = (make(state=state, party_name="7b").pk for state in states)
    make(state=WaitState.HELD)

    assert shown() == {waiting, offered}
    assert shown(which="past") == {taken, ended}
    assert shown(which="all") == shown(q="7b") == {waiting, offered, taken, ended}
    assert shown(q="7b", which="past") == {taken, ended}
    assert "wie nu wacht" in desk.get(reverse(f"admin:{model}_changelist")).text


@OF_BOTH_KINDS
@pytest.mark.parametrize(
    ("number", "counted"), [(1, "1 plek op de wachtlijst"), (2, "2 plekken op de wachtlijst")]
)
def test_list_counts_places_on_it(desk, model, make, number, counted):
    for _one in range(number):
        make()
    page = desk.get(reverse(f"admin:{model}_changelist"))
    assert f'<div class="py-4">{counted}</div>' in page.text


@OF_BOTH_KINDS
def test_long_list_leads_to_its_other_pages(desk, model, make, monkeypatch):
    monkeypatch.setattr(ModelAdmin, "list_per_page", 1)
    for _one in range(3):
        make()
    page = desk.get(reverse(f"admin:{model}_changelist")).text
    assert ("p=2" in page, "p=3" in page) == (True, True)
    assert "3 plekken op de wachtlijst" in page


@OF_BOTH_KINDS
def test_who_offers_over_the_order_reads_that_the_school_reads_why(desk, model, make):
    row = make()
    page = reverse(f"admin:{model}_move", args=[row.pk, "offer"])

    note = desk.get(page).context["form"]["note"]
    desk.post(page, {"note": "Zij waren eerst vergeten.", "slot": getattr(row, "slot_id", "")})

    assert (note.label, note.help_text) == (
        "Waarom buiten de volgorde om",
        "Staat in de historie, en in de mail aan de school.",
    )
    (mail,) = tell()
    assert (mail.template, "Zij waren eerst vergeten." in mail.text) == ("wait_offered", True)


@OF_BOTH_KINDS
def test_what_is_on_offer_leads_to_the_waiting_list_where_it_is_taken(desk, model, make):
    row = make()
    LISTS[model].give_turns()
    row.refresh_from_db()
    of = row.booking if model == "bookings_visitwait" else row.loan
    page = reverse(f"admin:{of._meta.app_label}_{of._meta.model_name}_change", args=[of.pk])
    link = f'href="{reverse(f"admin:{model}_change", args=[row.pk])}"'

    assert "Aangeboden tot woensdag 16 september 2026 17:00 aan wie erop wachtte." in (
        " ".join(desk.get(page).text.split())
    )
    assert link in desk.get(page).text
    LISTS[model].take(row.submission, by=row.submission.user)
    assert link not in desk.get(page).text


@OF_BOTH_KINDS
def test_who_is_taken_off_the_list_by_staff_does_not_read_that_anything_was_called_off(
    desk, model, make
):
    row = make()

    desk.post(reverse(f"admin:{model}_move", args=[row.pk, "end"]), {"note": "Zoals besproken."})

    assert row.events.latest("pk").data == {"why": Ending.BY_US}
    (mail,) = tell()
    assert (mail.template, mail.to) == ("wait_ended", row.submission.email)
    assert "Wij hebben jullie van de wachtlijst gehaald." in mail.text
    assert "wachten dus" not in mail.text  # as is said above it
    assert "afgezegd" not in mail.text
