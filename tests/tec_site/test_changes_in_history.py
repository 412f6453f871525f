"""The history of what staff keep: what really changed, from what to what, in the reader's words."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry

from programmes.models import Closure
from tests.factories import (
    make_component,
    make_programme,
    make_submission,
    make_venue,
    make_zone,
)
from tests.tec_site.test_two_editors import page_of, shown

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


def change(desk, row, **fields):
    page = page_of(row)
    answer = desk.post(page, shown(desk.get(page)) | fields)
    assert answer.status_code == 302


def history_of(desk, row, language="nl"):
    desk.cookies["django_language"] = language
    page = desk.get(page_of(row, "history"), headers={"accept-language": language})
    return [entry.get_change_message() for entry in page.context["action_list"]]


def test_old_and_new_values_are_in_the_readers_language(desk):
    programme = make_programme(title="Drones", price="75.00", needs_approval=False)
    change(desk, programme, title="Drones en vr", price="80", needs_approval="on", kind="workshop")
    [dutch] = history_of(desk, programme)
    assert "Titel: Drones → Drones en vr." in dutch
    assert "Prijs per klas (euro): 75,00 → 80,00." in dutch
    assert ": nee → ja." in dutch
    [english] = history_of(desk, programme, "en")
    assert "Title: Drones → Drones en vr." in english
    assert "75.00 → 80.00." in english
    assert ": no → yes." in english


def test_what_did_not_change_is_not_said(desk):
    programme = make_programme(price="75.00", story="Een verhaal.\r\nVan twee regels.")
    change(desk, programme, price="75", summary="Kort")
    [line] = history_of(desk, programme)
    assert line.startswith("In één regel: ")
    assert line.count("→") == 1


def test_rooms_and_parts_are_named(desk):
    venue = make_venue()
    one, two = make_zone(venue=venue, name="Atelier"), make_zone(venue=venue, name="Kas")
    component = make_component(
        programme=make_programme(venue=venue, zones=[one]), name="Solderen", minutes=20
    )
    change(
        desk,
        component.programme,
        zones=[one.pk, two.pk],
        **{"components-0-minutes": "25"},
    )
    [line] = history_of(desk, component.programme)
    assert f"Zones: {one} → {one}, {two}." in line
    assert f"{component}: Minuten: 20 → 25." in line


def test_days_are_days(desk):
    day = datetime.date(2027, 7, 5)
    closure = Closure.objects.create(venue=make_venue(), reason="Bouw", starts_on=day, ends_on=day)
    change(desk, closure, ends_on="09-07-2027")
    assert history_of(desk, closure) == ["Laatste dag: 5 juli 2027 → 9 juli 2027."]
    assert "9 July 2027" in history_of(desk, closure, "en")[0]


def test_nothing_that_is_kept_of_a_person_goes_into_the_log(desk):
    submission = make_submission(contact_name="Anouk Vis", phone="0570 123456")
    change(desk, submission, contact_name="Anouk Visser", phone="0570 654321")
    [entry] = LogEntry.objects.all()
    kept = entry.change_message
    assert [one in kept for one in ("Vis", "123456", "654321")] == [False, False, False]
    assert history_of(desk, submission) == ["Gewijzigd: Contactpersoon, Telefoon."]
    assert history_of(desk, submission, "en") == ["Changed: Contact person, Telephone."]


def test_actions_are_told_as_before(desk):
    programme = make_programme()
    LogEntry.objects.log_actions(
        desk.get("/beheer/").wsgi_request.user.pk, [programme], 2, "duplicate", single_object=True
    )
    assert history_of(desk, programme) == ["duplicate"]
