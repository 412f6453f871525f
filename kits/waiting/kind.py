"""A place on the waiting list for a kit, as the rest of the site deals with it."""

import datetime
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.mail.queue import Message
from kits.models import LOAN_WAIT_FACTS, LessonKit, LoanWait, LoanWaitEvent
from kits.telling import waiting
from kits.waiting.loans import LIST
from schools.models import User
from submissions.kinds import AskedKind
from submissions.models import Submission
from submissions.waiting.lifecycle import LIVE, MOVES


class LoanWaitKind(AskedKind):
    name = "loanwait"
    model, event, moves = LoanWait, LoanWaitEvent, MOVES
    together = ("wait__submission",)
    read_along = tuple(f"wait__{fact}" for fact in LOAN_WAIT_FACTS)
    markers = (waiting.LoanWaitLink(),)
    jobs = {
        "lapse": timedelta(seconds=5),
        "expire_offers": timedelta(seconds=5),
        "offer_what_is_free": timedelta(seconds=10),
        "end_unmet": timedelta(minutes=1),
    }

    def sentence(self, event: LoanWaitEvent) -> str:
        return waiting.sentence(event)

    def mails(self, events: list[LoanWaitEvent]) -> list[Message]:
        return waiting.mails_of(events)

    def called(self, submission: Submission) -> str:
        first = submission.loanwaits.with_facts().order_by("pk").first()
        if first is None:
            return ""
        words = gettext("the waiting list for %(title)s, %(when)s")
        return words % {"title": first.kit, "when": waiting.when_of(first)}

    def give_turns(self) -> None:
        LIST.give_turns()

    def give_turns_of(self, kit: LessonKit) -> None:
        LIST.give_turns_of(kit)

    page, is_shared_by_row = "loans:wait", False

    def lines(self, rows: Sequence[LoanWait]) -> list[str]:
        words = gettext("on the waiting list for %(title)s, %(when)s, %(class_name)s")
        return [
            words
            % {
                "title": row.kit.shown.title,
                "when": waiting.when_of(row),
                "class_name": row.party_name,
            }
            for row in rows
        ]

    # --- In 'Mijn TEC' ----------------------------------------------------------------------

    slug = "wachtlijst-leskisten"
    coming_title, past_title = _("On the waiting list for a kit"), _("Kits waited for before")
    line = "kits/_wait_line.html"

    def coming(self, user: User) -> list[Any]:
        mine = LoanWait.objects.visible_to(user).filter(state__in=LIVE).with_facts()
        rows: list[Any] = list(mine.order_by("starts_on", "pk"))
        for row in rows:
            row.place = waiting.position_in_words(row)
        return rows

    def past(self, user: User) -> QuerySet[LoanWait]:
        mine = LoanWait.objects.visible_to(user).exclude(state__in=LIVE).with_facts()
        return mine.order_by("-starts_on", "-pk")

    # --- When a person is erased ------------------------------------------------------------

    def needed_since(self, moment: datetime.datetime) -> QuerySet[Any, Any]:
        return LoanWait.objects.filter(state__in=LIVE).values("submission")

    # --- What the worker does ---------------------------------------------------------------

    def lapse(self) -> None:
        LIST.lapse_expired()

    def expire_offers(self) -> None:
        LIST.expire_offers()

    def offer_what_is_free(self) -> None:
        if LoanWait.objects.waiting().exists():
            LIST.offer_everywhere()

    def end_unmet(self) -> None:
        LIST.end_unmet()
