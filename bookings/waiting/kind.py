"""The kind of entries on the waiting list for visits: what `core/kinds.py` asks of it."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.models import WAIT_FACTS, Booking, VisitWait, VisitWaitEvent
from bookings.telling import waiting
from bookings.waiting import offering
from bookings.waiting.freed_places import GivesTurns
from bookings.waiting.visit_list import LIST
from core.kinds import Matter
from core.mail.queue import Message
from schools.models import User
from submissions.waiting.kind import WaitKind
from submissions.waiting.lifecycle import LIVE


class VisitWaitKind(WaitKind, GivesTurns):
    name, page = "visitwait", "bookings:wait"
    model, event, waiting_list = VisitWait, VisitWaitEvent, LIST
    read_along = tuple(f"wait__{fact}" for fact in WAIT_FACTS)
    markers = (waiting.WaitLink(),)

    def sentence(self, event: VisitWaitEvent) -> str:
        return waiting.sentence(event)

    def mails(self, events: list[VisitWaitEvent]) -> list[Message]:
        return waiting.mails_of(events)

    def thing_of(self, row: VisitWait) -> Any:
        return row.programme

    def when_of(self, row: VisitWait) -> str:
        return waiting.when_of(row)

    # --- Turns ------------------------------------------------------------------------------

    def give_turns_on(self, day: datetime.date) -> None:
        offering.on_day(day)

    def give_turns_after(self, visits: set[int], *, anywhere: bool) -> None:
        offering.after(visits, anywhere=anywhere)

    # --- In 'Mijn TEC' ----------------------------------------------------------------------

    slug = "wachtlijst"
    coming_title, past_title = _("On the waiting list"), _("Waited for before")
    line = "bookings/_wait_line.html"

    def coming(self, user: User) -> list[VisitWait]:
        mine = VisitWait.objects.visible_to(user).filter(state__in=LIVE).with_facts()
        return waiting.with_positions(list(mine.order_by("first_day", "pk")))

    def past(self, user: User) -> QuerySet[VisitWait]:
        mine = VisitWait.objects.visible_to(user).exclude(state__in=LIVE).with_facts()
        return mine.order_by("-last_day", "-pk")

    # --- Beside a visit ---------------------------------------------------------------------

    def said_beside(self, rows: Sequence[Any]) -> list[str]:
        return waiting.said_beside([row for row in rows if isinstance(row, Booking)])

    # --- For staff --------------------------------------------------------------------------

    def matters(self, user: User) -> list[Matter]:
        """Classes passed over: raising a maximum may be all that it takes."""
        if not self.may_change(user):
            return []
        passed = VisitWait.objects.of_hubs(user).waiting().exclude(attention="").order_by()
        number = passed.count()
        if not number:
            return []
        text = ngettext(
            "%(number)d class or group on the waiting list was passed over: its place was too "
            "small",
            "%(number)d classes or groups on the waiting list were passed over: their place was "
            "too small",
            number,
        )
        query = {"attention": "yes"}
        address = reverse("admin:bookings_visitwait_changelist", query=query)
        return [Matter(text % {"number": number}, address)]
