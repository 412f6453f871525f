"""Other days for a loan: by the school until its box is packed, and asked of staff after."""

import datetime

import pytest

from core.lifecycle import IllegalMove
from core.mail.outbox import Teller
from core.models import Mail
from kits import handling, lifecycle, moving
from kits.models import Loan, LoanState
from kits.models.loan import Attention
from kits.refusals import DatesPassed, NoCopyFree, NotAHandoverDay, TooLate
from submissions.links import link_to
from tests.factories import amsterdam, make_booking, make_kit, make_loan, make_visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]

MONDAY = datetime.date(2026, 11, 2)
FRIDAY = datetime.date(2026, 11, 6)
DAYS = {"starts_on": datetime.date(2026, 11, 4), "ends_on": datetime.date(2026, 11, 11)}
SATURDAY = datetime.date(2026, 11, 7)


@pytest.fixture
def kit():
    return make_kit(copies=2)


@pytest.fixture
def loan(kit):
    """Of the first box, from Monday to Friday."""
    return make_loan(copy=kit.copies.first(), starts_on=MONDAY, ends_on=FRIDAY)


def november(day):
    return datetime.date(2026, 11, day)


def by_school(loan):
    return {"loan": loan, "by": loan.submission.teacher}


def days_of(loan):
    loan.refresh_from_db()
    return {"starts_on": loan.starts_on, "ends_on": loan.ends_on}


def page_of(loan, **query):
    named = "&".join(f"{name}={value}" for name, value in query.items())
    page = link_to(loan.submission, "loans:loan").removeprefix("http://testserver")
    return f"{page}verzetten/?{named}"


def test_own_box_is_kept_also_where_the_days_overlap(loan):
    """S15."""
    own = loan.copy
    event = moving.move(**by_school(loan), **DAYS)
    assert days_of(loan) == DAYS
    assert (loan.copy, event.move, event.data["from"]) == (
        own,
        "change_dates",
        ["2026-11-02", "2026-11-06"],
    )
    assert loan.free_again_on == november(16)


def test_loan_that_moves_over_the_summer_is_of_the_class_of_that_school_year(loan):
    moving.move(
        **by_school(loan),
        starts_on=datetime.date(2027, 8, 30),
        ends_on=datetime.date(2027, 9, 6),
    )
    assert (loan.class_group.name, loan.class_group.school_year) == ("Groep 7", 2027)


def test_box_along_with_a_visit_that_comes_soon_goes_out_today_at_the_earliest(kit, frozen):
    """It went out eight days before its visit of 3 November, which comes in two days now."""
    booking = make_booking(visit=make_visit())
    days = {"starts_on": datetime.date(2026, 10, 26), "ends_on": november(9)}
    loan = make_loan(copy=kit.copies.first(), booking=booking, **days)
    frozen.move_to(amsterdam(2026, 10, 20, 9))

    found = moving.days_along(loan, november(3), datetime.date(2026, 10, 22))

    assert found == (datetime.date(2026, 10, 20), november(3))


def test_another_box_is_given_where_its_own_is_promised_and_none_if_none_is_free(loan, kit):
    first, second = kit.copies.order_by("pk")
    make_loan(copy=first, starts_on=november(11), ends_on=november(13))

    moving.move(**by_school(loan), **DAYS)
    assert (days_of(loan), loan.copy) == (DAYS, second)

    make_loan(copy=second, starts_on=november(17), ends_on=november(18))
    with pytest.raises(NoCopyFree):
        moving.move(**by_school(loan), starts_on=november(11), ends_on=november(16))
    assert days_of(loan) == DAYS


@pytest.mark.parametrize(("lacks", "box"), [("Robot", 1), ("Batterij", 0)])
def test_box_that_lacks_something_essential_does_not_go_along_to_other_days(loan, kit, lacks, box):
    item = kit.contents.get(name=lacks)
    loan.copy.shortages.create(item=item, missing=1)

    moving.move(**by_school(loan), **DAYS)

    assert (days_of(loan), loan.copy) == (DAYS, kit.copies.order_by("pk")[box])


def test_box_that_lacks_something_stays_with_its_loan_where_no_whole_one_is_free(loan, kit):
    """There is time to fill it, and staff see that they must."""
    own, robot = loan.copy, kit.contents.get(name="Robot")
    for box in kit.copies.all():
        box.shortages.create(item=robot, missing=1)

    moving.move(**by_school(loan), **DAYS)

    assert (days_of(loan), loan.copy, loan.attention) == (DAYS, own, Attention.NO_OTHER_BOX)


@pytest.mark.parametrize(
    ("own", "other", "is_had"),
    [
        ("whole", "taken", True),
        ("short", "whole", True),
        ("short", "short", True),
        ("short", "taken", True),
        ("taken", "whole", True),
        ("taken", "short", False),
        ("taken", "taken", False),
    ],
)
def test_month_offers_the_days_that_can_be_had(client, loan, kit, own, other, is_had):
    for box, what in zip(kit.copies.order_by("pk"), (own, other), strict=True):
        if what == "short":
            box.shortages.create(item=kit.contents.get(name="Robot"), missing=1)
        if what == "taken":
            make_loan(copy=box, starts_on=november(11), ends_on=november(13))

    month = client.get(page_of(loan, van="2026-11-04", maand="2026-11"))
    free = {one.date: one.free > 0 for one in month.context["returns"]}
    step = page_of(loan, van="2026-11-04", tot="2026-11-11")
    client.post(step, {"note": ""})

    assert free[DAYS["ends_on"]] == is_had
    assert (days_of(loan) == DAYS) == is_had


def test_loan_goes_along_as_it_is_by_now_and_not_where_its_box_was_packed(loan):
    """Meanwhile is what happened between reading the loan and its lock."""
    loan.booking = make_booking(submission=loan.submission, visit=make_visit())
    loan.save()
    stale = Loan.objects.with_facts().get()
    Loan.objects.update(starts_on=november(3), ends_on=november(4))
    left = loan.booking.visit.slot.day - datetime.timedelta(weeks=1)

    moving.move_along(stale, left, loan.submission.teacher)
    assert days_of(loan) == {"starts_on": november(10), "ends_on": november(11)}

    Loan.objects.update(state=LoanState.PACKED)
    with pytest.raises(TooLate):
        moving.move_along(stale, left, loan.submission.teacher)


def test_school_chooses_days_on_which_boxes_change_hands(loan, staff):
    with pytest.raises(NotAHandoverDay):
        moving.move(**by_school(loan), starts_on=MONDAY, ends_on=SATURDAY)
    assert moving.move(loan=loan, by=staff, starts_on=MONDAY, ends_on=SATURDAY)


def test_packed_box_is_asked_for_and_staff_who_agree_unpack_it(loan, kit, desk):
    packed = make_loan(
        copy=kit.copies.last(), starts_on=MONDAY, ends_on=FRIDAY, state=LoanState.PACKED
    )
    with pytest.raises(TooLate):
        moving.move(**by_school(packed), **DAYS)
    moving.ask_to_move(**by_school(packed), **DAYS)
    assert moving.ask_to_move(**by_school(packed), **DAYS) is None
    assert (days_of(packed)["starts_on"], packed.attention) == (MONDAY, Attention.MOVE_ASKED)

    page = f"/beheer/kits/loan/{packed.pk}/doe/change_dates/"
    form = desk.get(page).context["form"]
    desk.post(page, {name: form[name].value() for name in DAYS} | {"note": ""})

    assert days_of(packed) == DAYS
    assert (packed.state, packed.attention) == (LoanState.RESERVED, "")


def test_school_asks_for_other_days_to_the_day_on_which_it_collects(loan, frozen):
    later = {"starts_on": november(11), "ends_on": november(18)}
    frozen.move_to(amsterdam(2026, 11, 2, 16))
    moving.ask_to_move(**by_school(loan), **later)
    assert moving.wished_days(loan) == tuple(later.values())

    frozen.move_to(amsterdam(2026, 11, 3, 9))
    with pytest.raises(DatesPassed):
        moving.ask_to_move(**by_school(loan), **later)


def test_staff_keep_the_days_and_the_school_hears_it(loan, staff, monkeypatch):
    monkeypatch.setattr("submissions.telling.can_be_made", lambda: False)
    moving.ask_to_move(**by_school(loan), **DAYS)
    moving.keep_date(loan=loan, by=staff, note="Alles is uit.")
    Teller().tell(seconds=60)
    mail = Mail.objects.get()
    assert mail.subject.startswith("De dagen blijven")
    assert "Verzetten naar 4 november – 11 november kan niet" in mail.text
    assert "Alles is uit." in mail.text


def test_another_box_is_no_answer_to_the_school(loan, kit, staff):
    packed = make_loan(copy=kit.copies.last(), state=LoanState.PACKED, **DAYS)
    wished = {"starts_on": november(11), "ends_on": november(13)}
    moving.ask_to_move(**by_school(packed), **wished)
    lifecycle.cancel(loan=loan, by=staff)

    lifecycle.swap(loan=packed, by=staff)

    assert (packed.copy, packed.attention) == (loan.copy, Attention.MOVE_ASKED)
    assert moving.wished_days(packed) == tuple(wished.values())
    moving.keep_date(loan=packed, by=staff)
    assert packed.attention == ""


def test_box_that_was_filled_up_behind_a_question_is_no_matter_any_more(staff):
    packed = make_loan(copy=make_kit().copies.get(), state=LoanState.PACKED, ends_on=FRIDAY)
    moving.ask_to_move(**by_school(packed), **DAYS)
    lose_box(packed, staff)
    assert packed.events.filter(move="flag").exists()
    handling.lend_again(copy=packed.copy, by=staff)
    packed.refresh_from_db()

    lifecycle.settle(loan=packed, by=staff)

    assert packed.attention == ""


def test_question_about_a_box_that_is_out_by_now_hides_nothing(only, staff):
    moving.ask_to_move(**by_school(only), **DAYS)
    lose_box(only, staff)
    Loan.objects.filter(pk=only.pk).update(state=LoanState.OUT)
    only.refresh_from_db()

    lifecycle.settle(loan=only, by=staff)

    assert only.attention == ""


@pytest.fixture(params=[LoanState.RESERVED, LoanState.PACKED])
def only(request):
    """A loan of the one box of its kit."""
    return make_loan(copy=make_kit().copies.get(), state=request.param, ends_on=FRIDAY)


def lose_box(loan, staff):
    handling.withdraw(copy=loan.copy, by=staff)
    loan.refresh_from_db()


@pytest.mark.parametrize("asked_first", [True, False])
@pytest.mark.parametrize("answer", [moving.keep_date, lifecycle.settle])
def test_school_is_answered_before_its_lost_box_is_looked_at(only, staff, asked_first, answer):
    if not asked_first:
        lose_box(only, staff)
    moving.ask_to_move(**by_school(only), **DAYS)
    if asked_first:
        lose_box(only, staff)
    lose_box(only, staff)

    assert only.attention == Attention.MOVE_ASKED
    assert moving.wished_days(only) == tuple(DAYS.values())
    assert only.events.filter(move="flag").count() == 1
    answer(loan=only, by=staff)
    is_packed = only.state == LoanState.PACKED
    assert only.attention == (Attention.PACKED_UNFIT if is_packed else Attention.NO_OTHER_BOX)

    lifecycle.settle(loan=only, by=staff)
    assert only.attention == ""


def test_box_that_was_given_meanwhile_needs_no_attention_after_the_answer(only, staff):
    moving.ask_to_move(**by_school(only), **DAYS)
    lose_box(only, staff)
    only.kit.copies.create(code="NIEUW-01")
    lifecycle.swap(loan=only, by=staff)

    moving.keep_date(loan=only, by=staff)

    assert (only.copy.code, only.attention) == ("NIEUW-01", "")


def test_box_that_is_out_is_moved_by_nobody(loan, staff):
    out = make_loan(state=LoanState.OUT)
    with pytest.raises(IllegalMove):
        moving.move(loan=out, by=staff, **DAYS)


def test_teacher_moves_in_two_steps_and_twice_is_once(client, loan):
    month = client.get(page_of(loan, van="2026-11-04", maand="2026-11")).content.decode()
    assert 'href="?van=2026-11-04&amp;tot=2026-11-11"' in month
    step = page_of(loan, van="2026-11-04", tot="2026-11-11")
    assert "woensdag 4 november 2026" in client.get(step).content.decode()
    assert loan.events.count() == 1

    for _click in range(2):
        assert client.post(step, {"note": ""}).status_code == 302

    assert days_of(loan) == DAYS
    assert loan.events.filter(move="change_dates").count() == 1


def test_page_says_what_stands_in_the_way_and_that_nothing_changed(client, loan):
    answer = client.post(page_of(loan, van="2026-11-07", tot="2026-11-11"), {"note": ""})
    assert answer.status_code == 409
    assert "Je reservering is zoals die was" in answer.content.decode()


def test_note_with_days_that_are_gone_is_there_for_the_next_days(client, loan):
    typed = {"note": "Graag met de handleiding"}
    client.post(page_of(loan, van="2026-11-07", tot="2026-11-11"), typed)

    step = page_of(loan, van="2026-11-04", tot="2026-11-11")
    assert client.get(step).context["form"]["note"].value() == typed["note"]

    assert client.post(step, typed).status_code == 302
    assert client.get(step).context["form"]["note"].value() is None


@pytest.mark.parametrize("state", [LoanState.CANCELLED, LoanState.OUT])
def test_old_link_leads_to_how_things_are_now(client, state):
    loan = make_loan(state=state)
    step = page_of(loan, van="2026-11-04", tot="2026-11-11")
    assert client.get(step).status_code == client.post(step, {}).status_code == 302
