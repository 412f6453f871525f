"""A form that was open beyond the end of a session, or since before signing in: nothing is lost."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from programmes.models import Zone
from tests.booking_form import address, typed
from tests.factories import (
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_venue,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]

OURS = {"origin": "http://testserver"}
FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def waiting_in(answer) -> dict[str, str]:
    """What the page of the refusal sends once more."""
    assert (answer.status_code, answer["Cache-Control"]) == (403, "no-store"), answer
    return dict(FIELD.findall(answer.content.decode()))


@pytest.fixture
def zone():
    return {
        "venue": make_venue().pk,
        "name": "Zolder",
        "description": "Hoog,\r\nen licht",
        "slug": "zolder",
    }


def test_form_of_staff_whose_session_ended_waits_until_they_signed_in(client, zone):
    add = reverse("admin:programmes_zone_add")

    answer = client.post(add, zone | {"_save": "1"}, headers=OURS)

    page = answer.content.decode()
    assert "Log in om dit te versturen" in page
    assert f'href="{reverse("admin:login")}" target="_blank"' in page
    assert f'<form method="post" action="{add}">' in page
    sent = waiting_in(answer)
    assert (sent["name"], sent["_save"]) == ("Zolder", "1")
    client.force_login(make_staff(is_superuser=True))
    client.post(add, sent | {"position": "1"})
    assert Zone.objects.get(name="Zolder").description == "Hoog,\nen licht"


def test_each_value_and_the_query_wait_too_and_of_a_file_it_says_that_it_does_not(client, zone):
    add = f"{reverse('admin:programmes_zone_add')}?venue=1&_popup=1"
    ticked = {"programmes": ["3", "5"], "picture": SimpleUploadedFile("zolder.png", b"png")}

    answer = client.post(add, zone | ticked, headers=OURS)

    page = answer.content.decode()
    assert f'<form method="post" action="{escape(add)}">' in page
    found = FIELD.findall(page)
    assert [text for name, text in found if name == "programmes"] == ["3", "5"]
    said = "Een bestand gaat niet mee"
    assert said in page
    assert said not in client.post(add, zone, headers=OURS).content.decode()


def test_form_of_a_teacher_whose_session_ended_waits_until_she_signed_in(client):
    answer = client.post(reverse("hand_over"), {"email": "anna@school.example"}, headers=OURS)

    assert waiting_in(answer)["email"] == "anna@school.example"
    assert f'href="{reverse("submissions:sign_in")}"' in answer.content.decode()


def test_form_about_something_of_her_own_waits_too(client):
    submission = make_submission()
    share = reverse("sharing:share", args=[submission.public_id])
    nothing = reverse("sharing:share", args=[uuid.uuid4()])

    answer, guess = (
        client.post(page, {"email": "anna@school.example"}, headers=OURS)
        for page in (share, nothing)
    )

    assert (answer.status_code, guess.status_code) == (404, 404)
    assert answer.templates[0].name == guess.templates[0].name  # a guess learns nothing
    page = answer.content.decode()
    assert "Log in om dit te versturen" in page
    assert 'name="email" value="anna@school.example"' in page
    assert f'href="{reverse("submissions:sign_in")}" target="_blank"' in page


def test_form_from_before_signing_in_is_sent_once_more_from_the_page_that_refuses_it():
    programme = make_programme()
    form = address(programme, make_slot(programmes=[programme]))
    client = Client(enforce_csrf_checks=True)
    old = {"csrfmiddlewaretoken": str(client.get(form).context["csrf_token"])}
    client.force_login(make_teacher(email="anna@school.example"))
    client.cookies["csrftoken"] = "x" * 32

    refused = client.post(form, typed() | old, headers=OURS)

    sent = waiting_in(refused)
    assert sent["contact_name"] == "Ümit Çelik-van ’t Hof"
    again = {"csrfmiddlewaretoken": str(refused.context["csrf_token"])}
    assert client.post(form, typed() | again).status_code == 302


def test_whoever_signed_in_meanwhile_reads_that_and_nothing_of_cookies_or_of_the_desk(zone):
    add, client = reverse("admin:programmes_zone_add"), Client(enforce_csrf_checks=True)
    sign_in = client.get(reverse("submissions:sign_in"))
    old = {"csrfmiddlewaretoken": str(sign_in.context["csrf_token"])}
    before = waiting_in(client.post(add, zone | old, headers=OURS))
    client.force_login(make_staff(is_superuser=True))
    client.cookies["csrftoken"] = "x" * 32

    refused = client.post(add, before | old, headers=OURS)

    page = refused.content.decode()
    assert waiting_in(refused)["name"] == "Zolder"
    assert "Je bent nu ingelogd" in page
    assert "Sta cookies toe" not in page
    assert "bel de balie" not in page


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({"name": "Zolder"}, {"origin": "https://elsewhere.example"}),
        ({"name": "Zolder"}, {"origin": "http://nottestserver"}),
        ({"name": "Zolder"}, {"origin": "http://testserver.elsewhere.example"}),
        ({"name": "Zolder"}, {}),
        ({"name": "Zolder", "password": "geheim"}, OURS),
        ({"name": "Zolder", "oldpassword": "geheim"}, OURS),
    ],
)
def test_nothing_of_another_site_and_no_password_is_said_again(fields, headers):
    client = Client(enforce_csrf_checks=True)

    for where in (reverse("set_language"), reverse("admin:programmes_zone_add")):
        page = client.post(where, fields, headers=headers).content.decode()
        assert "Zolder" not in page
        assert "geheim" not in page


def test_session_that_ended_without_a_form_leads_to_signing_in(client):
    answer = client.get(reverse("admin:programmes_zone_add"), headers=OURS)

    assert answer["Location"].startswith(reverse("admin:login"))
