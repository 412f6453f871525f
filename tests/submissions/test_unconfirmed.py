"""What nobody confirmed yet: only its own browser ends it, and how much there can be at once."""

import datetime
import functools
import itertools

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, State
from bookings.telling.wording import sentence
from kits.models import Loan, LoanState
from submissions.models import Submission
from tests import booking_form, loan_form
from tests.booking_form import code_in_mail, held
from tests.factories import make_kit, make_programme, make_slot, make_teacher
from tests.racing import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

HERS = "anouk@school.example"
TEN_MINUTES = datetime.timedelta(minutes=10)  # so many codes an address gets in


@pytest.fixture
def small(settings):
    """Two at once for an address, three in a network."""
    settings.MOST_HELD_PER_ADDRESS, settings.MOST_HELD_PER_NETWORK = 2, 3


@pytest.fixture
def many():
    """A date with room for whoever comes."""
    programme = make_programme(max_groups=20, max_pupils=900)
    return programme, make_slot(programmes=[programme], max_groups=20, max_pupils=900)


@pytest.fixture
def robots():
    return make_kit(copies=9)


class Asking:
    """Who asks for one more, of either kind, each time from another browser unless said."""

    def __init__(self, programme, slot, kit) -> None:
        self.forms = {
            "visit": (booking_form.address(programme, slot), booking_form.typed),
            "kit": (loan_form.address(kit), loan_form.typed),
        }
        self.numbers = itertools.count()

    def __call__(self, email=HERS, kind="visit", client=None, **client_fields):
        number = next(self.numbers)
        address, typed = self.forms[kind]
        data = typed(email=email, submission_key=f"a-key-of-form-number-{number}")
        school = {"school_typed_name": f"School {number}"}
        return (client or Client()).post(address, data | school, **client_fields)


@pytest.fixture
def ask(many, robots):
    return Asking(*many, robots)


def refused(response) -> str:
    """The words at the top of the form, which is shown again with what was typed."""
    assert response.status_code == 409
    assert response.context["form"].contact["contact_name"].value() == "Ümit Çelik-van ’t Hof"
    return str(response.context["refused"])


FOR_ADDRESS = (
    "Met dit e-mailadres wachten nog {} aanvragen op hun code. Vul een code in waar je hem "
    "aanvroeg, of wacht: na 30 minuten vervallen ze vanzelf. Heb je hier eerder geboekt? Log dan "
    "eerst in: dan geldt deze grens niet."
)
IN_NETWORK = (
    "Van jullie netwerk wachten nog {} aanvragen op hun code. Wacht tot er een paar zijn "
    "bevestigd, of na 30 minuten vanzelf vervallen. Heb je hier eerder geboekt? Log dan eerst in: "
    "dan geldt deze grens niet."
)


# --- Whose it is ---------------------------------------------------------------------------------


def test_nobody_ends_a_hold_by_typing_its_address(client):
    """The only place of a date; somebody else asks for another date with her address."""
    programme = make_programme(max_groups=1, max_pupils_per_class=30, max_pupils=30)
    only = make_slot(programmes=[programme])
    later = make_slot(programmes=[programme], starts_at=only.starts_at + datetime.timedelta(days=7))
    hers = held(client, programme, only, email=HERS)
    code = code_in_mail()

    held(Client(), programme, later, email=HERS, submission_key="a-key-of-another-browser")
    third = Client().post(
        booking_form.address(programme, only),
        booking_form.typed_by(3, email="c@school.example"),
    )

    assert third.status_code == 409
    assert hers.bookings.get().state == State.HELD
    client.post(reverse("bookings:code", args=[hers.public_id]), {"code": code})
    assert hers.bookings.get().state == State.CONFIRMED


def test_nobody_ends_the_hold_of_a_box_by_typing_its_address(client):
    kit, other = make_kit(), make_kit()
    client.post(loan_form.address(kit), loan_form.typed(email=HERS))
    hers = Submission.objects.get()
    code = code_in_mail()

    data = {"email": HERS, "submission_key": "a-key-of-another-browser"}
    assert Client().post(loan_form.address(other), loan_form.typed(**data)).status_code == 302
    data = {"email": "c@school.example", "submission_key": "a-key-of-a-third-browser"}
    assert Client().post(loan_form.address(kit), loan_form.typed(**data)).status_code == 409

    client.post(reverse("loans:code", args=[hers.public_id]), {"code": code})
    assert hers.loans.get().state == LoanState.RESERVED


def test_own_browser_ends_its_earlier_hold_also_under_another_address(client, ask):
    ask(client=client)
    ask("thuis@school.example", client=client)
    states = Booking.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.LAPSED, State.HELD]
    lapsed = Booking.objects.earliest("pk").events.get(move="lapse")
    assert sentence(lapsed) == "Dit verviel toen jullie iets anders aanvroegen."


@pytest.mark.parametrize("first", ["visit", "kit"])
def test_own_browser_ends_its_earlier_hold_of_another_kind(client, ask, first):
    ask(kind=first, client=client)
    ask(kind="kit" if first == "visit" else "visit", client=client)
    states = {Booking.objects.get().submission_id: Booking.objects.get().state}
    states |= {Loan.objects.get().submission_id: Loan.objects.get().state}
    assert [states[key] for key in sorted(states)] == ["lapsed", "held"]


def test_another_browser_leaves_holds_of_any_kind_alone(ask):
    ask(kind="visit")
    ask(kind="kit")
    assert (Booking.objects.get().state, Loan.objects.get().state) == ("held", "held")


@pytest.mark.parametrize("kind", ["visit", "kit"])
def test_what_was_let_go_early_is_not_said_to_have_been_held_for_half_an_hour(client, kind):
    """In another tab of the same browser she asked for something else, and the place went."""
    if kind == "visit":
        programme = make_programme(max_groups=1, max_pupils_per_class=30, max_pupils=30)
        slots = [
            make_slot(programmes=[programme]),
            make_slot(programmes=[programme], starts_at=make_slot().starts_at + TEN_MINUTES * 999),
        ]
        form, typed = booking_form.typed, [booking_form.address(programme, one) for one in slots]
        page = "bookings:code"
    else:
        form, typed = (
            loan_form.typed,
            [loan_form.address(make_kit()), loan_form.address(make_kit())],
        )
        page = "loans:code"
    client.post(typed[0], form(email=HERS))
    first, code = Submission.objects.get(), code_in_mail()
    client.post(typed[1], form(email=HERS, submission_key="a-key-of-the-second-tab"))
    other = {"email": "c@school.example", "submission_key": "a-key-of-another-browser"}
    assert Client().post(typed[0], form(**other)).status_code == 302

    html = client.post(reverse(page, args=[first.public_id]), {"code": code}).content.decode()

    assert "niet meer voor jullie vast, en intussen is hij naar" in html
    assert "half uur" not in html


def test_box_that_is_not_held_any_more_is_not_promised(client, frozen):
    client.post(loan_form.address(make_kit()), loan_form.typed(email=HERS))
    page = reverse("loans:code", args=[Submission.objects.get().public_id])
    assert "De kist is voor jullie" not in client.get(page).content.decode()
    before = client.get(page).content.decode()
    frozen.shift(datetime.timedelta(minutes=30))
    after = client.get(page).content.decode()
    assert "We houden de kist niet meer vast" not in before
    assert "We houden de kist niet meer vast" in after


# --- How much there can be -----------------------------------------------------------------------


def test_four_at_once_for_an_address_and_sixty_in_a_network(settings):
    assert (settings.MOST_HELD_PER_ADDRESS, settings.MOST_HELD_PER_NETWORK) == (4, 60)


def test_fifth_live_hold_for_an_address_is_refused_with_words(ask, frozen):
    """Visits and kits together; none that there is was taken away."""
    for number in range(4):
        assert ask(kind="kit" if number % 2 else "visit").status_code == 302
        frozen.shift(datetime.timedelta(minutes=5))

    for kind in ("visit", "kit"):
        answer = ask(kind=kind)
        assert refused(answer) == FOR_ADDRESS.format(4)
        page = answer.content.decode()
        back = answer.wsgi_request.get_full_path()
        assert page.count("Log in en kom terug op dit formulier") == 1
        assert Client().get("/inloggen/", {"next": back}).context["next"] == back

    assert Booking.objects.filter(state=State.HELD).count() == 2
    assert Loan.objects.filter(state=LoanState.HELD).count() == 2
    assert ask("c@school.example").status_code == 302
    frozen.shift(datetime.timedelta(minutes=10))  # the first has had its half hour
    assert ask().status_code == 302


@pytest.mark.parametrize("limit", ["MOST_HELD_PER_ADDRESS", "MOST_HELD_PER_NETWORK"])
@pytest.mark.parametrize("page", ["bookings:code", "loans:code"])
def test_new_code_for_what_lapsed_is_refused_with_words_while_too_much_is_held(
    ask, client, frozen, settings, limit, page
):
    kind = "kit" if page == "loans:code" else "visit"
    ask(kind=kind, client=client)
    first = Submission.objects.get()
    frozen.shift(datetime.timedelta(minutes=31))
    setattr(settings, limit, 2)
    for _more in range(2):
        ask()

    answer = client.post(reverse(page, args=[first.public_id]), {"again": "1"})

    assert answer.status_code == 429
    [words] = [str(message) for message in answer.context["messages"]]
    assert words in {FOR_ADDRESS.format(2), IN_NETWORK.format(2)}


def test_refusal_writes_nothing(ask, small):
    ask()
    ask(kind="kit")
    before = Submission.objects.count()
    assert ask().status_code == 409
    assert (Submission.objects.count(), Booking.objects.count()) == (before, 1)


@pytest.mark.parametrize("kind", ["visit", "kit"])
def test_more_than_a_network_may_hold_is_refused_with_words(ask, small, kind):
    for number in range(3):
        assert ask(f"juf{number}@school.example", kind=kind).status_code == 302

    answer = ask("juf3@school.example", kind=kind)

    assert refused(answer) == IN_NETWORK.format(3)
    assert "Log in en kom terug op dit formulier" in answer.content.decode()
    elsewhere = ask("juf3@school.example", kind=kind, REMOTE_ADDR="198.51.100.7")
    assert elsewhere.status_code == 302


def test_one_that_waits_is_said_in_the_singular(ask, settings):
    settings.MOST_HELD_PER_ADDRESS = 1
    ask()
    assert refused(ask()).startswith("Met dit e-mailadres wacht nog 1 aanvraag op de code.")


def test_what_the_same_browser_holds_does_not_count(ask, small, client):
    for kind in ("visit", "visit", "kit"):
        assert ask(kind=kind, client=client).status_code == 302
    assert Submission.objects.count() == 3


def test_confirmed_cancelled_and_lapsed_holds_do_not_count(ask, small, frozen, client):
    url = ask(client=client)["Location"]
    client.post(url, {"code": code_in_mail()})
    frozen.shift(TEN_MINUTES)
    ask()
    ask(kind="kit")
    assert ask().status_code == 409
    Booking.objects.filter(state=State.HELD).update(state=State.CANCELLED, held_until=None)
    frozen.shift(TEN_MINUTES)
    assert ask().status_code == 302


def test_who_is_signed_in_is_neither_counted_nor_refused(ask, small, frozen):
    teacher = make_teacher(email="ziezo@school.example")
    for _form in range(3):  # for a colleague, whose address she typed
        browser = Client()
        browser.force_login(teacher)
        assert ask(client=browser).status_code == 302
        frozen.shift(datetime.timedelta(minutes=5))
    for _form in range(2):
        assert ask().status_code == 302
        frozen.shift(datetime.timedelta(minutes=5))
    assert ask().status_code == 409
    browser = Client()
    browser.force_login(make_teacher(email=HERS))
    assert ask(client=browser).status_code == 302


def test_correcting_an_address_is_limited_too(ask, small, client):
    ask()
    ask(kind="kit")
    ask("c@school.example", client=client)
    hold = Submission.objects.get(email="c@school.example")
    url = reverse("bookings:correct_address", args=[hold.public_id])

    answer = client.post(url, {"email": HERS})

    assert answer.context["address_form"].errors["email"] == [FOR_ADDRESS.format(2)]
    hold.refresh_from_db()
    assert hold.email == "c@school.example"


def test_network_is_kept_no_longer_than_it_is_counted(ask, client):
    url = ask(client=client)["Location"]
    waiting = Submission.objects.get()
    assert len(waiting.network) == 64
    client.post(url, {"code": code_in_mail()})
    waiting.refresh_from_db()
    assert waiting.network == ""


@pytest.mark.django_db(transaction=True)
def test_however_many_ask_at_once_an_address_holds_no_more_than_its_number(ask, settings):
    settings.MOST_HELD_PER_ADDRESS = 2
    runners = [functools.partial(ask, kind="kit" if number % 2 else "visit") for number in range(8)]
    answers = race(runners)
    assert sorted(answer.status_code for answer in answers) == [302] * 2 + [409] * 6
    assert Submission.objects.count() == 2
