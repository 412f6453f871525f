"""The kind of evaluations of visits and lesson kits: what `core/kinds.py` asks of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking, Visit
from core.kinds import Action, Block, Kind, Matter
from core.mail.queue import Message
from impact import clock, erasure
from impact.desk import dashboard, onward
from impact.keeping import ahead, kept
from impact.lifecycle import MOVES
from impact.models import Evaluation, EvaluationEvent, Report
from impact.pages import evaluation_block
from impact.pages.quotes import quotes_of
from impact.telling import notices
from kits.models import LessonKit, Loan
from programmes.models import Programme
from schools.models import User
from submissions.kinds import Names, Remembering
from submissions.models import Submission


class EvaluationKind(Kind, Remembering):
    name = "evaluation"
    model, event = Evaluation, EvaluationEvent
    together = ("evaluation__submission",)
    read_along = tuple(f"evaluation__{fact}" for fact in notices.FACTS)
    markers = (notices.EvaluationLink(),)
    jobs = {
        "ask": timedelta(minutes=10),
        "count_ahead": timedelta(seconds=3),
        "forget_kept": timedelta(days=1),
    }

    moves = MOVES

    def mails(self, events: list[EvaluationEvent]) -> list[Message]:
        return notices.mails_of(events)

    # --- In 'Mijn TEC' ----------------------------------------------------------------------

    slug = "evaluaties"
    coming_title = _("How was it?")
    line = "impact/_line.html"

    def coming(self, user: User) -> QuerySet[Evaluation]:
        return Evaluation.objects.visible_to(user).due().with_facts().order_by("until", "pk")

    def block_for(self, user: User) -> Block | None:
        return Block("impact/_school_year.html", {}) if user.school_id else None

    # --- Beside what it is about ------------------------------------------------------------

    def shown_beside(self, rows: Sequence[Any], token: str | None) -> Block | None:
        return evaluation_block.block_beside(
            [row for row in rows if isinstance(row, Booking | Loan)], by_link=token is not None
        )

    def remarks(self, rows: Sequence[Any]) -> dict[int, str]:
        return evaluation_block.looked_back([row for row in rows if isinstance(row, Booking)])

    def told_of(self, thing: Any) -> Block | None:
        return quotes_of(thing) if isinstance(thing, Programme | LessonKit) else None

    # --- For staff --------------------------------------------------------------------------

    def dashboard_block(self, user: User) -> Block | None:
        return dashboard.year_so_far(user)

    def matters(self, user: User) -> list[Matter]:
        return dashboard.verbal_pledges(user)

    def sent_of(self, row: Any) -> list[str]:
        return Report.objects.counting(row) if isinstance(row, Booking) else []

    def leads_from(self, row: Any, user: User) -> list[Action]:
        if not isinstance(row, Programme | LessonKit | Visit):
            return []
        return onward.leads_from(row, user)

    # --- When a person asks, or is erased -----------------------------------------------------

    def told_by(self, user: User) -> dict[str, list[dict[str, Any]]]:
        return {str(_("What you told us afterwards")): erasure.told_by(user)}

    def erase_words(self, submissions: QuerySet[Submission], names: Names) -> int:
        found = erasure.erase_words_about(submissions)
        return found + erasure.erase_contacts_naming(names)

    def erase_address(self, email: str, user: User | None) -> int:
        return erasure.erase_words_of(user) if user else 0

    # --- What the worker does -----------------------------------------------------------------

    def ask(self) -> None:
        clock.ask_due()

    def count_ahead(self) -> None:
        ahead.count_next()

    def forget_kept(self) -> None:
        kept.forget()
