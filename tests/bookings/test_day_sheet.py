"""The day sheet: who comes to a venue on a day, on the wall."""

import datetime
import io
from typing import Any

import pytest
from pypdf import PdfReader

from bookings.models import State
from bookings.telling.documents import day_sheet, day_sheet_filename
from programmes.models import Venue
from tests.factories import (
    VISIT_DAY,
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_venue,
    make_visit,
    make_zone,
)

pytestmark = pytest.mark.django_db


def read(venue: Venue, day: datetime.date = VISIT_DAY) -> str:
    reader = PdfReader(io.BytesIO(day_sheet(venue, day)))
    assert [tuple(round(float(x)) for x in p.mediabox[2:]) for p in reader.pages] == [(842, 595)]
    return " ".join(reader.pages[0].extract_text().split())


def make_day(venue: Venue, *, classes: int = 2, hour: int = 9) -> None:
    """A visit of some classes of one school in the zones 'Atelier' and 'Hal'."""
    zones = [make_zone(venue=venue, name=name) for name in ("Atelier", "Hal")]
    programme = make_programme(zones=zones, title=f"Stop-motion om {hour}", max_groups=9)
    slot = make_slot(venue=venue, starts_at=amsterdam(2026, 11, 3, hour))
    visit = make_visit(slot=slot, programme=programme, max_groups=9, max_pupils=300)
    submission = make_submission(
        school=make_school(name="OBS De Hagenpoort"),
        contact_name="Anouk de Vries",
        facilities="Een rolstoelplek\nGeen <b>trap</b>",
        photos="no",
    )
    submission.reference = f"7K55GP{hour:02d}"
    submission.save()
    for number in range(classes):
        make_booking(submission=submission, visit=visit, party_name=f"7{'AB'[number % 2]}{number}")


def test_day_sheet_has_what_staff_need_of_every_visit() -> None:
    venue = make_venue(name="TEC Deventer")
    make_day(venue, hour=13, classes=1)
    make_day(venue, hour=9, classes=2)

    line = "Anouk de Vries 0570 123456 Een rolstoelplek Geen <b>trap</b> Geen foto’s"
    head = "Klas School Leerlingen Begeleiders Contactpersoon Wat moeten we regelen? Foto’s"
    assert read(venue) == (
        "Bezoeken op dinsdag 3 november 2026 TEC Deventer "
        f"09:00–11:00 Stop-motion om 9 Atelier, Hal {head} "
        f"7A0 groep 7 OBS De Hagenpoort 7K55GP09 24 3 {line} "
        f"7B1 groep 7 OBS De Hagenpoort 7K55GP09 24 3 {line} "
        "Totaal 48 6 "
        f"13:00–15:00 Stop-motion om 13 Atelier, Hal {head} "
        f"7A0 groep 7 OBS De Hagenpoort 7K55GP13 24 3 {line} "
        "TEC Deventer · dinsdag 3 november 2026 pagina 1 van 1"
    )


def test_day_sheet_leaves_out_what_does_not_come_and_other_days_and_venues() -> None:
    venue = make_venue()
    programme = make_programme(venue=venue, max_groups=9, max_pupils=300)
    visit = make_visit(
        slot=make_slot(venue=venue), programme=programme, max_groups=9, max_pupils=300
    )
    names = {state: f"klas{number}" for number, state in enumerate(State, 1)}
    for state, name in names.items():
        make_booking(visit=visit, state=state, party_name=name)
    make_booking(party_name="elders")

    text = read(venue)

    shown = {state for state, name in names.items() if f"{name} " in text}
    assert shown == {State.REQUESTED, State.CONFIRMED, State.ATTENDED, State.NO_SHOW}
    assert text.count("nog niet bevestigd") == 1
    assert "elders" not in text
    assert "Er zijn geen bezoeken op deze dag." in read(venue, datetime.date(2026, 11, 4))


def test_day_sheet_uses_amsterdam_days() -> None:
    venue = make_venue()
    programme = make_programme(venue=venue)
    slot = make_slot(venue=venue, starts_at=amsterdam(2026, 11, 3, 0, 30))
    make_booking(visit=make_visit(slot=slot, programme=programme), party_name="nachtklas")

    assert "nachtklas" in read(venue)


@pytest.mark.parametrize("classes", [1, 3])
def test_day_sheet_asks_two_questions(classes: int, django_assert_num_queries: Any) -> None:
    venue = make_venue()
    make_day(venue, hour=9, classes=classes)
    make_day(venue, hour=13, classes=classes)

    with django_assert_num_queries(2):
        day_sheet(venue, VISIT_DAY)


def test_day_sheet_is_named_after_its_day() -> None:
    assert day_sheet_filename(VISIT_DAY) == "daglijst-2026-11-03.pdf"
