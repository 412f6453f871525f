"""The kit desk's lists, a day of forty boxes, and what each role may."""

import datetime
import io

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from kits.free_boxes import free_copies
from kits.models import Attention, Delivery, Loan, LoanEvent, LoanState, Repair, Shortage
from tec_site.staff import roles
from tests.factories import amsterdam, make_kit, make_school, make_staff, make_submission
from tests.kits.at_the_desk import (
    MONDAY,
    PAGES,
    address,
    counts,
    do,
    make_outing,
    november,
    text_of,
)
from tests.racing import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday", "one_factor")]


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
    make_outing(state=LoanState.OUT, ends_on=november(3), attention=Attention.NO_OTHER_BOX)
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


def test_stop_whose_address_nobody_knows_says_so_on_screen_and_on_paper(desk):
    """A school that a teacher typed in has a name and a place."""
    nowhere = {"street": "", "house_number": "", "postcode": "", "city": "Olst"}
    known, typed = make_school(), make_school(name="De Nieuwe", **nowhere)
    for school in (known, typed):
        make_outing(submission=make_submission(school=school), delivery=Delivery.ROUND)
    round_of = reverse("desk:round")

    page = " ".join(desk.get(round_of).text.split())
    paper = desk.get(round_of, {"dag": f"{MONDAY:%Y-%m-%d}", "papier": ""})
    text = " ".join(PdfReader(io.BytesIO(paper.content)).pages[0].extract_text().split())

    unknown = "Adres onbekend: vraag het de school."
    assert f"<p>Olst <strong>{unknown}</strong></p>" in page
    assert "<p>Schoolstraat 1, 7411 AA Deventer</p>" in page
    assert text.count(unknown) == 1


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

    undo = {"shortage": line.pk, "undo": "1"}
    assert f'name="shortage" value="{line.pk}"' in said.text
    again = desk.post(shopping, undo, follow=True)
    assert [one.quantity for one in again.context["consumables"]] == [7]
    assert again.context["done"] is None


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
    assert wrong.context["form"].errors == {"free_again_on": ["Kies een latere dag dan de eerste."]}
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
    assert stays.attention_in_words in text_of(desk.get(reverse("desk:home")))


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
    october = datetime.date(2026, 10, 12), datetime.date(2026, 10, 30)

    def fill(number: int) -> None:
        copies = make_kit(copies=number).copies.order_by("code")
        for place, copy in enumerate(copies):
            state, starts_on, ends_on = (
                (LoanState.RESERVED, MONDAY, november(3)),
                (LoanState.OUT, MONDAY, november(3)),
                (LoanState.RETURNED, MONDAY, november(3)),
                (LoanState.OUT, *october),  # overdue
            )[place % 4]
            fields = {"state": state, "starts_on": starts_on, "ends_on": ends_on}
            make_outing(copy=copy, delivery=Delivery.ROUND, **fields)
            item = copy.kit.contents.first()
            Shortage.objects.create(copy=copy, item=item, missing=1)

    def count(path: str, **post) -> int:
        with django_assert_max_num_queries(30) as queries:
            answer = desk.post(path, post) if post else desk.get(path)
            assert answer.status_code == 200
        return len(queries)

    fill(4)
    box = address(Loan.objects.first())
    paths = [box, *(reverse(f"desk:{page}") for page in PAGES)]
    for path in paths:
        desk.get(path)  # what is remembered after the first time
    before = [count(path) for path in paths]
    stock_before = count(reverse("desk:stock"), codes="ROB")
    fill(196)

    assert [count(path) for path in paths] == before
    assert count(reverse("desk:stock"), codes="ROB") == stock_before
    assert max(before) <= 16


def test_lists_are_of_the_chosen_venue_until_another_is_chosen(desk):
    here = make_outing(delivery=Delivery.ROUND)
    there = make_outing(delivery=Delivery.ROUND, attention=Attention.NO_OTHER_BOX)
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
        for number, loan in enumerate(loans):
            is_looked_at = number % 8 == 0  # what the scanner finds, and where it may go on
            if is_looked_at:
                found = desk.get(reverse("desk:home"), {"code": loan.copy.code})
                page = desk.get(found.headers["Location"])
                assert page.context["box"].step == step
            done = do(desk, loan, step)
            if is_looked_at:
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
