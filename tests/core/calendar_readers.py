"""Calendar programs stood in for by three parsers that the project itself does not use."""

import datetime
import warnings
from dataclasses import dataclass
from typing import Any

import ics
import vobject
from ical.calendar_stream import IcsCalendarStream


@dataclass(frozen=True)
class Seen:
    """What a program makes of an event; times in UTC."""

    uid: str
    summary: str | None
    description: str | None
    location: str | None
    starts_at: datetime.datetime
    ends_at: datetime.datetime


def _utc(when: Any) -> datetime.datetime:
    """An instant; for a whole day its midnight."""
    if not isinstance(when, datetime.datetime):
        when = datetime.datetime.combine(when, datetime.time(), datetime.UTC)
    return when.astimezone(datetime.UTC)


def read_with_vobject(content: bytes) -> list[Seen]:
    events = vobject.readOne(content.decode()).contents.get("vevent", [])
    return [
        Seen(
            event.uid.value,
            event.summary.value,
            event.description.value,
            event.location.value,
            _utc(event.dtstart.value),
            _utc(event.dtend.value),
        )
        for event in events
    ]


def read_with_ics(content: bytes) -> list[Seen]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its own calls of re.split
        events = ics.Calendar(content.decode()).events
    return [
        Seen(
            event.uid,
            event.name,
            event.description,
            event.location,
            _utc(event.begin.datetime),
            _utc(event.end.datetime),
        )
        for event in sorted(events)
    ]


def read_with_ical(content: bytes) -> list[Seen]:
    return [
        Seen(
            event.uid,
            event.summary,
            event.description,
            event.location,
            _utc(event.start),
            _utc(event.end),
        )
        for event in IcsCalendarStream.calendar_from_ics(content.decode()).events
    ]


READERS = {"vobject": read_with_vobject, "ics": read_with_ics, "ical": read_with_ical}
