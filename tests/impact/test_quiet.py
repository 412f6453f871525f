"""Quiet schools: which they are, what there was between them and us, and what staff note."""

import csv
import datetime
import io

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import State
from core.mail.queue import Message, enqueue
from core.models import Mail
from impact.counting.quiet import Silence, Wanted, quiet_schools, with_contacts
from impact.models import SchoolContact
from kits.models import LoanState
from schools.models import SchoolBoard, Sector
from submissions.models import Submission
from tec_site.staff import roles
from tests.factories import (
    amsterdam,
    make_loan,
    make_other_hub,
    make_school,
    make_staff,
    make_submission,
    the_hub,
)
from tests.impact.counted import came, make_contact

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("autumn", "one_factor")]

LIST = "/beheer/cijfers/stille-scholen/"
DAY = datetime.date(2027, 1, 15)


@pytest.fixture
def autumn(time_machine):
    time_machine.move_to(amsterdam(2027, 1, 15, 12), tick=False)


def in_town(name, town="Deventer", **fields):
    return make_school(name=name, municipality=town, **fields)


@pytest.fixture
def town():
    """Of one municipality: who came this year, who is to come, who came before, and who never."""
    came(2026, 11, 3, school=in_town("Altijd"))
    came(2027, 3, 2, school=in_town("Straks"), state=State.CONFIRMED)
    came(2026, 3, 3, school=in_town("Ooit"))
    came(2026, 11, 4, school=in_town("Bleef weg"), state=State.NO_SHOW)
    in_town("Nooit")
    in_town("Elders", town="Zwolle")
    in_town("Dicht", closed_on=datetime.date(2026, 8, 1))
    in_town("Getypt", site_code=None, is_verified=False)  # it may be one of the others


def names(hubs=None, **wanted):
    hubs = hubs or [the_hub().pk]
    return [school.name for school in quiet_schools(hubs, Wanted(**wanted))]


def test_quiet_is_who_did_not_come_this_year_and_is_not_to(town):
    assert names() == ["Bleef weg", "Nooit", "Ooit"]
    assert names(silence=Silence.NEVER) == ["Bleef weg", "Nooit"]
    assert names(silence=Silence.NOT_THIS_YEAR) == ["Ooit"]


def test_last_day_of_the_old_school_year_is_last_year_and_the_first_of_this_one_is_not(town):
    came(2026, 7, 31, school=in_town("Juli"))
    came(2026, 8, 1, school=in_town("Augustus"))
    assert names(silence=Silence.NOT_THIS_YEAR) == ["Juli", "Ooit"]


def test_school_that_came_to_another_hub_is_quiet_here_only(town):
    other = make_other_hub()
    assert "Altijd" in names(hubs=[other.pk])
    assert "Altijd" not in names(hubs=[other.pk, the_hub().pk])


def test_filters_by_board_municipality_sector_and_whether_anybody_spoke(town):
    board = SchoolBoard.objects.create(number="41853", name="Openbaar")
    one = in_town("Zeeraaf", board=board, sector=Sector.SPECIAL)
    assert names(board="41853") == ["Zeeraaf"]
    assert names(sector="so") == ["Zeeraaf"]
    assert names(municipality="Zwolle") == []  # from there nobody ever came
    make_contact(school=one)
    assert "Zeeraaf" not in names(is_left=True)
    make_contact(school=in_town("Vorig jaar"), day=datetime.date(2026, 5, 1))
    assert "Vorig jaar" in names(is_left=True)


def test_who_spoke_with_another_hub_only_is_left_here(town):
    make_contact(school=in_town("Zeeraaf"), hub=make_other_hub())
    assert "Zeeraaf" in names(is_left=True)


def contact_of(school):
    [one] = with_contacts([school], [the_hub().pk])
    return (f"{one.last.day}", str(one.last.what)) if one.last else None


def asked_on(school, *day):
    submission = make_submission(school=school)
    Submission.objects.filter(pk=submission.pk).update(created_at=amsterdam(*day, 9))
    return submission


def test_last_contact_is_the_latest_of_visit_box_request_mail_and_talk():
    school = in_town("Regenboog")
    assert contact_of(school) is None
    came(2026, 3, 3, school=school, submission=asked_on(school, 2026, 1, 5))
    assert contact_of(school) == ("2026-03-03", "bezoek")
    make_loan(
        submission=asked_on(school, 2026, 3, 1),
        state=LoanState.RETURNED,
        starts_on=datetime.date(2026, 5, 4),
        ends_on=datetime.date(2026, 5, 25),
    )
    assert contact_of(school) == ("2026-05-04", "leskist")
    asked = asked_on(school, 2026, 6, 2)
    assert contact_of(school) == ("2026-06-02", "aanvraag")
    mail = enqueue(Message(to="x@b.example", subject="Dag", text="Dag", reference=asked.reference))
    sent = {"state": Mail.State.SENT, "created_at": amsterdam(2026, 6, 9, 9)}
    Mail.objects.filter(pk=mail.pk).update(**sent)
    assert contact_of(school) == ("2026-06-09", "mail")
    Mail.objects.filter(pk=mail.pk).update(state=Mail.State.FAILED)
    assert contact_of(school) == ("2026-06-02", "aanvraag")
    make_contact(school=school, day=datetime.date(2026, 12, 1))
    assert contact_of(school) == ("2026-12-01", "gesproken")


def test_box_handed_out_before_its_first_day_is_no_contact_of_tomorrow():
    school = in_town("Regenboog")
    make_loan(
        submission=asked_on(school, 2027, 1, 4),
        state=LoanState.OUT,
        starts_on=datetime.date(2027, 1, 16),
        ends_on=datetime.date(2027, 2, 5),
    )
    assert contact_of(school) == ("2027-01-04", "aanvraag")


# --- The page -------------------------------------------------------------------------------------


def test_list_is_worked_through_note_by_note(desk, town, staff):
    page = desk.get(LIST, {"wie": "nooit"})
    assert "2 stille scholen" in page.text
    school = next(one.school for one in page.context["rows"] if one.school.name == "Nooit")
    sheet = f"{LIST}{school.pk}/?wie=nooit"
    assert f"{sheet}" in page.text
    form = {"day": "2027-01-14", "note": "Directeur gesproken.\nBelt in maart terug."}
    done = desk.post(sheet, form, follow=True)
    assert done.redirect_chain == [(f"{LIST}?wie=nooit", 302)]
    assert "Genoteerd: Nooit, Deventer." in done.text
    assert "Belt in maart terug." in done.text
    [line] = SchoolContact.objects.all()
    assert (line.by, line.hub, line.day) == (staff, the_hub(), datetime.date(2027, 1, 14))
    assert names(silence=Silence.NEVER, is_left=True) == ["Bleef weg"]

    for _click in range(2):
        back = desk.post(f"{LIST}{school.pk}/regel/{line.pk}/weg/", follow=True)
        assert back.redirect_chain == [(f"{LIST}{school.pk}/?wie=allebei", 302)]
        assert "De notitie is weg: Nooit, Deventer." in back.text
    assert not SchoolContact.objects.exists()


def test_two_clicks_note_once_and_other_words_or_a_colleague_s_are_another_note(desk, town):
    page = f"{LIST}{in_town('Zeeraaf').pk}/"
    said = {"day": "2027-01-14", "note": "Belt terug."}
    for data in (said, said, said | {"note": "Belde terug."}, said | {"day": "2027-01-15"}):
        assert desk.post(page, data).status_code == 302
    assert SchoolContact.objects.count() == 3
    desk.force_login(make_staff())
    desk.post(page, said)
    assert SchoolContact.objects.count() == 4


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": "2027-01-16", "note": "x"}, "day"),
        ({"day": "gisteren", "note": "x"}, "day"),
        ({"day": "2027-01-14", "note": " "}, "note"),
    ],
)
def test_note_that_is_wrong_is_said_at_its_field_and_kept(desk, town, typed, field):
    school = in_town("Zeeraaf")
    page = desk.post(f"{LIST}{school.pk}/", typed)
    assert page.context["form"].errors.keys() == {field}
    assert typed["day"] in page.text
    assert not SchoolContact.objects.exists()


def test_sheet_is_the_list_as_it_is_filtered_and_who_took_it_is_in_the_log(desk, town, staff):
    make_contact(school=quiet_schools([the_hub().pk], Wanted())[1], note="=1+1")
    sheet = desk.post(f"{LIST[:-1]}.csv?wie=nooit")
    rows = list(csv.DictReader(io.StringIO(sheet.text.lstrip("\ufeff")), delimiter=";"))
    assert [row["school"] for row in rows] == ["Bleef weg", "Nooit"]
    assert rows[1]["notitie"] == "'=1+1"
    assert rows[1]["gesproken op"] == "10-09-2026"
    entry = LogEntry.objects.get()
    assert entry.user == staff
    assert entry.change_message == '[{"exported": {"rows": 2, "ending": "csv"}}]'
    assert desk.post(f"{LIST[:-1]}.xlsx").headers["Content-Type"].endswith("sheet")
    assert desk.post(f"{LIST[:-1]}.exe").status_code == 404


def test_nobody_is_quiet_is_said(desk, db):
    assert "Geen school is hier stil" in desk.get(LIST).text


def test_list_asks_as_many_questions_of_many_schools_as_of_few(desk, town):
    def questions():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert desk.get(LIST).status_code == 200
        return len(asked)

    desk.get(LIST)
    few = questions()
    for number in range(20):
        came(2026, 3, 4, school=in_town(f"Ooit {number}"))
    assert questions() <= few


# --- Who ------------------------------------------------------------------------------------------


def someone(client, role, hubs=None):
    roles.load()
    person = make_staff(is_superuser=False, hubs=hubs)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)
    return person


@pytest.mark.parametrize(
    ("role", "status"), [("Beheer", 200), ("Balie", 200), ("Lezer", 403), ("Vrijwilliger", 403)]
)
def test_notes_are_for_desk_and_management(client, town, role, status):
    someone(client, role)
    assert client.get(LIST).status_code == status


def test_another_hubs_notes_do_not_exist(client, town):
    line = make_contact(school=in_town("Zeeraaf"), note="Boos op ons.")
    someone(client, "Beheer", hubs=[make_other_hub()])
    assert "Boos" not in client.get(LIST).text
    assert "Boos" not in client.get(f"{LIST}{line.school_id}/").text
    client.post(f"{LIST}{line.school_id}/regel/{line.pk}/weg/")
    assert SchoolContact.objects.get() == line


def test_who_belongs_to_no_hub_sees_nothing(client, town):
    make_contact(school=in_town("Zeeraaf"))
    someone(client, "Beheer", hubs=[])
    page = client.get(LIST)
    assert page.context["rows"] == []
    sheet = client.post(f"{LIST[:-1]}.csv")
    assert len(sheet.text.splitlines()) == 1
