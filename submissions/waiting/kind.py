"""What the kinds of waiting lists have in common, of what `core/kinds.py` asks of each."""

import datetime
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext

from core.mail.sending import send_to_address_of_now
from core.models import Mail
from core.transactions import stop_writing
from submissions.kinds import AskedKind
from submissions.models import Submission, Waiting, WaitState
from submissions.waiting.lifecycle import LIVE, MOVES, OFFER_MAIL, WaitingList


class WaitKind(AskedKind):
    """A kind that waits for places of another."""

    waiting_list: WaitingList
    model: type[Waiting]
    moves = MOVES
    together = ("wait__submission",)
    jobs = {
        "lapse": timedelta(seconds=5),
        "renew_untold_offers": timedelta(seconds=5),
        "expire_offers": timedelta(seconds=5),
        "offer_what_is_free": timedelta(seconds=10),
        "end_unmet": timedelta(minutes=1),
    }

    def thing_of(self, row: Any) -> Any:
        """What it waits for: a programme, or a kit."""
        raise NotImplementedError

    def when_of(self, row: Any) -> str:
        """The days it waits for, in words."""
        raise NotImplementedError

    def called(self, submission: Submission) -> str:
        rows: Any = self.model._default_manager.filter(submission=submission)
        first = rows.with_facts().order_by("pk").first()
        if first is None:
            return ""
        words = gettext("the waiting list for %(title)s, %(when)s")
        title = self.thing_of(first).shown.title
        return words % {"title": title, "when": self.when_of(first)}

    is_shared_by_row = False  # an entry is served as one

    def lines(self, rows: Sequence[Any]) -> list[str]:
        words = gettext("on the waiting list for %(title)s, %(when)s, %(class_name)s")
        return [
            words
            % {
                "title": self.thing_of(row).shown.title,
                "when": self.when_of(row),
                "class_name": row.party_name,
            }
            for row in rows
        ]

    # --- When there is room ------------------------------------------------------------------

    def give_turns(self) -> None:
        self.waiting_list.give_turns()

    # --- When staff change what was promised ------------------------------------------------

    def stop_promising(self) -> None:
        """Stops writing, not locking: whoever locked a row goes on to lock what is offered; to wait
        for that is a deadlock."""
        stop_writing(self.model)

    # --- When a person is erased ------------------------------------------------------------

    def needed_since(self, moment: datetime.datetime) -> QuerySet[Any, Any]:
        """Those who wait must be reached when there is a place."""
        return self.waiting_list.rows.filter(state__in=LIVE).values("submission")

    # --- What the worker does ---------------------------------------------------------------

    def lapse(self) -> None:
        self.waiting_list.lapse_expired()

    def renew_untold_offers(self) -> None:
        """Count the time of an offer from when its mail goes out: one that waited, as the worker or
        mail server was away, is made anew with a new deadline."""
        for submission in self.waiting_list.untold():
            if self.waiting_list.prolong(submission):
                mails = Mail.objects.filter(reference=submission.reference, template=OFFER_MAIL)
                send_to_address_of_now(mails.waiting())

    def expire_offers(self) -> None:
        self.waiting_list.expire_offers()

    def offer_what_is_free(self) -> None:
        """Offer room that no verb announced: made by an import or in a shell."""
        if self.waiting_list.rows.filter(state=WaitState.WAITING).exists():
            self.give_turns()

    def end_unmet(self) -> None:
        self.waiting_list.end_unmet()
