"""What staff take off the site while somebody has it open: what there is instead, nothing lost."""

import uuid

import pytest
from django.conf import settings
from django.urls import reverse

from bookings.models import Booking
from kits.models import Loan
from programmes.models import Programme
from tests import booking_form, loan_form
from tests.factories import amsterdam, make_kit, make_programme, make_slot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

KEPT = "Er is niets verloren"


@pytest.fixture
def programme():
    return make_programme(title="Film", slug="film")


@pytest.fixture
def other():
    return make_programme(title="Robots", slug="robots", is_published=True)


@pytest.fixture
def slots(programme, other):
    whens = [(2026, 11, 3, 9), (2026, 11, 5, 9)]
    return [make_slot(programmes=[programme, other], starts_at=amsterdam(*one)) for one in whens]


def unpublish(row) -> None:
    type(row).objects.filter(pk=row.pk).update(is_published=False)


def test_form_of_a_programme_that_staff_unpublish_leads_on_with_what_was_typed(
    client, programme, other, slots
):
    unpublish(programme)

    answer = client.post(booking_form.address(programme, slots[0]), booking_form.typed())

    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Dit programma bieden we nu niet aan" in page
    assert KEPT in page
    assert f'href="{other.get_absolute_url()}"' in page
    assert "Film" not in page  # staff may be preparing it
    assert not Booking.objects.exists()
    form = client.get(booking_form.address(other, slots[1])).content.decode()
    assert 'value="Ümit Çelik-van ’t Hof"' in form
    assert 'value="umit@school.example"' in form


def test_what_was_typed_is_kept_also_where_she_only_looks_after_it(client, programme, slots):
    unpublish(programme)
    client.post(booking_form.address(programme, slots[0]), booking_form.typed())

    page = client.get(reverse("programmes:programme", args=["film"]))

    assert KEPT in page.content.decode()


def test_programmes_instead_are_those_that_are_free_soonest(client, programme):
    whens = {"Aarde": (2026, 11, 10, 9), "Maan": (2026, 11, 4, 9), "Zon": (2026, 11, 6, 9)}
    for title, when in whens.items():
        make_slot(programmes=[make_programme(title=title)], starts_at=amsterdam(*when))
    unpublish(programme)

    answer = client.get(reverse("programmes:programme", args=["film"]))

    free = [one.programme.title for one in answer.context["next_free"]]
    assert free == ["Maan", "Zon", "Aarde"]


def test_form_of_a_date_that_staff_take_away_shows_the_others_with_what_was_typed(
    client, programme, slots
):
    slots[0].programmes.remove(programme)

    answer = client.post(booking_form.address(programme, slots[0]), booking_form.typed())

    page, later = answer.content.decode(), booking_form.address(programme, slots[1])
    assert answer.status_code == 404
    assert "Deze datum bieden we niet meer aan" in page
    assert KEPT in page
    assert f'href="{later}"' in page
    assert 'value="Ümit Çelik-van ’t Hof"' in client.get(later).content.decode()


def test_wish_for_a_programme_that_staff_unpublish_leads_on_with_what_was_typed(
    client, programme, other, slots
):
    unpublish(programme)

    answer = client.post(reverse("bookings:wish", args=["film"]), booking_form.typed())

    assert "Dit programma bieden we nu niet aan" in answer.content.decode()
    form = client.get(reverse("bookings:wish", args=["robots"])).content.decode()
    assert 'value="umit@school.example"' in form


def test_form_of_a_kit_that_staff_unpublish_leads_on_with_what_was_typed(client):
    kit, other = make_kit(slug="buizen", title="Buizen"), make_kit(slug="stroom", title="Stroom")
    unpublish(kit)

    answer = client.post(loan_form.address(kit), loan_form.typed())

    page = answer.content.decode()
    assert answer.status_code == 404
    assert "Deze leskist lenen we nu niet uit" in page
    assert KEPT in page
    assert f'href="{other.get_absolute_url()}"' in page
    assert "Buizen" not in page
    assert not Loan.objects.exists()
    form = client.get(loan_form.address(other)).content.decode()
    assert 'value="umit@school.example"' in form


@pytest.mark.parametrize("name", ["programmes:programme", "bookings:wish", "kits:kit"])
def test_who_typed_nothing_is_told_of_nothing_kept(client, programme, name):
    make_programme(slug="concept", is_published=False)
    make_kit(slug="concept", is_published=False)

    prepared, never = (client.get(reverse(name, args=[one])) for one in ("concept", "nooit"))

    assert (prepared.status_code, never.status_code) == (404, 404)
    assert "nu niet" in prepared.content.decode()
    assert KEPT not in prepared.content.decode()
    assert prepared.templates[0].name == never.templates[0].name


def test_what_is_held_can_be_confirmed_after_staff_unpublished_it(client, programme, slots):
    held = booking_form.held(client, programme, slots[0])
    unpublish(programme)

    back = client.get(booking_form.address(programme, slots[0]))

    code = reverse("bookings:code", args=[held.public_id])
    assert back["Location"] == code
    confirmed = client.post(code, {"code": booking_form.code_in_mail()})
    assert confirmed["Location"] == reverse("bookings:booking", args=[held.public_id])
    assert Programme.objects.published().count() == 1


def test_kit_that_is_held_can_be_confirmed_after_staff_unpublished_it(client):
    kit = make_kit(copies=1)
    code = client.post(loan_form.address(kit), loan_form.typed())["Location"]
    unpublish(kit)

    assert client.get(loan_form.address(kit))["Location"] == code


def test_hold_that_ran_out_of_what_is_off_the_site_asks_for_no_code(
    client, programme, slots, frozen
):
    held = booking_form.held(client, programme, slots[0])
    unpublish(programme)
    frozen.shift(settings.HOLD_FOR)

    page = client.get(reverse("bookings:code", args=[held.public_id])).content.decode()

    assert "<h1>Dit kan niet meer worden bevestigd</h1>" in page
    assert 'name="code"' not in page
    assert '<a href="/programmas/">Toon alle programma’s</a>' in page


def test_code_page_without_the_cookies_of_its_form_says_what_to_do(client, programme, slots):
    held = booking_form.held(client, programme, slots[0])
    client.cookies.clear()

    pages = [
        client.get(reverse("bookings:code", args=[one])) for one in (held.public_id, uuid.uuid4())
    ]

    assert [page.status_code for page in pages] == [404, 404]
    assert "na 30 minuten weer vrij" in pages[0].content.decode()
    assert pages[0].templates[0].name == pages[1].templates[0].name  # a guess learns nothing
