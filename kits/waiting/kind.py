"""The kind of entries on the waiting list for kits: what `core/kinds.py` asks of it."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.mail.queue import Message
from kits.models import LOAN_WAIT_FACTS, LessonKit, LoanWait, LoanWaitEvent
from kits.telling import waiting
from kits.waiting.freed_boxes import GivesTurns
from kits.waiting.loan_list import LIST
from schools.models import User
from submissions.waiting.kind import WaitKind
from submissions.waiting.lifecycle import LIVE


class LoanWaitKind(WaitKind, GivesTurns):
    name, page = "loanwait", "loans:wait"
    model, event, waiting_list = LoanWait, LoanWaitEvent, LIST
    read_along = tuple(f"wait__{fact}" for fact in LOAN_WAIT_FACTS)
    markers = (waiting.LoanWaitLink(),)

    def sentence(self, event: LoanWaitEvent) -> str:
        return waiting.sentence(event)

    def mails(self, events: list[LoanWaitEvent]) -> list[Message]:
        return waiting.mails_of(events)

    def thing_of(self, row: LoanWait) -> Any:
        return row.kit

    def when_of(self, row: LoanWait) -> str:
        return waiting.when_of(row)

    def give_turns_of(self, kit: LessonKit) -> None:
        LIST.give_turns_of(kit)

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
