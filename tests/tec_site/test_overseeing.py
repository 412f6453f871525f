"""Who signed in, and who took which list along: seen by who manages the same hub."""

import datetime

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client

from core.worker import Worker
from schools.models import SchoolBoard
from tec_site.models import SignIn
from tec_site.staff import roles, sign_ins
from tests.factories import NOW, make_other_hub, make_school, make_staff, make_teacher
from tests.tec_site.test_back_office_access import (
    PASSWORD,
    code_of_app,
    give_password,
    give_second_factor,
)

pytestmark = pytest.mark.usefixtures("frozen")
DESK = "balie@tec.example"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
SIGN_INS, EXPORTS = "/beheer/tec_site/signin/", "/beheer/tec_site/export/"


@pytest.fixture
def enrolled(db, settings):
    settings.STAFF_SECOND_FACTOR = True
    desk = make_staff(email=DESK, name="Bea Balie")
    secret = generate_totp_secret()
    TOTP.activate(desk, secret)
    RecoveryCodes.activate(desk)
    return secret


def seen():
    return [(row.user.email, row.way, row.network, row.device) for row in SignIn.objects.all()]


def test_sign_in_is_noted_once_it_is_complete_with_how_and_from_where(enrolled):
    client = Client(headers={"user-agent": FIREFOX}, REMOTE_ADDR="192.0.2.7")
    give_password(client)
    assert seen() == []  # not in yet
    give_second_factor(client, code_of_app(enrolled))
    assert seen() == [(DESK, "totp", "192.0.2.7", "Firefox, Windows")]


def test_recovery_code_and_wrong_password_are_told_apart(enrolled, client):
    give_password(client, password="geraden")
    give_password(client)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    give_second_factor(client, code)
    assert [way for _who, way, *_rest in seen()] == ["recovery_codes", "refused"]


def test_address_of_nobody_or_of_a_teacher_leaves_no_line(client, db):
    make_teacher(email="juf@school.example")
    give_password(client, email="juf@school.example", password="geraden")
    give_password(client, email="niemand@tec.example", password=PASSWORD)
    assert seen() == []


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        (FIREFOX, "Firefox, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/141.0 Safari/537.36 Edg/141.0", "Edge, Linux"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_device_is_a_browser_and_a_system_and_no_more(agent, device):
    assert sign_ins.device_of(agent) == device


def test_sign_ins_are_kept_ninety_days(db, frozen):
    SignIn.objects.create(user=make_staff(), way="totp", network="192.0.2.7")
    frozen.move_to(NOW + datetime.timedelta(days=89))
    Worker().run_once()
    assert SignIn.objects.count() == 1
    frozen.move_to(NOW + datetime.timedelta(days=91))
    Worker().run_once()
    assert SignIn.objects.count() == 0


def test_sign_ins_are_kept_as_long_as_the_site_says(db, frozen, settings):
    SignIn.objects.create(user=make_staff(), way="totp", network="192.0.2.7")
    settings.SIGN_INS_KEPT_FOR = datetime.timedelta(days=5)
    frozen.move_to(NOW + datetime.timedelta(days=6))
    sign_ins.purge()
    assert SignIn.objects.count() == 0


# --- Recovery codes -----------------------------------------------------------------------------


def test_codes_are_shown_once_and_made_anew(enrolled, client):
    give_password(client)
    give_second_factor(client, code_of_app(enrolled))
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    page = "/personeel/tweede-stap/herstelcodes/"
    assert codes[0] in client.get(page).text
    again = client.get(page)
    assert codes[0] not in again.text
    assert client.get(f"{page}bestand/").status_code in {403, 404}
    assert f"{page}nieuw/" in again.text

    client.post(f"{page}nieuw/")
    fresh = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert not set(codes) & set(fresh)
    assert fresh[0] in client.get(page).text
    other = Client()
    give_password(other)
    assert give_second_factor(other, codes[0]).status_code == 200  # refused


# --- Who sees it ----------------------------------------------------------------------------------


def someone(role, **fields):
    roles.load()
    person = make_staff(is_superuser=False, **fields)
    person.groups.add(Group.objects.get(name=role))
    return person


@pytest.mark.parametrize(
    ("role", "status"), [("Beheer", 200), ("Balie", 403), ("Vrijwilliger", 403), ("Lezer", 403)]
)
@pytest.mark.parametrize("page", [SIGN_INS, EXPORTS])
def test_only_management_sees_them(client, db, one_factor, role, status, page):
    client.force_login(someone(role))
    assert client.get(page).status_code == status


def test_exports_are_listed_with_who_what_and_how_many(client, db, one_factor):
    colleague = someone("Beheer", name="Cas Kort")
    elsewhere = someone("Beheer", name="Els Elders", hubs=[make_other_hub()])
    make_school()
    for person in (colleague, elsewhere):
        client.force_login(person)
        client.post("/beheer/schools/school/export/", {"resource": "0", "format": "0"})
    SchoolBoard.objects.create(number="00001")
    client.force_login(someone("Beheer"))
    page = client.get(EXPORTS)
    rows = page.context["cl"].result_list
    assert [(row.user.name, row.get_change_message()) for row in rows] != []
    assert [row.user.name for row in rows] == ["Cas Kort"]
    assert "Scholen" in page.text
    assert "XLSX" in page.text


def test_sign_ins_of_another_hub_are_not_seen(client, db, one_factor):
    for person in (someone("Balie"), someone("Balie", hubs=[make_other_hub()])):
        SignIn.objects.create(user=person, way="totp", network="192.0.2.7")
    mine = SignIn.objects.earliest("pk")
    client.force_login(someone("Beheer"))
    assert list(client.get(SIGN_INS).context["cl"].result_list) == [mine]


@pytest.mark.parametrize(
    ("address", "name"), [("auth/group/", "rollen"), ("mfa/authenticator/", "tweede stappen")]
)
def test_lists_are_called_as_in_the_menu(desk, address, name):
    page = desk.get(f"/beheer/{address}")
    assert page.context["opts"].verbose_name_plural == name


def test_row_without_a_history_says_so_in_our_words(desk):
    school = make_school()
    page = desk.get(f"/beheer/schools/school/{school.pk}/history/").text
    assert "Hieraan is nog niets gewijzigd" in page


def test_nobody_changes_or_deletes_them(client, db, one_factor, staff):
    row = SignIn.objects.create(user=staff, way="totp", network="192.0.2.7")
    client.force_login(staff)
    assert client.get(f"{SIGN_INS}{row.pk}/delete/").status_code == 403
    assert client.post(f"{SIGN_INS}{row.pk}/change/", {"way": "password"}).status_code == 403
    assert client.get(f"{SIGN_INS}add/").status_code == 403


def test_migrating_gives_the_roles_what_they_lack_and_leaves_what_they_were_given(db):
    Group.objects.filter(name="Lezer").delete()
    desk = Group.objects.get(name="Balie")
    taken = Permission.objects.get(codename="view_shift")
    given = Permission.objects.get(codename="view_signin")
    desk.permissions.remove(taken)
    desk.permissions.add(given)
    call_command("migrate", verbosity=0)
    assert Group.objects.get(name="Lezer").permissions.get().codename == "view_figures"
    assert {taken, given} <= set(desk.permissions.all())
    management = Group.objects.get(name="Beheer").permissions
    last = list(apps.get_app_configs())[-1].label  # Django makes its permissions last of all
    for label in ("impact", last):
        assert management.filter(content_type__app_label=label).exists()


def test_all_four_roles_exist_and_are_for_their_hub_only(client, db, one_factor):
    roles.load()
    names = set(Group.objects.values_list("name", flat=True))
    assert names == {"Vrijwilliger", "Balie", "Beheer", "Lezer"}
