import datetime

import pytest
from django.utils import translation

from bookings import lifecycle
from bookings.models import Booking, State, Visit
from bookings.telling import ical
from core import calendars
from tests.core.calendar_readers import READERS
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_venue,
    make_visit,
)

pytestmark = pytest.mark.django_db
UTC = datetime.UTC


@pytest.fixture
def booking(settings, time_machine):
    settings.SITE_URL = "https://balie.tec.example"
    settings.CALENDAR_DOMAIN = "tec.example"
    time_machine.move_to(amsterdam(2026, 9, 15, 10), tick=False)
    venue = make_venue(name="TEC Deventer", street="Hanzeweg 1", city="Deventer")
    programme = make_programme(title="Stop-motion", bring="drinken\nlunch", venue=venue)
    submission = make_submission(
        public_id="0b8e8d0a-8c5e-4f6d-9a51-3f1d2b7c9e10",
        reference="AB12CD34",
        contact_name="Anouk Smit",
        email="anouk@school.example",
    )
    return make_booking(
        uid="11111111-2222-4333-8444-555555555555",
        submission=submission,
        visit=make_visit(programme=programme),
    )


def lines_of(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


def event_of(content: bytes) -> dict[str, str]:
    """The properties of the one event, without its alarm."""
    lines = lines_of(content)
    event = lines[lines.index("BEGIN:VEVENT") + 1 : lines.index("END:VEVENT")]
    if "BEGIN:VALARM" in event:
        event = event[: event.index("BEGIN:VALARM")]
    return dict(line.split(":", 1) for line in event)


def test_invitation_says_everything(booking):
    page = "https://balie.tec.example/boekingen/0b8e8d0a-8c5e-4f6d-9a51-3f1d2b7c9e10/"

    content = ical.invitation(booking)

    assert "METHOD:REQUEST" in lines_of(content)
    assert event_of(content) == {
        "UID": "11111111-2222-4333-8444-555555555555@tec.example",
        "SEQUENCE": "1",
        "DTSTAMP": "20260915T080000Z",
        "LAST-MODIFIED": "20260915T080000Z",
        "DTSTART;TZID=Europe/Amsterdam": "20261103T090000",
        "DTEND;TZID=Europe/Amsterdam": "20261103T110000",
        "SUMMARY": "Stop-motion met Groep 7",
        "LOCATION": "TEC Deventer\\, Hanzeweg 1\\, 7418 AA Deventer",
        "DESCRIPTION": (
            "groep 7\\, 24 leerlingen\\, 3 begeleiders\\nKenmerk: AB12CD34\\n"
            f"Meenemen: drinken\\, lunch\\nAlles over dit bezoek: {page}"
        ),
        "URL": page,
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "CONTACT": "TEC Deventer\\, 0570 00 00 00\\, balie@tec.example",
        'ORGANIZER;CN="TEC Deventer"': "mailto:balie@tec.example",
        (
            'ATTENDEE;CN="Anouk Smit";CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;'
            "ROLE=REQ-PARTICIPANT;RSVP=FALSE"
        ): "mailto:anouk@school.example",
    }


def test_invitation_rings_a_day_before(booking):
    lines = lines_of(ical.invitation(booking))

    start, end = lines.index("BEGIN:VALARM"), lines.index("END:VALARM")
    assert lines[start + 1 : end] == [
        "ACTION:DISPLAY",
        "DESCRIPTION:Stop-motion met Groep 7",
        "TRIGGER:-P1D",
    ]


def test_calendar_is_in_the_language_that_is_on(booking):
    with translation.override("en"):
        content = ical.invitation(booking)

    assert event_of(content)["SUMMARY"] == "Stop-motion with Groep 7"


def test_cancellation_takes_the_invitation_back(booking, time_machine):
    invited = event_of(ical.invitation(booking))
    time_machine.move_to(amsterdam(2026, 9, 16, 12), tick=False)
    lifecycle.cancel(booking=booking, by=make_staff())

    content = ical.cancellation(booking)

    cancelled = event_of(content)
    assert "METHOD:CANCEL" in lines_of(content)
    assert cancelled["UID"] == invited["UID"]
    assert cancelled["STATUS"] == "CANCELLED"
    assert (invited["SEQUENCE"], cancelled["SEQUENCE"]) == ("1", "2")
    assert cancelled["DTSTAMP"] == "20260916T100000Z"
    assert cancelled['ORGANIZER;CN="TEC Deventer"'] == "mailto:balie@tec.example"
    assert "BEGIN:VALARM" not in lines_of(content)


@pytest.mark.parametrize(
    ("state", "status", "transparency"),
    [
        (State.HELD, "TENTATIVE", "OPAQUE"),
        (State.REQUESTED, "TENTATIVE", "OPAQUE"),
        (State.CONFIRMED, "CONFIRMED", "OPAQUE"),
        (State.ATTENDED, "CONFIRMED", "OPAQUE"),
        (State.NO_SHOW, "CONFIRMED", "OPAQUE"),
        (State.DECLINED, "CANCELLED", "TRANSPARENT"),
        (State.CANCELLED, "CANCELLED", "TRANSPARENT"),
        (State.LAPSED, "CANCELLED", "TRANSPARENT"),
    ],
)
def test_status_follows_the_state(state, status, transparency):
    event = event_of(ical.download([make_booking(state=state)]))

    assert (event["STATUS"], event["TRANSP"]) == (status, transparency)


def test_download_has_no_method_and_no_people(booking):
    lines = lines_of(ical.download([booking]))

    names = {line.partition(":")[0].partition(";")[0] for line in lines}
    assert names & {"METHOD", "ORGANIZER", "ATTENDEE"} == set()


def test_download_of_two_classes_has_two_events(booking):
    other = make_booking(submission=booking.submission, party_name="Groep 8")

    lines = lines_of(ical.download([booking, other]))

    assert [line for line in lines if line.startswith("UID")] == [
        f"UID:{booking.uid}@tec.example",
        f"UID:{other.uid}@tec.example",
    ]


def test_calendar_is_the_same_bytes_later(booking, time_machine):
    first = ical.invitation(booking)
    time_machine.move_to(amsterdam(2026, 9, 20, 12), tick=False)

    assert ical.invitation(Booking.objects.with_facts().get(pk=booking.pk)) == first


def test_length_is_real_time_across_a_change_of_clocks():
    # 25 October 2026: 3:00 becomes 2:00. Four hours from 0:30 end at 3:30, not at 4:30.
    slot = make_slot(starts_at=amsterdam(2026, 10, 25, 0, 30), ends_at=amsterdam(2026, 10, 25, 6))
    programme = make_programme(duration=240, venue=slot.venue)
    booking = make_booking(visit=make_visit(slot=slot, programme=programme))

    content = ical.download([booking])

    assert event_of(content)["DTEND;TZID=Europe/Amsterdam"] == "20261025T033000"
    for read in READERS.values():
        [seen] = read(content)
        assert seen.starts_at == datetime.datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
        assert seen.ends_at == datetime.datetime(2026, 10, 25, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("write", [ical.invitation, ical.cancellation])
def test_hostile_booking_stays_one_event(reader, write):
    evil = "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\u2028UID:1;,\\ 🚀"
    venue = make_venue(name=evil, street=evil)
    programme = make_programme(title=evil, bring=evil, venue=venue)
    submission = make_submission(contact_name=f'"{evil}', email='"a;b\x0b"@school.example')
    booking = make_booking(
        submission=submission, visit=make_visit(programme=programme), party_name=evil
    )

    content = write(booking)

    [seen] = READERS[reader](content)
    assert seen.uid == f"{booking.uid}@127.0.0.1"
    read = "x\nEND:VEVENT\nBEGIN:VEVENT\nUID:1;,\\ 🚀"
    assert seen.summary == f"{read} met {' '.join(read.split())}"
    assert len([line for line in lines_of(content) if line.startswith("BEGIN:VEVENT")]) == 1
    assert len([line for line in lines_of(content) if line.startswith("UID")]) == 1


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("write", [ical.invitation, ical.cancellation])
def test_two_classes_are_two_events_in_one_file_for_every_reader(booking, reader, write):
    Visit.objects.update(max_groups=2, max_pupils=70)
    other = make_booking(submission=booking.submission, visit=booking.visit, party_name="Groep 8")

    content = write(booking, other)

    seen = sorted(READERS[reader](content), key=lambda one: one.summary)
    assert [(one.uid, one.summary) for one in seen] == [
        (f"{booking.uid}@tec.example", "Stop-motion met Groep 7"),
        (f"{other.uid}@tec.example", "Stop-motion met Groep 8"),
    ]
    lines = lines_of(content)
    assert len([line for line in lines if line.startswith("ORGANIZER")]) == 2
    assert len([line for line in lines if line.startswith("METHOD")]) == 1


def test_feed_of_colleagues_names_nobody(booking):
    content = calendars.calendar([ical.for_colleagues(booking)])

    event = event_of(content)
    assert event["SUMMARY"] == "Stop-motion met Groep 7"
    assert "URL" not in event
    for secret in (b"Anouk", b"anouk@", b"AB12CD34", b"0b8e8d0a"):
        assert secret not in content.replace(b"\r\n ", b"")


def test_feed_of_staff_names_class_and_school(booking):
    school = booking.submission.school.name

    event = event_of(calendars.calendar([ical.for_staff(booking)]))

    assert event["SUMMARY"] == f"Stop-motion: Groep 7\\, {school}"
    assert event["DESCRIPTION"] == (
        "groep 7\\, 24 leerlingen\\, 3 begeleiders\\nKenmerk: AB12CD34\\nbevestigd"
    )
