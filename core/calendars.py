"""iCalendar (RFC 5545): the time zone, the envelope, safe text, and HTTP answers.

What an event says is the business of the app it belongs to (`bookings/telling/ical.py`).
"""

import datetime
import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date
from icalendar import (
    Alarm,
    Calendar,
    Component,
    Event,
    vCalAddress,
    vDatetime,
    vDuration,
    vInt,
    vText,
)
from icalendar.parser import Contentline, Contentlines

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PRODID = "-//TEC//Front desk//NL"
# How often programs look at a feed again.
REFRESH = datetime.timedelta(hours=1)

# Written by hand: the lists of dates (RDATE) that libraries generate are an hour off in several
# calendar programs, and end at some year. EU rule since 1996 (Directive 2000/84/EC).
VTIMEZONE = b"""\
BEGIN:VTIMEZONE\r
TZID:Europe/Amsterdam\r
X-LIC-LOCATION:Europe/Amsterdam\r
BEGIN:DAYLIGHT\r
TZNAME:CEST\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0200\r
DTSTART:19700329T020000\r
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r
END:DAYLIGHT\r
BEGIN:STANDARD\r
TZNAME:CET\r
TZOFFSETFROM:+0200\r
TZOFFSETTO:+0100\r
DTSTART:19701025T030000\r
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r
END:STANDARD\r
END:VTIMEZONE\r
"""
_END = b"END:VCALENDAR\r\n"


class Method(StrEnum):
    """iTIP (RFC 5546): in mail only. Downloads and feeds have none."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


# --- Values --------------------------------------------------------------------------------

_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Not allowed in TEXT (RFC 5545 section 3.3.11), and half characters, which UTF-8 cannot hold.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """`text` with plain line feeds and without control characters.

    Everything at which some program ends a line becomes a line feed, which is then escaped: no
    text can add a line to a calendar.
    """
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


class Text(vText):
    """A TEXT value of what anybody may have typed."""

    def __new__(cls, text: object) -> "Text":
        return super().__new__(cls, clean(str(text)))

    def to_ical(self) -> bytes:
        # The library's own escaping reads a typed backslash and capital N as a line end.
        text = self.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
        return text.replace("\n", "\\n").encode()


def moment(when: datetime.datetime) -> vDatetime:
    """An instant in UTC, to the second: DTSTAMP and LAST-MODIFIED."""
    return vDatetime(when.astimezone(datetime.UTC).replace(microsecond=0))


def local(when: datetime.datetime) -> vDatetime:
    """The Amsterdam wall-clock time with its TZID.

    In UTC in the one hour a year in which the clock shows every time twice: with a TZID that
    always means the first (RFC 5545 section 3.3.5).
    """
    wall_clock = when.astimezone(AMSTERDAM).replace(microsecond=0)
    if wall_clock.fold:
        return moment(when)
    value = vDatetime(wall_clock)
    value.params["TZID"] = AMSTERDAM.key
    return value


def person(email: str, name: str = "", **parameters: str) -> vCalAddress:
    """An ORGANIZER or ATTENDEE; parameters in the standard's terms (PARTSTAT, RSVP, …)."""
    # A URI (RFC 6068): whatever an address may contain, it stays one word.
    address = vCalAddress("mailto:" + quote(clean(email), safe="@!$'*+-._~"))
    # A quote cannot stand in a parameter, and few programs know RFC 6868's way around that.
    common_name = " ".join(clean(name).replace('"', "'").replace("^", "").split())
    if common_name:
        address.params["CN"] = common_name
    for key, value in parameters.items():
        address.params[key] = value
    return address


def event_of(row: Any, uid: UUID, *, summary: str, location: str, status: str) -> Event:
    """An event about `row`, which has `changed_at` and `sequence`; it lacks its time. `uid`
    stays for life. `status` in the standard's word (RFC 5545 section 3.8.1.11)."""
    event = Event()
    event["UID"] = vText(f"{uid}@{settings.CALENDAR_DOMAIN}")
    event["DTSTAMP"] = event["LAST-MODIFIED"] = moment(row.changed_at)
    event["SEQUENCE"] = vInt(row.sequence)
    event["SUMMARY"] = Text(summary)
    event["LOCATION"] = Text(location)
    event["STATUS"] = vText(status)
    return event


class Organizer(Protocol):
    @property
    def organizer_email(self) -> str: ...

    @property
    def organizer_name(self) -> str: ...


def invite(event: Component, by: Organizer, *, email: str, name: str) -> None:
    """Say who organises this and whose calendar it is for; only in mails."""
    event["ORGANIZER"] = person(by.organizer_email, by.organizer_name)
    # Who booked need not answer (RFC 5545 section 3.2.17): the place is hers already.
    event["ATTENDEE"] = person(
        email,
        name,
        CUTYPE="INDIVIDUAL",
        ROLE="REQ-PARTICIPANT",
        PARTSTAT="ACCEPTED",
        RSVP="FALSE",
    )


def alarm(event: Component, *, before: str = "-P1D") -> Component:
    """An alarm to put in the event; `before` is a duration (RFC 5545 section 3.3.6)."""
    bell = Alarm()
    bell["ACTION"] = vText("DISPLAY")
    bell["DESCRIPTION"] = event["SUMMARY"]
    bell["TRIGGER"] = vText(before)
    return bell


# --- The envelope --------------------------------------------------------------------------


def calendar(events: Iterable[Component], *, method: Method | None = None, name: str = "") -> bytes:
    """A VCALENDAR of `events`; the same bytes for the same events.

    A `name` makes it a feed: programs show it, and are told how often to look again.
    """
    head = Calendar()
    head["VERSION"] = vText("2.0")
    head["PRODID"] = vText(PRODID)
    head["CALSCALE"] = vText("GREGORIAN")
    if method is not None:
        head["METHOD"] = vText(method)
    if name:
        head["NAME"] = Text(name)  # RFC 7986 section 5.1
        head["X-WR-CALNAME"] = Text(name)
        refresh = vDuration(REFRESH)
        refresh.params["VALUE"] = "DURATION"
        head["REFRESH-INTERVAL"] = refresh  # RFC 7986 section 5.7
        head["X-PUBLISHED-TTL"] = vDuration(REFRESH)
        head["X-WR-TIMEZONE"] = vText(AMSTERDAM.key)
    opening = head.to_ical().removesuffix(_END)
    return b"".join([opening, VTIMEZONE, *(event.to_ical() for event in events), _END])


def content_type(method: Method | None = None) -> str:
    """The MIME type; in mail it names the calendar's own method (RFC 6047 section 2.4)."""
    return "text/calendar; charset=utf-8" + (f"; method={method}" if method else "")


# --- HTTP ----------------------------------------------------------------------------------


def download_response(content: bytes, *, filename: str) -> HttpResponse:
    """A file to open in a calendar program."""
    response = HttpResponse(content, content_type=content_type())
    response["Content-Disposition"] = content_disposition_header(True, filename)
    response["Cache-Control"] = "private, no-cache"
    return response


def feed_response(
    request: HttpRequest,
    *,
    etag: str,
    last_modified: datetime.datetime | None,
    build: Callable[[], bytes],
    filename: str,
) -> HttpResponseBase:
    """304 if the client has this, otherwise what `build` makes; it is called only then.

    `etag` is unquoted; it must change with the bytes. Conditional headers as RFC 9110 section
    13 says; those that are nonsense count as absent. So does a date without a tag: it
    does not tell that a booking moved elsewhere, or that a programme has another title.
    """
    headers = {"ETag": f'"{etag}"', "Cache-Control": "private, no-cache"}
    if last_modified is not None:
        headers["Last-Modified"] = http_date(int(last_modified.timestamp()))
    response = get_conditional_response(request, headers["ETag"])
    if response is None:
        response = HttpResponse(build(), content_type=content_type())
        headers["Content-Disposition"] = content_disposition_header(False, filename) or "inline"
    for name, value in headers.items():
        response[name] = value
    return response


# --- Files that were made before -----------------------------------------------------------------


def escaped(text: str) -> str:
    """As it stands in a calendar file (RFC 5545, 3.3.11)."""
    return vText(text).to_ical().decode()


def blanked(content: bytes, pattern: re.Pattern[str]) -> bytes:
    """A calendar file without what matches, also where a long line is folded in it."""
    lines = Contentlines.from_ical(content)
    changed = [Contentline(pattern.sub("…", line)) for line in lines]
    return content if changed == lines else Contentlines(changed).to_ical()
