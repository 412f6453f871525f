"""A place on the waiting list for a visit, as the rest of the site deals with it."""

import datetime
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from bookings.models import WAIT_FACTS, Booking, VisitWait, VisitWaitEvent
from bookings.telling import waiting
from bookings.waiting import rounds
from bookings.waiting.visits import LIST
from core.kinds import Matter
from core.mail.queue import Message
from schools.models import User
from submissions.kinds import AskedKind
from submissions.models import Submission
from submissions.waiting.lifecycle import LIVE, MOVES


class VisitWaitKind(AskedKind):
    name = "visitwait"
    model, event, moves = VisitWait, VisitWaitEvent, MOVES
    together = ("wait__submission",)
    read_along = tuple(f"wait__{fact}" for fact in WAIT_FACTS)
    markers = (waiting.WaitLink(),)
    jobs = {
        "lapse": timedelta(seconds=5),
        "expire_offers": timedelta(seconds=5),
        "offer_what_is_free": timedelta(seconds=10),
        "end_unmet": timedelta(minutes=1),
    }

    def sentence(self, event: VisitWaitEvent) -> str:
        return waiting.sentence(event)

    def mails(self, events: list[VisitWaitEvent]) -> list[Message]:
        return waiting.mails_of(events)

    def called(self, submission: Submission) -> str:
        first = submission.visitwaits.with_facts().order_by("pk").first()
        if first is None:
            return ""
        words = gettext("the waiting list for %(title)s, %(when)s")
        return words % {"title": first.programme, "when": waiting.when_of(first)}

    page, is_shared_by_row = "bookings:wait", False

    def lines(self, rows: Sequence[VisitWait]) -> list[str]:
        words = gettext("on the waiting list for %(title)s, %(when)s, %(class_name)s")
        return [
            words
            % {
                "title": row.programme.shown.title,
                "when": waiting.when_of(row),
                "class_name": row.party_name,
            }
            for row in rows
        ]

    # --- Turns ------------------------------------------------------------------------------

    def give_turns_on(self, day: datetime.date) -> None:
        rounds.on_day(day)

    def give_turns_after(self, about: set[int | None]) -> None:
        rounds.after(about)

    def give_turns(self) -> None:
        LIST.offer_everywhere()

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
        """Who was passed over: raising a maximum may be all that it takes."""
        if not self.may_change(user):
            return []
        passed = VisitWait.objects.of_hubs(user).waiting().exclude(attention="").order_by()
        number = passed.count()
        if not number:
            return []
        text = ngettext(
            "%(number)d class on the waiting list was passed over: its place was too small",
            "%(number)d classes on the waiting list were passed over: their place was too small",
            number,
        )
        query = {"attention": "yes"}
        address = reverse("admin:bookings_visitwait_changelist", query=query)
        return [Matter(text % {"number": number}, address)]

    # --- When a person is erased ------------------------------------------------------------

    def needed_since(self, moment: datetime.datetime) -> QuerySet[Any, Any]:
        """Who waits must be reached when there is a place for her."""
        return VisitWait.objects.filter(state__in=LIVE).values("submission")

    # --- What the worker does ---------------------------------------------------------------

    def lapse(self) -> None:
        LIST.lapse_expired()

    def expire_offers(self) -> None:
        LIST.expire_offers()

    def offer_what_is_free(self) -> None:
        """What became free through a door without a bell: an import, the shell."""
        if VisitWait.objects.waiting().exists():
            LIST.offer_everywhere()

    def end_unmet(self) -> None:
        LIST.end_unmet()
