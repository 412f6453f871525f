"""The browser's number: a cookie of its own, long before there is a session."""

import datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse

from submissions import browsers, codes
from submissions.models import CodeChallenge, Submission
from tests import loan_form
from tests.addresses import browser_of
from tests.booking_form import address, code_in_mail, held, typed
from tests.factories import make_kit, make_teacher

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.fixture
def forms(programme, slot) -> dict[str, str]:
    return {
        "visit": address(programme, slot),
        "kit": loan_form.address(make_kit()),
        "sign in": reverse("submissions:sign_in"),
    }


@pytest.mark.parametrize("which", ["visit", "kit", "sign in"])
def test_first_form_brings_the_number_along(client, forms, which):
    cookie = client.get(forms[which]).cookies["browser"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == 90 * 24 * 3600
    assert cookie["secure"] == ""
    assert Session.objects.count() == 0


def test_number_goes_over_https_only_where_sessions_do(client, forms, settings):
    settings.SESSION_COOKIE_SECURE = True
    assert client.get(forms["visit"]).cookies["browser"]["secure"] is True


def test_pages_without_a_form_set_none(client, programme, forms):
    for path in ("/", reverse("programmes:programme", args=[programme.slug])):
        assert "browser" not in client.get(path).cookies


def test_number_stays_the_same_from_form_to_form(client, forms, frozen):
    first = browser_of(client)
    frozen.shift(datetime.timedelta(days=89))
    client.get(forms["visit"])
    frozen.shift(datetime.timedelta(days=89))
    assert browser_of(client) == first
    frozen.shift(datetime.timedelta(days=90, seconds=1))
    assert browser_of(client) != first


def test_another_browser_and_a_forged_number_have_other_names(client, forms):
    mine, others = browser_of(client), browser_of(Client())
    number = client.cookies["browser"].value
    forger = Client()
    forger.cookies["browser"] = number[:-2] + ("AA" if number[-2:] != "AA" else "BB")
    assert len({mine, others, browser_of(forger)}) == 3
    assert len(mine) == 64


def test_visitor_makes_no_session_before_signing_in(client, programme, slot):
    client.get(address(programme, slot))
    submission = held(client, programme, slot)
    url = reverse("bookings:code", args=[submission.public_id])
    client.get(url)
    client.post(url, {"code": "12345"})
    client.post(url, {"again": "1"}, follow=True)
    client.post(
        reverse("bookings:correct_address", args=[submission.public_id]),
        {"email": "umit@elders.example"},
        follow=True,
    )
    client.post("/inloggen/", {"email": "umit@elders.example"}, follow=True)
    assert Session.objects.count() == 0
    assert "sessionid" not in client.cookies

    code = codes.code_of(CodeChallenge.objects.filter(purpose="verify").latest("pk"))
    client.post(url, {"code": code})

    assert Session.objects.count() == 1
    submission.refresh_from_db()
    assert client.session["_auth_user_id"] == str(submission.user_id)


def test_message_waits_for_a_visitor_without_a_session(client, programme, slot):
    submission = held(client, programme, slot)
    url = reverse("bookings:code", args=[submission.public_id])
    page = client.post(url, {"again": "1"}, follow=True).content.decode()
    assert "umit@school.example" in page
    assert "Er is een nieuwe code onderweg naar" in page
    assert Session.objects.count() == 0


def test_two_clicks_of_a_new_visitor_are_one_browser(programme, slot):
    """The answer to the first click never comes: its cookies are not there for the second."""
    page = Client()
    page.get(address(programme, slot))
    first, second = Client(), Client()
    for click in (first, second):
        click.cookies.update(page.cookies)
    ways = [click.post(address(programme, slot), typed())["Location"] for click in (first, second)]

    submission = Submission.objects.get()
    assert ways == [reverse("bookings:code", args=[submission.public_id])] * 2
    assert second.get(ways[1]).status_code == 200
    done = second.post(ways[1], {"code": code_in_mail()})
    assert done["Location"] == reverse("bookings:booking", args=[submission.public_id])


def test_who_signs_out_leaves_nothing_to_the_next_person(client, programme, slot):
    submission = held(client, programme, slot)
    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})
    page = reverse("bookings:booking", args=[submission.public_id])
    assert client.get(page).status_code == 200

    client.post("/uitloggen/")

    assert client.get(page).status_code == 404
    assert browser_of(client) != submission.browser


def test_number_survives_signing_in(client):
    make_teacher(email="anna@school.example")
    before = browser_of(client)
    client.post("/inloggen/", {"email": "anna@school.example"})
    client.post("/inloggen/code/", {"code": code_in_mail()})
    assert client.session["_auth_user_id"]
    client.get("/inloggen/")
    assert browser_of(client) == before


def test_database_holds_no_number(client, programme, slot):
    held(client, programme, slot)
    number = client.cookies[browsers.COOKIE].value.partition(":")[0]
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert number not in repr(cursor.fetchall())
