"""A colleague lost her telephone: who runs the hub helps her, and wins no rights by it."""

import re
from html import unescape

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from tec_site.staff import roles
from tec_site.staff.lost_factors import colleagues_of, may_help
from tests.factories import make_hub, make_other_hub, make_staff

pytestmark = pytest.mark.usefixtures("one_factor")
PASSWORD = "lang genoeg voor een balie"


def of_role(name, **fields):
    roles.load()
    person = make_staff(is_superuser=False, **fields)
    person.groups.add(Group.objects.get(name=name))
    return person


def factor_of(person):
    return Authenticator.objects.create(user=person, type="totp", data={"secret": "x"})


def page_of(factor, page="delete"):
    return reverse(f"admin:mfa_authenticator_{page}", args=[factor.pk])


@pytest.fixture
def helper(client, db):
    helper = of_role(roles.MANAGEMENT)
    client.force_login(helper)
    return helper


def test_management_deletes_the_factor_of_a_colleague(client, helper):
    lost = factor_of(of_role(roles.DESK))
    assert client.post(page_of(lost), {"post": "yes"}).status_code == 302
    assert not Authenticator.objects.exists()


def test_pages_say_whose_it_is_in_dutch(client, helper):
    lost = factor_of(of_role(roles.DESK))
    listed = client.get(reverse("admin:mfa_authenticator_changelist")).text
    words = " ".join(re.sub(r"<[^>]*>", " ", listed).split())
    assert "Wie Hoe Sinds Laatst gebruikt" in words
    assert str(lost.user) in unescape(client.get(page_of(lost)).text)


@pytest.mark.parametrize("whose", ["superuser", "more", "elsewhere", "own"])
def test_factor_of_who_may_more_or_of_oneself_stays(client, helper, whose):
    match whose:
        case "superuser":
            owner = make_staff()
        case "more":
            owner = of_role(roles.MANAGEMENT)
            owner.user_permissions.add(*Permission.objects.all())
        case "elsewhere":
            owner = of_role(roles.DESK, hubs=[make_other_hub()])
        case "own":
            owner = helper
    factor = factor_of(owner)
    assert client.post(page_of(factor), {"post": "yes"}).status_code in {302, 403}
    listed = reverse("admin:mfa_authenticator_changelist")
    several = {"action": "delete_selected", "_selected_action": [factor.pk], "post": "yes"}
    client.post(listed, several)
    assert Authenticator.objects.get() == factor


def test_desk_helps_nobody(client, db):
    client.force_login(of_role(roles.DESK))
    lost = factor_of(of_role(roles.DESK))
    assert client.post(page_of(lost), {"post": "yes"}).status_code == 403
    assert Authenticator.objects.exists()


# --- The rule, without its page -------------------------------------------------------------------


def test_who_helps_whom(db):
    """By the role of who helps (down) and of who lost it (across), at one hub."""
    roles_of_staff = [roles.VOLUNTEER, roles.DESK, roles.MANAGEMENT]
    people = {name: (of_role(name), of_role(name)) for name in roles_of_staff}
    people["superuser"] = (make_staff(), make_staff())
    found = {
        helper: [lost for lost in people if may_help(people[helper][0], people[lost][1])]
        for helper in people
    }
    assert found == {
        roles.VOLUNTEER: [],
        roles.DESK: [],
        roles.MANAGEMENT: [*roles_of_staff],
        "superuser": [*roles_of_staff, "superuser"],
    }


def test_who_may_do_the_same_at_another_hub_too_may_do_more(db):
    here, there = make_hub(), make_other_hub()
    helper = of_role(roles.MANAGEMENT, hubs=[here])
    both = of_role(roles.DESK, hubs=[here, there])
    nowhere = of_role(roles.DESK, hubs=[])
    assert [may_help(helper, both), may_help(helper, nowhere)] == [False, False]
    assert list(colleagues_of(helper).order_by("pk")) == [helper, both]

    helper.hubs.add(there)
    assert may_help(helper, both)
    assert list(colleagues_of(helper).order_by("pk")) == [helper, both]


def test_who_is_away_keeps_her_factor(db):
    """Her rights come back with her; nobody sees them now."""
    away = of_role(roles.DESK)
    away.user_permissions.add(*Permission.objects.all())
    away.is_active = False
    away.save()
    assert not may_help(of_role(roles.MANAGEMENT), away)


# --- A password is not asked twice ----------------------------------------------------------------


def sign_in(client, person):
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})


def test_password_is_not_asked_again_right_after_signing_in(client, db, settings, frozen):
    settings.STAFF_SECOND_FACTOR = True
    sign_in(client, make_staff())
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_password_is_asked_again_after_some_minutes(client, db, settings, frozen):
    settings.STAFF_SECOND_FACTOR = True
    sign_in(client, make_staff())
    frozen.shift(301)
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.url.startswith(reverse("account_reauthenticate"))


def test_session_without_a_sign_in_of_its_own_is_asked(client, db, settings):
    settings.STAFF_SECOND_FACTOR = True
    client.force_login(make_staff())
    answer = client.get(reverse("mfa_activate_totp"))
    assert answer.url.startswith(reverse("account_reauthenticate"))
