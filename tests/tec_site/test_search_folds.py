"""One folding for all that is searched: people, classes, programmes, kits, as schools are."""

import datetime

import pytest
from django.urls import reverse

from submissions.models import Submission
from tests.factories import (
    make_booking,
    make_class_group,
    make_kit,
    make_loan,
    make_loan_wait,
    make_programme,
    make_school,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
    make_wait,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ILKER = ["ozturk", "celik", "ÇELİK", "ilker", "İLKER öztürk", "öztürk-çelik", "oztu"]


def found(desk, model, text):
    when = {"when": "all"} if model in {"bookings_booking", "kits_loan"} else {}
    page = desk.get(reverse(f"admin:{model}_changelist"), {"q": text} | when)
    return list(page.context["cl"].result_list)


@pytest.fixture
def submission():
    make_submission(contact_name="Anouk de Vries")
    return make_submission(contact_name="İlker Öztürk-Çelik")


def test_contact_is_found_by_the_letters_of_any_keyboard(desk, submission):
    booking = make_booking(submission=submission)
    loan = make_loan(submission=submission)
    wait, loan_wait = make_wait(submission=submission), make_loan_wait(submission=submission)
    for make in (make_booking, make_loan, make_wait, make_loan_wait):
        make()
    for typed in ILKER:
        assert found(desk, "bookings_visitwait", typed) == [wait], typed
        assert found(desk, "kits_loanwait", typed) == [loan_wait], typed
        assert found(desk, "submissions_submission", typed) == [submission], typed
        assert found(desk, "bookings_booking", typed) == [booking], typed
        assert found(desk, "bookings_visit", typed) == [booking.visit], typed
        assert found(desk, "kits_loan", typed) == [loan], typed


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Yıldız", "yildiz"),
        ("Łukasz Wałęsa", "lukasz walesa"),
        ("Søren Ærø", "soren aero"),
        ("Đorđe", "dorde"),
        ("Ágnes O’Brien", "obrien"),
        ("王小明", "小明"),
        ("أمينة بنت خليل", "أمينة"),
    ],
)
def test_people_are_found_whatever_their_letters(desk, name, typed):
    submission, teacher = make_submission(contact_name=name), make_teacher(name=name)
    make_submission(contact_name="Juf Smit")
    assert list(Submission.objects.matching(typed)) == [submission]
    assert teacher in found(desk, "schools_user", typed)
    assert len(found(desk, "schools_user", typed)) == 1


def test_words_without_letters_exclude_nothing(submission):
    assert list(Submission.objects.matching("ilker - öztürk")) == [submission]


def test_classes_programmes_and_kits_are_found_folded(desk):
    group = make_class_group(name="De Éénden", school=make_school(name="Het Mozaïek"))
    programme = make_programme(title="Ruimtevaart à la carte", venue=make_venue(name="Café Brûlé"))
    visit = make_visit(programme=programme)
    kit = make_kit(title="Robotjes für Anfänger")
    copy = kit.copies.get()
    assert found(desk, "schools_classgroup", "EENDEN mozaiek") == [group]
    assert found(desk, "programmes_programme", "a la CARTE") == [programme]
    assert found(desk, "programmes_venue", "cafe brule") == [programme.venue]
    assert found(desk, "bookings_visit", "carte cafe") == [visit]
    assert found(desk, "kits_lessonkit", "fur anfanger") == [kit]
    assert found(desk, "kits_kitcopy", "anfanger") == [copy]


def test_class_is_found_by_its_telling_signs(desk):
    plus = make_booking(party_name="7+ 🐝")
    make_booking(party_name="7")
    assert plus in found(desk, "bookings_booking", "7+")
    assert found(desk, "bookings_booking", "🐝") == [plus]


@pytest.mark.parametrize(
    ("model", "make"), [("kits_loan", make_loan), ("kits_loanwait", make_loan_wait)]
)
def test_who_has_or_wants_a_kit_is_found_as_who_comes(desk, model, make):
    school = make_school(name="Het Mozaïek")
    submission = make_submission(school=school, phone="06 12345678")
    kit = make_kit(title="Robotjes für Anfänger")
    about = {"copy": kit.copies.get()} if model == "kits_loan" else {"kit": kit}
    row = make(submission=submission, party_name="7+ 🐝", **about)
    days = {"starts_on": datetime.date(2026, 11, 9), "ends_on": datetime.date(2026, 11, 20)}
    other = make(submission=make_submission(phone="06 99999999"), **days)
    for typed in ("mozaiek", "+31 6 12 34 56 78", submission.reference, "anfanger", "🐝"):
        assert found(desk, model, typed) == [row], typed
    for typed in ("2 november", "23-11-2026", "ma 2 nov 2026", "mozaiek 2 nov"):
        assert found(desk, model, typed) == [row], typed
    assert found(desk, model, "9 nov.") == [other]
    assert found(desk, model, "11 januari") == []
    [event] = found(desk, f"{model}event", "mozaiek")
    assert (event.wait if model == "kits_loanwait" else event.loan) == row
