"""The kind of shifts: what `core/kinds.py` asks of it."""

import datetime
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from bookings.models import Visit
from core.kinds import Action, Kind, Matter, OnDay, Planned
from core.mail.queue import Message
from programmes.models import Hub, Programme, Venue
from roster import changes, clock, people
from roster.lifecycle import MOVES
from roster.models import Shift, ShiftEvent
from roster.telling import dashboard, notices, wording
from schools.models import User
from submissions.kinds import Names, Remembering
from submissions.models import Submission


class ShiftKind(Kind, Remembering):
    name = "shift"
    model, event = Shift, ShiftEvent
    together = ("shift__visit__slot__venue__hub",)
    read_along = notices.FACTS
    markers = (notices.RosterLink(),)
    jobs = {
        "follow_visits": timedelta(minutes=1),
        "finish": timedelta(minutes=5),
        "offer_open": timedelta(minutes=5),
        "forget_left": timedelta(hours=6),
    }

    moves = MOVES

    def mails(self, events: list[ShiftEvent]) -> list[Message]:
        return notices.mails_of(events)

    def sentence(self, event: ShiftEvent) -> str:
        return wording.sentence(event)

    def overruled(self, event: ShiftEvent) -> list[str]:
        return wording.overruled(event)

    # --- For staff --------------------------------------------------------------------------

    def remarks(self, rows: Sequence[Any]) -> dict[int, str]:
        visits = [row for row in rows if isinstance(row, Visit)]
        return dashboard.who_works_at(visits) if visits else {}

    def leads_from(self, row: Any, user: User) -> list[Action]:
        return dashboard.leads_from(row) if self.may_view(user) else []

    def matters(self, user: User) -> list[Matter]:
        return dashboard.matters(user) if self.may_change(user) else []

    def on_days(self, first: datetime.date, before: datetime.date, user: User) -> list[OnDay]:
        return dashboard.on_days(first, before, user)

    def next_day(self, day: datetime.date, user: User) -> datetime.date | None:
        return dashboard.next_day(day, user)

    # --- When staff change a programme or a venue ---------------------------------------------

    def concerned(self, thing: Any, changed: Collection[str]) -> list[Planned]:
        return changes.concerned(thing, changed)

    def keep(self, thing: Any, before: Any, *, by: User, tell: bool = True) -> list[str]:
        if isinstance(thing, Venue):
            return changes.readdress(thing, before, by=by, tell=tell)
        if isinstance(thing, Programme | Hub):
            changes.refresh_calendars(thing, before)
        if isinstance(thing, Programme):
            return changes.retime(thing, before, by=by, tell=tell)
        return []

    # --- When a person is erased --------------------------------------------------------------

    def erase_words(self, submissions: QuerySet[Submission], names: Names) -> int:
        return 0  # nothing here is about a submission

    def erase_address(self, email: str, user: User | None) -> int:
        return people.forget_at(email)

    # --- What the worker does ---------------------------------------------------------------

    def follow_visits(self) -> None:
        clock.follow_visits()

    def finish(self) -> None:
        clock.finish()

    def offer_open(self) -> None:
        clock.offer_open()

    def forget_left(self) -> None:
        people.forget_left()
