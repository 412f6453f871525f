from django.conf import settings
from django.utils import timezone

from core.lifecycle import NEW, Move, Refused
from core.transactions import retried
from submissions.lifecycle import AskedLifecycle, known_party, locked, open_submission
from submissions.models import Submission
from tests.toys.models import State, Toy


class NoToyHeld(Refused):
    message = "Er is niets te bevestigen."


class ToyLifecycle(AskedLifecycle):
    nothing_held = NoToyHeld


MOVES = ToyLifecycle(
    hold=Move("houd vast", (NEW,), State.HELD),
    verify=Move("bevestig", (State.HELD, State.LAPSED), State.RESERVED, "reserved"),
    lapse=Move("laat vervallen", (State.HELD,), State.LAPSED),
    cancel=Move("annuleer", (State.HELD, State.RESERVED), State.CANCELLED, "cancelled"),
    describe=Move("wijzig gegevens", (State.RESERVED,), None),
)


@retried
def hold(toy: Toy, *, by) -> Submission:
    submission, created = open_submission(toy.submission, hub=toy.venue.hub)
    if created:
        toy.submission, toy.held_until = submission, timezone.now() + settings.HOLD_FOR
        MOVES.apply(toy, "hold", by=by)
    return submission


@retried
def verify(submission: Submission, *, by=None, note: str = "") -> Submission:
    submission = locked(submission)
    for toy in MOVES.accept_code(submission, submission.toys.all()):
        changes = {"held_until": None} | known_party(toy, submission)
        MOVES.apply(toy, "verify", by=by or submission.teacher, note=note, changes=changes)
    return submission


@retried
def book(toy: Toy, *, by) -> Submission:
    return verify(hold(toy, by=by), by=by)


@retried
def cancel(*, toy: Toy, by, note: str = "") -> Toy:
    MOVES.apply(toy, "cancel", by=by, note=note, changes={"held_until": None})
    return toy
