"""The letter: its facts on one A4, its tags, the rotation, and text that means harm."""

import io
import re
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from bookings.models import Booking, State, Visit
from bookings.telling.documents import letter, letter_filename
from programmes.models import Programme, Venue
from submissions.models import Submission
from tests.factories import (
    amsterdam,
    make_booking,
    make_component,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_venue,
    make_visit,
    make_zone,
)
from tests.tagged_pdf import of_kind

pytestmark = pytest.mark.django_db

A4 = (595, 842)
COMPONENTS = [
    "3D-printen en lasersnijden",
    "Robots programmeren",
    "Metaal: solderen en zagen",
    "Stop-motion",
    "Tiny House: duurzaam bouwen",
    "Stroom en schakelingen",
]


@pytest.fixture(autouse=True)
def site_url(settings: Any) -> None:
    settings.SITE_URL = "https://tec.example"


def make_facts(**fields: Any) -> Programme:
    """A programme of which every line of the letter is filled."""
    venue = make_venue(
        name="TEC Deventer",
        directions="Bus 3 of 7, halte Hanzeweg.\nParkeren is gratis.",
        phone="0570 765 432",
        email="balie@tec.example",
    )
    fields = {
        "title": "Stop-motion",
        "venue": venue,
        "duration": 150,
        "price": "75.00",
        "price_note": "Achteraf een factuur.",
        "bring": "Een lunchpakket\n\nKleren die vies mogen worden",
        "arrange": "Vervoer naar het TEC en terug",
        "max_groups": 3,
        "max_pupils": 90,
    } | fields
    return make_programme(**fields)


def make_tasting(duration: int = 150, minutes: int = 20) -> Programme:
    programme = make_facts(
        title="Proeverij",
        kind="taster",
        duration=duration,
        welcome=15,
        move_minutes=2,
        max_groups=1,
    )
    zone = make_zone(venue=programme.venue, name="Moderne techniek en media")
    for position, name in enumerate(COMPONENTS):
        make_component(
            programme=programme,
            name=name,
            minutes=minutes,
            max_pupils=6,
            position=position,
            zone=zone,
        )
    return programme


def make_room(programme: Programme) -> Visit:
    """A visit of this programme on 3 November 2026 from 9:00, with room for three classes."""
    slot = make_slot(venue=programme.venue, ends_at=amsterdam(2026, 11, 3, 14))
    return make_visit(slot=slot, programme=programme, max_groups=3, max_pupils=90)


def make_asker(**fields: Any) -> Submission:
    fields = {
        "school": make_school(name="OBS De Hagenpoort"),
        "contact_name": "Anouk de Vries",
        "reference": "7K55GP47",
        "purchase_order": "INK-2026-0815",
    } | fields
    return make_submission(**fields)


def read(submission: Submission) -> PdfReader:
    return PdfReader(io.BytesIO(letter(submission)))


def text_of(page: Any) -> str:
    """The text of a page on one line, as layout breaks lines where it likes."""
    return " ".join(page.extract_text().split())


def test_long_class_name_does_not_break_the_words_above_the_numbers():
    submission = make_asker()
    visit = make_room(make_facts())
    name = "6/7 De Uilen van juf Ümit Çelik-van ’t Hof"
    make_booking(visit=visit, submission=submission, party_name=name)

    assert "Leerlingen Begeleiders" in text_of(read(submission).pages[0])


# --- The facts ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("frozen")
def test_letter_has_the_facts_of_the_visit_on_one_a4() -> None:
    submission = make_asker()
    make_booking(
        submission=submission, visit=make_room(make_facts()), party_name="Groep 7A", pupils=27
    )

    reader = read(submission)

    assert [tuple(round(float(x)) for x in p.mediabox[2:]) for p in reader.pages] == [A4]
    # In the order of painting: what floats comes first, bullets and the footer last.
    assert text_of(reader.pages[0]) == (
        "Aantallen wijzigen of annuleren? Scan de code of log in op tec.example "
        "TEC Deventer Jullie bezoek "
        "We verwachten jullie op dinsdag 3 november 2026 om 09:00 uur. "
        "Programma Stop-motion Datum dinsdag 3 november 2026 Tijd 09:00–11:30 "
        "School OBS De Hagenpoort, Deventer "
        "Contactpersoon Anouk de Vries, 0570 123456 Kenmerk 7K55GP47 "
        "Wie er komen "
        "Klas Groep of leerjaar Leerlingen Begeleiders Minstens nodig "
        "Groep 7A groep 7 27 3 3 "
        "Eén begeleider op elke 10 leerlingen. "
        "Wat we afspraken "
        "Prijs € 75,00 per klas Achteraf een factuur. "
        "Aantallen wijzigen zelf, tot en met dinsdag 27 oktober "
        "Annuleren gratis, tot en met dinsdag 20 oktober "
        "Inkoopnummer INK-2026-0815 "
        "Foto’s Sommige leerlingen niet: vraag het ons eerst "
        "Voor jullie komen "
        "Neem mee Een lunchpakket Kleren die vies mogen worden "
        "De school regelt Vervoer naar het TEC en terug "
        "Zo vind je ons "
        "TEC Deventer, Hanzeweg 1, 7418 AA Deventer "
        "Bus 3 of 7, halte Hanzeweg. Parkeren is gratis. "
        "Vragen? 0570 765 432 · balie@tec.example • • • "
        "TEC Deventer · kenmerk 7K55GP47 pagina 1 van 1"
    )


@pytest.mark.usefixtures("frozen")
def test_letter_has_what_is_done_before_on_the_day_and_afterwards() -> None:
    programme = make_facts(
        preparation="Zoek techniek in de klas.",
        preparation_minutes=45,
        teachers_part="Loop mee met een groepje.",
        follow_up="Teken wat je maakte.",
    )
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(programme))

    text = " ".join(text_of(page) for page in read(submission).pages)

    parts = [
        "(45 minuten) Zoek techniek in de klas.",
        "Loop mee met een groepje.",
        "Teken wat je maakte.",
    ]
    assert [one for one in parts if one not in text] == []
    assert sorted(parts, key=text.index) == parts


def test_letter_is_in_the_language_of_the_submission_whatever_is_active() -> None:
    submission = make_asker(language="en")
    make_booking(submission=submission, visit=make_room(make_facts()))

    with translation.override("nl"):
        reader = read(submission)

    assert reader.root_object["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Your visit: Stop-motion, 3 November 2026"
    assert "We look forward to seeing you on Tuesday 3 November 2026 at 09:00." in text_of(
        reader.pages[0]
    )
    assert letter_filename(submission) == "letter-7K55GP47.pdf"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_letter_says_how_to_get_there_in_its_language(language: str) -> None:
    programme = make_facts()
    there = {"directions": "Tien minuten lopen.", "directions_en": "A walk of ten minutes."}
    Venue.objects.filter(pk=programme.venue_id).update(**there)
    submission = make_asker(language=language)
    make_booking(submission=submission, visit=make_room(programme))

    text = text_of(read(submission).pages[0])

    said, other = there.values() if language == "nl" else reversed(there.values())
    assert (said in text, other in text) == (True, False)


def test_letter_is_tagged() -> None:
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(make_facts()))

    reader = read(submission)

    root = reader.root_object
    assert (root["/Lang"], bool(root["/MarkInfo"]["/Marked"])) == ("nl", True)
    assert reader.metadata is not None
    assert reader.metadata.title == "Jullie bezoek: Stop-motion, 3 november 2026"
    assert reader.metadata.author == "TEC Deventer"
    assert len(of_kind(reader, "/H1")) == 1
    assert len(of_kind(reader, "/H2")) == 4
    scopes = [cell["/A"]["/Scope"] for cell in of_kind(reader, "/TH")]
    assert scopes == ["/Row"] * 6 + ["/Column"] * 5 + ["/Row"] * 6
    assert [figure["/Alt"] for figure in of_kind(reader, "/Figure")] == [
        "QR-code die jullie boeking opent"
    ]


def test_letter_links_to_the_page_of_the_booking_without_a_token() -> None:
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(make_facts()))

    annotations = [a.get_object() for a in read(submission).pages[0]["/Annots"]]

    assert [(a["/A"]["/URI"], a["/Contents"]) for a in annotations] == [
        (
            f"https://tec.example/boekingen/{submission.public_id}/",
            "Jullie boeking op de website",
        ),
        ("mailto:balie@tec.example", "Schrijf naar de balie"),
    ]


def test_letter_of_two_classes_tells_both_and_the_price_together() -> None:
    submission = make_asker()
    visit = make_room(make_facts())
    make_booking(submission=submission, visit=visit, party_name="Groep 7A", pupils=27)
    make_booking(submission=submission, visit=visit, party_name="8b", pupils=31, supervisors=2)

    reader = read(submission)

    assert len(reader.pages) == 1
    text = text_of(reader.pages[0])
    assert "Groep 7A groep 7 27 3 3 8b groep 7 31 2 4 Eén begeleider" in text
    assert "Prijs € 75,00 per klas, samen € 150,00 Achteraf" in text


def test_letter_says_when_there_are_no_costs() -> None:
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(make_facts(price=0, price_note="")))

    assert "Prijs gratis Aantallen wijzigen" in text_of(read(submission).pages[0])


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.HELD, "Deze plek houden we voor je vast. Bevestig met de code uit de mail."),
        (State.REQUESTED, "Dit is een aanvraag. Je hoort nog of het bezoek doorgaat."),
        (State.CONFIRMED, "We verwachten jullie op dinsdag 3 november 2026 om 09:00 uur."),
        (State.ATTENDED, "Jullie waren bij ons op dinsdag 3 november 2026."),
        (State.NO_SHOW, "We verwachtten jullie op dinsdag 3 november 2026."),
        (State.CANCELLED, "Dit bezoek gaat niet door."),
        (State.DECLINED, "Dit bezoek gaat niet door."),
        (State.LAPSED, "Dit bezoek gaat niet door."),
    ],
)
def test_letter_says_what_the_state_means(state: str, sentence: str) -> None:
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(make_facts()), state=state)

    text = text_of(read(submission).pages[0])
    assert f" TEC Deventer Jullie bezoek {sentence} Programma Stop-motion " in text


def test_letter_leaves_out_a_cancelled_class() -> None:
    submission = make_asker()
    visit = make_room(make_facts())
    make_booking(submission=submission, visit=visit, party_name="Groep 7A")
    make_booking(submission=submission, visit=visit, party_name="8b", state=State.CANCELLED)

    text = text_of(read(submission).pages[0])
    assert "Groep 7A" in text
    assert "8b" not in text


def test_letter_gives_classes_on_different_dates_a_page_each() -> None:
    submission = make_asker()
    programme = make_facts()
    later = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 13))
    make_booking(submission=submission, visit=make_visit(slot=later, programme=programme))
    make_booking(submission=submission, visit=make_room(programme))

    pages = [text_of(page) for page in read(submission).pages]

    assert [re.findall(r"Datum (\w+ \d+ \w+ \d+) Tijd (\S+)", page) for page in pages] == [
        [("dinsdag 3 november 2026", "09:00–11:30")],
        [("dinsdag 10 november 2026", "13:00–15:30")],
    ]
    assert [page[-31:] for page in pages] == [
        "kenmerk 7K55GP47 pagina 1 van 2",
        "kenmerk 7K55GP47 pagina 2 van 2",
    ]


def test_letter_of_a_school_that_is_not_listed() -> None:
    submission = make_asker(
        user=None, school=None, typed_school_name="De Nieuwe School", typed_city="Olst"
    )
    make_booking(submission=submission, visit=make_room(make_facts()), state=State.HELD)

    assert "School De Nieuwe School, Olst Contact" in text_of(read(submission).pages[0])


def test_letter_asks_the_same_number_of_questions_for_one_class_and_three(
    django_assert_num_queries: Any,
) -> None:
    programme = make_tasting(duration=300)
    one, three = make_asker(), make_asker(reference="00000003")
    make_booking(submission=one, visit=make_room(programme))
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    slot.ends_at = amsterdam(2026, 11, 10, 15)
    slot.save()
    visit = make_visit(slot=slot, programme=programme, max_groups=3, max_pupils=90)
    for name in ("7A", "7B", "8"):
        make_booking(submission=three, visit=visit, party_name=name)

    for submission in (one, three):
        submission = Submission.objects.select_related("school", "hub").get(pk=submission.pk)
        with django_assert_num_queries(3):
            letter(submission)


# --- The rotation ------------------------------------------------------------------------------


def test_letter_of_a_tasting_has_the_rotation_on_its_second_page() -> None:
    submission = make_asker()
    make_booking(
        submission=submission, visit=make_room(make_tasting()), party_name="Groep 7A", pupils=27
    )

    reader = read(submission)

    assert len(reader.pages) == 2
    assert "kenmerk 7K55GP47 pagina 1 van 2" in text_of(reader.pages[0])
    zone = "Moderne techniek en media"
    assert text_of(reader.pages[1]) == (
        "Langs de onderdelen "
        "Verdeel de leerlingen voor jullie bezoek in deze 6 groepjes, elk met iemand die meeloopt. "
        "Elk groepje komt één keer bij elk onderdeel. "
        "Groepje Klas Leerlingen Begint bij "
        "1 Groep 7A 5 3D-printen en lasersnijden "
        "2 Groep 7A 5 Robots programmeren "
        "3 Groep 7A 5 Metaal: solderen en zagen "
        "4 Groep 7A 4 Stop-motion "
        "5 Groep 7A 4 Tiny House: duurzaam bouwen "
        "6 Groep 7A 4 Stroom en schakelingen "
        "Onderdeel 09:15 09:35 09:37 09:57 09:59 10:19 10:21 10:41 10:43 11:03 11:05 11:25 "
        f"3D-printen en lasersnijden {zone} 1 6 5 4 3 2 "
        f"Robots programmeren {zone} 2 1 6 5 4 3 "
        f"Metaal: solderen en zagen {zone} 3 2 1 6 5 4 "
        f"Stop-motion {zone} 4 3 2 1 6 5 "
        f"Tiny House: duurzaam bouwen {zone} 5 4 3 2 1 6 "
        f"Stroom en schakelingen {zone} 6 5 4 3 2 1 "
        "Het nummer in de tabel is het groepje dat er dan is. "
        "TEC Deventer · kenmerk 7K55GP47 pagina 2 van 2"
    )


def test_rotation_names_the_components_in_the_language_of_the_letter() -> None:
    programme = make_tasting()
    programme.components.filter(name="Stop-motion").update(name_en="Moving pictures")
    submission = make_asker(language="en")
    make_booking(submission=submission, visit=make_room(programme), party_name="7A", pupils=27)

    text = text_of(read(submission).pages[1])

    assert "3 7A 5 Metaal: solderen en zagen 4 7A 4 Moving pictures 5 7A 4 Tiny House" in text
    assert "Moving pictures Moderne techniek en media 4 3 2 1 6 5 " in text
    assert "Stop-motion" not in text


def test_letter_says_when_the_rotation_does_not_fit() -> None:
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(make_tasting(minutes=21)), pupils=27)

    text = " ".join(text_of(page) for page in read(submission).pages)
    assert (
        "Langs de onderdelen Met deze aantallen past de rondgang niet: die duurt 151 minuten en "
        "het bezoek 150. We bellen je om samen een oplossing te zoeken."
    ) in text
    assert "Onderdeel" not in text


def test_letter_keeps_clear_of_another_schools_class_without_naming_it() -> None:
    visit = make_room(make_tasting(duration=300))
    other = make_asker(reference="00000001", school=make_school(name="CBS De Ark"))
    make_booking(submission=other, visit=visit, party_name="Arkgroep", pupils=24)
    submission = make_asker()
    make_booking(submission=submission, visit=visit, party_name="Groep 7A", pupils=10)

    text = " ".join(text_of(page) for page in read(submission).pages)

    # Four groups of the other class, then two of this one.
    assert "Groepje Klas Leerlingen Begint bij 5 Groep 7A 5 Tiny House" in text
    assert "3D-printen en lasersnijden Moderne techniek en media · 6 5 · · ·" in text
    assert "Een punt is een groepje van een andere klas." in text
    assert "Ark" not in text


def test_letter_splits_a_wide_rotation_over_two_tables_and_shows_breaks() -> None:
    submission = make_asker()
    visit = make_room(make_tasting(duration=300))
    for name in ("7A", "7B"):
        make_booking(submission=submission, visit=visit, party_name=name, pupils=25)

    reader = read(submission)

    assert len(reader.pages) == 2
    text = text_of(reader.pages[1])
    assert text.count("Onderdeel ") == 2
    assert re.findall(r"Pauze ((?:\d+, )+\d+)", text)


def test_letter_of_a_cancelled_tasting_has_no_rotation() -> None:
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(make_tasting()), state=State.CANCELLED)

    assert [p for p in read(submission).pages if "Langs de onderdelen" in text_of(p)] == []


# --- Names and text of every kind -----------------------------------------------------------------


def test_letter_with_long_and_accented_names_stays_on_one_page() -> None:
    name = "Openbare Daltonschool voor Jenaplan en Techniek De Grote Wijde Zwaluw aan de Ij."
    assert len(name) == 80
    submission = make_asker(school=make_school(name=name), contact_name="Ümit Çelik-van ’t Hof")
    make_booking(submission=submission, visit=make_room(make_facts()))

    reader = read(submission)

    assert len(reader.pages) == 1
    text = text_of(reader.pages[0])
    assert f"School {name}, Deventer Contactpersoon Ümit Çelik-van ’t Hof, 0570" in text


HOSTILE = "<script>alert(1)</script>{% now 'Y' %}{{ settings }}<img src=file:///etc/passwd>\x00\x07"


def test_letter_shows_hostile_text_as_text() -> None:
    submission = make_asker(
        school=make_school(name=HOSTILE.strip("\x00\x07")),
        contact_name="<b>{% load x %}</b>",
        purchase_order="</td></table><h1>x",
    )
    make_booking(
        submission=submission, visit=make_room(make_facts()), party_name="<i>{{ a|b }}</i>"
    )

    reader = read(submission)

    text = text_of(reader.pages[0]).replace(" ", "")
    for typed in (
        "<script>alert(1)</script>{%now'Y'%}{{settings}}<imgsrc=file:///etc/passwd>",
        "<b>{%loadx%}</b>",
        "</td></table><h1>x",
        "<i>{{a|b}}</i>",
    ):
        assert typed in text
    assert len(of_kind(reader, "/H1")) == 1
    assert len(of_kind(reader, "/Figure")) == 1


@pytest.mark.parametrize("text", ["woord " * 840, "x" * 5_000, "<" * 5_000, "\u202e<\n" * 250])
def test_letter_takes_ten_thousand_characters(text: str) -> None:
    """Half of them to bring and half to arrange, more than a form takes; it flows over pages, and
    every page says whose it is."""
    programme = make_facts(bring=text, arrange=text)
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(programme))

    pages = [text_of(page) for page in read(submission).pages]

    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        assert page.endswith(f"kenmerk 7K55GP47 pagina {number} van {len(pages)}")


def test_letter_with_the_longest_texts_of_staff_has_the_facts_on_its_first_page() -> None:
    line = "Een lunchpakket voor ieder kind, met drinken.\n"
    longest = (line * 20)[:600]
    programme = make_facts(bring=longest, arrange=longest)
    programme.venue.directions = longest
    programme.venue.save()
    submission = make_asker()
    make_booking(submission=submission, visit=make_room(programme))

    reader = read(submission)

    assert len(reader.pages) == 2
    first = text_of(reader.pages[0])
    assert "Wie er komen" in first
    assert "Wat we afspraken Prijs" in first
    assert "Foto’s Sommige leerlingen niet: vraag het ons eerst" in first


def test_letter_of_many_classes_flows_over() -> None:
    submission = make_asker()
    programme = make_facts(max_groups=40, max_pupils=1000)
    slot = make_slot(venue=programme.venue, max_groups=40, max_pupils=1000)
    visit = make_visit(slot=slot, programme=programme)
    for number in range(1, 41):
        make_booking(submission=submission, visit=visit, party_name=f"Klas-{number}", pupils=20)

    text = " ".join(text_of(page) for page in read(submission).pages)

    assert re.findall(r"Klas-(\d+)", text) == [str(number) for number in range(1, 41)]
    assert Booking.objects.count() == 40
