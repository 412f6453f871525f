"""Who did what to a box: each verb of the desk leaves an event, and the box's page shows it."""

import datetime

import pytest
import time_machine
from django.urls import reverse

from kits import handling
from kits.models import CopyEvent, LoanState, Repair, Shortage
from kits.telling.wording import of_box
from tests.factories import NOW, make_kit, make_loan, make_staff
from tests.kits.back_office import change_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "no_holidays")]

TODAY = NOW.date()
FRIDAY = datetime.date(2026, 9, 18)


def told(copy):
    """(what, who, details) of what was done to the box, in order."""
    return [(event.move, event.by, event.data) for event in copy.events.all()]


def lacking(copy, **fields):
    robot = copy.kit.contents.get(name="Robot")
    return Shortage.objects.create(copy=copy, item=robot, **fields)


def test_refill_tells_who_put_what_right_once():
    copy, staff = make_kit().copies.get(), make_staff()
    shortage = lacking(copy, missing=2, damaged=1)

    for _tap in range(2):
        handling.refill(shortage=shortage, by=staff)

    assert told(copy) == [("refill", staff, {"item": "Robot", "missing": 2, "damaged": 1})]
    event = CopyEvent.objects.get()
    assert (event.at, event.by_role) == (NOW, "staff")


def test_slip_of_the_finger_on_the_shopping_list_is_undone_once():
    copy, staff = make_kit().copies.get(), make_staff()
    shortage = lacking(copy, missing=2)
    handling.refill(shortage=shortage, by=staff)

    for _tap in range(2):
        handling.undo_refill(shortage=shortage, by=staff)

    shortage.refresh_from_db()
    assert shortage.closed_at is None
    assert [move for move, _who, _data in told(copy)] == ["refill", "undo_refill"]
    assert of_box(copy.events.latest("pk")) == "Toch niet aangevuld: Robot."


@pytest.mark.parametrize("counted", ["handed out", "found short"])
def test_what_was_counted_since_is_true_and_nothing_is_undone(counted, frozen):
    copy, staff = make_kit().copies.get(), make_staff()
    shortage = lacking(copy, missing=2)
    handling.refill(shortage=shortage, by=staff)
    frozen.shift(60)
    if counted == "handed out":
        loan = make_loan(copy=copy, starts_on=TODAY, state=LoanState.PACKED)
        whole = {item.pk: handling.Count(item.quantity) for item in copy.kit.contents.all()}
        handling.hand_out(loan=loan, counts=whole, findings=[], by=staff)
    else:
        lacking(copy, missing=1)

    handling.undo_refill(shortage=shortage, by=staff)

    shortage.refresh_from_db()
    assert shortage.closed_at == NOW


@pytest.mark.parametrize("starts_on", [TODAY, TODAY - datetime.timedelta(days=1)])
def test_repair_and_its_early_end_tell_who_and_until_when(starts_on):
    copy, sender, receiver = make_kit().copies.get(), make_staff(), make_staff()
    period = {"starts_on": starts_on, "free_again_on": FRIDAY}
    for _tap in range(2):
        result = handling.out_of_service(copy=copy, reason="Wiel", by=sender, **period)

    for _tap in range(2):
        handling.end_repair(repair=result.repair, by=receiver)

    until = FRIDAY.isoformat()
    assert told(copy) == [
        ("repair", sender, {"from": starts_on.isoformat(), "to": until}),
        ("end_repair", receiver, {"to": until}),
    ]


def test_repair_that_is_over_has_no_early_end():
    copy = make_kit().copies.get()
    over = Repair.objects.create(
        copy=copy, starts_on=datetime.date(2026, 9, 1), free_again_on=TODAY, reason="Wiel"
    )

    handling.end_repair(repair=over, by=make_staff())

    assert told(copy) == []


def test_withdrawing_and_bringing_back_tell_who_each_once():
    copy, staff = make_kit().copies.get(), make_staff()

    for verb in (handling.withdraw, handling.withdraw, handling.lend_again, handling.lend_again):
        verb(copy=copy, by=staff)

    assert told(copy) == [("withdraw", staff, {}), ("bring_back", staff, {})]
    copy.refresh_from_db()
    assert not copy.is_withdrawn


def test_box_that_is_written_off_is_withdrawn_by_whoever_did_it():
    loan, staff = make_loan(state=LoanState.OUT), make_staff()

    handling.write_off(loan=loan, by=staff, note="Kwijt")

    assert told(loan.copy) == [("withdraw", staff, {})]


def test_page_of_the_box_shows_who_did_what(desk, staff):
    copy = make_kit().copies.get()
    with time_machine.travel(NOW, tick=False):
        handling.refill(shortage=lacking(copy, missing=1), by=staff)
        sent = handling.out_of_service(
            copy=copy, starts_on=TODAY, free_again_on=FRIDAY, reason="Wiel", by=staff
        )
        handling.end_repair(repair=sent.repair, by=staff)
        handling.withdraw(copy=copy, by=staff)
    staff_that_left = make_staff()
    handling.lend_again(copy=copy, by=staff_that_left)
    staff_that_left.delete()

    page = desk.get(change_of(copy))

    events = page.context["inline_admin_formsets"][-1].opts
    rows = [
        (events.what(form.instance), events.who(form.instance))
        for form in page.context["inline_admin_formsets"][-1].formset.forms
    ]
    assert rows == [
        ("Teruggehaald: gaat weer mee.", "medewerker"),
        ("Uit de uitleen gehaald.", "Bea Balie"),
        ("Eerder terug van reparatie dan 18 september 2026.", "Bea Balie"),
        (
            "In reparatie vanaf 15 september 2026; kan weer mee vanaf 18 september 2026.",
            "Bea Balie",
        ),
        ("Weer in orde: Robot (1 kwijt, 0 kapot).", "Bea Balie"),
    ]
    text = page.content.decode()
    assert all(what in text for what, _who in rows)


def test_box_that_is_ticked_back_in_the_back_office_tells_who(desk, staff):
    copy = make_kit().copies.get()
    handling.withdraw(copy=copy, by=staff)
    inlines = {
        f"{prefix}-{name}": 0
        for prefix in ("shortages", "loans", "repairs", "events")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }

    answer = desk.post(change_of(copy), {"kit": copy.kit_id, "code": copy.code, **inlines})

    assert answer["Location"] == reverse("admin:kits_kitcopy_changelist")
    assert [(event.move, event.by) for event in copy.events.all()][-1] == ("bring_back", staff)
