"""What schools get by mail, made by the worker's own teller from the moves of the lifecycle."""

import datetime
import email.policy
import io
import re
from email import message_from_bytes

import icalendar
import pytest
import tinyhtml5
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from bookings import clock, lifecycle, visits
from bookings.models import Booking, BookingEvent, State, Visit
from bookings.telling import documents
from core.documents import DocumentsUnavailable, can_be_made
from core.mail.markers import revealed
from core.mail.outbox import Teller
from core.mail.sending import Sender
from core.models import Mail
from programmes.models import Programme
from submissions import links
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
)
from tests.smtp_sink import smtp_sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

TO = "anouk@school.example"
NUMBERS = (
    "Aantallen gewijzigd: van 24 leerlingen en 3 begeleiders naar 20 leerlingen en 3 begeleiders."
)


@pytest.fixture
def booked(no_letter):
    """One class of Anouk's in state `state`, for Stop-motion on Tuesday 3 November 2026."""

    def make(state: str = State.REQUESTED, *, language: str = "nl", **fields) -> Booking:
        venue = make_venue(email="balie@tec.example", phone="0570 123 456")
        programme = make_programme(
            title="Stop-motion",
            venue=venue,
            bring="Een schoenendoos\n\nKlei",
            mail_note="Parkeren kan achter het gebouw.",
            max_pupils=70,
            max_groups=2,
            max_pupils_per_class=35,
        )
        slot = make_slot(venue=venue, max_groups=2, max_pupils=70)
        teacher = make_teacher(email=TO, name="Juf Anouk")
        school = make_school(name="OBS De Zwaluw")
        submission = make_submission(user=teacher, language=language, school=school)
        return make_booking(
            visit=make_visit(slot=slot, programme=programme),
            submission=submission,
            state=state,
            **fields,
        )

    return make


def told() -> list[Mail]:
    before = set(Mail.objects.values_list("pk", flat=True))
    Teller().tell(seconds=30)
    return list(Mail.objects.exclude(pk__in=before).order_by("pk"))


def the_mail() -> Mail:
    (mail,) = told()
    return mail


def calendars(mail: Mail) -> list[icalendar.Calendar]:
    files = mail.files.filter(name__endswith=".ics")
    return [icalendar.Calendar.from_ical(bytes(file.content)) for file in files]


def methods(mail: Mail) -> list[str]:
    return [str(calendar["METHOD"]) for calendar in calendars(mail)]


# --- Who gets what ----------------------------------------------------------------------------


def confirm(booking, by):
    lifecycle.confirm(booking=booking, by=by)


def decline(booking, by):
    lifecycle.decline(booking=booking, by=by)


def cancel(booking, by):
    lifecycle.cancel(booking=booking, by=by)


def change(booking, by):
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=3, by=by)


def request(booking, by):
    lifecycle.MOVES.apply(booking, "request", by=None, changes={"held_until": None})


SUBJECTS = [
    (request, State.HELD, "nl", "Je aanvraag: Stop-motion op dinsdag 3 november 2026"),
    (request, State.HELD, "en", "Your request: Stop-motion on Tuesday 3 November 2026"),
    (confirm, State.REQUESTED, "nl", "Bevestigd: Stop-motion op dinsdag 3 november 2026"),
    (confirm, State.REQUESTED, "en", "Confirmed: Stop-motion on Tuesday 3 November 2026"),
    (
        decline,
        State.REQUESTED,
        "nl",
        "Helaas niet mogelijk: Stop-motion op dinsdag 3 november 2026",
    ),
    (decline, State.REQUESTED, "en", "Not possible: Stop-motion on Tuesday 3 November 2026"),
    (cancel, State.CONFIRMED, "nl", "Geannuleerd: Stop-motion op dinsdag 3 november 2026"),
    (cancel, State.CONFIRMED, "en", "Cancelled: Stop-motion on Tuesday 3 November 2026"),
    (change, State.CONFIRMED, "nl", "Gewijzigd: Stop-motion op dinsdag 3 november 2026"),
    (change, State.CONFIRMED, "en", "Changed: Stop-motion on Tuesday 3 November 2026"),
]


@pytest.mark.parametrize(("move", "state", "language", "subject"), SUBJECTS)
def test_move_mails_the_contact_in_her_language(booked, staff, move, state, language, subject):
    move(booked(state, language=language), staff)
    mail = the_mail()
    message = mail.email_message()
    assert (message.to, message.cc, message.bcc) == ([TO], [], [])
    assert mail.subject == subject
    assert message.message()["Content-Language"] == language
    assert message.message()["Reply-To"] == "balie@tec.example"
    assert f'<html lang="{language}">' in mail.html
    assert re.findall(r'<div role="main">\s*<h1', mail.html)
    parser = tinyhtml5.parser.HTMLParser()
    parser.parse(mail.html)
    assert parser.errors == []


@pytest.mark.parametrize(
    ("language", "title", "things", "note"),
    [
        ("en", "Frame by frame", "A shoe box", "Park behind the building."),
        ("nl", "Stop-motion", "Een schoenendoos", "Parkeren kan achter het gebouw."),
    ],
)
def test_mail_has_the_english_of_the_programme_where_there_is_any(
    booked, staff, language, title, things, note
):
    booking = booked(language=language)
    Programme.objects.update(
        title_en="Frame by frame", bring_en="A shoe box", mail_note_en="Park behind the building."
    )
    confirm(booking, staff)
    mail = the_mail()
    assert title in mail.subject
    assert f"\n- {things}\n" in mail.text
    assert note in mail.text
    assert f'<strong lang="{language}">{title}</strong>' in mail.html
    (event,) = calendars(mail)[0].events
    assert event["SUMMARY"].startswith(title)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        (
            "nl",
            "Bijna zover: Stop-motion op dinsdag 3 november 2026",
            "Op dinsdag 3 november komen jullie op bezoek. Dit hebben we genoteerd:",
        ),
        (
            "en",
            "Soon: Stop-motion on Tuesday 3 November 2026",
            "On Tuesday 3 November you visit us. This is what we noted:",
        ),
    ],
)
def test_reminder_goes_a_week_before(booked, frozen, language, subject, words):
    booking = booked(State.CONFIRMED, language=language)
    frozen.move_to(amsterdam(2026, 10, 26, 12))
    assert clock.remind_due() == 0
    frozen.move_to(amsterdam(2026, 10, 27, 0, 5))
    assert clock.remind_due() == 1
    mail = the_mail()
    assert (mail.to, mail.subject) == (TO, subject)
    assert words in mail.text
    assert f"<p>{words}</p>" in mail.html
    assert mail.expires_at == booking.starts_at


def test_lapsed_hold_mails_nobody(booked, frozen):
    booked(State.HELD)
    frozen.shift(datetime.timedelta(hours=1))
    assert (clock.lapse_expired(), told()) == (1, [])


# --- What stands in it -------------------------------------------------------------------------


def test_confirmation_reads_well_as_text(booked, staff):
    booking = booked()
    lifecycle.confirm(booking=booking, by=staff, note="Tot dan!\nGroet, Bas")
    message = revealed(the_mail().email_message())
    assert message.body == (
        "Hallo Juf Anouk,\n"
        "\n"
        "Je klas komt op bezoek.\n"
        "\n"
        "Een bericht van ons:\n"
        "Tot dan!\n"
        "Groet, Bas\n"
        "\n"
        "We kijken ernaar uit. Dit hebben we genoteerd:\n"
        "\n"
        "Wat: Stop-motion\n"
        "Wanneer: dinsdag 3 november 2026, 09:00–11:00\n"
        f"Waar: {booking.visit.slot.venue.address}\n"
        "School: OBS De Zwaluw\n"
        "Klas: Groep 7 (groep 7), 24 leerlingen, 3 begeleiders\n"
        "Prijs: gratis\n"
        "Aantallen wijzigen: zelf, tot en met dinsdag 27 oktober\n"
        "Annuleren: gratis, tot en met dinsdag 20 oktober\n"
        "\n"
        "Neem mee:\n"
        "- Een schoenendoos\n"
        "- Klei\n"
        "\n"
        "Parkeren kan achter het gebouw.\n"
        "\n"
        f"Kenmerk: {booking.submission.reference}\n"
        "\n"
        "Bekijk of wijzig je boeking:\n"
        f"{links.link_to(booking.submission, 'bookings:booking')}\n"
        "\n"
        "Heb je een vraag? Bel of mail ons: 0570 123 456, balie@tec.example\n"
        "\n"
        "--\n"
        "TEC Deventer\n"
        "http://127.0.0.1:8000/\n"
    )


def test_html_says_the_same_with_one_button(booked, staff):
    booking = booked()
    lifecycle.confirm(booking=booking, by=staff, note="Tot dan!")
    html = revealed(the_mail().email_message()).alternatives[0].content
    facts = [
        "Hallo Juf Anouk,",
        "Tot dan!",
        "dinsdag 3 november 2026",
        "09:00–11:00",
        "OBS De Zwaluw",
        "24 leerlingen",
        "Een schoenendoos",
        "Parkeren kan achter het gebouw.",
    ]
    assert [html.count(fact) for fact in facts] == [1] * 8
    assert html.count("background:#b8430f") == 1
    assert f'href="{links.link_to(booking.submission, "bookings:booking")}"' in html


def test_refusal_leads_to_other_dates_with_its_one_button(booked, staff):
    booking = booked()
    lifecycle.decline(booking=booking, by=staff)
    message = revealed(the_mail().email_message())
    dates = f"http://127.0.0.1:8000{booking.visit.programme.get_absolute_url()}#data"
    assert f"Kies een andere datum:\n{dates}\n" in message.body
    assert f'href="{dates}"' in message.alternatives[0].content
    assert message.alternatives[0].content.count("background:#b8430f") == 1


def test_refusal_of_what_is_no_longer_offered_leads_to_the_catalogue(booked, staff):
    booking = booked()
    Programme.objects.update(is_published=False)
    lifecycle.decline(booking=booking, by=staff)
    assert "Kies een andere datum:\nhttp://127.0.0.1:8000/programmas/\n" in the_mail().text


def test_change_says_what_it_was(booked, staff):
    booking = booked(State.CONFIRMED, pupils=24)
    change(booking, staff)
    message = revealed(the_mail().email_message())
    line = NUMBERS
    assert f"Je bezoek is gewijzigd.\n{line}\n\nZo staat het er nu voor:" in message.body
    assert f"<p>{line}</p>" in message.alternatives[0].content


def test_facts_stand_right_under_the_sentence_that_announces_them(booked, staff):
    booking = booked(State.CONFIRMED, pupils=24)
    lifecycle.change_numbers(
        booking=booking, pupils=20, supervisors=3, by=staff, note="Zo past het."
    )
    mail = the_mail()
    assert (
        f"{NUMBERS}\n\nEen bericht van ons:\nZo past het.\n\nZo staat het er nu voor:\n\nWat: "
        in mail.text
    )
    note, announced, facts = map(
        mail.html.index, ("Zo past het.", "Zo staat het er nu voor:", "Wat</th>")
    )
    assert note < announced < facts


def test_change_of_two_classes_says_once_what_is_the_same_for_both(booked, staff):
    first = booked(State.CONFIRMED, party_name="7a")
    second = make_booking(visit=first.visit, submission=first.submission, party_name="7b")
    slot = make_slot(
        programmes=[first.visit.programme],
        starts_at=amsterdam(2026, 11, 10, 9),
        max_groups=2,
        max_pupils=70,
    )
    visits.move_visit(visit=first.visit, slot=slot, by=staff)
    moved = "Verplaatst van dinsdag 3 november 2026 09:00 naar dinsdag 10 november 2026 09:00."
    assert the_mail().text.count(moved) == 1

    for booking, pupils in ((first, 20), (second, 21)):
        booking.refresh_from_db()
        lifecycle.change_numbers(booking=booking, pupils=pupils, supervisors=3, by=staff)
    text = the_mail().text
    changed = f"7a: {NUMBERS}\n7b: "
    assert changed in text


def test_change_tells_every_change_since_the_last_mail(booked, staff):
    booking = booked(State.CONFIRMED, pupils=24)
    slot = make_slot(
        programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 10, 9), max_pupils=70
    )
    lifecycle.reschedule(booking=booking, slot=slot, by=staff)
    change(booking, staff)
    moved = "Verplaatst van dinsdag 3 november 2026 09:00 naar dinsdag 10 november 2026 09:00."
    line = NUMBERS
    assert f"Je bezoek is gewijzigd.\n{moved}\n{line}\n\nZo staat" in the_mail().text


def test_change_says_nothing_of_a_class_that_was_cancelled_since(booked, staff):
    first = booked(State.CONFIRMED, party_name="7a")
    second = make_booking(visit=first.visit, submission=first.submission, party_name="De Uilen")
    for booking, pupils in ((first, 20), (second, 21)):
        lifecycle.change_numbers(booking=booking, pupils=pupils, supervisors=3, by=staff)
    lifecycle.cancel(booking=second, by=staff)

    changed, _cancelled = told()

    assert "\n" + NUMBERS + "\n\nZo staat" in changed.text
    assert "Uilen" not in changed.text


@pytest.mark.parametrize("by_school", [True, False])
def test_own_words_of_a_school_do_not_come_back_as_ours(booked, staff, by_school):
    booking = booked(State.CONFIRMED)
    by = booking.submission.user if by_school else staff
    lifecycle.cancel(booking=booking, by=by, note="De juf is ziek.")
    assert ("Een bericht van ons:\nDe juf is ziek.\n" in the_mail().text) != by_school


def test_reminder_says_what_to_bring_and_the_last_day_for_numbers(booked, frozen):
    booked(State.CONFIRMED)
    frozen.move_to(amsterdam(2026, 10, 27, 8))
    clock.remind_due()
    text = the_mail().text
    assert "- Een schoenendoos\n- Klei\n" in text
    assert "Aantallen wijzigen: zelf, tot en met dinsdag 27 oktober\n" in text
    assert "Annuleren: niet meer: vanaf vandaag vragen jullie het ons\n" in text
    assert "Annuleren is gratis" not in text

    Booking.objects.get().events.filter(move="remind").update(noticed_at=None)
    frozen.move_to(amsterdam(2026, 10, 28, 8))
    gone = "Aantallen wijzigen: niet meer: vanaf vandaag vragen jullie het ons\n"
    assert gone in the_mail().text


@pytest.mark.parametrize("hostile", ["{% now 'Y' %}", "{{ link }}", "<script>alert(1)</script>"])
def test_what_users_type_stays_text(booked, staff, hostile):
    booking = booked(party_name=hostile)
    booking.submission.contact_name = hostile
    booking.submission.save(update_fields=["contact_name"])
    lifecycle.confirm(booking=booking, by=staff, note=hostile)
    mail = the_mail()
    assert mail.text.count(hostile) == 3
    assert "<script>" not in mail.html


def test_marker_typed_as_a_class_name_opens_nothing(booked, staff):
    booking = booked(party_name="[[booking:1:00000000000000000000000000000000]]")
    lifecycle.confirm(booking=booking, by=staff)
    body = revealed(the_mail().email_message()).body
    assert "Klas: […] (groep 7)" in body
    assert body.count("/boekingen/") == 1


def test_line_breaks_typed_by_users_make_no_header(booked, staff, settings):
    booking = booked(party_name="7a\r\nBcc: x@y.example")
    booking.visit.programme.title = "Film\r\nBcc: x@y.example\r\n\r\nHoi"
    booking.visit.programme.save()
    lifecycle.confirm(booking=booking, by=staff)
    told()
    with smtp_sink() as sink:
        settings.MAILERS = sink.mailers()
        Sender().send(seconds=5)
    message = message_from_bytes(sink.raw[0], policy=email.policy.default)
    assert sink.recipients == [[TO]]
    assert message["Bcc"] is None
    assert message["Subject"] == "Bevestigd: Film Bcc: x@y.example Hoi op dinsdag 3 november 2026"


def test_queue_holds_no_link_that_works(booked, staff):
    booking = booked()
    lifecycle.confirm(booking=booking, by=staff)
    mail = the_mail()
    token = links.link_to(booking.submission, "bookings:booking").rstrip("/").rsplit("/", 1)[1]
    assert links.opens(booking.submission, token)
    assert token not in repr(list(Mail.objects.values()))
    for file in mail.files.all():
        assert token.encode() not in bytes(file.content)


# --- Calendar files and letter ------------------------------------------------------------------


@pytest.fixture
def two_classes(booked):
    first = booked(party_name="7a")
    second = make_booking(
        visit=first.visit, submission=first.submission, state=State.REQUESTED, party_name="7b"
    )
    return [first, second]


def uids(mail: Mail) -> list[list[str]]:
    """Of the events in each file."""
    return [[str(event["UID"]).split("@")[0] for event in each.events] for each in calendars(mail)]


def test_two_classes_confirmed_together_are_one_mail_with_one_calendar_file(two_classes, staff):
    for booking in two_classes:
        lifecycle.confirm(booking=booking, by=staff)
    mail = the_mail()
    assert "Je klassen komen op bezoek." in mail.text
    assert methods(mail) == ["REQUEST"]
    assert uids(mail) == [[str(booking.uid) for booking in two_classes]]


def test_classes_at_two_times_have_a_calendar_file_each(two_classes, staff):
    """The second one moves, and comes on another day than the first."""
    first, second = two_classes
    for booking in two_classes:
        lifecycle.confirm(booking=booking, by=staff)
    told()
    slot = make_slot(programmes=[first.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    lifecycle.reschedule(booking=second, slot=slot, by=staff)
    assert uids(the_mail()) == [[str(second.uid)]]

    BookingEvent.objects.filter(notice="confirmed").update(noticed_at=None)
    mail = the_mail()
    assert uids(mail) == [[str(first.uid)], [str(second.uid)]]
    names = [file.name.rpartition("-")[2] for file in mail.files.order_by("pk")]
    assert names == ["1.ics", "2.ics"]


def test_one_file_takes_back_both_invitations_and_only_those_that_went(two_classes, staff):
    first, second = two_classes
    for booking in two_classes:
        lifecycle.confirm(booking=booking, by=staff)
    told()
    Visit.objects.update(max_groups=3, max_pupils=99)
    third = make_booking(visit=first.visit, submission=first.submission, state=State.REQUESTED)
    for booking in (*two_classes, third):
        lifecycle.cancel(booking=booking, by=staff)
    mail = the_mail()
    assert methods(mail) == ["CANCEL"]
    assert uids(mail) == [[str(first.uid), str(second.uid)]]
    for event in calendars(mail)[0].events:
        assert (str(event["STATUS"]), "ORGANIZER" in event) == ("CANCELLED", True)
        assert event["SEQUENCE"] > 1


def test_calendar_file_says_its_method_in_the_mime_type(booked, staff, settings):
    lifecycle.confirm(booking=booked(), by=staff)
    (written,) = the_mail().files.all()
    with smtp_sink() as sink:
        settings.MAILERS = sink.mailers()
        Sender().send(seconds=5)
    (part,) = sink.messages[0].iter_attachments()
    assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "REQUEST")
    assert part.get_payload(decode=True) == bytes(written.content)


def test_cancelling_takes_back_the_invitation(booked, staff):
    booking = booked()
    lifecycle.confirm(booking=booking, by=staff)
    invitation = calendars(the_mail())[0].events[0]
    lifecycle.cancel(booking=booking, by=staff)
    mail = the_mail()
    (event,) = calendars(mail)[0].events
    assert methods(mail) == ["CANCEL"]
    assert (event["UID"], str(event["STATUS"])) == (invitation["UID"], "CANCELLED")
    assert event["SEQUENCE"] > invitation["SEQUENCE"]


@pytest.mark.parametrize(
    ("move", "state"),
    [
        (request, State.HELD),
        (cancel, State.REQUESTED),
        (decline, State.REQUESTED),
        (change, State.REQUESTED),
    ],
)
def test_what_was_never_confirmed_gets_no_calendar_file(booked, staff, move, state):
    move(booked(state), staff)
    assert the_mail().files.count() == 0


def test_invitation_that_was_never_sent_is_not_taken_back(booked, staff):
    """Confirmed and cancelled while the worker was away: no calendar knows of it."""
    booking = booked()
    lifecycle.cancel(booking=booking, by=staff)
    lifecycle.reinstate(booking=booking, by=staff)
    lifecycle.cancel(booking=booking, by=staff)
    mail = the_mail()
    assert mail.subject.startswith("Geannuleerd: ")
    assert mail.files.count() == 0


def test_change_sends_a_newer_invitation(booked, staff):
    booking = booked()
    lifecycle.confirm(booking=booking, by=staff)
    before = calendars(the_mail())[0].events[0]
    slot = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    lifecycle.reschedule(booking=booking, slot=slot, by=staff)
    mail = the_mail()
    after = calendars(mail)[0].events[0]
    assert mail.subject == "Gewijzigd: Stop-motion op dinsdag 10 november 2026"
    assert after["UID"] == before["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


@pytest.fixture
def pango():
    if not can_be_made():
        pytest.skip("Pango is not installed")


def letter_in(sink) -> tuple[str, str]:
    """The name of the only letter that went out, and its text."""
    (sent,) = sink.messages
    (letter,) = [p for p in sent.iter_attachments() if p.get_content_type() == "application/pdf"]
    pages = PdfReader(io.BytesIO(letter.get_payload(decode=True))).pages
    return letter.get_filename(), " ".join(" ".join(page.extract_text() for page in pages).split())


def test_letter_is_made_while_the_confirmation_goes_out(staff, settings, pango, monkeypatch):
    """Queueing makes none; what goes out tells how things stand by then."""
    booking = make_booking(state=State.REQUESTED)
    lifecycle.confirm(booking=booking, by=staff)
    with monkeypatch.context() as queueing:
        queueing.setattr(documents, "letter", None)
        mail = the_mail()
    assert "In de bijlage zit een brief" in mail.text
    assert [one.mimetype.split(";")[0] for one in mail.files.all()] == ["text/calendar"]
    Booking.objects.update(pupils=19)

    with smtp_sink() as sink:
        settings.MAILERS = sink.mailers()
        Sender().send(seconds=10)

    name, text = letter_in(sink)
    assert name == documents.letter_filename(booking.submission)
    assert "Groep 7 groep 7 19 3" in text
    assert sink.messages[0]["Message-ID"] == mail.message_id


def test_mail_says_nothing_of_a_letter_where_none_can_be_made(staff, no_letter):
    lifecycle.confirm(booking=make_booking(state=State.REQUESTED), by=staff)
    mail = the_mail()
    assert "bijlage" not in mail.text + mail.html
    assert mail.enclosed_name == ""


def test_mail_goes_without_a_letter_that_cannot_be_made(staff, settings, monkeypatch):
    def unavailable(_submission):
        raise DocumentsUnavailable

    monkeypatch.setattr(documents, "letter", unavailable)
    lifecycle.confirm(booking=make_booking(state=State.REQUESTED), by=staff)
    told()
    with smtp_sink() as sink:
        settings.MAILERS = sink.mailers()
        assert Sender().send(seconds=5) == 1
    (part,) = sink.messages[0].iter_attachments()
    assert part.get_content_type() == "text/calendar"


# --- A worker that comes late --------------------------------------------------------------------


def test_confirmation_of_what_was_cancelled_meanwhile_is_not_sent(booked, staff):
    booking = booked()
    lifecycle.confirm(booking=booking, by=staff)
    lifecycle.cancel(booking=booking, by=staff)
    assert [mail.subject.split(":")[0] for mail in told()] == ["Geannuleerd"]


def test_request_for_a_visit_that_was_is_not_sent(booked, staff, frozen):
    request(booked(State.HELD), staff)
    frozen.move_to(amsterdam(2026, 11, 3, 9))
    assert told() == []


def test_reminder_of_what_was_cancelled_meanwhile_is_not_sent(booked, staff, frozen):
    booking = booked(State.CONFIRMED)
    frozen.move_to(amsterdam(2026, 10, 28, 8))
    clock.remind_due()
    lifecycle.cancel(booking=booking, by=staff)
    assert [mail.subject.split(":")[0] for mail in told()] == ["Geannuleerd"]


def test_reminder_of_the_past_is_not_sent(booked, frozen):
    booked(State.CONFIRMED)
    frozen.move_to(amsterdam(2026, 11, 2, 8))
    clock.remind_due()
    frozen.move_to(amsterdam(2026, 11, 3, 9))
    assert told() == []


def test_reminder_for_a_day_that_is_no_longer_the_day_is_not_sent(booked, staff, frozen):
    booking = booked(State.CONFIRMED)
    frozen.move_to(amsterdam(2026, 10, 28, 8))
    clock.remind_due()
    slot = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 4, 9))
    lifecycle.reschedule(booking=booking, slot=slot, by=staff)
    assert [mail.subject.split(":")[0] for mail in told()] == ["Gewijzigd"]
    clock.remind_due()
    assert [mail.subject for mail in told()] == [
        "Bijna zover: Stop-motion op woensdag 4 november 2026"
    ]


def test_change_of_supervisors_alone_names_them(booked, staff):
    booking = booked(State.CONFIRMED, pupils=24)
    lifecycle.change_numbers(booking=booking, pupils=24, supervisors=4, by=staff)
    after = "naar 24 leerlingen en 4 begeleiders."
    line = f"Aantallen gewijzigd: van 24 leerlingen en 3 begeleiders {after}"
    assert line in the_mail().text


def test_cancellation_says_once_that_it_is_off(booked, staff):
    lifecycle.cancel(booking=booked(State.CONFIRMED), by=staff)
    mail = the_mail()
    assert "gaat niet door" not in mail.text
    assert "gaat niet door" not in mail.html
    assert "Een andere klas kan nu op deze plek komen." in mail.text


def test_who_mostly_is_not_there_is_looked_for_without_what_else_she_would_say(booked, frozen):
    booked(State.CONFIRMED)
    frozen.move_to(amsterdam(2026, 10, 27, 9))
    assert clock.remind_due() == 1

    with CaptureQueriesContext(connection) as queries:
        assert Teller().tell(seconds=30) == 1

    of = ('FROM "bookings_visitwait" ', 'FROM "submissions_companion" ')
    found = [one["sql"] for one in queries if any(table in one["sql"] for table in of)]
    assert len(found) == 2
    assert not [sql for sql in found if " JOIN " in sql]
