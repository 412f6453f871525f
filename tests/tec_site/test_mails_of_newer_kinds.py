"""Mails of the roster, the waiting lists, looking back and writing to many, on a server that puts
off: none says what is no longer so, and none comes before an earlier one to the same person."""

import pytest

from bookings import lifecycle
from bookings.waiting.visit_list import LIST
from core.models import Mail
from impact import lifecycle as looking_back
from roster import lifecycle as roster
from tests.factories import (
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)
from tests.impact.asking import TEACHER, VISIT_OVER, make_evaluation
from tests.roster.rostering import fresh, make_person, make_run, make_shift
from tests.tec_site.test_mails import TO, go_on, subjects

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_letter", "one_factor")]
PUT_OFF = pytest.mark.parametrize("put_off_for", [1, 60])


def put_off(sink, frozen, minutes: int) -> None:
    sink.answers["RCPT"] = "451 greylisted"
    go_on(frozen, minutes=minutes)
    assert sink.messages == []
    sink.answers.clear()


@PUT_OFF
def test_shift_that_is_off_again_is_not_confirmed_afterwards(sink, frozen, put_off_for):
    run = make_run()
    anna = make_person(runs=[run], email=TO)
    shift = make_shift(run, person=anna)
    Mail.objects.all().delete()
    put_off(sink, frozen, put_off_for)
    roster.release(shift=fresh(shift), by=make_staff())
    go_on(frozen, minutes=90)
    assert [one.split(" op ")[0] for one in subjects(sink)] == ["Je hoeft niet te komen"]


@PUT_OFF
def test_shift_that_is_taken_meanwhile_is_offered_to_nobody(sink, frozen, put_off_for):
    run = make_run()
    anna, bo = make_person(runs=[run], email=TO), make_person(runs=[run], email="bo@x.example")
    shift = make_shift(run)
    roster.offer(shift=shift, by=make_staff())
    put_off(sink, frozen, put_off_for)
    roster.accept(shift=fresh(shift), person=bo)
    go_on(frozen, minutes=90)
    assert [message["To"] for message in sink.messages] == ["bo@x.example"]
    assert anna.email == TO


@PUT_OFF
def test_offer_that_was_passed_on_is_not_mailed(sink, frozen, put_off_for):
    programme = make_programme(max_pupils=34)
    slot = make_slot(programmes=[programme])
    booking = make_booking(visit=make_visit(slot=slot, programme=programme))
    row = make_wait(slot=slot, programme=programme, submission=make_submission(email=TO))
    lifecycle.cancel(booking=booking, by=make_staff(), notice="")
    row.refresh_from_db()
    assert row.state == "offered"
    put_off(sink, frozen, put_off_for)
    LIST.withdraw(row.submission, by=None)
    go_on(frozen, minutes=90)
    assert [one for one in subjects(sink) if "plek" in one.lower()] == []


@PUT_OFF
def test_what_is_answered_is_asked_no_more(sink, frozen, put_off_for):
    frozen.move_to(VISIT_OVER)
    evaluation = make_evaluation(submission=make_submission(user=make_teacher(email=TO)))
    put_off(sink, frozen, put_off_for)
    looking_back.answer(evaluation=evaluation, answers=TEACHER, by=None)
    go_on(frozen, minutes=90)
    assert sink.messages == []
    assert [mail.state for mail in Mail.objects.all()] == [Mail.State.WITHDRAWN]
