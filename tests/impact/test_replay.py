"""A report made from nothing by who has only the pages: the autumn of 2024 as the region published
it, counted again by hand, and what changes when something is put right afterwards."""

import datetime
import io
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader

from bookings.models import Booking, VisitSlot
from core.documents import can_be_made
from impact.models import FundingSource, Indicator, Report
from tests.factories import amsterdam, make_programme, make_school, make_staff, the_hub
from tests.impact.counted import came
from tests.tagged_pdf import of_kind

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("one_factor"),
    pytest.mark.skipif(not can_be_made(), reason="Pango is not installed"),
]
FIGURES, NEW = "/beheer/cijfers/", "/beheer/bookings/booking/add/"
# Both ends of the period among them; four classes on each, of 17 schools in turn.
DAYS = [
    datetime.date(2024, 9, 2), *(datetime.date(2024, 9, 10) + datetime.timedelta(days=7 * one)
    for one in range(13)), datetime.date(2024, 12, 31),
]  # fmt: skip
SCHOOLS, PUPILS, CLASSES = 17, 25, 60


def _errors_of(page: Any) -> Any:
    """Why a form came back."""
    found = page.context_data or {}
    forms = [found[name] for name in ("form", "overrule") if name in found]
    return [*(form.errors for form in forms), found.get("errors", "")]


class Centre:
    """Its staff, and what they do on its pages."""

    def __init__(self, clock: Any) -> None:
        self.clock, self.desk = clock, Client()
        self.now(2024, 8, 12)
        self.programme = make_programme(title="Proeverij", max_groups=4, max_pupils=140)

    def now(self, *day: int) -> None:
        """At five in the afternoon; the session of who was signed in is over."""
        self.clock.move_to(amsterdam(*day, 17))
        self.desk.force_login(self.staff if hasattr(self, "staff") else make_staff())

    def post(self, address: str, **data: Any) -> Any:
        page = self.desk.post(address, data)
        assert page.status_code == 302, (address, *map(str, _errors_of(page)))
        return page

    def opens(self, day: datetime.date) -> VisitSlot:
        self.post(
            "/beheer/bookings/visitslot/add/",
            venue=self.programme.venue_id, programmes=[self.programme.pk], max_groups=4,
            max_pupils=140, starts_at_0=day, starts_at_1="09:00", ends_at_0=day, ends_at_1="12:00",
        )  # fmt: skip
        return VisitSlot.objects.latest("pk")

    def books(self, slot: VisitSlot, number: int, **school: Any) -> Booking:
        """On the telephone."""
        self.post(
            f"{NEW}?programme={self.programme.pk}&slot={slot.pk}",
            **{
                "contact_name": f"Juf {number}", "email": f"juf{number}@school.example",
                "phone": "0570 123456", "photos": "ask",
                "submission_key": f"from-the-telephone-{number}",
                "klas-TOTAL_FORMS": 1, "klas-INITIAL_FORMS": 0, "klas-0-name": f"Groep {number}",
                "klas-0-year_groups": 7, "klas-0-pupils": PUPILS, "klas-0-supervisors": 3,
                "note": "", "send": "1",
            } | school,
        )  # fmt: skip
        return Booking.objects.latest("pk")

    def changed(self, address: str) -> dict[str, int]:
        """Since it was sent, as the page of the report says it."""
        return dict(self.desk.get(address).context["changed"])

    def notes(self, day: datetime.date, here: list[Booking]) -> None:
        self.post(f"/beheer/bookings/booking/dag/?dag={day}", klas=[one.pk for one in here])


@pytest.fixture
def centre():
    with time_machine.travel(amsterdam(2024, 8, 12, 10), tick=False) as clock:
        yield Centre(clock)


def replay(centre: Centre) -> None:
    """Sixty classes that came; one that was booked and never ticked off; one that cancelled."""
    listed = [make_school(municipality="Deventer") for _one in range(SCHOOLS - 1)]
    slots = [centre.opens(day) for day in DAYS]
    # One school is in no register: what was typed the first time is found afterwards.
    typed = {"school_typed_name": "De Regenboog", "school_typed_city": "Deventer"}
    booked = [centre.books(slots[0], 0, **typed)]
    schools = [booked[0].submission.school, *listed]
    for number in range(1, CLASSES):
        school = schools[number % SCHOOLS].pk
        booked.append(centre.books(slots[number // 4], number, school=school))
    extra = [centre.opens(datetime.date(2024, 10, 3 + one)) for one in range(2)]
    centre.books(extra[0], 98, school=schools[0].pk)
    off = centre.books(extra[1], 99, school=schools[1].pk)
    centre.post(f"/beheer/bookings/booking/{off.pk}/doe/cancel/", note="Ziek", sure="on")
    for at, day in enumerate(DAYS):
        centre.now(day.year, day.month, day.day)
        centre.notes(day, booked[4 * at : 4 * at + 4])


def make_the_report(centre: Centre) -> Report:
    hub = the_hub().pk
    centre.now(2025, 1, 14)
    centre.post(f"{FIGURES}indicatoren/jaarcijfers/", hub=hub)
    centre.post("/beheer/impact/fundingsource/add/", hub=hub, name="Regio Deal", kind="subsidy")
    source = FundingSource.objects.get()
    period = {"first": "2024-08-01", "last": "2025-07-31"}
    shares = {"shares-TOTAL_FORMS": 1, "shares-INITIAL_FORMS": 0}
    centre.post(
        "/beheer/impact/division/add/",
        **{"programme": centre.programme.pk, "whole": 100, "shares-0-source": source.pk,
           "shares-0-parts": 100} | period | shares,
    )  # fmt: skip
    centre.post(
        "/beheer/impact/indicator/add/",
        hub=hub, name="Leerlingen in de Proeverij", figure="pupils", position=20,
    )  # fmt: skip
    milestones = {"milestones-TOTAL_FORMS": 1, "milestones-INITIAL_FORMS": 0}
    centre.post(
        "/beheer/impact/target/add/",
        **{"indicator": Indicator.objects.latest("pk").pk, "funder": source.pk,
           "starts_on": "2024-09-01", "due_on": "2024-12-31", "amount": 1500,
           "milestones-0-day": "2024-10-31", "milestones-0-amount": 600} | milestones,
    )  # fmt: skip
    centre.post(
        "/beheer/impact/report/add/",
        hub=hub, title="Najaar 2024", funder=source.pk, first="2024-09-01", last="2024-12-31",
        introduction="Zo ging het.", unknown="Van open dagen is geen aantal bekend.",
    )  # fmt: skip
    report = Report.objects.get()
    centre.post(f"{FIGURES}verslagen/{report.pk}/versturen/")
    report.refresh_from_db()
    return report


def by_hand() -> tuple[int, int, int]:
    """Pupils, visits and schools, as one would write it in SQL; Amsterdam's days in UTC."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT SUM(COALESCE(b.came, b.pupils)), COUNT(*), COUNT(DISTINCT s.school_id)
            FROM bookings_booking b
            JOIN submissions_submission s ON s.id = b.submission_id
            JOIN bookings_visit v ON v.id = b.visit_id
            JOIN bookings_visitslot t ON t.id = v.slot_id
            WHERE b.state = 'attended'
              AND t.starts_at >= '2024-08-31 22:00:00' AND t.starts_at < '2024-12-31 23:00:00'
            """
            if connection.vendor == "sqlite"
            else """
            SELECT SUM(COALESCE(b.came, b.pupils)), COUNT(*), COUNT(DISTINCT s.school_id)
            FROM bookings_booking b
            JOIN submissions_submission s ON s.id = b.submission_id
            JOIN bookings_visit v ON v.id = b.visit_id
            JOIN bookings_visitslot t ON t.id = v.slot_id
            WHERE b.state = 'attended'
              AND (t.starts_at AT TIME ZONE 'Europe/Amsterdam')::date
                  BETWEEN '2024-09-01' AND '2024-12-31'
            """
        )
        pupils, visits, schools = cursor.fetchone()
    return int(pupils), visits, schools


def in_workbook(content: bytes) -> dict[str, Any]:
    sheet = load_workbook(io.BytesIO(content))["Cijfers"]
    return {row[0]: row[1] for row in sheet.iter_rows(min_row=2, values_only=True)}


def words_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_autumn_of_2024_from_an_empty_database_through_the_pages(centre):
    replay(centre)
    report = make_the_report(centre)

    assert by_hand() == (1500, 60, 17)
    address = f"{FIGURES}verslagen/{report.pk}/"
    pdf, xlsx = (centre.desk.get(f"{address}verslag.{one}").content for one in ("pdf", "xlsx"))
    numbers = in_workbook(xlsx)
    assert {name: numbers[name] for name in WANTED} == WANTED
    said = words_of(pdf)
    assert "deelnemers die kwamen: 1.500; bezoeken van klassen en groepen: 60, scholen: 17." in said
    assert (
        "Leerlingen in de Proeverij berekend 1.500 1.500 leerlingen en deelnemers 31 dec 2024"
        in said
    )
    assert "31 okt 2024: 600" in said
    assert "Voldaan" in said
    assert (
        "Bezoeken waarvan niet is vastgelegd of ze kwamen: 1, waarvoor er 25 geboekt waren." in said
    )
    assert "Van open dagen is geen aantal bekend." in said
    assert len(of_kind(PdfReader(io.BytesIO(pdf)), "/H1")) == 1
    page = centre.desk.get(address).text
    for words in ("Najaar 2024", "Regio Deal", "Voldaan", "31 okt 2024: 600", "Zo ging het."):
        assert words in page, words
    months = load_workbook(io.BytesIO(xlsx))["Per maand"]
    assert list(months.values)[-1] == ("Samen", 1500, 1525, 60, 17)
    assert sum(row[4] for row in list(months.values)[1:-1]) > 17  # months do not add up
    board = centre.desk.get(f"{FIGURES}?van=2024-09-01&tot=2024-12-31")
    large = {figure.code: number for figure, number, *_rest in board.context["large"]}
    assert large == {"pupils": 1500, "visits": 60, "schools": 17, "kit-pupils": 0}


WANTED = {
    "Leerlingen en deelnemers die kwamen": 1500,
    "Leerlingen en deelnemers volgens de boekingen": 1525,
    "Bezoeken van klassen en groepen": 60,
    "Verschillende klassen": 60,
    "Bereikte scholen": 17,
    "Geannuleerd door ons": 1,
    "Bezoeken waarvan niet is vastgelegd of ze kwamen": 1,
}


def test_what_is_put_right_afterwards_changes_what_it_must_and_nothing_else(centre):
    """A number corrected with its reason, a typed school merged, a teacher erased."""
    typed = make_school(name="De Regenboog", site_code=None, is_verified=False)
    listed, other = make_school(name="OBS De Regenboog"), make_school()
    booked = [
        came(2024, 10, day, school=school, programme=centre.programme, name=name)
        for day, school, name in ((1, listed, "7b"), (2, typed, "7c"), (3, other, "8a"))
    ]
    report = make_the_report(centre)
    address = f"{FIGURES}verslagen/{report.pk}/"
    files = [centre.desk.get(f"{address}verslag.{one}").content for one in ("pdf", "xlsx")]

    recount = f"/beheer/bookings/booking/{booked[0].pk}/doe/recount/"
    refused = centre.desk.post(recount, {"came": 26})
    assert "telt mee in wat al verstuurd is: Najaar 2024" in refused.text
    centre.post(recount, came=26, note="Juf belde: het waren er 26")
    assert centre.changed(address) == {"Leerlingen en deelnemers die kwamen": +2}
    assert by_hand() == (74, 3, 3)

    centre.post(f"/beheer/schools/school/{typed.pk}/samenvoegen/", school=listed.pk)
    assert by_hand() == (74, 3, 2)
    merged = centre.changed(address)
    assert merged == {"Leerlingen en deelnemers die kwamen": +2, "Bereikte scholen": -1}

    teacher = Client()
    teacher.force_login(booked[2].submission.user)
    assert teacher.post("/mijn/gegevens/wissen/", {"sure": "on"}).status_code == 302
    booked[2].submission.refresh_from_db()
    assert booked[2].submission.email == ""
    assert (by_hand(), centre.changed(address)) == ((74, 3, 2), merged)

    after = [centre.desk.get(f"{address}verslag.{one}").content for one in ("pdf", "xlsx")]
    assert after == files
