"""Shifts and hours as a spreadsheet (PITFALLS T05, T07)."""

import csv
import io
from io import BytesIO

import pytest
from django.contrib.auth.models import Group
from openpyxl import load_workbook

from roster import lifecycle
from tec_site.models import Export
from tec_site.staff import roles
from tests.factories import amsterdam, make_other_hub, make_staff
from tests.roster.rostering import make_person, make_run, make_shift

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]
SHIFTS, HOURS = "/beheer/roster/shift/export/", "/beheer/roster/person/uren"


def rows_of(content):
    heading, *rows = load_workbook(BytesIO(content)).active.values
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.fixture
def worked(frozen, staff):
    """Anna was there from nine to a quarter past eleven."""
    run = make_run(title="Proeverij")
    shift = make_shift(run, person=make_person(runs=[run], name="Anna", email="anna@x.example"))
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    times = {
        "worked_from": amsterdam(2026, 11, 3, 9),
        "worked_until": amsterdam(2026, 11, 3, 11, 15),
    }
    lifecycle.record(shift=shift, by=staff, **times)


def test_shifts_are_taken_along_as_typed_cells_as_they_are_filtered(client, staff, worked):
    client.force_login(staff)
    make_shift(make_run(title="Robots"), amsterdam(2026, 11, 10, 9))
    answer = client.post(f"{SHIFTS}?q=Proeverij&when=all", {"resource": "0", "format": "0"})
    [row] = rows_of(answer.content)
    assert f"{row['van']} {row['gewerkt tot']}" == "2026-11-03 09:00:00 2026-11-03 11:15:00"
    assert (row["naam"], row["programma"], row["status"]) == ("Anna", "Proeverij", "gewerkt")


def test_hours_of_a_year_are_numbers_and_who_took_them_is_in_the_log(client, staff, worked):
    client.force_login(staff)
    answer = client.post(f"{HOURS}.xlsx?jaar=2026")
    assert 'filename="uren-van-2026-2027-' in answer["Content-Disposition"]
    [row] = rows_of(answer.content)
    assert (row["naam"], row["gewerkte uren"], row["schooljaar"]) == ("Anna", 2.25, "2026–2027")
    sheet = client.post(f"{HOURS}.csv?jaar=2026").text.lstrip("\ufeff")
    [row] = csv.DictReader(io.StringIO(sheet), delimiter=";")
    assert row["gewerkte uren"] == "2,25"
    assert [one.user for one in Export.objects.all()] == [staff, staff]
    assert client.post(f"{HOURS}.csv?jaar=2025").text.count("\r\n") == 1


def someone(client, role, **fields):
    roles.load()
    person = make_staff(is_superuser=False, **fields)
    person.groups.add(Group.objects.get(name=role))
    client.force_login(person)


def test_another_hub_and_a_volunteer_take_nothing_along(client, worked):
    someone(client, "Beheer", hubs=[make_other_hub()])
    assert client.post(f"{HOURS}.csv").text.count("\r\n") == 1
    assert rows_of(client.post(SHIFTS, {"resource": "0", "format": "0"}).content) == []
    someone(client, "Vrijwilliger")
    assert client.post(f"{HOURS}.csv").status_code == 403
    assert client.post(SHIFTS, {"resource": "0", "format": "0"}).status_code == 403
