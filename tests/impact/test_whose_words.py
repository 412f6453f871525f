"""What is told afterwards is of whoever told it: to read for herself, and to be erased with her."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from impact import lifecycle
from impact.erasure import erase_words_about
from impact.models import Evaluation
from submissions.models import Submission, WaitState
from submissions.privacy.erasure import erase_person, found_in
from submissions.sharing import lifecycle as sharing
from tests.factories import (
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    make_wait,
)
from tests.impact.asking import TEACHER, VISIT_OVER, make_evaluation
from tests.submissions.sharing import shared, signed_in, tell

pytestmark = pytest.mark.django_db

ANOUK, BRAM = "Anouk Jansen", "Bram Pietersen"
COMING = {"starts_at": VISIT_OVER.replace(month=12)}


@pytest.fixture(autouse=True)
def _after_the_visit():
    with time_machine.travel(VISIT_OVER, tick=False):
        yield


@pytest.fixture
def anouk():
    return make_teacher(name=ANOUK, email="anouk@school.example", school=make_school())


@pytest.fixture
def evaluation(anouk) -> Evaluation:
    return make_evaluation(submission=make_submission(user=anouk))


def answer(evaluation, by) -> None:
    """Under her own name, which staff show."""
    words = {"quote": "Zo mooi!", "may_quote": True, "quote_name": by.name}
    lifecycle.answer(evaluation=evaluation, answers=TEACHER | words, by=by)
    lifecycle.show(evaluation=evaluation, by=make_staff())


def hand_over(anouk):
    """Everything, to a colleague who accepts; returns her."""
    tessa = make_teacher(name="Tessa Bos", email="tessa@school.example", school=anouk.school)
    [companion] = sharing.invite(
        shares=sharing.all_of(anouk), email=tessa.email, by=anouk, takes_over=True
    )
    person = {"name": tessa.name, "phone": "0570 654321"}
    sharing.accept(invitation=companion.invitation, email=tessa.email, person=person, language="nl")
    tell()
    return tessa


def download_of(user) -> str:
    return signed_in(user).get(reverse("my_details_json")).content.decode()


def public_page(evaluation) -> str:
    return Client().get(evaluation.subject.get_absolute_url()).content.decode()


def test_words_of_a_colleague_are_hers_to_read_and_not_the_contacts(anouk, evaluation):
    bram = shared(
        evaluation.submission, row=evaluation.booking, name=BRAM, email="bram@school.example"
    ).user
    answer(evaluation, bram)

    assert "Een brug bouwen." in download_of(bram)
    assert "Een brug bouwen." not in download_of(anouk)


def test_words_of_a_colleague_go_with_her_and_not_with_the_contact(anouk, evaluation):
    bram = shared(
        evaluation.submission, row=evaluation.booking, name=BRAM, email="bram@school.example"
    ).user
    answer(evaluation, bram)

    erase_person(email=anouk.email)
    assert BRAM in public_page(evaluation)

    erase_person(email=bram.email)
    assert BRAM not in public_page(evaluation)
    assert found_in([ANOUK, BRAM, "bram@school.example"]) == []
    evaluation.refresh_from_db()
    assert (evaluation.overall, evaluation.plans) == (5, "")


def test_after_handing_over_ones_words_stay_ones_own(anouk, evaluation):
    answer(evaluation, anouk)
    slot = make_slot(programmes=[evaluation.subject], **COMING)
    make_booking(
        submission=evaluation.submission,
        visit=make_visit(slot=slot, programme=evaluation.subject),
        class_group=make_class_group(school=anouk.school, name=f"Klas van {ANOUK}"),
        party_name=f"Klas van {ANOUK}",
    )
    tessa = hand_over(anouk)
    assert "Een brug bouwen." not in download_of(tessa)
    assert "Een brug bouwen." in download_of(anouk)

    erase_person(email=anouk.email)

    assert found_in([ANOUK, anouk.email]) == []
    assert ANOUK not in public_page(evaluation)


def test_whoever_shared_waited_looked_back_and_handed_over_is_in_no_table(anouk, evaluation):
    """A dump is searched for her name, address and number."""
    submission = evaluation.submission
    shared(
        submission, row=evaluation.booking, with_mails=True, name=BRAM, email="bram@school.example"
    )
    answer(evaluation, anouk)
    programme = make_programme()
    waiting = make_submission(user=anouk, contact_name=ANOUK, email=anouk.email)
    full = make_slot(programmes=[programme], **COMING)
    make_wait(
        submission=waiting, slot=full, programme=programme, party_name=f"7b van {ANOUK}",
        state=WaitState.ENDED,
    )  # fmt: skip
    telling = [ANOUK, anouk.email, anouk.phone]
    assert found_in(telling)

    erase_person(email=anouk.email)

    assert found_in([word for word in telling if word]) == []


def test_words_of_a_colleague_stay_also_where_the_submission_is_nobodys(evaluation):
    bram = make_teacher(name=BRAM, email="bram@school.example")
    answer(evaluation, bram)
    Submission.objects.update(user=None)

    erase_words_about(Submission.objects.all())

    evaluation.refresh_from_db()
    assert evaluation.quote_name == BRAM
