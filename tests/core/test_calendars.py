import datetime
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Event, vText

from core import calendars
from core.calendars import Method, Text
from tests.core.calendar_readers import READERS

UTC = datetime.UTC
STAMP = datetime.datetime(2026, 9, 15, 8, 0, 0, 123456, tzinfo=UTC)
HOSTILE = (
    'Groep 6;7,8: \\N \\n \\, "x" ^n %0A\r\nBEGIN:VEVENT\rEND:VCALENDAR\n'
    "tab\there 🚀👩‍🏫 é\u2028END:VEVENT\x0b\x85\x00\x07\x1c"
)
HOSTILE_READ = (
    'Groep 6;7,8: \\N \\n \\, "x" ^n %0A\nBEGIN:VEVENT\nEND:VCALENDAR\n'
    "tab\there 🚀👩‍🏫 é\nEND:VEVENT\n\n\n"
)


def make_event(starts_at=STAMP, ends_at=None, summary="Stop-motion", description="x"):
    event = Event()
    event["UID"] = vText("een@tec.example")
    event["DTSTAMP"] = calendars.moment(STAMP)
    event["DTSTART"] = calendars.local(starts_at)
    event["DTEND"] = calendars.local(ends_at or starts_at + datetime.timedelta(hours=2))
    event["SUMMARY"] = Text(summary)
    event["DESCRIPTION"] = Text(description)
    event["LOCATION"] = Text("Deventer")
    return event


def unfolded(content: bytes) -> list[str]:
    return content.decode().replace("\r\n ", "").split("\r\n")


# --- Time ----------------------------------------------------------------------------------

# Amsterdam wall-clock time → UTC, on both sides of every change of clocks up to 2027.
TIMES = [
    ("2026-01-15 10:00", "2026-01-15 09:00"),
    ("2026-07-15 10:00", "2026-07-15 08:00"),
    ("2026-03-28 10:00", "2026-03-28 09:00"),
    ("2026-03-29 10:00", "2026-03-29 08:00"),
    ("2026-03-30 10:00", "2026-03-30 08:00"),
    ("2026-10-24 10:00", "2026-10-24 08:00"),
    ("2026-10-25 10:00", "2026-10-25 09:00"),
    ("2026-10-26 10:00", "2026-10-26 09:00"),
    ("2027-03-27 10:00", "2027-03-27 09:00"),
    ("2027-03-28 10:00", "2027-03-28 08:00"),
    ("2026-03-29 01:59", "2026-03-29 00:59"),
    ("2026-03-29 03:00", "2026-03-29 01:00"),
    ("2026-10-25 01:30", "2026-10-24 23:30"),
    ("2026-10-25 02:30", "2026-10-25 00:30"),
    ("2026-10-25 03:00", "2026-10-25 02:00"),
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("wall_clock", "utc"), TIMES)
def test_every_parser_reads_the_same_instant(reader, wall_clock, utc):
    local = datetime.datetime.fromisoformat(wall_clock).replace(tzinfo=calendars.AMSTERDAM)
    instant = datetime.datetime.fromisoformat(utc).replace(tzinfo=UTC)
    ends_at = instant + datetime.timedelta(hours=3)

    content = calendars.calendar([make_event(local, ends_at)])

    [seen] = READERS[reader](content)
    assert (seen.starts_at, seen.ends_at) == (instant, ends_at)


@pytest.mark.parametrize("reader", READERS)
def test_hour_that_the_clock_shows_twice_is_told_apart(reader):
    second = datetime.datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 for the second time

    [seen] = READERS[reader](calendars.calendar([make_event(second)]))

    assert seen.starts_at == second


def test_time_is_written_with_its_zone():
    lines = unfolded(calendars.calendar([make_event()]))

    assert "DTSTART;TZID=Europe/Amsterdam:20260915T100000" in lines
    assert "DTSTAMP:20260915T080000Z" in lines


def test_time_zone_is_given_by_rules():
    lines = unfolded(calendars.calendar([]))

    start, end = lines.index("BEGIN:VTIMEZONE"), lines.index("END:VTIMEZONE")
    assert lines[start + 1] == "TZID:Europe/Amsterdam"
    assert [line for line in lines[start:end] if line.startswith(("RRULE", "RDATE"))] == [
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    ]


# --- The envelope --------------------------------------------------------------------------


def test_download_envelope_has_no_method():
    lines = unfolded(calendars.calendar([make_event()]))

    assert lines[:4] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//TEC//Front desk//NL",
        "CALSCALE:GREGORIAN",
    ]
    assert lines[4] == "BEGIN:VTIMEZONE"
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_mail_envelope_has_the_method_of_its_mime_type():
    lines = unfolded(calendars.calendar([make_event()], method=Method.CANCEL))

    assert [line for line in lines if line.startswith("METHOD")] == ["METHOD:CANCEL"]
    assert calendars.content_type(Method.CANCEL) == "text/calendar; charset=utf-8; method=CANCEL"
    assert calendars.content_type() == "text/calendar; charset=utf-8"


def test_feed_envelope_has_a_name_and_says_when_to_look_again():
    lines = unfolded(calendars.calendar([], name="Mijn bezoeken; TEC"))

    assert lines[4:9] == [
        "NAME:Mijn bezoeken\\; TEC",
        "X-WR-CALNAME:Mijn bezoeken\\; TEC",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "X-WR-TIMEZONE:Europe/Amsterdam",
    ]


# --- Text ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", READERS)
def test_hostile_text_comes_back_and_adds_no_line(reader):
    content = calendars.calendar([make_event(summary=HOSTILE, description=HOSTILE * 100)])

    assert len(HOSTILE.encode() * 100) > 10_000
    [seen] = READERS[reader](content)
    expected = HOSTILE_READ
    if reader == "ics":  # takes an escaped backslash and an n for a line end, by its own fault
        expected = expected.replace("\\N", "\\\n").replace("\\n", "\\\n")
    assert (seen.summary, seen.description) == (expected, expected * 100)
    names = [line.partition(":")[0] for line in unfolded(content)]
    assert names.count("BEGIN") == names.count("END") == 5


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_any_text_comes_back_cleaned(text):
    content = calendars.calendar([make_event(summary=text, description="een" + text)])

    for read in (READERS["vobject"], READERS["ical"]):
        [seen] = read(content)
        assert seen.description == "een" + calendars.clean(text)
    assert [line[:6] for line in unfolded(content)].count("BEGIN:") == 5


@given(st.text(max_size=300))
def test_clean_text_has_one_kind_of_line_end_and_no_controls(text):
    cleaned = calendars.clean(text)

    assert cleaned.splitlines() == cleaned.removesuffix("\n").split("\n") if cleaned else True
    assert not [char for char in cleaned if ord(char) < 32 and char not in "\n\t"]
    assert calendars.clean(cleaned) == cleaned
    cleaned.encode()


def lines_of(text: str) -> list[bytes]:
    """The lines that the description of an event takes, as they are sent."""
    content = calendars.calendar([make_event(description=text)])
    _before, after = content.split(b"\r\nDESCRIPTION:", 1)
    pieces = (b"DESCRIPTION:" + after).split(b"\r\n")
    ends = next(number for number, piece in enumerate(pieces) if piece.startswith(b"LOCATION:"))
    return pieces[:ends]


@given(st.text(alphabet="a\\é🚀;,\n", max_size=400))
def test_folded_lines_are_short_and_split_no_character(text):
    first, *others = lines_of(text)

    assert max(map(len, [first, *others])) <= 75
    assert all(piece.startswith(b" ") for piece in others)
    for piece in (first, *others):
        piece.decode()
    whole = first + b"".join(piece[1:] for piece in others)
    assert whole == b"DESCRIPTION:" + Text(text).to_ical()


def test_folded_lines_are_no_shorter_than_they_must():
    assert [len(line) for line in lines_of("a" * 200)] == [74, 75, 65]


@given(st.text(alphabet="a\né🚀;,", max_size=400))
def test_folding_splits_no_escaped_character(text):
    """Some programs unfold too late."""
    assert [line for line in lines_of(text) if line.endswith(b"\\")] == []


def test_person_stays_one_word_and_one_name():
    event = make_event()
    event["ORGANIZER"] = calendars.person(
        '"a;b\x0b\r\nX:1"@tec.example', 'Juf "Anouk"\r\nATTENDEE:mailto:x; ^n', RSVP="FALSE"
    )

    line = next(
        line for line in unfolded(calendars.calendar([event])) if line.startswith("ORGANIZER")
    )

    assert line == (
        "ORGANIZER;CN=\"Juf 'Anouk' ATTENDEE:mailto:x; n\";RSVP=FALSE:"
        "mailto:%22a%3Bb%0A%0AX%3A1%22@tec.example"
    )


# --- HTTP ----------------------------------------------------------------------------------

CHANGED = datetime.datetime(2026, 9, 15, 8, 0, 0, 500_000, tzinfo=UTC)
HTTP_CHANGED = "Tue, 15 Sep 2026 08:00:00 GMT"


def ask(build=lambda: b"BEGIN", last_modified=CHANGED, **headers: str) -> Any:
    request: HttpRequest = RequestFactory().get("/agenda", headers=headers)
    return calendars.feed_response(
        request, etag="abc", last_modified=last_modified, build=build, filename="mijn.ics"
    )


def test_feed_is_sent_with_its_validators():
    response = ask()

    assert (response.status_code, response.content) == (200, b"BEGIN")
    assert dict(response.items()) == {
        "Content-Type": "text/calendar; charset=utf-8",
        "Content-Disposition": 'inline; filename="mijn.ics"',
        "ETag": '"abc"',
        "Cache-Control": "private, no-cache",
        "Last-Modified": HTTP_CHANGED,
    }


def test_feed_without_events_has_no_date_of_change():
    assert "Last-Modified" not in ask(last_modified=None)


@pytest.mark.parametrize(
    "if_none_match",
    ['"abc"', 'W/"abc"', '"x", "abc"', '"x" , W/"abc" , "y"', "*"],
)
def test_unchanged_feed_is_not_built(if_none_match):
    def build() -> bytes:
        raise AssertionError("built")

    response = ask(build, **{"If-None-Match": if_none_match})

    assert (response.status_code, response.content) == (304, b"")
    assert response["ETag"] == '"abc"'
    assert response["Last-Modified"] == HTTP_CHANGED


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": '"other"'},
        {"If-None-Match": "abc"},
        {"If-None-Match": '"abc'},
        {"If-None-Match": "\xff\x00;;,"},
        {"If-None-Match": ""},
        {"If-None-Match": '"abc-br"'},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Tue, 99 Sep 2026 08:00:00 GMT"},
        {"If-Modified-Since": "Tue, 15 Sep 2026 07:59:59 GMT"},
        {"If-Modified-Since": HTTP_CHANGED},  # the date does not tell of a programme's new title
        # The tag is the better witness (RFC 9110 section 13.1.3).
        {"If-None-Match": '"other"', "If-Modified-Since": HTTP_CHANGED},
        {"Range": "bytes=x-", "Accept": ";;;", "Accept-Encoding": "\xff"},
    ],
)
def test_changed_feed_or_nonsense_in_headers_gets_the_whole(headers):
    response = ask(**headers)

    assert (response.status_code, response.content) == (200, b"BEGIN")


def test_download_is_a_file():
    response = calendars.download_response(b"BEGIN", filename="tec-AB12.ics")

    assert response["Content-Disposition"] == 'attachment; filename="tec-AB12.ics"'
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
