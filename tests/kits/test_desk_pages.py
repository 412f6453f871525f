"""The kit desk: one screen a box, one step large, everything refused in plain words."""

import datetime
import io
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from kits import lifecycle
from kits.availability import free_copies
from kits.models import (
    ChargeLine,
    ContentItem,
    Delivery,
    Finding,
    KitCopy,
    Loan,
    LoanEvent,
    LoanState,
    Repair,
    Shortage,
)
from kits.refusals import CopyPromised, CopyUnfit
from tec_site import roles
from tests.factories import (
    amsterdam,
    make_kit,
    make_loan,
    make_school,
    make_staff,
    make_submission,
    make_teacher,
)
from tests.racing import race

pytestmark = pytest.mark.django_db

MONDAY = datetime.date(2026, 11, 2)
NOW = amsterdam(2026, 11, 2, 9)


@pytest.fixture(autouse=True)
def _frozen(settings):
    settings.STAFF_SECOND_FACTOR = False
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff():
    return make_staff(name="Bas")


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def make_outing(**fields) -> Loan:
    """A loan that starts this Monday, unless said otherwise."""
    return make_loan(**{"starts_on": MONDAY, "ends_on": november(9)} | fields)


def address(loan_or_copy) -> str:
    copy = getattr(loan_or_copy, "copy", loan_or_copy)
    return reverse("desk:box", args=[copy.code])


def counts(loan: Loan, robots=(0, 0), batteries=0) -> dict[str, int]:
    """What the list says: robots missing and damaged, batteries used up."""
    items = {item.name: item.pk for item in loan.kit.contents.all()}
    return {
        f"missing_{items['Robot']}": robots[0],
        f"damaged_{items['Robot']}": robots[1],
        f"missing_{items['Batterij']}": batteries,
    }


def do(client, loan: Loan, step: str, whole: str = "1", **fields):
    data = {"do": step, "loan": loan.pk, "whole": whole} | fields
    if step in ("hand_out", "receive", "check"):
        data = counts(loan) | data
    response = client.post(address(loan), data)
    loan.refresh_from_db()
    return response


def text_of(response) -> str:
    found = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(found.split())


def last_of(loan: Loan) -> LoanEvent:
    return loan.events.last()


# --- Who comes in ----------------------------------------------------------------------------


PAGES = ["home", "lists", "round", "shopping", "stock", "labels", "use"]


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
    assert f"{loan.copy.code} is meegegeven aan {loan.submission.school_name}" in line

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


def test_box_is_taken_back_now_and_checked_later(desk):
    loan = make_outing(state=LoanState.OUT)

    do(desk, loan, "take_back")
    assert loan.state == LoanState.RETURNED
    do(desk, loan, "check")
    assert loan.state == LoanState.DONE


# --- Counting --------------------------------------------------------------------------------


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
    assert "In deze kist ontbreekt iets waar hij niet zonder kan." in page
    assert not Shortage.objects.exists()


def test_counting_at_return_has_consequences_that_are_shown(desk):
    loan = make_outing(state=LoanState.OUT)
    following = make_outing(copy=loan.copy, starts_on=november(16), ends_on=november(20))

    back = do(desk, loan, "receive", whole="0", **counts(loan, robots=(1, 1), batteries=5))

    page = text_of(desk.get(back.headers["Location"]))
    assert "Robot: 1 kwijt, 1 kapot" in page
    assert "Batterij: 5 op" in page
    assert "Kosten voorgesteld: 2 × Robot, € 80,00" in page
    assert f"Geen kist voor {following.submission.school_name} op maandag 16 november." in page
    following.refresh_from_db()
    assert following.attention
    home = text_of(desk.get(reverse("desk:home")))
    assert following.attention in home


def test_check_moves_the_next_loan_and_says_where_to(desk):
    kit = make_kit(copies=2)
    broken, whole = kit.copies.order_by("code")
    loan = make_outing(copy=broken, state=LoanState.RETURNED)
    following = make_outing(copy=broken, starts_on=november(16), ends_on=november(20))

    checked = do(desk, loan, "check", whole="0", **counts(loan, robots=(6, 0)))

    following.refresh_from_db()
    assert following.copy == whole
    expected = f"{following.submission.school_name} (16 november) krijgt nu kist {whole.code}."
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


# --- Refusals --------------------------------------------------------------------------------


def test_second_tap_changes_nothing_and_says_who_was_first(desk):
    loan = make_outing()
    do(desk, loan, "hand_out")

    again = do(desk, loan, "hand_out")

    assert LoanEvent.objects.filter(move="hand_out").count() == 1
    assert "Er is niets veranderd: de uitlening is al ‘uitgeleend’, sinds 09:00 (Bas)." in text_of(
        desk.get(again.headers["Location"])
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


# --- Lists ----------------------------------------------------------------------------------


def test_lists_have_overdue_first_and_telephone_numbers(desk):
    late = make_outing(
        state=LoanState.OUT, starts_on=datetime.date(2026, 10, 12), ends_on=november(1)
    )
    today = make_outing()
    friday = make_outing(starts_on=november(6), ends_on=november(13))
    back = make_outing(state=LoanState.OUT, starts_on=datetime.date(2026, 10, 12), ends_on=MONDAY)
    make_outing(starts_on=november(9), ends_on=november(13))
    lists = reverse("desk:lists")

    page, week = desk.get(lists), desk.get(lists, {"periode": "week"})

    assert (page.context["overdue"], page.context["incoming"]) == ([late], [back])
    assert list(page.context["outgoing"]) == [today]
    assert list(week.context["outgoing"]) == [today, friday]
    html = page.content.decode()
    assert html.index("Te laat") < html.index("Gaan weg")
    assert html.count('href="tel:0570123456"') == 3


@pytest.mark.parametrize(("day", "last"), [(2, 8), (6, 8), (7, 15), (8, 15)])
def test_at_the_weekend_this_week_is_the_one_to_come(desk, day, last):
    with time_machine.travel(amsterdam(2026, 11, day, 9), tick=False):
        page = desk.get(reverse("desk:lists"), {"periode": "week"})

    assert page.context["last"] == november(last)


def test_first_page_counts_what_waits(desk):
    make_outing()
    make_outing(state=LoanState.RETURNED)
    make_outing(state=LoanState.OUT, ends_on=november(3), attention="Bel de school")
    late = make_outing(
        state=LoanState.OUT, starts_on=datetime.date(2026, 10, 12), ends_on=november(1)
    )
    Shortage.objects.create(copy=late.copy, item=late.kit.contents.first(), missing=1)

    assert desk.get(reverse("desk:home")).context["counts"] == {
        "outgoing": 1,
        "incoming": 0,
        "overdue": 1,
        "to_check": 1,
        "attention": 1,
        "shopping": 1,
    }


def test_round_goes_by_postcode_and_on_paper(desk):
    for postcode, name, state in (
        ("7431 AA", "De Vuurvogel", LoanState.OUT),
        ("7411 BB", "De Hagenpoort", LoanState.PACKED),
    ):
        submission = make_submission(school=make_school(postcode=postcode, name=name))
        out = state == LoanState.OUT
        make_outing(
            submission=submission,
            state=state,
            delivery=Delivery.ROUND,
            starts_on=datetime.date(2026, 10, 19) if out else MONDAY,
            ends_on=MONDAY if out else november(9),
        )
    make_outing()  # collected at the desk

    page = desk.get(reverse("desk:round"))
    stops = page.context["stops"]
    assert [(s.place.name, len(s.bring), len(s.fetch)) for s in stops] == [
        ("De Hagenpoort", 1, 0),
        ("De Vuurvogel", 0, 1),
    ]
    assert page.context["days"] == [MONDAY]

    paper = desk.get(reverse("desk:round"), {"dag": "2026-11-02", "papier": ""})
    text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
    assert paper["Content-Disposition"] == 'inline; filename="rit-2026-11-02.pdf"'
    assert text.index("De Hagenpoort") < text.index("De Vuurvogel")
    other = desk.get(reverse("desk:round"), {"dag": "onzin"})
    assert other.context["day"] == MONDAY


def test_shopping_list_adds_up_and_is_ticked_off(desk):
    kit = make_kit(copies=2)
    battery, robot = kit.contents.get(name="Batterij"), kit.contents.get(name="Robot")
    first, second = kit.copies.order_by("code")
    Shortage.objects.create(copy=first, item=battery, missing=5)
    line = Shortage.objects.create(copy=second, item=battery, missing=2)
    Shortage.objects.create(copy=first, item=robot, damaged=1)
    shopping = reverse("desk:shopping")

    page = desk.get(shopping)
    assert [(one.item, one.quantity) for one in page.context["consumables"]] == [(battery, 7)]
    assert [(one.item, one.quantity) for one in page.context["parts"]] == [(robot, 1)]

    said = desk.post(shopping, {"shortage": line.pk}, follow=True)
    assert [one.quantity for one in said.context["consumables"]] == [5]
    assert f"Batterij in kist {second.code} is weer compleet." in text_of(said)
    assert desk.post(shopping, {"shortage": "x"}).status_code == 404


def test_repair_moves_loans_and_is_loud_about_the_rest(desk):
    kit = make_kit(copies=2)
    broken, other = kit.copies.order_by("code")
    moves = make_outing(copy=broken, starts_on=november(9), ends_on=november(10))
    stays = make_outing(copy=broken, starts_on=november(16), ends_on=november(17))
    make_outing(copy=other, starts_on=november(16), ends_on=november(17))
    repair = reverse("desk:repair", args=[broken.code])

    wrong = desk.post(
        repair, {"starts_on": "2026-11-09", "free_again_on": "2026-11-09", "reason": "wiel"}
    )
    assert "__all__" in wrong.context["form"].errors
    page = desk.post(
        repair,
        {"starts_on": "2026-11-09", "free_again_on": "2026-12-01", "reason": "wiel"},
        follow=True,
    )

    moves.refresh_from_db()
    stays.refresh_from_db()
    assert (moves.copy, stays.copy, bool(stays.attention)) == (other, broken, True)
    levels = [message.level_tag for message in page.context["messages"]]
    assert levels == ["success", "error", "info"]
    assert stays.attention in text_of(desk.get(reverse("desk:home")))


@pytest.mark.parametrize(("starts_on", "left"), [(MONDAY, 0), (november(1), 1)])
def test_box_that_is_back_from_repair_sooner_can_be_lent_from_today(desk, starts_on, left):
    copy = make_kit().copies.get()
    repair = Repair.objects.create(
        copy=copy, starts_on=starts_on, free_again_on=november(30), reason="wiel"
    )
    page = reverse("desk:repair", args=[copy.code])
    assert f'name="ended" value="{repair.pk}"' in desk.get(page).content.decode()

    for _tap in range(2):
        said = desk.post(page, {"ended": repair.pk}, follow=True)
        assert "De kist kan weer worden uitgeleend." in text_of(said)

    assert list(Repair.objects.values_list("free_again_on", flat=True)) == [MONDAY] * left
    assert list(free_copies(copy.kit, MONDAY, november(9))) == [copy]
    assert desk.post(page, {"ended": "x"}).status_code == 302


def test_pages_take_as_many_queries_for_200_boxes_as_for_one(desk, django_assert_max_num_queries):
    def fill(number: int) -> None:
        copies = make_kit(copies=number).copies.order_by("code")
        for place, copy in enumerate(copies):
            state = (LoanState.RESERVED, LoanState.OUT, LoanState.RETURNED)[place % 3]
            make_outing(copy=copy, state=state, ends_on=november(3), delivery=Delivery.ROUND)
            item = copy.kit.contents.first()
            Shortage.objects.create(copy=copy, item=item, missing=1)

    def count(path: str, **post) -> int:
        with django_assert_max_num_queries(30) as queries:
            answer = desk.post(path, post) if post else desk.get(path)
            assert answer.status_code == 200
        return len(queries)

    fill(3)
    box = address(Loan.objects.first())
    paths = [box, *(reverse(f"desk:{page}") for page in PAGES)]
    for path in paths:
        desk.get(path)  # what is remembered after the first time
    before = [count(path) for path in paths]
    stock_before = count(reverse("desk:stock"), codes="ROB")
    fill(197)

    assert [count(path) for path in paths] == before
    assert count(reverse("desk:stock"), codes="ROB") == stock_before
    assert max(before) <= 16


def test_lists_are_of_the_chosen_venue_until_another_is_chosen(desk):
    here = make_outing(delivery=Delivery.ROUND)
    there = make_outing(delivery=Delivery.ROUND, attention="Bel de school")
    for loan in (here, there):
        Shortage.objects.create(copy=loan.copy, item=loan.kit.contents.first(), missing=1)
    slug = there.kit.venue.slug

    assert len(desk.get(reverse("desk:lists")).context["outgoing"]) == 2
    assert list(desk.get(reverse("desk:lists"), {"plek": slug}).context["outgoing"]) == [there]
    home = desk.get(reverse("desk:home")).context
    assert (home["counts"]["outgoing"], home["counts"]["shopping"]) == (1, 1)
    assert (home["venue"], list(home["attention"])) == (there.kit.venue, [there])
    stops = desk.get(reverse("desk:round")).context["stops"]
    assert [stop.loans for stop in stops] == [[there]]
    lines = desk.get(reverse("desk:shopping")).context["parts"]
    assert [line.item.kit for line in lines] == [there.kit]
    stock = desk.post(reverse("desk:stock"), {"codes": "x"}).context["result"]
    assert stock.missing == [there.copy]
    desk.get(reverse("desk:lists"), {"plek": here.kit.venue.slug})
    assert desk.get(reverse("desk:home")).context["counts"]["attention"] == 0
    assert len(desk.get(reverse("desk:lists"), {"plek": ""}).context["outgoing"]) == 2


def test_where_one_venue_lends_nothing_is_said_of_venues(desk):
    make_outing()
    assert "Alle locaties" not in text_of(desk.get(reverse("desk:lists"), {"plek": "x"}))
    make_outing()
    assert "Alle locaties" in text_of(desk.get(reverse("desk:lists")))


# --- Forty boxes -----------------------------------------------------------------------------


def test_forty_boxes_go_out_and_come_back(desk):
    loans = [make_outing(copy=copy) for copy in make_kit(copies=40).copies.all()]

    for step in ("hand_out", "receive"):
        for loan in loans:
            found = desk.get(reverse("desk:home"), {"code": loan.copy.code})
            page = desk.get(found.headers["Location"])
            assert page.context["box"].step == step
            done = do(desk, loan, step)
            assert "autofocus" in desk.get(done.headers["Location"]).content.decode()

    assert set(Loan.objects.values_list("state", flat=True)) == {LoanState.DONE}
    assert LoanEvent.objects.filter(move__in=["hand_out", "take_back", "check"]).count() == 120


@pytest.mark.django_db(transaction=True)
def test_two_desks_at_once_hand_out_once(staff, settings):
    loan = make_outing()
    data = counts(loan) | {"do": "hand_out", "loan": loan.pk, "whole": "1"}

    def tap():
        client = Client()
        client.force_login(staff)
        return client.post(address(loan), data).status_code

    assert race([tap] * 8) == [302] * 8
    assert LoanEvent.objects.filter(move="hand_out").count() == 1
    loan.refresh_from_db()
    assert (loan.state, loan.counts.count()) == (LoanState.OUT, 2)


# --- Roles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "repair"), [("Vrijwilliger", 403), ("Balie", 200), ("Beheer", 200)]
)
def test_volunteer_handles_boxes_and_the_desk_sends_them_for_repair(client, role, repair):
    roles.load()
    user = make_staff(is_superuser=False)
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    loan = make_outing()

    do(client, loan, "hand_out")
    do(client, loan, "receive")

    assert loan.state == LoanState.DONE
    pages = [client.get(reverse(f"desk:{name}")).status_code for name in PAGES]
    assert pages == [200] * len(PAGES)
    assert client.get(reverse("desk:repair", args=[loan.copy.code])).status_code == repair


@pytest.mark.parametrize("year", ["9999", "0000", "1999", "jaar"])
def test_use_of_a_year_outside_our_calendar_shows_the_present_one(desk, year):
    page = desk.get(reverse("desk:use"), {"jaar": year})
    assert (page.status_code, page.context["year"]) == (200, 2026)


@pytest.mark.parametrize("typed", ["9" * 5000, "9" * 30, "²", ""])
def test_number_that_no_row_has_is_not_found(desk, typed):
    assert desk.post(reverse("desk:shopping"), {"shortage": typed}).status_code == 404
    labels = desk.get(reverse("desk:labels"), {"exemplaar": typed})
    assert list(labels.context["form"].initial["exemplaar"]) == []
    sheet = {"exemplaar": typed, "vel": "3x8", "vanaf": "1"}
    assert "exemplaar" in desk.get(reverse("desk:labels"), sheet).context["form"].errors


def test_nul_in_a_code_or_a_note_is_no_error_on_postgresql(desk):
    """SQLite takes it."""
    loan = make_outing(state=LoanState.OUT)
    assert desk.get("/beheer/balie/%00/").status_code == 404
    assert Client().get("/k/%00/").status_code == 404
    do(desk, loan, "write_off", note="kwijt\0geraakt")
    assert loan.events.last().note == "kwijtgeraakt"
