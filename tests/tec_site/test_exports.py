"""Lists to take along: as filtered and searched, or what is ticked (PITFALLS T05)."""

from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from bookings import attendance
from bookings.models import State
from kits.models import ChargeLine
from tec_site.staff import roles
from tests.factories import (
    amsterdam,
    make_booking,
    make_kit,
    make_loan,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
)

pytestmark = pytest.mark.usefixtures("frozen", "one_factor")

BOOKINGS = "/beheer/bookings/booking/"
XLSX, CSV = "0", "1"


def rows_of(response) -> list[dict]:
    """Each row of a sheet by its headings."""
    heading, *rows = load_workbook(BytesIO(response.content)).active.values
    return [dict(zip(heading, row, strict=True)) for row in rows]


def export(client, address, query="", resource="0"):
    return client.post(f"{address}export/?{query}", {"resource": resource, "format": XLSX})


@pytest.fixture
def classes(db):
    """Some more than a page of the list has, of two schools."""
    visit = make_visit(max_groups=40, max_pupils=999)
    ark = make_school(name="Basisschool De Ark")
    mine = [
        make_booking(visit=visit, party_name=f"{n}-8", submission=make_submission(school=ark))
        for n in range(1, 32)
    ]
    return [*mine, make_booking(visit=visit, party_name="elders", state=State.REQUESTED)]


def test_filtered_list_is_taken_along_as_it_is_filtered(desk, classes):
    page = desk.get(f"{BOOKINGS}export/?q=Ark")
    assert "31 rijen meenemen" in page.text

    rows = rows_of(export(desk, BOOKINGS, "q=Ark"))

    assert len(rows) == 31
    assert {row["school of organisatie"] for row in rows} == {"Basisschool De Ark"}
    assert len(rows_of(export(desk, BOOKINGS, "state__exact=requested"))) == 1
    assert len(rows_of(export(desk, BOOKINGS))) == 32


def test_row_says_when_who_and_how_many_as_typed_cells(desk, frozen):
    booking = make_booking(
        pupils=24,
        party_name="7-8",
        submission=make_submission(phone="0570123456", purchase_order="00123"),
    )
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())
    attendance.attend(booking=booking, by=make_staff(), came=22)

    [row] = rows_of(export(desk, BOOKINGS, "when=all"))

    assert row["begin"].isoformat() == "2026-11-03T09:00:00"
    assert (row["klas of groep"], row["telefoon"], row["inkoopnummer"]) == (
        "7-8",
        "0570123456",
        "00123",
    )
    assert (row["leerlingen"], row["leerlingen die kwamen"]) == (24, 22)


@pytest.mark.parametrize("across", ["0", "1"])
def test_ticked_are_those_that_are_taken_along(desk, classes, across):
    data = {
        "action": "export_ticked",
        "_selected_action": [one.pk for one in classes[:2]],
        "select_across": across,
    }
    answer = desk.post(f"{BOOKINGS}?q=Ark", data)
    assert len(rows_of(answer)) == (31 if across == "1" else 2)
    assert answer["Content-Disposition"] == 'attachment; filename="boekingen-2026-09-15.xlsx"'


def test_who_takes_what_along_is_in_the_log(desk, classes):
    export(desk, BOOKINGS, "q=Ark")
    entry = LogEntry.objects.latest("pk")
    assert (entry.object_repr, entry.change_message) == (
        "boekingen",
        "31 rijen meegenomen als xlsx.",
    )


def test_invoice_lines_are_of_who_came_or_did_not_say_so(desk, frozen):
    programme = make_programme(price=75, max_groups=5)
    visit = make_visit(
        slot=make_slot(programmes=[programme]), programme=programme, max_groups=5, max_pupils=150
    )
    came, missed, _cancelled = (
        make_booking(visit=visit, state=state)
        for state in (State.ATTENDED, State.NO_SHOW, State.CANCELLED)
    )
    make_booking(state=State.ATTENDED)  # free of charge

    rows = rows_of(export(desk, BOOKINGS, "when=all", resource="1"))

    assert {(row["kenmerk"], row["bedrag (euro)"]) for row in rows} == {
        (one.submission.reference, 75) for one in (came, missed)
    }


def test_other_hub_is_not_taken_along(client, db):
    hub = make_other_hub()
    programme = make_programme(venue=make_venue(hub=hub))
    make_booking(
        visit=make_visit(slot=make_slot(programmes=[programme]), programme=programme),
        submission=make_submission(hub=hub),
    )
    make_booking()
    roles.load()
    coordinator = make_staff(hubs=[hub], is_superuser=False)
    coordinator.groups.add(Group.objects.get(name=roles.MANAGEMENT))
    client.force_login(coordinator)
    assert [row["hub"] for row in rows_of(export(client, BOOKINGS, "when=all"))] == [hub.name]


def test_loans_visits_charges_and_contacts_are_taken_along(desk):
    loan = make_loan(copy=make_kit(title="Robots").copies.get())
    item = loan.kit.contents.create(name="Motor", quantity=2, unit_cost=12)
    ChargeLine.objects.create(
        loan=loan, item=item, quantity=1, amount=12, state=ChargeLine.State.CHARGED
    )
    make_booking()
    [row] = rows_of(export(desk, "/beheer/kits/loan/", "when=all"))
    assert (row["leskist"], row["kenmerk"]) == ("Robots", loan.submission.reference)
    for resource in "01":
        [row] = rows_of(export(desk, "/beheer/kits/chargeline/", resource=resource))
        assert (row["onderdeel"], row["bedrag (euro)"]) == ("Motor", 12)
    [row] = rows_of(export(desk, "/beheer/bookings/visit/", "when=all"))
    assert row["leerlingen"] == 24
    assert len(rows_of(export(desk, "/beheer/submissions/submission/"))) == 2


def test_rows_cost_no_query_each(desk, classes):
    def queries(query):
        with CaptureQueriesContext(connection) as found:
            export(desk, BOOKINGS, query)
        return len(found)

    queries("q=elders")
    assert queries("q=elders") == queries("q=Ark")
