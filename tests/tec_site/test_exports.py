"""Lists to take along: as filtered and searched, or what is ticked (PITFALLS T05)."""

import csv
import datetime
from io import BytesIO

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from bookings import attendance
from bookings.models import State
from core.backoffice.changes import entry_in_words
from core.backoffice.exports import Exporting
from kits.models import ChargeLine
from roster import clock
from roster import lifecycle as roster
from roster.models import Shift
from tec_site.staff import roles
from tests.core.test_in_libreoffice import OFFICE, all_saved
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
    the_hub,
)
from tests.roster.rostering import make_person, make_run

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
    assert "Boekingen (31)" in page.text

    rows = rows_of(export(desk, BOOKINGS, "q=Ark"))

    assert len(rows) == 31
    assert {row["school of organisatie"] for row in rows} == {"Basisschool De Ark"}
    assert len(rows_of(export(desk, BOOKINGS, "state__exact=requested"))) == 1
    assert len(rows_of(export(desk, BOOKINGS))) == 32


def test_page_says_in_dutch_how_many_rows_each_of_its_lists_has(desk, frozen):
    """A list of a booking that is to come has no line of an invoice."""
    programme = make_programme(price=75)
    came = make_booking(
        visit=make_visit(slot=make_slot(programmes=[programme]), programme=programme)
    )
    make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 12, 1, 9))))
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())
    attendance.attend(booking=came, by=make_staff(), came=22)

    page = desk.get(f"{BOOKINGS}export/?when=all")

    what = page.context["form"].fields["resource"].choices
    assert [words for _key, words in what] == ["Boekingen (2)", "Factuurregels (1)"]
    assert page.context["back"] == f"{BOOKINGS}?when=all"
    main = page.text.partition("<h1")[2]
    for said in ("Een lijst meenemen", "kenmerk", "voor Excel"):
        assert said in main
    for english in ("This exporter", "Resource", "Select format"):
        assert english not in page.text


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
    assert (row["leerlingen of deelnemers"], row["leerlingen of deelnemers die kwamen"]) == (24, 22)


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


@pytest.mark.parametrize("query", ["bestaat_niet=1", "pupils=veel"])
def test_a_filter_that_is_none_leads_back_to_the_list(desk, classes, query):
    for answer in (desk.get(f"{BOOKINGS}export/?{query}"), export(desk, BOOKINGS, query)):
        assert (answer.status_code, answer["Location"]) == (302, f"{BOOKINGS}?e=1")


def test_who_takes_what_along_is_in_the_log(desk, classes):
    export(desk, BOOKINGS, "q=Ark")
    entry = LogEntry.objects.latest("pk")
    assert (entry.object_repr, entry_in_words(entry)) == (
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
    assert entry_in_words(LogEntry.objects.latest("pk")) == "2 rijen meegenomen als xlsx."


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


def test_who_may_only_look_at_a_list_takes_nothing_along(client, classes):
    looks = make_staff(is_superuser=False, hubs=[the_hub()])
    looks.user_permissions.set(Permission.objects.filter(codename="view_booking"))
    client.force_login(looks)
    page = client.get(BOOKINGS)
    assert page.status_code == 200
    assert f"{BOOKINGS}export/" not in page.text
    assert (client.get(f"{BOOKINGS}export/").status_code, export(client, BOOKINGS).status_code) == (
        403,
        403,
    )
    ticked = {"action": "export_ticked", "_selected_action": [classes[0].pk]}
    assert "attachment" not in client.post(BOOKINGS, ticked).headers.get("Content-Disposition", "")
    assert not LogEntry.objects.exists()


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
    assert row["leerlingen of deelnemers"] == 24
    assert len(rows_of(export(desk, "/beheer/submissions/submission/"))) == 2


def test_rows_cost_no_query_each(desk, classes):
    def queries(query):
        with CaptureQueriesContext(connection) as found:
            export(desk, BOOKINGS, query)
        return len(found)

    queries("q=elders")
    assert queries("q=elders") == queries("q=Ark")


# --- Every list, as a spreadsheet program has it -------------------------------------------------

LISTS = {
    admin.site._registry[model]
    for model in admin.site._registry
    if isinstance(admin.site._registry[model], Exporting)
}
RESOURCES = sorted(
    (model_admin.opts.label_lower, str(number))
    for model_admin in LISTS
    for number, _resource in enumerate(model_admin.resource_classes)
)


@pytest.fixture
def year(desk, frozen):
    """One row in each list, typed by somebody who tries formulas, with zeros that must stay."""
    programme = make_run(title="@Proeverij", price=75)
    submission = make_submission(
        school=make_school(name="=HYPERLINK(1)"),
        contact_name="+Anouk",
        phone="0570123456",
        purchase_order="00123",
    )
    slot = make_slot(programmes=[programme], max_pupils=99)
    visit = make_visit(slot=slot, programme=programme)
    make_booking(visit=visit, submission=submission, party_name="7-8")
    loan = make_loan(copy=make_kit(title="-Robots").copies.get(), submission=submission)
    item = loan.kit.contents.create(name="=Motor", quantity=2, unit_cost=12)
    ChargeLine.objects.create(
        loan=loan, item=item, quantity=1, amount="1234.50", state=ChargeLine.State.CHARGED
    )
    clock.follow_visits()
    roster.accept(shift=Shift.objects.get(), person=make_person(runs=[programme], name="@Bo"))
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())
    attendance.attend(booking=visit.bookings.get(), by=make_staff(), came=22)
    return desk


def taken_along(client, label, resource, file_format=XLSX):
    address = reverse(f"admin:{label.replace('.', '_')}_export")
    by_date = {"bookings.booking", "bookings.visit", "kits.loan", "roster.shift"}
    query = "?when=all" if label in by_date else ""
    return client.post(f"{address}{query}", {"resource": resource, "format": file_format})


def test_lists_of_the_year_are_these():
    assert {label for label, _resource in RESOURCES} == {
        *("bookings.booking", "bookings.visit", "kits.loan", "kits.chargeline"),
        *("schools.school", "submissions.submission", "roster.shift"),
    }


@pytest.mark.parametrize(("label", "resource"), RESOURCES)
def test_each_list_has_a_row_of_typed_cells_and_no_formula(year, label, resource):
    sheet = load_workbook(BytesIO(taken_along(year, label, resource).content)).active
    assert sheet.max_row >= 2
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert kinds <= {"s", "inlineStr", "n", "d"}  # and no "f"
    heading, row = (next(sheet.iter_rows(n, n, values_only=True)) for n in (1, 2))
    values = dict(zip(heading, row, strict=True))
    text = taken_along(year, label, resource, CSV).content.decode("utf-8-sig")
    [written, *_more] = csv.DictReader(text.splitlines(), delimiter=";")
    assert list(written) == list(heading)
    for column, value in values.items():
        if isinstance(value, datetime.datetime):
            time = " %H:%M" if value.time() != datetime.time() or ":" in written[column] else ""
            assert written[column] == f"{value:%d-%m-%Y{time}}"
        elif isinstance(value, float):
            assert "." not in written[column]  # a decimal comma
        if isinstance(value, str):
            assert not value.startswith(("=", "+", "-", "@"))


@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice (soffice) here")
def test_each_list_is_the_same_after_a_real_program_saved_it(year, tmp_path):
    paths = [tmp_path / f"{label}-{resource}.xlsx" for label, resource in RESOURCES]
    for path, (label, resource) in zip(paths, RESOURCES, strict=True):
        path.write_bytes(taken_along(year, label, resource).content)

    for path, again in zip(paths, all_saved(paths, "xlsx", tmp_path), strict=True):
        before, after = (list(load_workbook(file).active.values) for file in (path, again))
        assert after == before, path.stem
