"""Two clicks on the button of a form that adds a row, on a slow network."""

import re

import pytest
import time_machine
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from core.backoffice.changes import entry_in_words
from impact.models import Pledge
from programmes.models import Zone
from schools.models import SchoolHoliday
from tests.factories import NOW, make_programme, make_staff
from tests.impact.counted import make_source
from tests.racing import race

ADD = "/beheer/impact/pledge/add/"


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def desk(one_factor, db):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff())
    return client


def token_in(page) -> str:
    return re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[-1]


def typed(desk, source, **data):
    pledge = {"source": source.pk, "about": "Lasapparatuur", "amount": "5000"}
    token = {"csrfmiddlewaretoken": token_in(desk.get(ADD))}
    return pledge | token | {"promised_on": "1-9-2026"} | data


def test_second_click_finds_what_the_first_added(desk):
    data = typed(desk, make_source())
    first, second = desk.post(ADD, data), desk.post(ADD, data)

    assert Pledge.objects.count() == 1
    assert [first.status_code, second.status_code] == [302, 302]
    assert second["Location"] == first["Location"]
    assert entry_in_words(LogEntry.objects.get()) == "Toegevoegd."


def test_second_click_that_deletes_a_row_ends_as_the_first_did(desk):
    holiday = SchoolHoliday.objects.first()
    page = f"/beheer/schools/schoolholiday/{holiday.pk}/delete/"
    sent = {"post": "yes", "csrfmiddlewaretoken": token_in(desk.get(page))}

    answers = [desk.post(page, sent, follow=True) for _click in range(2)]

    for answer in answers:
        assert answer.redirect_chain == [("/beheer/schools/schoolholiday/", 302)]
        [message] = answer.context["messages"]
        assert str(holiday) in str(message)
        assert message.level_tag == "success"
    assert not SchoolHoliday.objects.filter(pk=holiday.pk).exists()


def test_row_that_another_deleted_is_said_to_be_gone(desk):
    holiday = SchoolHoliday.objects.first()
    page = f"/beheer/schools/schoolholiday/{holiday.pk}/delete/"
    sent = {"post": "yes", "csrfmiddlewaretoken": token_in(desk.get(page))}
    holiday.delete()

    answer = desk.post(page, sent, follow=True)

    assert answer.redirect_chain == [("/beheer/", 302)]
    assert [message.level_tag for message in answer.context["messages"]] == ["warning"]


def test_the_same_typed_anew_or_another_amount_is_another_one(desk):
    source = make_source()
    data = typed(desk, source)
    for sent in (data, data | {"amount": "5001"}, typed(desk, source)):
        assert desk.post(ADD, sent).status_code == 302
    assert Pledge.objects.count() == 3


def test_what_is_sent_again_long_after_is_no_second_click(desk):
    """She went back to the page to add another of the same."""
    data = typed(desk, make_source())
    desk.post(ADD, data)
    for later, number in ((settings.SAME_CLICK_WITHIN, 1), (2 * settings.SAME_CLICK_WITHIN, 2)):
        with time_machine.travel(NOW + later, tick=False):
            assert desk.post(ADD, data).status_code == 302
        assert Pledge.objects.count() == number


def test_second_click_is_not_told_that_the_row_of_the_first_is_in_its_way(desk):
    address = "/beheer/programmes/zone/add/"
    data = {"venue": make_programme().venue.pk, "name": "Zolder", "slug": "zolder", "position": 0}
    data |= {"csrfmiddlewaretoken": token_in(desk.get(address))}
    assert [desk.post(address, data).status_code for _click in range(2)] == [302, 302]
    assert Zone.objects.filter(slug="zolder").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_add_one(desk):
    data = typed(desk, make_source())
    clients = [Client(), Client()]
    for client in clients:
        client.cookies = desk.cookies
    answers = race([lambda one=one: one.post(ADD, data).status_code for one in clients])
    assert answers == [302, 302]
    assert Pledge.objects.count() == 1
