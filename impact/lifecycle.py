"""Everything that happens to an evaluation.

The table of moves is the documentation. The row comes with the asking; answers and tallies are
each received once, and nothing that a teacher said is changed by anybody afterwards; that we may
quote her she takes back whenever she wants.
"""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models import Booking
from core.lifecycle import NEW, Lifecycle, Move, lock_row
from core.transactions import retried
from impact.models import TALLIES, Evaluation, EvaluationEvent, EvaluationState
from impact.refusals import AlreadyReceived, AnsweringIsOver, NoConsent, NotAsked
from kits.models import Loan
from schools.models import User

S = EvaluationState

# fmt: off
MOVES = Lifecycle(
    #             what is done                     from          to           message
    ask=    Move(_("ask how it was"),              (NEW,),       S.ASKED,     "evaluation"),
    answer= Move(_("answer"),                      (S.ASKED,),   S.ANSWERED),
    count=  Move(_("count what the class said"),   (*S,),        None),
    show=   Move(_("show the quote"),              (S.ANSWERED,), None),
    hide=   Move(_("show the quote no more"),      (S.ANSWERED,), None),
    unquote=Move(_("take the quote back"),         (S.ANSWERED,), None),
)
# fmt: on


def ask(asked: Booking | Loan, *, day: Any) -> bool:
    """Ask how the visit or kit was, once; False where somebody asked already."""
    about = {"booking": asked} if isinstance(asked, Booking) else {"loan": asked}
    evaluation = Evaluation(
        submission=asked.submission,
        state=NEW,
        day=day,
        until=timezone.localdate() + settings.EVALUATE_WITHIN,
        **about,
    )
    try:
        with transaction.atomic():
            MOVES.apply(evaluation, "ask", by=None, about=day)
    except IntegrityError:
        if Evaluation.objects.filter(**about).exists():
            return False  # another worker was first
        raise
    return True


@retried
def answer(
    *, evaluation: Evaluation, answers: Mapping[str, Any], by: User | None
) -> EvaluationEvent:
    """Keep what the teacher says, and what her class said where she typed it along.

    Raises AlreadyReceived, AnsweringIsOver, NotAsked.
    """
    _lock(evaluation)
    if evaluation.standing.is_listed:
        raise AlreadyReceived
    _refuse_late(evaluation)
    now = timezone.now()
    changes = {**answers, "answered_at": now}
    if has_tallies(answers):
        if evaluation.counted_at is not None:
            raise AlreadyReceived
        changes["counted_at"] = now
    else:
        changes = {name: value for name, value in changes.items() if name not in _COLUMNS}
    return MOVES.apply(evaluation, "answer", by=by, changes=changes)


@retried
def count(
    *, evaluation: Evaluation, tallies: Mapping[str, Any], by: User | None
) -> EvaluationEvent:
    """Keep what the class said, before or after its teacher answers.

    Raises AlreadyReceived, AnsweringIsOver, NotAsked.
    """
    _lock(evaluation)
    if evaluation.counted_at is not None:
        raise AlreadyReceived
    _refuse_late(evaluation)
    changes = {**tallies, "counted_at": timezone.now()}
    return MOVES.apply(evaluation, "count", by=by, changes=changes)


@retried
def show(*, evaluation: Evaluation, by: User, note: str = "") -> EvaluationEvent:
    """Show the quote on the page of its programme or kit. Raises NoConsent."""
    _lock(evaluation)
    if not evaluation.may_quote:
        raise NoConsent
    return MOVES.apply(evaluation, "show", by=by, note=note, changes={"is_shown": True})


@retried
def hide(*, evaluation: Evaluation, by: User, note: str = "") -> EvaluationEvent:
    _lock(evaluation)
    return MOVES.apply(evaluation, "hide", by=by, note=note, changes={"is_shown": False})


@retried
def unquote(*, evaluation: Evaluation, by: User | None) -> EvaluationEvent | None:
    """We may not quote her any more: it is off the public page, and her name with it; None if she
    took it back before."""
    _lock(evaluation)
    if not evaluation.may_quote:
        return None
    changes = {"may_quote": False, "is_shown": False, "quote_name": ""}
    return MOVES.apply(evaluation, "unquote", by=by, changes=changes)


def has_tallies(answers: Mapping[str, Any]) -> bool:
    return any(answers.get(name) is not None for name in _COLUMNS)


_COLUMNS = [name for names in TALLIES.values() for name in names]


def _lock(evaluation: Evaluation) -> None:
    lock_row(evaluation, Evaluation.objects.with_facts())


def _refuse_late(evaluation: Evaluation) -> None:
    if not evaluation.took_place:
        raise NotAsked
    if evaluation.is_over:
        raise AnsweringIsOver
