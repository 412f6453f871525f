"""What a teacher herself does to all that one submission asks for, of whatever kind: let it go
before its code was typed, change what she told us after, ask for another date.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.kinds import kind_of
from core.lifecycle import Event, Refused
from core.transactions import retried
from schools.models import ClassGroup, User
from submissions.kinds import submitted
from submissions.lifecycle import AlreadyConfirmed, keep_profile, locked
from submissions.models import HELD, Asked, Submission


class NoLonger(Refused):
    message = _("This can no longer be changed here. Call us: together we find a way.")


@retried
def let_go(submission: Submission) -> None:
    """Give free what is held until its code is typed; nobody was told of it, and nobody is now.

    Raises AlreadyConfirmed.
    """
    if locked(submission).verified_at is not None:
        raise AlreadyConfirmed(_("This is confirmed already. You can cancel it here."))
    for kind in submitted():
        rows: QuerySet[Any] = kind.model._base_manager.all()
        for row in rows.filter(submission=submission, state=HELD).order_by("pk"):
            kind.moves.apply(row, "cancel", by=None, changes={"held_until": None}, notice="")


@retried
def change_details(
    rows: Sequence[Asked],
    *,
    contact: Mapping[str, str],
    names: Mapping[int, str],
    by: User | None,
) -> bool:
    """Other details of the submission of `rows`, and other names of these classes or groups.

    `rows` are those that may still change; `contact` maps fields of the submission to their
    values, `names` the key of a row to its party's name; what is in neither stays. Each row that
    is concerned gets an event that says which fields changed, not what they were: that would have
    to be erased one day. Returns whether anything changed. Raises NoLonger, and what the kind's
    lifecycle raises where the visit has a party of that name already.
    """
    submission = locked(rows[0].submission) if rows else None
    if submission is None or not all(row.may_be_described for row in rows):
        raise NoLonger
    changed = [name for name, value in contact.items() if getattr(submission, name) != value]
    for name in changed:
        setattr(submission, name, contact[name])
    if changed:
        submission.save(update_fields=changed)
        if by is None or by.pk == submission.user_id:
            _keep_profile(submission)
    told = False
    for row in rows:
        renamed = _renamed(row, submission, names.get(row.pk, row.party_name))
        if changed or renamed:
            fields = [*changed, *(["party_name"] if renamed else [])]
            moves = kind_of(type(row)).moves
            moves.apply(row, "describe", by=by, changes=renamed, data={"fields": fields})
            told = True
    return told


def _keep_profile(submission: Submission) -> None:
    """`keep_profile`, unless she asked for something later."""
    later = Submission.objects.filter(
        user=submission.user_id, verified_at__gt=submission.verified_at
    )
    if submission.user and not later.exists():
        keep_profile(submission.user, submission)


def _renamed(row: Asked, submission: Submission, name: str) -> dict[str, Any]:
    """The changes that give a row's party another name; none if it is the same.

    A class of that name in that school year becomes the row's class.
    """
    if name == row.party_name:
        return {}
    changes: dict[str, Any] = {"party_name": name}
    if submission.school and row.class_group:
        known = row.class_group
        changes["class_group"] = ClassGroup.objects.of(
            school=submission.school,
            school_year=known.school_year,
            name=name,
            year_from=known.year_from,
            year_to=known.year_to,
        )
    return changes


# --- Another date, asked of staff --------------------------------------------------------------
# A wish changes nothing of what stands until staff answer it. Kinds whose rows can be asked to move
# have the moves `ask_to_move` and `keep_date`, and MOVE_ASKED among the reasons for attention.

MOVE_ASKED = "move"  # why staff must look at it


def ask_to_move(row: Any, data: Mapping[str, Any], *, by: User | None, note: str) -> Event | None:
    """Write down the wish; None if it is the same as the one that waits."""
    wish = move_asked_of(row)
    if wish is not None and wish.data == data:
        return None
    moves, changes = kind_of(type(row)).moves, {"attention": MOVE_ASKED}
    return moves.apply(row, "ask_to_move", by=by, note=note, changes=changes, data=data)


def keep_date(row: Any, *, by: User, note: str) -> Event:
    """Keep it on its date as staff cannot do what was asked; the asker is told. Another reason for
    attention stays."""
    wish = move_asked_of(row)
    data = {name: wish.data[name] for name in ("from", "to")} if wish else {}
    changes = {"attention": ""} if row.attention == MOVE_ASKED else {}
    moves = kind_of(type(row)).moves
    return moves.apply(row, "keep_date", by=by, note=note, changes=changes, data=data)


def move_asked_of(row: Any) -> Any:
    """The question for another date that staff have not answered yet."""
    if row.attention != MOVE_ASKED:
        return None
    return row.events.filter(move="ask_to_move").order_by("pk").last()
