"""A class moved twice and cancelled in the end, and part of its submission before: as programs that
only read what we send have it in their calendars (RFC 5546).
"""

import datetime
from typing import Any

import pytest
import vobject
from django.test import Client

from bookings import moving
from bookings.several_classes import ClassChange, change_parts
from core.mail.outbox import Teller
from core.models import Mail
from tec_site.pages.feeds import feed_address
from tests.core.calendar_readers import READERS
from tests.factories import (
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_slot,
    make_submission,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
UTC = datetime.UTC


class Program:
    """What somebody's calendar holds who opens every file of her mails, with one of the readers."""

    def __init__(self, reader: str) -> None:
        self.read = READERS[reader]
        self.events: dict[str, datetime.datetime] = {}
        self.revisions: dict[str, list[int]] = {}
        self._last = 0

    def open_mails(self) -> None:
        Teller().tell(seconds=60)
        mails = Mail.objects.filter(pk__gt=self._last).order_by("pk")
        for mail in mails:
            self._last = mail.pk
            for file in mail.files.filter(mimetype__startswith="text/calendar").order_by("pk"):
                assert f"method={self._take(bytes(file.content))}" in file.mimetype

    def _take(self, content: bytes) -> str:
        calendar: Any = vobject.readOne(content.decode())
        for event, raw in zip(
            sorted(self.read(content), key=lambda one: one.uid),
            sorted(calendar.vevent_list, key=lambda one: one.uid.value),
            strict=True,
        ):
            assert event.uid == raw.uid.value
            revision = int(raw.sequence.value)
            known = self.revisions.setdefault(event.uid, [])
            assert not known or revision > known[-1], "an older revision would be left aside"
            known.append(revision)
            if calendar.method.value == "CANCEL":
                assert raw.status.value == "CANCELLED"
                del self.events[event.uid]
            else:
                self.events[event.uid] = event.starts_at
        return str(calendar.method.value)

    def assert_same_in(self, feed: bytes) -> None:
        """Who follows the feed instead has the same events, of the same revisions."""
        calendar: Any = vobject.readOne(feed.decode())
        rows = {row.uid.value: row for row in calendar.vevent_list}
        off = {uid for uid, row in rows.items() if row.status.value == "CANCELLED"}
        seen = {event.uid: event.starts_at for event in self.read(feed)}
        assert {uid: start for uid, start in seen.items() if uid not in off} == self.events
        told = {uid: known[-1] for uid, known in self.revisions.items()}
        assert {uid: int(row.sequence.value) for uid, row in rows.items()} == told


@pytest.mark.parametrize("reader", READERS)
def test_moved_twice_and_cancelled_in_part_and_in_the_end(reader, monkeypatch):
    monkeypatch.setattr("submissions.telling.can_be_made", lambda: False)
    programme = make_programme(max_groups=3, max_pupils=100)
    submission = make_submission()
    slots = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, month, day, hour))
        for month, day, hour in [(11, 3, 9), (11, 17, 13), (12, 1, 9)]
    ]
    visit = make_visit(slot=slots[0], programme=programme, max_groups=3, max_pupils=100)
    first, second = (
        make_booking(
            submission=submission,
            class_group=make_class_group(school=submission.school, name=name),
            party_name=name,
            visit=visit,
        )
        for name in ("7a", "7b")
    )
    for one in (first, second):
        one.events.update(notice="confirmed")
    teacher, program = submission.teacher, Program(reader)
    uids = [f"{one.uid}@127.0.0.1" for one in (first, second)]
    at = [amsterdam(2026, *when).astimezone(UTC) for when in [(11, 3, 9), (11, 17, 13), (12, 1, 9)]]

    def followed() -> bytes:
        program.open_mails()
        feed: bytes = Client().get(feed_address("mijn", teacher)).content
        program.assert_same_in(feed)
        return feed

    followed()
    assert program.events == dict.fromkeys(uids, at[0])
    moving.move(booking=first, slot=slots[1], by=teacher)
    followed()
    assert program.events == {uids[0]: at[1], uids[1]: at[0]}
    part = ClassChange(second, second.pupils, second.supervisors, goes=True)
    stays = ClassChange(first, first.pupils, first.supervisors, slot=slots[2])
    change_parts([part, stays], by=teacher)
    followed()
    assert program.events == {uids[0]: at[2]}
    change_parts([ClassChange(first, first.pupils, first.supervisors, goes=True)], by=teacher)
    feed = followed()

    assert program.events == {}
    assert [len(program.revisions[uid]) for uid in uids] == [4, 2]
    # Whoever subscribed sees the same events called off, until their day has passed.
    seen = {event.uid: event.starts_at for event in program.read(feed)}
    assert seen == {uids[0]: at[2], uids[1]: at[0]}
    assert feed.count(b"STATUS:CANCELLED") == 2
