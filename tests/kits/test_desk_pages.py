"""The kit desk: one screen a box, one step large, everything refused in plain words."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from kits import lifecycle
from kits.models import KitCopy, Loan, LoanEvent, LoanState, Shortage
from kits.refusals import CopyPromised, CopyUnfit
from kits.telling.wording import history_of
from tests.factories import amsterdam, make_kit, make_staff, make_teacher
from tests.kits.at_the_desk import (
    MONDAY,
    NOW,
    PAGES,
    address,
    do,
    last_of,
    make_outing,
    november,
    text_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "one_factor")]


# --- Who comes in ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_page_is_for_staff_with_the_permission_only(name, desk):
    address = reverse(f"desk:{name}")
    teacher, volunteer, nobody = Client(), Client(), Client()
    teacher.force_login(make_teacher())
    volunteer.force_login(make_staff(is_superuser=False))

    assert nobody.get(address).headers["Location"].startswith("/beheer/login/?next=")
    assert teacher.get(address, follow=True).status_code == 404
    assert volunteer.get(address).status_code == 403
    assert "<h1" in desk.get(address).content.decode()


def test_without_the_second_factor_the_desk_stays_shut(desk, settings):
    settings.STAFF_SECOND_FACTOR = True
    assert desk.get(reverse("desk:home")).status_code == 302


def test_short_address_leads_staff_to_the_box_and_others_away(desk, client):
    loan = make_outing()
    short = f"/k/{loan.copy.code.lower()}/"

    assert desk.get(short).headers["Location"] == f"/beheer/balie/{loan.copy.code.lower()}/"
    assert Client().get("/k/onzin/").status_code == 404
    loan.kit.is_published = False
    loan.kit.save()
    assert Client().get(short).status_code == 404


@pytest.mark.parametrize("change", [str.lower, str.strip, lambda c: f" {c[:3]} {c[3:]} ", "{}"])
def test_code_is_found_however_it_is_typed(desk, change):
    copy = make_outing().copy
    KitCopy.objects.filter(pk=copy.pk).update(code="ROB1-01")
    typed = change("ROB1-01") if callable(change) else "https://tec.example/beheer/balie/ROB1-01/"

    response = desk.get(reverse("desk:home"), {"code": typed})

    assert response.headers["Location"] == "/beheer/balie/ROB1-01/"


def test_letters_that_look_like_digits_are_forgiven(desk):
    copy = make_outing().copy
    KitCopy.objects.filter(pk=copy.pk).update(code="ROB1-01")

    response = desk.get(reverse("desk:home"), {"code": "r0bl-o1"})

    assert response.headers["Location"] == "/beheer/balie/ROB1-01/"


def test_unknown_code_is_said_and_kept_to_correct(desk):
    page = desk.get(reverse("desk:home"), {"code": "XYZ-99"})

    assert "Geen kist heeft de code ‘XYZ-99’." in text_of(page)
    assert 'value="XYZ-99"' in page.content.decode()


# --- The one next step -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "starts_on", "step"),
    [
        (LoanState.RESERVED, november(3), "pack"),
        (LoanState.RESERVED, MONDAY, "hand_out"),
        (LoanState.PACKED, november(3), "hand_out"),
        (LoanState.OUT, MONDAY, "receive"),
        (LoanState.RETURNED, MONDAY, "check"),
        (LoanState.HELD, MONDAY, ""),
        (LoanState.DONE, MONDAY, ""),
    ],
)
def test_page_shows_the_one_next_step(desk, state, starts_on, step):
    fields = {"held_until": NOW + datetime.timedelta(hours=1)} if state == LoanState.HELD else {}
    loan = make_outing(state=state, starts_on=starts_on, **fields)

    page = desk.get(address(loan))

    assert page.context["box"].step == step
    assert page.content.decode().count("kd-big") == {"pack": 1, "": 0}.get(step, 2)


def test_box_goes_out_and_comes_back_in_two_taps(desk, staff):
    loan = make_outing()

    out = do(desk, loan, "hand_out")
    assert out.headers["Location"] == f"/beheer/balie/?klaar={last_of(loan).pk}"
    assert loan.state == LoanState.OUT
    line = text_of(desk.get(out.headers["Location"]))
    assert f"{loan.copy.code} is meegegeven aan {loan.submission.asker_name}" in line

    do(desk, loan, "receive")
    assert loan.state == LoanState.DONE
    moves = [(event.move, event.by) for event in loan.events.all()][1:]
    assert moves == [("hand_out", staff), ("take_back", staff), ("check", staff)]
    assert not Shortage.objects.exists()


def test_packing_can_be_undone_from_the_next_screen(desk):
    loan = make_outing(starts_on=november(3))

    packed = do(desk, loan, "pack")
    page = desk.get(packed.headers["Location"]).content.decode()
    assert 'value="unpack"' in page
    assert "autofocus" in page
    do(desk, loan, "unpack")

    assert loan.state == LoanState.RESERVED
    assert [line.text for line in history_of(loan)][:2] == [
        "De kist is weer uitgepakt.",
        "De kist is ingepakt.",
    ]


def test_box_is_taken_back_now_and_checked_later(desk):
    loan = make_outing(state=LoanState.OUT)

    do(desk, loan, "take_back")
    assert loan.state == LoanState.RETURNED
    do(desk, loan, "check")
    assert loan.state == LoanState.DONE


# --- Refusals --------------------------------------------------------------------------------


def test_second_tap_changes_nothing_and_says_who_was_first(desk):
    loan = make_outing()
    do(desk, loan, "hand_out")

    again = do(desk, loan, "hand_out")

    assert LoanEvent.objects.filter(move="hand_out").count() == 1
    assert (
        "Er is niets gewijzigd: de uitlening is al ‘uitgeleend’, sinds 09:00 (Bea Balie)."
        in text_of(desk.get(again.headers["Location"]))
    )


@pytest.mark.parametrize("state", LoanState)
@pytest.mark.parametrize(
    "step", ["pack", "unpack", "hand_out", "receive", "check", "take_back", "write_off"]
)
def test_every_step_from_every_state_moves_or_is_refused_with_words(desk, state, step):
    fields = {"held_until": NOW + datetime.timedelta(hours=1)} if state == LoanState.HELD else {}
    loan = make_outing(state=state, **fields)
    name = "take_back" if step == "receive" else step
    legal = state in lifecycle.MOVES[name].sources
    # An item is not counted unless the box's page asks for it.
    response = do(desk, loan, step, note="kwijt")

    assert response.status_code == 302
    assert (loan.state != state) == legal
    said = [str(message) for message in desk.get(response.headers["Location"]).context["messages"]]
    assert bool(said) == (not legal)


def test_box_that_is_still_out_is_not_handed_out_again(desk):
    late = make_outing(state=LoanState.OUT, starts_on=datetime.date(2026, 10, 19))
    Loan.objects.filter(pk=late.pk).update(ends_on=datetime.date(2026, 10, 26))
    Loan.objects.filter(pk=late.pk).update(free_again_on=datetime.date(2026, 10, 29))
    loan = make_outing(copy=late.copy)

    page = desk.get(address(loan))

    assert (page.context["loan"], page.context["box"].following) == (late, loan)
    words = text_of(page)
    assert "7 dagen te laat" in words
    assert "Deze klas verwacht de kist al." in words
    do(desk, loan, "hand_out")
    assert loan.state == LoanState.RESERVED
    assert "De kist is nog niet terug." in text_of(desk.get(reverse("desk:lists")))


def test_stale_page_of_another_box_is_refused(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    loan = make_outing(copy=first)

    desk.post(address(second), {"do": "pack", "loan": loan.pk})

    loan.refresh_from_db()
    assert loan.state == LoanState.RESERVED


@pytest.mark.parametrize("data", [{}, {"do": "pack"}, {"loan": "x"}, {"loan": "9" * 30}])
def test_nonsense_is_404(desk, data):
    assert desk.post(address(make_outing()), data).status_code == 404


def test_unknown_step_is_404(desk):
    loan = make_outing()
    assert do(desk, loan, "verify").status_code == 404


def test_lost_box_is_withdrawn_and_charged(desk):
    loan = make_outing(state=LoanState.OUT)

    do(desk, loan, "write_off", note="Gestolen")

    assert loan.state == LoanState.WRITTEN_OFF
    assert last_of(loan).note == "Gestolen"
    loan.copy.refresh_from_db()
    assert loan.copy.is_withdrawn


def test_box_that_lacks_something_essential_offers_another_as_the_step(desk):
    loan = make_outing(starts_on=november(16), ends_on=november(20))
    robot = loan.kit.contents.get(name="Robot")
    Shortage.objects.create(copy=loan.copy, item=robot, missing=1)

    page = desk.get(address(loan))

    assert page.context["box"].step == "other_box"
    assert "Robot: 1 kwijt (zonder dit kan hij niet weg)" in text_of(page)
    assert 'value="pack"' not in page.content.decode()


# --- Another box -----------------------------------------------------------------------------


def test_wrong_box_on_the_desk_becomes_the_right_one(desk):
    kit = make_kit(copies=2)
    mine, other = kit.copies.order_by("code")
    loan = make_outing(copy=mine)

    page = desk.get(address(other))
    assert f"{other.code} in plaats van {mine.code}" in text_of(page)
    desk.post(address(other), {"do": "give", "loan": loan.pk})

    loan.refresh_from_db()
    assert loan.copy == other
    assert last_of(loan).data == {"from": mine.code, "copy": other.code}


def test_two_classes_exchange_their_boxes(desk):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    one, two = make_outing(copy=first), make_outing(copy=second)

    desk.post(address(second), {"do": "give", "loan": one.pk})

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.copy, one.starts_on, two.copy) == (second, MONDAY, first)
    assert [last_of(one).move, last_of(two).move] == ["swap", "swap"]


@pytest.mark.parametrize("state", [LoanState.HELD, LoanState.OFFERED])
def test_who_has_not_confirmed_yet_makes_way_for_who_is_given_that_box(staff, state):
    first, second = make_kit(copies=2).copies.order_by("code")
    one = make_outing(copy=first)
    two = make_outing(copy=second, state=state, held_until=amsterdam(2026, 11, 2, 9, 30))

    lifecycle.swap(loan=one, to=second, by=staff)

    two.refresh_from_db()
    assert (one.copy, two.copy, two.state) == (second, first, state)


@pytest.mark.parametrize("state", [LoanState.PACKED, LoanState.OUT, LoanState.RETURNED])
def test_box_that_is_packed_or_away_is_nobody_elses(staff, state):
    kit = make_kit(copies=2)
    first, second = kit.copies.order_by("code")
    one, two = make_outing(copy=first), make_outing(copy=second, state=state)

    with pytest.raises(CopyPromised):
        lifecycle.swap(loan=one, to=second, by=staff)

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.copy, one.starts_on, one.free_again_on, two.copy) == (
        first,
        MONDAY,
        november(12),
        second,
    )


def test_class_gets_another_box(desk):
    kit = make_kit(copies=2)
    mine, other = kit.copies.order_by("code")
    loan = make_outing(copy=mine)

    response = do(desk, loan, "other_box")

    assert loan.copy == other
    assert response.headers["Location"] == address(other)


def test_no_loan_is_moved_to_a_box_that_cannot_go_out_itself(desk):
    kit = make_kit(copies=2)
    mine, other = kit.copies.order_by("code")
    Shortage.objects.create(copy=other, item=kit.contents.get(name="Robot"), missing=1)
    loan = make_outing(copy=mine)

    response = do(desk, loan, "other_box")

    assert loan.copy == mine
    words = "Er is voor die tijd geen andere kist van deze leskist vrij."
    assert words in text_of(desk.get(response.headers["Location"]))


def test_box_that_lacks_something_essential_is_given_to_nobody(desk, staff):
    kit = make_kit(copies=2)
    mine, short = kit.copies.order_by("code")
    Shortage.objects.create(copy=short, item=kit.contents.get(name="Robot"), missing=1)
    loan = make_outing(copy=mine)

    assert desk.get(address(short)).context["box"].waiting == []
    with pytest.raises(CopyUnfit):
        lifecycle.swap(loan=loan, to=short, by=staff)

    loan.refresh_from_db()
    assert (loan.copy, loan.starts_on) == (mine, MONDAY)
