"""Who is asked how it was, when, by which mail; and who is not."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from bookings import attendance
from bookings.models import State
from core.mail import outbox
from core.mail.markers import revealed
from core.models import Mail
from impact import clock, lifecycle, links
from impact.models import Evaluation, EvaluationEvent, EvaluationState
from kits.models import LoanState
from submissions.privacy.erasure import erase_person
from tests.factories import (
    amsterdam,
    make_booking,
    make_group,
    make_loan,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
)
from tests.impact.asking import VISIT_OVER, make_evaluation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(VISIT_OVER, tick=False) as travelled:
        yield travelled


def tell() -> list[Mail]:
    outbox.Teller().tell(seconds=9)
    return list(Mail.objects.filter(template="evaluation").order_by("pk"))


def test_mail_is_read_on_staffs_pages_of_what_it_asks_about(desk):
    first = make_evaluation()
    [mail] = tell()
    page = reverse("admin:impact_evaluation_change", args=[first.pk])
    of_booking = reverse("admin:bookings_booking_change", args=[first.booking_id])
    of_mail = reverse("admin:core_mail_change", args=[mail.pk])

    for address in (of_booking, of_mail):
        answer = desk.get(address)
        assert answer.status_code == 200
        assert page in answer.text


# --- Who ----------------------


@pytest.mark.parametrize("state", [state for state in State if state != State.HELD])
def test_who_came_or_was_expected_is_asked(state):
    make_booking(state=state)
    came = state in {State.CONFIRMED, State.ATTENDED}
    assert (clock.ask_due(), Evaluation.objects.count()) == (came, came)


@pytest.mark.parametrize("state", [state for state in LoanState if state != LoanState.HELD])
def test_who_brought_a_box_back_is_asked(state):
    loan = make_loan(state=state)
    loan.events.create(move="take_back", to_state=state, at=amsterdam(2026, 11, 3, 15))
    clock.ask_due()
    went = {LoanState.OUT, LoanState.RETURNED, LoanState.DONE}
    assert Evaluation.objects.exists() == (state in went)


def test_day_of_a_kit_is_that_of_its_return_and_not_the_one_agreed():
    loan = make_loan(state=LoanState.DONE, ends_on=datetime.date(2026, 11, 23))
    loan.events.create(move="take_back", to_state="returned", at=amsterdam(2026, 10, 30, 23, 30))
    assert clock.ask_due() == 1
    assert Evaluation.objects.get().day == datetime.date(2026, 10, 30)


def test_loan_that_was_never_taken_back_is_not_asked_about():
    make_loan(state=LoanState.DONE)
    assert clock.ask_due() == 0


@pytest.mark.parametrize(("days", "asked"), [(0, 0), (1, 1), (7, 1), (8, 0)])
def test_nobody_is_asked_on_the_day_itself_nor_after_a_week(clock_of_the_day, days, asked):
    """A worker that stood still for weeks sends no storm."""
    make_booking()
    clock_of_the_day.move_to(amsterdam(2026, 11, 3, 23, 59) + datetime.timedelta(days=days))
    assert clock.ask_due() == asked


def test_nobody_without_an_address_is_asked():
    make_booking(submission=make_submission(email=""))
    assert clock.ask_due() == 0


def test_borrower_without_an_address_is_not_asked():
    loan = make_loan(state=LoanState.DONE, submission=make_submission(email=""))
    loan.events.create(move="take_back", to_state="returned", at=amsterdam(2026, 11, 3, 15))
    assert clock.ask_due() == 0


def test_each_is_asked_once():
    make_booking()
    assert [clock.ask_due(), clock.ask_due(), len(tell()), len(tell())] == [1, 0, 1, 1]


def test_second_worker_changes_nothing():
    booking = make_booking()
    assert lifecycle.ask(booking, day=booking.school_day)
    assert not lifecycle.ask(booking, day=booking.school_day)
    assert (Evaluation.objects.count(), EvaluationEvent.objects.count()) == (1, 1)


# --- The mail ----------------------


def test_one_mail_for_all_classes_with_a_link_that_is_nowhere_in_the_database():
    programme = make_programme(max_groups=2, max_pupils=99, title="Drones")
    visit = make_visit(programme=programme, slot=make_slot(programmes=[programme], max_pupils=99))
    submission = make_submission()
    for name in ("Groep 7", "Groep 8"):
        make_booking(visit=visit, submission=submission, party_name=name)
    clock.ask_due()
    [mail] = tell()
    assert (mail.to, mail.subject) == (
        submission.email,
        "Bedankt voor jullie komst: hoe was Drones?",
    )
    assert mail.expires_at == amsterdam(2026, 12, 5, 0)
    token = links.token_of(submission)
    assert token not in mail.text + mail.html
    sent = revealed(mail.email_message())
    assert links.link_to(submission) in sent.body
    assert "Groep 7" in sent.body
    assert "Groep 8" in sent.body


def test_classes_of_two_days_are_asked_about_on_two_days():
    submission = make_submission()
    make_booking(submission=submission)
    make_booking(
        submission=submission,
        visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 2, 9))),
    )
    assert clock.ask_due() == 2
    assert len(tell()) == 2


def test_mail_about_a_kit_thanks_for_bringing_it_back():
    loan = make_loan(state=LoanState.RETURNED)
    loan.events.create(move="take_back", to_state="returned", at=amsterdam(2026, 11, 3, 9))
    clock.ask_due()
    [mail] = tell()
    assert mail.subject == f"De leskist is terug, bedankt: hoe was {loan.kit.title}?"


def test_mail_of_who_did_not_come_after_all_is_not_sent():
    evaluation = make_evaluation()
    attendance.miss(booking=evaluation.booking, by=make_staff())
    assert tell() == []


def test_group_that_is_no_class_is_asked_too():
    make_group()
    assert clock.ask_due() == 1
    assert len(tell()) == 1


def test_erased_before_the_mail_was_made_nothing_goes_out():
    evaluation = make_evaluation()
    erase_person(email=evaluation.submission.email)
    assert tell() == []
    assert EvaluationEvent.objects.get().notice == ""


def test_erased_while_it_waited_the_mail_is_gone():
    evaluation = make_evaluation()
    tell()
    erase_person(email=evaluation.submission.email)
    assert not Mail.objects.exists()


# --- What the database itself refuses ----------------------


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("evaluation_of_booking_or_loan", {"booking": None}),
        ("evaluation_answered_once_answered", {"answered_at": VISIT_OVER}),
        ("evaluation_answered_once_answered", {"state": EvaluationState.ANSWERED}),
        ("evaluation_overall_is_a_face", {"overall": 6}),
        ("evaluation_fit_is_a_face", {"fit": 0}),
        ("evaluation_guidance_is_a_face", {"guidance": 6}),
        ("evaluation_prepared_is_a_choice", {"prepared": 4}),
        ("evaluation_quoted_with_consent", {"quote": "Mooi", "is_shown": True}),
        ("evaluation_quoted_with_consent", {"quote_name": "Anouk"}),
        ("evaluation_quoted_with_consent", {"may_quote": True, "quote": "Mooi"}),
        ("evaluation_ends_after_its_day", {"until": datetime.date(2026, 11, 2)}),
    ],
)
def test_database_refuses(name, changes):
    evaluation = make_evaluation()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(**changes)


def test_database_refuses_both_and_a_second_of_the_same():
    evaluation = make_evaluation()
    with pytest.raises(IntegrityError, match="of_booking_or_loan"), transaction.atomic():
        Evaluation.objects.filter(pk=evaluation.pk).update(loan=make_loan())
    evaluation.pk = None
    evaluation._state.adding = True
    with pytest.raises(IntegrityError, match="booking_id"), transaction.atomic():
        evaluation.save(force_insert=True)
