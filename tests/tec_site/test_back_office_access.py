import datetime
import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.conf import settings as project
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from core.mail.markers import revealed
from core.models import Mail
from tests.factories import NOW, make_staff, make_teacher

PASSWORD = "lang genoeg voor een balie"
DESK = "balie@tec.example"


@pytest.fixture(autouse=True)
def _second_factor(settings):
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def desk(db):
    return make_staff(email=DESK)


@pytest.fixture
def enrolled(desk):
    """The secret of the app that the desk enrolled."""
    secret = generate_totp_secret()
    TOTP.activate(desk, secret)
    RecoveryCodes.activate(desk)
    return secret


def give_password(client, email=DESK, password=PASSWORD, **data):
    return client.post("/personeel/inloggen/", {"login": email, "password": password, **data})


def code_of_app(secret):
    counter = int(datetime.datetime.now(datetime.UTC).timestamp()) // 30
    return format_hotp_value(hotp_value(secret, counter))


def save_session(client):
    session = client.session
    session["chosen"] = "something"
    session.save()


def give_second_factor(client, code):
    return client.post("/personeel/tweede-stap/inloggen/", {"code": code})


def admin_addresses():
    """Every address of the admin that needs no argument, and the others with a made-up one."""
    for _name, patterns in get_resolver().namespace_dict["admin"][1].reverse_dict.lists():
        for possibilities, *_rest in patterns:
            for route, params in possibilities:
                yield "/beheer/" + route % dict.fromkeys(params, "1")


def test_anonymous_is_sent_to_the_sign_in_of_staff(client, db):
    response = client.get("/beheer/")
    assert response.url == "/beheer/login/?next=/beheer/"
    response = client.get(response.url)
    assert response.url == "/personeel/inloggen/?next=%2Fbeheer%2F"
    assert client.get("/beheer/search/").url == "/beheer/login/?next=/beheer/search/"


def test_password_and_code_of_app_open_the_back_office(client, enrolled, frozen):
    response = give_password(client, next="/beheer/")
    assert response.url == "/personeel/tweede-stap/inloggen/"
    assert client.get("/beheer/").status_code == 302
    response = give_second_factor(client, code_of_app(enrolled))
    assert (response.status_code, response.url) == (302, "/beheer/")
    page = client.get("/beheer/")
    assert (page.status_code, page.context["site_title"]) == (200, "TEC balie")


@pytest.mark.parametrize("asks_second_factor", [False, True])
def test_who_is_busy_all_day_signs_in_again_after_twelve_hours(
    client, enrolled, frozen, settings, asks_second_factor
):
    settings.STAFF_SECOND_FACTOR = asks_second_factor
    if not asks_second_factor:
        Authenticator.objects.all().delete()
    give_password(client)
    if asks_second_factor:
        give_second_factor(client, code_of_app(enrolled))
    for _hours in range(2):
        frozen.shift(5.9 * 3600)
        assert client.get("/beheer/").status_code == 200
        save_session(client)  # as a language or a region that is chosen does
    frozen.shift(0.3 * 3600)
    assert client.get("/beheer/").status_code == 302


def test_recovery_code_opens_the_back_office_once(client, desk, enrolled):
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    give_password(client)
    assert give_second_factor(client, code).url == "/beheer/"
    again = Client()
    give_password(again)
    assert give_second_factor(again, code).status_code == 200
    assert again.get("/beheer/").status_code == 302


def test_wrong_code_of_app_opens_nothing(client, enrolled, frozen):
    give_password(client)
    wrong = f"{(int(code_of_app(enrolled)) + 1) % 10**6:06d}"
    for _try in range(5):
        give_second_factor(client, wrong)
    response = give_second_factor(client, code_of_app(enrolled))
    assert "code" in response.context["form"].errors
    assert client.get("/beheer/").status_code == 302


def test_after_ten_passwords_even_the_right_one_is_refused(client, desk, frozen):
    for _try in range(10):
        give_password(client, password="geraden")
    assert give_password(Client()).status_code == 200
    frozen.shift(600)
    assert give_password(Client()).status_code == 302


def test_password_that_is_asked_again_is_guessed_ten_times_at_most(client, desk, frozen):
    """Whoever finds her browser open cannot try on until it is right."""
    give_password(client)
    frozen.shift(700)
    for _try in range(10):
        client.post("/personeel/bevestig/", {"password": "geraden"})
    refused = client.post("/personeel/bevestig/", {"password": PASSWORD})
    assert refused.status_code == 200
    frozen.shift(601)
    assert client.post("/personeel/bevestig/", {"password": PASSWORD}).status_code == 302


@pytest.mark.postgres
def test_another_spelling_of_an_address_gives_no_more_tries(client, frozen, db):
    """To PostgreSQL 'ſ' and 's' are one letter in two cases, to us two addresses."""
    make_staff(email="balie@school.example")
    assert give_password(client, email="balie@ſchool.example").status_code == 200
    assert give_password(client, email="Balie@SCHOOL.example").status_code == 302


def test_without_second_factor_the_page_to_enrol_comes_first(client, desk):
    give_password(client)
    assert client.get("/beheer/login/?next=/beheer/").url == (
        "/personeel/tweede-stap/?next=%2Fbeheer%2F"
    )
    page = client.get("/personeel/tweede-stap/")
    assert b"/personeel/tweede-stap/app/" in page.content
    assert b"/personeel/tweede-stap/sleutels/nieuw/" in page.content


def test_no_admin_page_without_second_factor(client, desk):
    give_password(client)
    addresses = sorted(set(admin_addresses()))
    assert len(addresses) > 20
    for address in addresses:
        for method in (client.get, client.post):
            response = method(address)
            assert response.status_code in {302, 301}, address
            assert response.url.startswith(("/beheer/", "/personeel/")), address
    assert client.session["_auth_user_id"] == str(desk.pk)


def test_code_of_teachers_opens_no_admin_page(client, desk):
    client.force_login(desk)
    assert client.get("/beheer/").url == "/beheer/login/?next=/beheer/"


def test_enrolling_an_app_opens_the_back_office(transactional_db, client, desk, frozen):
    give_password(client)
    page = client.get("/personeel/tweede-stap/app/")  # the password was typed a moment ago
    secret = page.context["form"].secret
    client.post("/personeel/tweede-stap/app/", {"code": code_of_app(secret)})
    assert client.get("/beheer/").status_code == 200


def test_password_alone_adds_no_second_factor_beside_the_first(client, desk, frozen):
    """A session that began before she enrolled elsewhere, with a stolen password."""
    give_password(client)
    TOTP.activate(desk, generate_totp_secret())
    for address in ["", "sleutels/nieuw/", "herstelcodes/", "herstelcodes/nieuw/", "app/uit/"]:
        response = client.get(f"/personeel/tweede-stap/{address}")
        assert response.url.startswith("/personeel/tweede-stap/bevestig/?next="), address


def test_last_second_factor_cannot_be_taken_off(client, enrolled, frozen):
    give_password(client)
    give_second_factor(client, code_of_app(enrolled))
    client.post("/personeel/bevestig/", {"password": PASSWORD})
    client.post("/personeel/tweede-stap/app/uit/", {})
    assert Authenticator.objects.filter(type="totp").count() == 1


def test_database_holds_no_secret_of_an_app(enrolled):
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert enrolled not in stored
    assert Authenticator.objects.get(type="totp").wrap().validate_code(code_of_app(enrolled))


@pytest.mark.parametrize("who", ["teacher", "unknown", "inactive", "wrong password"])
def test_others_are_refused_with_the_same_words(client, db, who):
    if who == "teacher":
        make_teacher(email=DESK, password=PASSWORD)
    if who == "inactive":
        make_staff(email=DESK, is_active=False)
    if who == "wrong password":
        make_staff(email=DESK, password="een ander wachtwoord")
    response = give_password(client)
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "Het door jou opgegeven e-mailadres en/of wachtwoord is niet correct."
    ]
    assert "_auth_user_id" not in client.session


def test_teacher_finds_nothing_here(client, db):
    client.force_login(make_teacher())
    for address in ["/personeel/inloggen/", "/personeel/tweede-stap/", "/beheer/login/"]:
        assert client.get(address).status_code == 404, address
    assert client.get("/beheer/", follow=True).status_code == 404


def test_nobody_signs_up(client, db):
    page = client.get("/personeel/aanmelden/")
    assert page.templates[0].name == "account/signup_closed.html"
    response = client.post(
        "/personeel/aanmelden/", {"email": "x@y.nl", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert response.templates[0].name == "account/signup_closed.html"
    for name in ["account_email", "account_request_login_code", "mfa_signup_webauthn"]:
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_staff_sessions_last_12_hours_however_busy(client, enrolled, frozen):
    give_password(client)
    give_second_factor(client, code_of_app(enrolled))
    frozen.shift(datetime.timedelta(hours=11))
    assert client.get("/beheer/").status_code == 200
    end = NOW.astimezone(datetime.UTC) + datetime.timedelta(hours=12)
    assert Session.objects.get(session_key=client.session.session_key).expire_date == end
    frozen.shift(datetime.timedelta(hours=1))
    assert client.get("/beheer/").status_code == 302


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example"])
def test_next_to_another_host_is_ignored(client, enrolled, frozen, wanted):
    assert client.get("/beheer/login/", {"next": wanted}).url == (
        "/personeel/inloggen/?next=%2Fbeheer%2F"
    )
    give_password(client, next=wanted)
    assert give_second_factor(client, code_of_app(enrolled)).url == "/beheer/"


def test_demo_needs_no_second_factor_and_says_so_in_red(client, desk, settings):
    settings.STAFF_SECOND_FACTOR = False
    assert give_password(client).url == "/beheer/"
    page = client.get("/beheer/")
    assert page.status_code == 200
    assert page.context["environment"] == ["Demo: inloggen zonder tweede stap", "danger"]
    settings.STAFF_SECOND_FACTOR = True
    assert client.get("/beheer/").status_code == 302


def test_passkeys_are_on_and_ask_for_their_owner(client, db):
    assert project.MFA_PASSKEY_LOGIN_ENABLED
    assert project.MFA_WEBAUTHN_USER_VERIFICATION == "required"
    page = client.get("/personeel/inloggen/").content.decode()
    assert 'action="/personeel/tweede-stap/sleutels/inloggen/"' in page
    options = client.get(
        "/personeel/tweede-stap/sleutels/inloggen/", headers={"accept": "application/json"}
    ).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"


def test_csp_is_looser_in_the_back_office_only(client, enrolled, frozen):
    give_password(client)
    give_second_factor(client, code_of_app(enrolled))
    back_office = client.get("/beheer/").headers["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval';" in back_office
    assert "style-src 'self' 'unsafe-inline';" in back_office
    for address in ["/personeel/tweede-stap/", "/", "/personeel/wachtwoord/"]:
        assert "unsafe" not in client.get(address).headers["Content-Security-Policy"], address


def test_new_password_by_mail_is_for_staff_only(client, desk):
    teacher = make_teacher(email="anna@school.example")
    answers = [
        client.post("/personeel/wachtwoord/vergeten/", {"email": email})
        for email in (DESK, teacher.email, "nobody@tec.example")
    ]
    assert {answer.url for answer in answers} == {"/personeel/wachtwoord/vergeten/verstuurd/"}
    assert [queued.to for queued in Mail.objects.all()] == [DESK]
    assert mail.outbox == []


def test_link_for_a_new_password_is_made_while_sending(client, desk, settings):
    settings.SITE_URL = "https://tec.example"
    client.post("/personeel/wachtwoord/vergeten/", {"email": DESK})
    queued = Mail.objects.get()
    assert "/wachtwoord/nieuw/" not in queued.text + queued.html
    sent = revealed(queued.email_message())
    path = re.search(r"https://tec\.example(/personeel/wachtwoord/nieuw/\S+)", sent.body)[1]
    page = client.get(path, follow=True)
    client.post(
        page.redirect_chain[-1][0],
        {"password1": "een heel nieuw woord", "password2": "een heel nieuw woord"},
    )
    desk.refresh_from_db()
    assert desk.check_password("een heel nieuw woord")
    assert client.get(path).context["token_fail"]


def test_admin_site_is_ours():
    assert type(admin.site._wrapped).__name__ == "BackOffice"
