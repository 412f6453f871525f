"""The level of a secondary class, put right by staff: of a visit and of a loan in the same way."""

from typing import Any

import pytest
from django.urls import reverse

from bookings import lifecycle as of_visits
from bookings.models import Booking, State
from core.backoffice.moves import ChangedMeanwhile
from impact.counting.tables import TABLES, split
from kits import lifecycle as of_loans
from kits.models import Loan, LoanState
from schools.models import Sector
from submissions.lifecycle import NoLevel
from tests.factories import make_booking, make_loan, make_school, make_staff, make_submission
from tests.impact.counted import scope_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]

OF_YEAR_1 = {"year_from": 9, "year_to": 9, "level": "havo"}


def make(kind: str, **fields: Any) -> Any:
    school = make_school(sector=Sector.SECONDARY, structure="HAVO/VWO")
    made = make_booking if kind == "booking" else make_loan
    return made(submission=make_submission(school=school), **{**OF_YEAR_1, **fields})


@pytest.fixture(params=["booking", "loan"])
def kind(request) -> str:
    return request.param


def form_of(row: Any) -> str:
    name = f"{row._meta.app_label}_{row._meta.model_name}_move"
    return reverse(f"admin:{name}", args=[row.pk, "correct_level"])


def page_of(row: Any) -> str:
    name = f"{row._meta.app_label}_{row._meta.model_name}_change"
    return reverse(f"admin:{name}", args=[row.pk])


def correct(row: Any, level: str) -> Any:
    verbs = of_visits if isinstance(row, Booking) else of_loans
    return verbs.correct_level(**{row._meta.model_name: row}, level=level, by=make_staff())


def test_staff_correct_the_level_and_the_history_says_so(desk, kind):
    row = make(kind)
    assert form_of(row) in desk.get(page_of(row)).text

    page = desk.post(form_of(row), {"level": "vwo", "note": "Gebeld."}, follow=True)

    assert "Het niveau is nu: vwo. Het was: havo." in page.text
    assert "Leerjaar 1 vwo" in page.text.replace("leerjaar", "Leerjaar")
    row.refresh_from_db()
    event = row.events.get(move="correct_level")
    assert (row.level, event.note, event.notice) == ("vwo", "Gebeld.", "")
    assert event.data == {"from": "havo", "to": "vwo"}


def test_it_may_be_made_unknown_again(desk, kind):
    row = make(kind)
    page = desk.post(form_of(row), {"level": ""}, follow=True)
    assert "Het niveau is nu: een ander, of niet bekend. Het was: havo." in page.text
    row.refresh_from_db()
    assert row.level == ""


@pytest.mark.parametrize("level", ["havo", "gymnasium"])
def test_the_same_level_or_one_that_does_not_exist_changes_nothing(desk, kind, level):
    row = make(kind)
    assert list(desk.post(form_of(row), {"level": level}).context["form"].errors) == ["level"]
    assert not row.events.filter(move="correct_level").exists()
    assert correct(row, "havo") is None


def test_of_two_editors_the_second_hears_of_the_first(desk, kind):
    row = make(kind)
    correct(row, "vmbo")
    seen = desk.get(form_of(row)).context["seen"]
    correct(row, "havo-vwo")

    answer = desk.post(form_of(row), {"level": "vwo", "seen": seen})

    assert list(answer.context["form"].errors["__all__"]) == [str(ChangedMeanwhile())]
    row.refresh_from_db()
    assert row.level == "havo-vwo"


def test_only_of_secondary_classes(desk, kind):
    row = make(kind, year_from=7, year_to=7, level="")
    assert form_of(row) not in desk.get(page_of(row)).text
    answer = desk.post(form_of(row), {"level": "vwo"})
    assert list(answer.context["form"].errors["__all__"]) == [str(NoLevel())]


@pytest.mark.parametrize(("kind", "state"), [("booking", State.ATTENDED), ("loan", LoanState.DONE)])
def test_figures_follow_what_is_corrected_afterwards(kind, state):
    row = make(kind, state=state, pupils=22)
    correct(row, "vwo")
    if kind == "loan":
        assert Loan.objects.get().level == "vwo"
        return
    lines = {line.label: line.here for line in split(scope_of(), TABLES["line"])}
    assert lines == {"Voortgezet onderwijs: vwo": 22}
