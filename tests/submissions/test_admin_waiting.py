"""The waiting lists in the back office."""

import pytest
from django.urls import reverse

from submissions.models import WaitState
from tests.factories import make_loan_wait, make_wait

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.mark.parametrize(
    ("model", "make"), [("bookings_visitwait", make_wait), ("kits_loanwait", make_loan_wait)]
)
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
