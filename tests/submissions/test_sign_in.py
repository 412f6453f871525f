import datetime
import re

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import worker
from core.models import Mail
from submissions import codes
from submissions.models import CodeChallenge
from tests.factories import NOW, make_staff, make_teacher

HOME = "/"


@pytest.fixture
def anna(db):
    return make_teacher(email="anna@school.example")


def ask(client, email="anna@school.example", **data):
    return client.post("/inloggen/", {"email": email, **data})


def type_code(client, code=None, **data):
    code = code or codes.code_of(CodeChallenge.objects.latest("pk"))
    return client.post("/inloggen/code/", {"code": code, **data})


def signed_in_as(client):
    return client.session.get("_auth_user_id")


def without_csrf(response):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


def test_teacher_signs_in_with_the_code_of_the_mail(client, anna):
    response = ask(client, email=" Anna@School.example ")
    assert (response.status_code, response.url) == (302, "/inloggen/code/")
    assert Mail.objects.get().to == "anna@school.example"
    code = codes.code_of(CodeChallenge.objects.get())
    response = type_code(client, f"{code[:3]} {code[3:]}")
    assert (response.status_code, response.url) == (302, HOME)
    assert signed_in_as(client) == str(anna.pk)


def test_signing_in_gives_the_session_another_key(client, anna):
    ask(client)
    before = client.session.session_key
    type_code(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_teachers_stay_signed_in_for_90_days(client, anna, frozen):
    ask(client)
    response = type_code(client)
    assert response.cookies["sessionid"]["max-age"] == 90 * 24 * 3600
    ninety_days_on = NOW.astimezone(datetime.UTC) + datetime.timedelta(days=90)
    assert Session.objects.get().expire_date == ninety_days_on


def test_code_of_another_browser_is_refused(client, anna):
    ask(client)
    thief = Client()
    ask(thief, email="thief@school.example")
    response = type_code(thief, codes.code_of(CodeChallenge.objects.get(email=anna.email)))
    assert response.status_code == 200
    assert signed_in_as(thief) is None


def test_six_digits_are_asked_before_a_try_is_counted(client, anna):
    ask(client)
    for typed in ["", "12345", "1234567", "abcdef", "¹²³⁴⁵⁶"]:
        response = client.post("/inloggen/code/", {"code": typed})
        assert list(response.context["form"].errors) == ["code"]
    assert CodeChallenge.objects.get().tries == 0


def test_sixth_try_is_refused_even_with_the_right_code(client, anna):
    ask(client)
    right = codes.code_of(CodeChallenge.objects.get())
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _try in range(5):
        type_code(client, wrong)
    response = type_code(client, right)
    assert response.context["form"].errors["code"] == [str(codes.TooManyTries())]
    assert signed_in_as(client) is None


def test_old_code_is_refused(client, anna, frozen):
    ask(client)
    frozen.shift(600)
    response = type_code(client)
    assert response.context["form"].errors["code"] == [str(codes.CodeExpired())]
    assert signed_in_as(client) is None


@pytest.mark.parametrize("who", ["unknown", "staff", "inactive"])
def test_nobody_can_tell_who_is_known(client, anna, who, frozen):
    email = {"unknown": "nobody@school.example"}.get(who, "other@school.example")
    if who == "staff":
        make_staff(email=email)
    if who == "inactive":
        make_teacher(email=email, is_active=False)
    other = Client()
    seen = []
    for browser, address in [(client, anna.email), (other, email)]:
        with CaptureQueriesContext(connection) as queries:
            asked = ask(browser, email=address)
        page = browser.get("/inloggen/code/")
        wrong = [type_code(browser, "000000") for _try in range(6)]
        seen.append(
            [len(queries)]
            + [
                (answer.status_code, without_csrf(answer).replace(address.encode(), b""))
                for answer in [asked, page, *wrong]
            ]
        )
    assert seen[0] == seen[1]
    assert Mail.objects.count() == 2


@pytest.mark.parametrize("who", ["staff", "inactive", "unknown"])
def test_right_code_of_somebody_else_than_a_teacher_signs_nobody_in(client, db, who):
    email = "other@tec.example"
    if who == "staff":
        make_staff(email=email)
    if who == "inactive":
        make_teacher(email=email, is_active=False)
    ask(client, email=email)
    response = type_code(client)
    assert response.context["form"].errors["code"] == [str(codes.WrongCode(left=4))]
    assert signed_in_as(client) is None


@pytest.mark.parametrize(
    ("who", "subject"),
    [
        ("teacher", "Je code om in te loggen"),
        ("staff", "Inloggen als medewerker"),
        ("unknown", "We kennen dit e-mailadres nog niet"),
    ],
)
def test_each_gets_a_mail_of_its_own(client, db, settings, who, subject):
    settings.SITE_URL = "https://tec.example"
    email = "other@tec.example"
    if who == "teacher":
        make_teacher(email=email)
    if who == "staff":
        make_staff(email=email)
    ask(client, email=email)
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == (email, subject)
    assert ("[[code:" in mail.text) == (who == "teacher")
    assert ("https://tec.example/personeel/inloggen/" in mail.text) == (who == "staff")


def test_fourth_code_in_ten_minutes_is_refused_kindly(client, anna):
    for _code in range(3):
        assert ask(client).status_code == 302
    response = ask(client)
    assert response.status_code == 429
    assert list(response.context["form"].errors) == ["email"]
    assert response.context["form"]["email"].value() == "anna@school.example"
    assert Mail.objects.count() == 3


def test_network_limit_counts_codes(client, anna, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "posts_per_network": (2, datetime.timedelta(minutes=10))
    }
    statuses = [ask(client, email=f"teacher{n}@school.example").status_code for n in range(3)]
    assert statuses == [302, 302, 429]


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_next_to_another_host_is_ignored(client, anna, wanted):
    assert ask(client, next=wanted).url == "/inloggen/code/"
    assert type_code(client, next=wanted).url == HOME
    assert client.get("/inloggen/", {"next": wanted}).url == HOME


def test_next_on_this_site_is_followed(client, anna):
    page = client.get("/inloggen/", {"next": "/ergens/?a=1"})
    assert page.context["next"] == "/ergens/?a=1"
    response = ask(client, next="/ergens/?a=1")
    assert response.url == "/inloggen/code/?next=%2Fergens%2F%3Fa%3D1"
    assert client.get(response.url).context["next"] == "/ergens/?a=1"
    assert type_code(client, next="/ergens/?a=1").url == "/ergens/?a=1"


def test_get_and_head_change_nothing(client, anna):
    for method in (client.get, client.head):
        assert method("/inloggen/").status_code == 200
        assert method("/inloggen/code/").url == "/inloggen/"
    assert (Session.objects.count(), CodeChallenge.objects.count()) == (0, 0)


@pytest.mark.parametrize("address", ["/inloggen/", "/inloggen/code/"])
def test_other_methods_are_refused(client, db, address):
    assert client.put(address).status_code == 405


def test_sign_out_is_a_post(client, anna):
    client.force_login(anna)
    assert client.get("/uitloggen/").status_code == 405
    assert signed_in_as(client) == str(anna.pk)
    response = client.post("/uitloggen/", {"next": "https://evil.example/"})
    assert (response.status_code, response.url) == (302, HOME)
    assert signed_in_as(client) is None


def test_forms_need_their_csrf_token(anna):
    strict = Client(enforce_csrf_checks=True)
    assert ask(strict).status_code == 403
    assert strict.post("/uitloggen/").status_code == 403


def test_forged_host_is_a_bad_request(client, anna):
    response = client.post("/inloggen/", {"email": anna.email}, headers={"host": "evil.example"})
    assert response.status_code == 400
    assert Mail.objects.count() == 0


@pytest.mark.parametrize(
    "typed", ["", "anna", "a@b", "anna@school.example\r\nBcc: x@y.nl", "a" * 300 + "@b.nl"]
)
def test_what_is_no_address_gets_an_error_at_the_field(client, db, typed):
    response = ask(client, email=typed)
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["email"]
    assert Mail.objects.count() == 0


@pytest.mark.parametrize(
    "typed", ['"a,b"@x.nl', '"a;b"@x.nl', '"a b"@x.nl', '"ab"@x.nl', "a@b.nl, c@d.nl", "a b@x.nl"]
)
def test_address_that_no_mail_can_go_to_is_refused_in_words(client, db, typed):
    response = ask(client, email=typed)
    assert response.context["form"].errors["email"] == [
        "Vul één e-mailadres in, zonder spaties, komma’s, puntkomma’s of aanhalingstekens."
    ]


def test_apostrophe_is_an_ordinary_part_of_an_address(client, db):
    assert ask(client, email="m.o'brien@school.example").status_code == 302


def test_address_that_looks_like_a_template_stays_text(client, db):
    assert ask(client, email="{%x%}@b.nl").status_code == 302
    assert Mail.objects.get().to == "{%x%}@b.nl"
    assert b"{%x%}@b.nl" in client.get("/inloggen/code/").content


def test_fields_tell_browsers_what_to_fill_in(client, anna):
    page = client.get("/inloggen/").content.decode()
    assert re.search(r'<input type="email" name="email"[^>]* autocomplete="email"', page)
    ask(client)
    page = client.get("/inloggen/code/").content.decode()
    assert re.search(r'name="code"[^>]* autocomplete="one-time-code" inputmode="numeric"', page)


def test_addresses_are_dutch():
    assert reverse("submissions:sign_in") == "/inloggen/"
    assert reverse("submissions:sign_out") == "/uitloggen/"


def test_worker_deletes_sessions_that_ended(client, anna, frozen):
    ask(client)
    type_code(client)
    frozen.shift(datetime.timedelta(days=89))
    worker.Worker().run_once()
    assert Session.objects.count() == 1
    frozen.shift(datetime.timedelta(days=1, seconds=1))
    worker.Worker().run_once()
    assert Session.objects.count() == 0
