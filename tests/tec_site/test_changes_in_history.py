"""The history of what staff keep: what really changed, from what to what, in the reader's words."""

import datetime
import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.test import RequestFactory

from bookings.models import VisitSlot
from core.backoffice.changes import entry_in_words, log_values
from programmes.models import Closure, Programme
from tec_site.staff import roles
from tests.factories import (
    amsterdam,
    make_booking,
    make_component,
    make_other_hub,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
    make_zone,
)
from tests.tec_site.test_structure import ORDER
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


def test_columns_and_rows_that_stay_leave_nothing(staff, db):
    changed, same = make_slot(), make_slot(starts_at=amsterdam(2026, 11, 4, 9))
    limits = [("max_groups", 3, 40), ("max_pupils", 60, 60)]
    log_values(staff, [(changed, limits), (same, [("max_groups", 40, 40)])])
    entry = LogEntry.objects.get()
    assert (entry.object_id, entry.user) == (str(changed.pk), staff)
    assert entry_in_words(entry) == "Klassen tegelijk: 3 → 40."


def test_actions_are_told_as_before(desk):
    programme = make_programme()
    LogEntry.objects.log_actions(
        desk.get("/beheer/").wsgi_request.user.pk, [programme], 2, "duplicate", single_object=True
    )
    assert history_of(desk, programme) == ["duplicate"]


# --- What is changed elsewhere than in its form (PITFALLS T25) ----------------------------------


SLOTS = "/beheer/bookings/visitslot/"


def act(client, action, slots, **data):
    keys = [slot.pk for slot in slots]
    return client.post(SLOTS, {"action": action, "_selected_action": keys} | data, follow=True)


@pytest.fixture
def forty(db):
    programme = make_programme(max_groups=9, max_pupils=999)
    moments = [amsterdam(2026, 11, 2, 9) + datetime.timedelta(days=n) for n in range(40)]
    return [
        make_slot(starts_at=one, programmes=[programme], max_groups=2, max_pupils=60)
        for one in moments
    ]


def test_maximum_of_forty_slots_leaves_a_line_each_with_who_pressed(desk, staff, forty):
    already = forty[0]
    VisitSlot.objects.filter(pk=already.pk).update(max_groups=3)
    asked = act(desk, "limit", forty)
    assert asked.text.count('name="_selected_action"') == 40
    assert not LogEntry.objects.exists()

    done = act(desk, "limit", forty, limit="1", max_groups="3", max_pupils="")

    assert "39 dagdelen gewijzigd." in done.text
    assert set(VisitSlot.objects.values_list("max_groups", "max_pupils")) == {(3, 60)}
    assert LogEntry.objects.count() == 39
    assert history_of(desk, forty[1]) == ["Klassen tegelijk: 2 → 3."]
    assert LogEntry.objects.filter(user=staff).count() == 39
    assert history_of(desk, already) == []


def test_pressing_twice_changes_and_logs_nothing_more(desk, forty):
    for _press in range(2):
        act(desk, "limit", forty, limit="1", max_pupils="90")
    assert LogEntry.objects.count() == 40


@pytest.mark.parametrize("typed", [{}, {"max_groups": "0"}, {"max_groups": "veel"}])
def test_maximum_that_is_none_changes_nothing(desk, forty, typed):
    page = act(desk, "limit", forty, limit="1", **typed)
    assert page.context["form"].errors
    assert not LogEntry.objects.exists()


def test_visit_that_has_more_booked_is_named_and_keeps_its_maximum(desk):
    visit = make_visit(max_groups=3, max_pupils=99)
    for name in "7a", "7b":
        make_booking(visit=visit, party_name=name)
    page = act(desk, "limit", [visit.slot], limit="1", max_groups="1")
    assert "er is meer in geboekt" in page.text
    visit.refresh_from_db()
    assert visit.max_groups == 3


def test_slots_of_another_hub_are_not_changed(client, forty, one_factor):
    roles.load()
    person = make_staff(is_superuser=False, hubs=[make_other_hub()])
    person.groups.add(Group.objects.get(name="Beheer"))
    client.force_login(person)
    act(client, "limit", forty, limit="1", max_groups="9")
    assert not VisitSlot.objects.filter(max_groups=9).exists()


def test_closing_slots_says_from_what_to_what_and_who(desk, forty, frozen):
    VisitSlot.objects.filter(pk=forty[0].pk).update(is_closed=True)
    act(desk, "close", forty)
    assert history_of(desk, forty[1]) == ["Gesloten: nee → ja."]
    assert history_of(desk, forty[0]) == []
    frozen.shift(60)  # the history is in order of time
    act(desk, "reopen", forty[1:2])
    assert history_of(desk, forty[1])[-1] == "Gesloten: ja → nee."


# Where the log keeps the names of what changed, not the values: of a person, whom erasing reaches.
OF_PERSONS = {
    "schools.user",
    "schools.organisation",
    "schools.classgroup",
    "submissions.submission",
    "roster.person",
}


def test_whatever_staff_can_change_has_a_history_with_values(staff, db):
    """But persons, and what has events instead."""
    request = RequestFactory().get("/")
    request.user = staff
    lacks = set()
    for model, one in admin.site._registry.items():
        row = model(pk=1, **({"kind": "workshop"} if model is Programme else {}))
        if one.has_change_permission(request, row) and not one.logs_values:
            lacks.add(model._meta.label_lower)
    assert lacks == OF_PERSONS


def test_no_page_writes_a_sentence_in_one_language_into_the_log():
    """CASES C25: what was done is kept for each reader by `log_done`."""
    ours = [path for room in ORDER for path in (settings.BASE_DIR / room).rglob("*.py")]
    assert len(ours) > 300
    assert [str(path) for path in ours if re.search(r"\.log_change\(", path.read_text())] == []
