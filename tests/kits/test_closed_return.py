"""A box is to come back on a day that was closed afterwards: nobody is blamed for what she cannot
do, and the reminder names a day on which somebody is there."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from core.mail.outbox import Teller
from core.models import Mail
from kits import clock, desk_days
from kits.models import DeskDay, LoanState
from kits.telling.wording import sentence_for
from programmes.models import Closure
from tests.factories import amsterdam, make_loan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def september(day):
    return datetime.date(2026, 9, day)


@pytest.fixture
def loan():
    """To be back on Friday 18 September; the desk is open on Tuesdays and Fridays."""
    loan = make_loan(state=LoanState.OUT, starts_on=september(8), ends_on=september(18))
    DeskDay.objects.all().delete()
    for weekday in (1, 4):
        DeskDay.objects.create(
            venue=loan.kit.venue, weekday=weekday, opens_at="12:00", closes_at="17:00"
        )
    return loan


def close(loan, first, last):
    Closure.objects.create(
        venue=loan.kit.venue, reason="Lekkage", starts_on=september(first), ends_on=september(last)
    )


def mails():
    clock.remind_due()
    Teller().tell(seconds=30)
    return [(mail.template, mail.text) for mail in Mail.objects.order_by("pk")]


@pytest.mark.parametrize(
    ("closed", "late_from"),
    [(None, 22), ((18, 18), 25), ((18, 22), 29), ((19, 24), 25), ((21, 21), 22)],
)
def test_nobody_is_late_before_the_first_open_day_after(loan, frozen, closed, late_from):
    if closed:
        close(loan, *closed)
    assert desk_days.late_from(loan) == september(late_from)
    for day in range(19, 31):
        frozen.move_to(amsterdam(2026, 9, day, 10))
        assert (day, desk_days.is_late(loan)) == (day, day >= late_from)


def test_day_that_staff_agreed_on_counts_though_the_desk_has_no_hours(loan):
    loan.ends_on = september(17)
    assert desk_days.open_day_for(loan, loan.ends_on) == september(17)
    assert desk_days.late_from(loan) == september(18)


def test_next_day_counts_where_the_desk_has_no_days_any_more(loan):
    DeskDay.objects.all().delete()
    assert desk_days.late_from(loan) == september(19)


def test_reminder_names_the_next_open_day(loan, frozen):
    close(loan, 18, 18)
    frozen.move_to(amsterdam(2026, 9, 16, 10))
    [(template, text)] = mails()
    assert template == "loan_return"
    assert (
        "Dit was afgesproken voor vrijdag 18 september, maar dan zijn wij dicht. De eerstvolgende "
        "dag dat we open zijn is dinsdag 22 september. Tel met de brief na wat erin zit."
    ) in text
    assert "verwachten we de kist terug" not in text


def test_reminder_of_an_open_day_names_no_other(loan, frozen):
    frozen.move_to(amsterdam(2026, 9, 16, 10))
    [(_template, text)] = mails()
    assert "dicht" not in text
    assert "Op vrijdag 18 september verwachten we de kist terug. Tel met de brief na" in text


def test_too_late_is_said_on_the_first_open_day_and_not_before(loan, frozen):
    close(loan, 18, 18)
    frozen.move_to(amsterdam(2026, 9, 24, 10))
    assert [template for template, _text in mails()] == []
    assert sentence_for(loan).text == "De leskist is bij jullie tot en met vrijdag 25 september."
    frozen.move_to(amsterdam(2026, 9, 25, 10))
    assert [template for template, _text in mails()] == ["loan_overdue"]
    assert "had" in sentence_for(loan).text


def test_overview_counts_nobody_who_cannot_bring_it(loan, frozen, desk, one_factor):
    close(loan, 18, 18)
    frozen.move_to(amsterdam(2026, 9, 24, 10))
    texts = [matter.text for matter in desk.get("/beheer/").context["matters"]]
    assert "1 kist is te laat" not in str(texts)
    frozen.move_to(amsterdam(2026, 9, 25, 10))
    texts = [matter.text for matter in desk.get("/beheer/").context["matters"]]
    assert any("te laat" in text for text in texts)


@pytest.mark.parametrize(("today", "overdue"), [(24, 0), (25, 1)])
def test_first_page_of_the_desk_counts_what_its_lists_show(
    loan, frozen, desk, one_factor, today, overdue
):
    close(loan, 18, 18)
    frozen.move_to(amsterdam(2026, 9, today, 10))

    counted = desk.get(reverse("desk:home")).context["counts"]
    lists = desk.get(reverse("desk:lists")).context

    assert (counted["overdue"], counted["incoming"]) == (overdue, 1 - overdue)
    assert (len(lists["overdue"]), len(lists["incoming"])) == (overdue, 1 - overdue)


@pytest.mark.parametrize(("day", "is_said"), [(21, False), (22, True)])
def test_no_page_says_late_before_that_day(loan, frozen, desk, day, is_said):
    frozen.move_to(amsterdam(2026, 9, day, 10))
    hers = Client()
    hers.force_login(loan.submission.user)

    pages = [hers.get("/mijn/"), desk.get(reverse("desk:box", args=[loan.copy.code]))]

    assert ["te laat" in page.content.decode() for page in pages] == [is_said, is_said]


@pytest.mark.parametrize(("day", "is_late"), [(21, False), (22, True)])
def test_list_of_loans_and_page_of_one_call_nobody_late_before_that_day(
    loan, frozen, desk, one_factor, day, is_late
):
    frozen.move_to(amsterdam(2026, 9, day, 10))
    loans = reverse("admin:kits_loan_changelist")

    late, back = (
        list(desk.get(loans, {"when": when}).context["cl"].result_list)
        for when in ("overdue", "back")
    )
    page = desk.get(reverse("admin:kits_loan_change", args=[loan.pk]))

    assert late == ([loan] if is_late else [])
    assert [one.is_late for one in back] == [is_late]
    assert page.context["is_late"] == is_late
