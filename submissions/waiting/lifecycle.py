"""Everything that happens to a place on a waiting list, whatever one waits for.

The rows of one submission are one entry: verbs take the submission. What is offered, and how it is
taken, says each kind's list (`WaitingList`).
"""

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lifecycle import NEW, Move, Refused, lock_row
from core.models import Mail
from core.transactions import at_end, retried
from programmes.models import Hub
from schools.models import User
from submissions.lifecycle import AskedLifecycle, known_party, locked, open_submission
from submissions.models import Ending, Submission, Waiting, WaitState
from submissions.waiting.deadlines import HARDLY_ANY_TIME

S = WaitState
OFFER_MAIL = "wait_offered"
LIVE = (S.WAITING, S.OFFERED)
# The least by which two moments differ in the database.
MOMENT = datetime.timedelta(microseconds=1)


class NothingOffered(Refused):
    message = _("This offer has ended.")


class NotWaiting(Refused):
    message = _("You are not on this waiting list any more.")


class OnlyFewer(Refused):
    message = _(
        "With more you would need a larger place than you waited for. Withdraw, and ask anew: you "
        "then start at the end of the list."
    )


class WaitLifecycle(AskedLifecycle):
    nothing_held = NotWaiting


# fmt: off
MOVES = WaitLifecycle(
    #                   what is done                     from                     to           message
    hold=           Move(_("ask to wait"),                (NEW,),                  S.HELD),
    verify=         Move(_("confirm with the code"),      (S.HELD, S.LAPSED),      S.WAITING,   "joined"),
    lapse=          Move(_("let lapse"),                  (S.HELD,),               S.LAPSED),
    offer=          Move(_("offer a place"),              (S.WAITING,),            S.OFFERED,   "offered"),
    prolong=        Move(_("give more time"),             (S.OFFERED,),            None),
    take=           Move(_("take the offer"),             (S.OFFERED,),            S.TAKEN),
    wait_on=        Move(_("wait on"),                    (S.OFFERED,),            S.WAITING,   "waits_on"),
    pass_over=      Move(_("passed over"),                (S.WAITING,),            None),
    cancel=         Move(_("withdraw"),                   (S.HELD, *LIVE),         S.ENDED),
    expire=         Move(_("let the offer lapse"),        (S.OFFERED,),            S.ENDED,     "expired"),
    end=            Move(_("end the waiting"),            (*LIVE,),                S.ENDED,     "ended"),
    change_numbers= Move(_("change numbers"),             (S.WAITING,),            None),
    describe=       Move(_("change the details"),         (*LIVE,),                None),
    note=           Move(_("note"),                       (*S,),                   None),
    settle=         Move(_("settled"),                    (*S,),                   None),
)
# fmt: on


class WaitingList:
    """The waiting list of one kind."""

    model: Any  # a subclass of `Waiting`

    @property
    def rows(self) -> QuerySet[Any]:
        return self.model._base_manager.all()

    # --- What each kind says ------------------------------------------------------------------

    def hold(self, request: Any, *, by: User | None) -> Submission:
        """Put down what is asked for, until its code is typed. Raises KeyConflict, and what stands
        in the way."""
        raise NotImplementedError

    def free(self, submission: Submission, why: Ending, *, by: User | None) -> None:
        """Let go of what is offered to this entry, if anything is; nobody is told of that."""
        raise NotImplementedError

    def take_offered(self, submission: Submission, *, by: User | None) -> None:
        """What is offered is hers from now on. Raises what stands in the way."""
        raise NotImplementedError

    def prolong_offered(self, submission: Submission) -> datetime.datetime:
        """Hold what is offered as long as if it were offered now; until when that is."""
        raise NotImplementedError

    def give_turns(self) -> int:
        """Offer what is free to whoever waits for it; returns how many are offered something."""
        raise NotImplementedError

    def end_unmet(self) -> int:
        """End what can never be offered any more; returns how many entries."""
        raise NotImplementedError

    # --- Verbs --------------------------------------------------------------------------------

    def join(
        self, submission: Submission, rows: Sequence[Waiting], *, hub: Hub, by: User | None
    ) -> Submission:
        """Put down what is asked for until its code is typed; part of a verb's transaction.

        The same key again returns what the first call made, and earlier ones of the same browser
        lapse. Raises KeyConflict.
        """
        saved, created = open_submission(submission, hub=hub)
        if not created:
            return saved
        for row in rows:
            row.submission, row.state = saved, NEW
            row.held_until = timezone.now() + settings.HOLD_FOR
            MOVES.apply(row, "hold", by=by)
        return saved

    @retried
    def book(self, request: Any, *, by: User) -> Submission:
        """For those signed in."""
        return self.verify(self.hold(request, by=by), by=by)

    @retried
    def verify(self, submission: Submission, *, by: User | None = None) -> Submission:
        """The code was right: it waits from now on, behind everybody who does already.

        Doing it twice changes nothing. Raises NotWaiting.
        """
        submission = locked(submission)
        hers = self.model.objects.filter(submission=submission)
        rows = MOVES.accept_code(submission, hers)
        if not rows:
            return submission
        moment = self._next_moment(submission.hub_id)
        for row in rows:
            changes = {"held_until": None, "asked_at": moment} | known_party(row, submission)
            MOVES.apply(row, "verify", by=by or submission.teacher, changes=changes)
        at_end(self.serve, submission.pk)  # a place may be free that nobody else waits for
        return submission

    def _next_moment(self, hub: int) -> Any:
        """A moment after that of everybody who was told a position, also where the clock of this
        machine is behind. Whoever joins waits here for who is joining: the order in which they are
        committed is the order of their moments."""
        Hub.objects.select_for_update(of=("self",), no_key=True).get(pk=hub)
        last = self.rows.filter(submission__hub=hub).aggregate(last=Max("asked_at"))["last"]
        return max(timezone.now(), last + MOMENT) if last else timezone.now()

    @retried
    def withdraw(self, submission: Submission, *, by: User | None, note: str = "") -> None:
        """She waits no longer, or does not need what is offered. Raises NotWaiting."""
        submission = locked(submission)
        is_offered = self.rows.filter(submission=submission, state=S.OFFERED).exists()
        why = Ending.PASSED if is_offered else Ending.WITHDRAWN
        self.free(submission, why, by=by)
        if not self._close(submission, "cancel", why, by=by, note=note):
            raise NotWaiting

    @retried
    def take(self, submission: Submission, *, by: User | None, note: str = "") -> None:
        """One tap, all or nothing; taking it twice changes nothing. Raises NothingOffered, and
        what stands in the way once its deadline has passed."""
        submission = locked(submission)
        rows = list(self.rows.filter(submission=submission).order_by("pk"))
        offered = [row for row in rows if row.state == S.OFFERED]
        if not offered:
            raise NothingOffered
        self.take_offered(submission, by=by)
        for row in offered:
            changes = {"held_until": None, "attention": ""}
            MOVES.apply(row, "take", by=by, note=note, changes=changes)

    @retried
    def prolong(self, submission: Submission) -> bool:
        """Her time runs from when its mail goes out, and it has not yet. False where nothing is
        offered any more, or where it would hardly make a difference."""
        submission = locked(submission)
        rows = list(self.rows.filter(submission=submission, state=S.OFFERED).order_by("pk"))
        if not rows:
            return False
        with transaction.atomic():
            until = self.prolong_offered(submission)
            if until - rows[0].held_until < HARDLY_ANY_TIME:
                transaction.set_rollback(True)
                return False
        for row in rows:
            data = {"until": until.isoformat()}
            MOVES.apply(row, "prolong", by=None, changes={"held_until": until}, data=data)
        return True

    @retried
    def expire(self, submission: Submission) -> bool:
        """The deadline has passed: the place goes to the next. False where it was taken just then,
        or another worker was first."""
        submission = locked(submission)
        over = self.rows.filter(submission=submission, state=S.OFFERED)
        if not over.filter(held_until__lte=timezone.now()).exists():
            return False
        self.free(submission, Ending.EXPIRED, by=None)
        return self._close(submission, "expire", Ending.EXPIRED, by=None)

    @retried
    def end(self, submission: Submission, why: Ending, *, by: User | None, note: str = "") -> bool:
        """It cannot be met any more; she is told. False where it waits no longer."""
        submission = locked(submission)
        self.free(submission, why, by=by)
        return self._close(submission, "end", why, by=by, note=note)

    @retried
    def wait_on(self, submission: Submission, *, by: User | None, note: str = "") -> bool:
        """What was offered is not to be had any more; she keeps her place in the row, and is told.
        False where nothing is offered."""
        submission = locked(submission)
        self.free(submission, Ending.CALLED_OFF, by=by)
        rows = list(self.rows.filter(submission=submission, state=S.OFFERED).order_by("pk"))
        for row in rows:
            MOVES.apply(row, "wait_on", by=by, note=note, changes={"held_until": None})
        return bool(rows)

    @retried
    def change_numbers(self, row: Waiting, *, pupils: int, by: User | None) -> bool:
        """Fewer pupils, with the same rank. False if it is as many already. Raises OnlyFewer."""
        lock_row(row, self.rows)
        MOVES.check(row, "change_numbers")
        if pupils == row.pupils:
            return False
        if pupils > row.pupils:
            raise OnlyFewer
        data = {"from": row.pupils, "to": pupils}
        MOVES.apply(row, "change_numbers", by=by, changes={"pupils": pupils}, data=data)
        at_end(self.serve, row.submission_id)  # it may fit now
        return True

    @retried
    def note(self, row: Waiting, *, by: User, note: str) -> Any:
        return MOVES.apply(row, "note", by=by, note=note)

    @retried
    def settle(self, row: Waiting, *, by: User, note: str = "") -> Any:
        return MOVES.apply(row, "settle", by=by, note=note, changes={"attention": ""})

    # --- What the clock does --------------------------------------------------------------------

    def lapse_expired(self) -> int:
        return MOVES.lapse_expired(self.model.objects.expired().order_by("pk"))

    def untold(self) -> list[Submission]:
        """Entries whose offer was mailed to nobody: there is no mail yet, or it waits for the mail
        server, even one that hung up. Not where her mailbox puts it off."""
        mails = Mail.objects.filter(template=OFFER_MAIL)
        sent = mails.filter(state=Mail.State.SENT).values("tells_of")
        queued = mails.filter(state=Mail.State.QUEUED)
        waits = queued.exclude(tells_of__in=sent).values("reference")
        told_later = Q(events__notice="offered", events__noticed_at=None)
        offered = self.rows.filter(told_later | Q(submission__reference__in=waits))
        rows = offered.filter(state=S.OFFERED).select_related("submission").order_by("pk")
        return submissions_of(rows)

    def expire_offers(self) -> int:
        """Each in a transaction of its own, with the next offer; returns how many."""
        over = self.model.objects.offers_over(timezone.now())
        return sum(self.expire(submission) for submission in submissions_of(over))

    # --- Within a verb --------------------------------------------------------------------------

    def serve(self, submissions: set[int]) -> None:
        """At the end of a verb: something changed among entries."""
        self.give_turns()

    def _close(
        self, submission: Submission, move: str, why: Ending, *, by: User | None, note: str = ""
    ) -> bool:
        """End all rows of an entry that still are alive; whether there were any."""
        assert transaction.get_connection().in_atomic_block
        rows = self.rows.filter(submission=submission, state__in=MOVES[move].sources)
        ended = list(rows.order_by("pk"))
        changes = {"held_until": None, "attention": ""}
        for row in ended:
            MOVES.apply(row, move, by=by, note=note, changes=changes, data={"why": why})
        return bool(ended)


def submissions_of(rows: Iterable[Waiting]) -> list[Submission]:
    """The entries of these rows: each submission once, in the order of the rows."""
    return list({row.submission_id: row.submission for row in rows}.values())
