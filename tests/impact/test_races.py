"""Two workers that ask, and a double tap beside a colleague, at the same moment."""

import time

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from impact import clock
from impact.models import Evaluation, EvaluationEvent, SchoolContact
from tests.factories import make_booking, make_school, make_staff
from tests.impact.asking import TEACHER, VISIT_OVER, make_evaluation, post
from tests.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_workers_that_ask_at_once_ask_once():
    make_booking()
    with time_machine.travel(VISIT_OVER, tick=False):
        assert sorted(race([clock.ask_due] * 4)) == [0, 0, 0, 1]
    assert EvaluationEvent.objects.get().move == "ask"


def test_two_clicks_at_once_note_what_a_school_said_once(one_factor, monkeypatch):
    """The first has not saved it yet when the second looks whether it is there."""
    save = SchoolContact.save

    def slowly(*args, **kwargs):
        time.sleep(0.5)
        save(*args, **kwargs)

    monkeypatch.setattr(SchoolContact, "save", slowly)
    with time_machine.travel(VISIT_OVER, tick=False):
        clients = [Client(), Client()]
        clients[0].force_login(make_staff())
        clients[1].cookies = clients[0].cookies
        page = reverse("figures:quiet_school", args=[make_school().pk])
        said = {"day": VISIT_OVER.date().isoformat(), "note": "Belt terug."}
        codes = race([lambda one=one: one.post(page, said).status_code for one in clients])
    assert codes == [302, 302]
    assert SchoolContact.objects.count() == 1


def test_of_answers_at_once_one_is_kept_whole():
    with time_machine.travel(VISIT_OVER, tick=False):
        evaluation = make_evaluation()
        answers = [
            TEACHER | {"overall": face, "plans": f"Plan {face}"} for face in (1, 2, 3, 4, 5, 5)
        ]
        codes = race([lambda data=data: post(evaluation, **data).status_code for data in answers])
    row = Evaluation.objects.get()
    assert row.plans == f"Plan {row.overall}"
    assert [event.move for event in evaluation.events.all()] == ["ask", "answer"]
    # Whoever sent the same as was kept is told that it was received, the others get theirs back.
    same = 2 if row.overall == 5 else 1
    assert (codes.count(302), codes.count(409)) == (same, 6 - same)
