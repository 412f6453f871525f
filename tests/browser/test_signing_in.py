"""Signing in as people do it: by keyboard, in Chromium, with axe on every page they pass."""

import datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from submissions import codes
from submissions.models import CodeChallenge
from tests.factories import make_staff, make_teacher

PASSWORD = "lang genoeg voor een balie"


@pytest.fixture
def refused(page):
    """What the CSP refused, and errors of scripts. Not beside axe: it tries inline styles."""
    found = []
    page.on("console", lambda line: found.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture
def desk(settings, transactional_db):
    settings.STAFF_SECOND_FACTOR = True
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    return make_staff(email="balie@tec.example")


def give_password(page):
    page.get_by_label("E-mail").fill("balie@tec.example")
    page.get_by_label("Wachtwoord").fill(PASSWORD)
    page.get_by_role("button", name="Inloggen", exact=True).click()


def test_teacher_signs_in_by_keyboard(page, transactional_db, assert_accessible):
    make_teacher(email="anna@school.example")
    page.goto("/inloggen/")
    assert_accessible()
    page.keyboard.type("anna@school.example")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inloggen/code/")
    assert_accessible()
    page.keyboard.type("1 2 3")
    page.keyboard.press("Enter")
    page.get_by_text("Een code bestaat uit zes cijfers.").first.wait_for()
    assert_accessible()
    code = codes.code_of(CodeChallenge.objects.get())
    page.get_by_label("Code").fill(f"{code[:3]} {code[3:]}")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Uitloggen").click()
    page.get_by_role("link", name="Inloggen").wait_for()


def test_staff_enrol_an_app_and_reach_the_back_office(page, desk, assert_accessible):
    page.goto("/beheer/")
    assert_accessible()
    give_password(page)
    page.wait_for_url("**/tweede-stap/**")
    assert_accessible()
    page.get_by_role("link", name="Activeer").first.click()  # the password was just given
    assert_accessible()
    secret = page.locator("#authenticator_secret").input_value()
    counter = int(datetime.datetime.now(datetime.UTC).timestamp()) // 30
    page.get_by_label("code", exact=False).last.fill(format_hotp_value(hotp_value(secret, counter)))
    page.get_by_role("button", name="Activeer").click()
    page.wait_for_url("**/herstelcodes/")
    assert_accessible()
    for address in ["app/uit/", "sleutels/", "sleutels/nieuw/", ""]:
        page.goto(f"/personeel/tweede-stap/{address}")
        assert_accessible()
    page.goto("/beheer/")
    assert page.url.endswith("/beheer/")


def test_staff_sign_in_with_a_passkey(page, live_server, desk, refused):
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    # A passkey belongs to a name; an IP address cannot have one.
    site = live_server.url.replace("127.0.0.1", "localhost")
    page.goto(f"{site}/beheer/")
    page.locator("#passkey_login").click()
    page.get_by_text("De passkey is niet gebruikt.").wait_for()
    give_password(page)
    page.wait_for_url("**/tweede-stap/**")
    page.goto(f"{site}/personeel/tweede-stap/sleutels/nieuw/")
    page.get_by_label("Wachtwoordloos").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/herstelcodes/**")
    assert Authenticator.objects.filter(type="webauthn").count() == 1
    page.context.clear_cookies()
    page.goto(f"{site}/beheer/")
    page.locator("#passkey_login").click()
    page.wait_for_url(f"{site}/beheer/")
    assert refused == []
