"""A box that is back came back on a day; what was agreed is then of no interest to anybody."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from kits import handling
from kits.models import LoanState
from kits.telling.wording import sentence_for
from tests.factories import amsterdam, make_loan, make_staff
from tests.kits.asking import counts_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("frozen", "no_holidays", "one_factor"),
]


def november(day):
    return datetime.date(2026, 11, day)


@pytest.fixture
def brought_back(frozen):
    """A loan agreed on until Monday 23 November, whose box came back on another day."""

    def bring(day):
        loan = make_loan(state=LoanState.OUT)
        frozen.move_to(amsterdam(2026, 11, day, 14))
        handling.take_back(loan=loan, by=make_staff())
        return loan

    return bring


@pytest.mark.parametrize(
    ("day", "written"), [(19, "donderdag 19 november"), (25, "woensdag 25 november")]
)
def test_sentence_of_a_loan_that_is_done_names_the_day_it_really_came_back(
    brought_back, frozen, day, written
):
    loan = brought_back(day)
    frozen.move_to(amsterdam(2026, 11, 27, 9))
    handling.check(loan=loan, counts=counts_of(loan), by=make_staff())

    assert loan.back_on == november(day)
    assert sentence_for(loan).text == f"De leskist was bij jullie tot en met {written}."


def test_pages_of_teacher_and_staff_name_that_day_and_not_the_agreed_one(brought_back, desk):
    loan = brought_back(19)
    hers = Client()
    hers.force_login(loan.submission.user)
    page = hers.get(reverse("loans:loan", args=[loan.submission.public_id])).content.decode()
    assert "<dt>Teruggebracht</dt><dd>donderdag 19 november 2026</dd>" in page
    assert "23 november" not in page

    handling.check(loan=loan, counts=counts_of(loan), by=make_staff())
    assert "2 november – 19 november" in hers.get("/mijn/").content.decode()
    staff = desk.get(reverse("admin:kits_loan_change", args=[loan.pk])).content.decode()
    assert "<dt>Teruggebracht</dt><dd>donderdag 19 november 2026</dd>" in staff


def test_list_of_what_is_to_be_checked_says_since_when(brought_back, desk):
    loan = brought_back(19)
    page = desk.get(reverse("desk:lists")).content.decode()
    row = page[page.index(loan.copy.code, page.index('id="nakijken"')) :][:200]
    assert "do 19 nov" in row


def test_agreed_day_stays_where_the_box_is_still_away_and_where_nobody_wrote_it_down():
    assert make_loan(state=LoanState.OUT).back_on == november(23)
    assert make_loan(state=LoanState.DONE).back_on == november(23)
