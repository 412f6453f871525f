"""Counting a box at the desk: what lacks, what is broken, photos of it."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from kits.models import ChargeLine, ContentItem, Finding, LoanState, Shortage
from tests.factories import make_kit
from tests.kits.at_the_desk import address, counts, do, make_outing, november, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "one_factor")]


def test_what_lacks_at_hand_out_is_not_this_schools_to_pay(desk):
    loan = make_outing()
    ContentItem.objects.update(is_essential=False)
    do(desk, loan, "hand_out", whole="0", **counts(loan, robots=(1, 0)))

    assert [(s.missing, s.loan) for s in Shortage.objects.all()] == [(1, loan)]
    page = desk.get(address(loan))
    assert "Zoals hij wegging: neem terug" in text_of(page)

    do(desk, loan, "receive", **counts(loan, robots=(1, 0)))
    assert loan.state == LoanState.DONE
    assert not ChargeLine.objects.exists()


def test_box_without_something_essential_stays_here_with_words(desk):
    loan = make_outing()

    response = do(desk, loan, "hand_out", whole="0", **counts(loan, robots=(1, 0)))

    page = text_of(desk.get(response.headers["Location"]))
    assert loan.state == LoanState.RESERVED
    assert "Wat je telde is genoteerd. Geef deze klas een andere kist" in page
    assert [(one.missing, one.loan) for one in Shortage.objects.all()] == [(1, loan)]
    assert not loan.counts.exists()


def test_count_that_keeps_a_box_here_is_seen_by_its_other_loans_and_keeps_its_words(desk):
    kit = make_kit(copies=2)
    mine, other = kit.copies.order_by("code")
    loan = make_outing(copy=mine, state=LoanState.PACKED)
    following = make_outing(copy=mine, starts_on=november(16), ends_on=november(20))
    counted = counts(loan, robots=(0, 1)) | {"text": "Wiel eraf", "photo": a_photo()}

    do(desk, loan, "hand_out", whole="0", **counted)

    assert (loan.state, loan.copy) == (LoanState.PACKED, mine)
    finding = Finding.objects.get()
    assert (finding.text, finding.item.name) == (f"{mine.code}: Wiel eraf", "Robot")
    assert finding.photo.size
    following.refresh_from_db()
    assert following.copy == other

    do(desk, loan, "other_box")
    assert (loan.state, loan.copy) == (LoanState.RESERVED, other)


def test_who_stands_at_the_desk_keeps_the_box_until_somebody_gives_another(desk):
    kit = make_kit(copies=2)
    mine, other = kit.copies.order_by("code")
    loan = make_outing(copy=mine)

    do(desk, loan, "hand_out", whole="0", **counts(loan, robots=(1, 0)))

    assert (loan.state, loan.copy, loan.attention) == (LoanState.RESERVED, mine, "")
    do(desk, loan, "other_box")
    assert loan.copy == other


def test_counting_at_return_has_consequences_that_are_shown(desk):
    loan = make_outing(state=LoanState.OUT)
    following = make_outing(copy=loan.copy, starts_on=november(16), ends_on=november(20))

    back = do(desk, loan, "receive", whole="0", **counts(loan, robots=(1, 1), batteries=5))

    page = text_of(desk.get(back.headers["Location"]))
    assert "Robot: 1 kwijt, 1 kapot" in page
    assert "Batterij: 5 op" in page
    assert "Kosten voorgesteld: 2 × Robot, € 80,00" in page
    assert f"Geen kist voor {following.submission.asker_name} op maandag 16 november." in page
    following.refresh_from_db()
    assert following.attention
    home = text_of(desk.get(reverse("desk:home")))
    assert following.attention_in_words in home


def test_check_moves_the_next_loan_and_says_where_to(desk):
    kit = make_kit(copies=2)
    broken, whole = kit.copies.order_by("code")
    loan = make_outing(copy=broken, state=LoanState.RETURNED)
    following = make_outing(copy=broken, starts_on=november(16), ends_on=november(20))

    checked = do(desk, loan, "check", whole="0", **counts(loan, robots=(6, 0)))

    following.refresh_from_db()
    assert following.copy == whole
    expected = f"{following.submission.asker_name} (16 november) krijgt nu kist {whole.code}."
    assert expected in text_of(desk.get(checked.headers["Location"]))


def test_complete_is_not_taken_for_an_answer_when_something_else_was_counted(desk):
    loan = make_outing(state=LoanState.OUT)

    page = do(desk, loan, "receive", whole="1", **counts(loan, robots=(1, 0)))

    assert loan.state == LoanState.OUT
    assert "Je hebt iets anders geteld." in text_of(page)
    assert '<details class="kd-count" open>' in page.content.decode()


@pytest.mark.parametrize(
    "robots", [(7, 0), (6, 1), (-1, 0), ("", 0), ("veel", 0), (99999999999999999999, 0)]
)
def test_impossible_count_is_refused_beside_its_field(desk, robots):
    loan = make_outing(state=LoanState.OUT)

    page = do(desk, loan, "receive", whole="0", **counts(loan, robots=robots))

    assert loan.state == LoanState.OUT
    assert page.context["form"].errors.keys() == {next(iter(counts(loan)))}


def test_consumable_that_is_used_up_comes_on_the_shopping_list_only(desk):
    loan = make_outing(state=LoanState.OUT)

    do(desk, loan, "receive", whole="0", **counts(loan, batteries=12))

    assert [(line.item.name, line.missing) for line in Shortage.objects.all()] == [("Batterij", 12)]
    assert (loan.state, ChargeLine.objects.count()) == (LoanState.DONE, 0)


def a_photo() -> SimpleUploadedFile:
    data = io.BytesIO()
    Image.new("RGB", (30, 30), "teal").save(data, "PNG")
    return SimpleUploadedFile("wiel.png", data.getvalue())


def test_photo_of_damage_is_kept_for_staff_only(desk):
    loan = make_outing(state=LoanState.OUT)

    do(desk, loan, "receive", whole="0", photo=a_photo(), **counts(loan, robots=(0, 1)))

    finding = Finding.objects.get()
    assert (finding.loan, finding.item.name, finding.text, finding.by_staff) == (
        loan,
        "Robot",
        "Robot",
        True,
    )
    photo = reverse("desk:photo", args=[finding.pk])
    response = desk.get(photo)
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == (
        "image/jpeg",
        "nosniff",
    )
    assert response["Content-Disposition"] == f'attachment; filename="foto-{finding.pk}.jpg"'
    assert b"".join(response).startswith(b"\xff\xd8\xff")
    assert Client().get(photo).status_code == 302
    assert desk.get(reverse("desk:photo", args=[finding.pk + 1])).status_code == 404


@pytest.mark.parametrize("step", ["hand_out", "receive"])
def test_each_item_has_a_photo_of_its_own_at_hand_out_and_at_return(desk, step):
    loan = make_outing(state=LoanState.RESERVED if step == "hand_out" else LoanState.OUT)
    ContentItem.objects.update(is_essential=False)
    robot, battery = loan.kit.contents.order_by("pk")
    photos = {f"photo_{robot.pk}": a_photo(), f"photo_{battery.pk}": a_photo()}

    counted = counts(loan, robots=(1, 2), batteries=4)
    do(desk, loan, step, whole="0", text="Doos nat", **photos, **counted)

    found = Finding.objects.order_by("pk").values_list("item__name", "text", "by_staff")
    assert list(found) == [
        ("Robot", "1 kwijt, 2 kapot", True),
        ("Batterij", "4 op", True),
        (None, "Doos nat", True),
    ]
    assert [bool(finding.photo) for finding in Finding.objects.order_by("pk")] == [
        True,
        True,
        False,
    ]


def test_photos_of_a_count_that_is_refused_are_asked_for_again(desk):
    loan = make_outing(state=LoanState.OUT)
    robot = loan.kit.contents.get(name="Robot")
    photo = {f"photo_{robot.pk}": a_photo()}

    page = do(desk, loan, "receive", whole="1", **photo, **counts(loan, robots=(1, 0)))

    assert "Kies je foto’s opnieuw: die zijn niet meegekomen." in text_of(page)
    assert (loan.state, Finding.objects.count()) == (LoanState.OUT, 0)


def test_photo_of_what_is_complete_may_go_along_with_the_large_button(desk):
    loan = make_outing(state=LoanState.OUT)
    robot = loan.kit.contents.get(name="Robot")

    do(desk, loan, "receive", whole="1", **{f"photo_{robot.pk}": a_photo()})

    assert loan.state == LoanState.DONE
    assert [(one.item, one.text) for one in Finding.objects.all()] == [(robot, "Foto")]


def test_what_lacked_when_it_left_stands_there_already_at_return(desk):
    loan = make_outing()
    ContentItem.objects.update(is_essential=False)
    do(desk, loan, "hand_out", whole="0", **counts(loan, robots=(1, 2), batteries=3))

    lines = desk.get(address(loan)).context["form"].lines

    assert [[field.value() for field in line.counters] for line in lines] == [[1, 2], [3]]


def test_what_is_no_photo_keeps_the_box_on_the_screen(desk):
    loan = make_outing(state=LoanState.OUT)
    fake = SimpleUploadedFile("foto.jpg", b"<script>", "image/jpeg")

    page = do(desk, loan, "receive", whole="0", photo=fake)

    assert page.context["form"].errors.keys() == {"photo"}
    assert (loan.state, Finding.objects.count()) == (LoanState.OUT, 0)
