"""Sharing with a colleague, handing over to her, and another address for the asker.

A companion is asked by mail. The link in it uses nothing and lets nobody in: she takes part once she
has proved the address, by its code or by being signed in with it. What one invitation shares is
accepted as one. A submission keeps one contact (docs/decisions/0036): whoever takes over becomes
that contact, everything else of the submission stays as it is.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.kinds import kinds
from core.lifecycle import NEW, Lifecycle, Move, Refused
from core.transactions import retried
from schools.models import User
from submissions.kinds import by_day, submitted
from submissions.lifecycle import account_of, account_of_contact, keep_profile
from submissions.models import Asked, Companion, CompanionEvent, CompanionState, Submission

S = CompanionState
ALIVE = S.where(is_coming=True)

# fmt: off
MOVES = Lifecycle(
    #           what is done                       from          to            message
    invite=    Move(_("invite"),                   (NEW,),       S.INVITED,    "invited"),
    offer=     Move(_("offer to hand over"),       (NEW,),       S.INVITED,    "offered"),
    accept=    Move(_("take part"),                (S.INVITED,), S.ACCEPTED,   "joined"),
    take_over= Move(_("take over"),                (S.INVITED,), S.TOOK_OVER,  "handed_over"),
    leave=     Move(_("leave"),                    (*ALIVE,),    S.LEFT,       "left"),
    withdraw=  Move(_("withdraw"),                 (*ALIVE,),    S.WITHDRAWN,  "withdrawn"),
)
# fmt: on


class OwnAddress(Refused):
    message = _("This is the address of the contact, who has it already.")


class InvitedAlready(Refused):
    message = _("This colleague is invited already, or takes part already.")


class TooManyColleagues(Refused):
    message = _("That are more colleagues than we can keep apart. Withdraw one first.")


class NothingToShare(Refused):
    message = _("There is nothing to come that can be shared or handed over.")


class InvitationOver(Refused):
    message = _("This invitation is over. Ask your colleague for a new one.")


@dataclass(frozen=True)
class Share:
    """A submission, or one of its rows."""

    submission: Submission
    row: Asked | None = None

    @property
    def columns(self) -> dict[str, Any]:
        if self.row is None:
            return {"submission": self.submission}
        of = self.row._meta.model_name
        return {"submission": self.submission, "row_of": of, "row": self.row.pk}


# --- What can be shared ---------------------------------------------------------------------------


def coming_of(user: User) -> list[tuple[Any, list[Any]]]:
    """What she asked for and is still to come, or to be answered, by kind: all that is handed over.

    Found as Mijn TEC finds it, so that no kind is forgotten; without what others share with her.
    """
    found = []
    for kind in kinds():
        rows = [row for row in kind.coming(user) if row.submission.user_id == user.pk]
        if rows:
            found.append((kind, rows))
    return found


def all_of(user: User) -> list[Share]:
    """The submissions of what is coming."""
    rows = [row for _kind, rows in coming_of(user) for row in rows]
    submissions = {row.submission_id: row.submission for row in rows}
    return [Share(submissions[pk]) for pk in sorted(submissions)]


def rows_of(companions: Iterable[Companion]) -> list[tuple[Any, list[Any]]]:
    """What these companions have that is still to come, by kind."""
    companions = list(companions)
    if not companions:
        return []
    found = []
    for kind in submitted():
        rows = kind.coming_in({one.submission_id for one in companions})
        hers = [
            row
            for row in rows
            if any(one.submission_id == row.submission_id and one.has(row) for one in companions)
        ]
        if hers:
            found.append((kind, by_day(hers)))
    return found


def lines_of(submissions: Iterable[Submission]) -> list[str]:
    """What of these submissions is to come, in words."""
    submissions = list(submissions)
    return [
        line for kind in submitted() for line in kind.lines(by_day(kind.coming_in(submissions)))
    ]


# --- The verbs -----------------------------------------------------------------------------------


@retried
def invite(
    *, shares: Sequence[Share], email: str, by: User | None, takes_over: bool = False
) -> list[Companion]:
    """Ask a colleague by mail to take part in all of this, or to take it over.

    What she has already, or is asked for, is left out. An offer to take over ends the ones before
    it. The second of two clicks gives what the first asked. Raises NothingToShare, OwnAddress,
    InvitedAlready, TooManyColleagues.
    """
    about = {share.submission.pk for share in shares}
    shares = _open_to(email, shares)
    alive = Companion.objects.alive().filter(submission__in=about)
    just_asked = alive.filter(lately_in("invite", "offer"), email=email, takes_over=takes_over)
    asked = list(just_asked.order_by("pk"))
    if takes_over:
        if {one.submission_id for one in asked} == {one.submission.pk for one in shares}:
            return asked
        for one in alive.filter(takes_over=True).order_by("pk"):
            MOVES.apply(one, "withdraw", by=by)
    else:
        hers = list(alive.filter(email=email, takes_over=False))
        shares = [share for share in shares if not _is_among(share, hers)]
        if not shares and asked:
            return asked
    if not shares:
        raise InvitedAlready
    _refuse_too_many(shares)
    invitation = uuid.uuid4()
    return [
        _ask(share, invitation=invitation, email=email, by=by, takes_over=takes_over)
        for share in shares
    ]


def _open_to(email: str, shares: Sequence[Share]) -> list[Share]:
    """Those of which a colleague with this address can be asked anything, locked. Raises
    NothingToShare, OwnAddress."""
    locked = _locked([share.submission for share in shares])
    found = [share for share in shares if _can_be_shared(locked[share.submission.pk])]
    if not found:
        raise NothingToShare
    found = [share for share in found if locked[share.submission.pk].email != email]
    if not found:
        raise OwnAddress
    return found


def _refuse_too_many(shares: Sequence[Share]) -> None:
    for share in shares:
        if share.submission.companions.alive().count() >= settings.MOST_COLLEAGUES:
            raise TooManyColleagues


@retried
def accept(
    *, invitation: uuid.UUID, email: str, person: Mapping[str, str], language: str
) -> list[Companion]:
    """She proved that the address is hers: she takes part in what the invitation shares, or takes
    it over. `person`: her `name` and, to take over, her `phone`.

    Nothing is accepted that was withdrawn, or handed to others, meanwhile. Doing it twice
    changes nothing. Raises InvitationOver.
    """
    asked = Companion.objects.filter(invitation=invitation, email=email).order_by("pk")
    if not asked:
        raise InvitationOver
    submissions = _locked(Submission.objects.filter(companions__in=asked))
    found = list(asked.filter(state=S.INVITED))
    if not found:
        joined = list(asked.filter(state__in=[S.ACCEPTED, S.TOOK_OVER]))
        if not joined:
            raise InvitationOver
        return joined
    user = account_of(email=email, name=person["name"], language=language)
    done = []
    for one in found:
        one.submission = submissions[one.submission_id]
        if one.takes_over and one.submission.user_id != one.invited_by_id:
            MOVES.apply(one, "withdraw", by=None)
            continue
        changes = {"user": user, "accepted_at": timezone.now(), **person}
        if one.takes_over:
            _hand_over(one, user, person)
            MOVES.apply(one, "take_over", by=user, changes=changes)
        else:
            MOVES.apply(one, "accept", by=user, changes=changes)
        done.append(one)
    if not done:
        raise InvitationOver
    _revise(done)
    return done


@retried
def leave(*, companions: Sequence[Companion], by: User | None) -> list[Companion]:
    """She takes part no more, or does not want to; doing it twice changes nothing."""
    return _end(companions, "leave", by)


@retried
def withdraw(*, companions: Sequence[Companion], by: User | None) -> list[Companion]:
    """The asker shares it no more; doing it twice changes nothing."""
    return _end(companions, "withdraw", by)


@transaction.atomic
def correct_email(*, submission: Submission, email: str) -> None:
    """Another address for a submission, and with it whose it is: neither links in mails to the
    old address nor signing in with that one shows it any more. An account that was made of the
    old address, and never used, goes: its name and number are of somebody else."""
    submission.user = _locked([submission])[submission.pk].user
    unused = User.objects.filter(last_login=None, is_staff=False)
    mistaken = unused.filter(submissions=submission).first()
    submission.email = email
    submission.link_version = F("link_version") + 1
    if submission.user_id is not None:
        submission.user = account_of_contact(submission)
    submission.save(update_fields=["email", "link_version", "user"])
    submission.refresh_from_db(fields=["link_version"])
    _share_no_more_with_contact(submission)
    # Offered by whoever was taken for the contact.
    offers = submission.companions.alive().filter(takes_over=True)
    for one in offers.exclude(invited_by=submission.user_id).order_by("pk"):
        MOVES.apply(one, "withdraw", by=None)
    if mistaken is not None and not mistaken.submissions.exists():
        mistaken.delete()


def let_go_of(companion: Companion, **changes: Any) -> None:
    """Within a verb: she is no companion any more, and nobody is told."""
    MOVES.apply(companion, "leave", by=None, notice="", changes=changes)


# --- Within a verb -------------------------------------------------------------------------------


def _locked(submissions: Iterable[Submission]) -> dict[int, Submission]:
    """In the order of their keys, so that two verbs about the same submissions queue."""
    keys = sorted({one.pk for one in submissions})
    rows = Submission.objects.filter(pk__in=keys).order_by("pk")
    list(rows.select_for_update(of=("self",)).values_list("pk"))
    return {row.pk: row for row in rows.select_related("school", "hub")}


def lately_in(*moves: str) -> Q:
    """Companions of whom one of these moves was made a moment ago: by the first of two clicks."""
    lately = CompanionEvent.objects.filter(
        move__in=moves, at__gte=timezone.now() - settings.SAME_CLICK_WITHIN
    )
    return Q(pk__in=lately.values("companion"))


def _can_be_shared(submission: Submission) -> bool:
    return submission.verified_at is not None and submission.email != ""


def _is_among(share: Share, companions: Iterable[Companion]) -> bool:
    return any(
        one.submission_id == share.submission.pk
        and (one.row is None or (share.row is not None and one.has(share.row)))
        for one in companions
    )


def _ask(
    share: Share, *, invitation: uuid.UUID, email: str, by: User | None, takes_over: bool
) -> Companion:
    companion = Companion(
        **share.columns,
        invitation=invitation,
        email=email,
        invited_by=share.submission.user,
        takes_over=takes_over,
        state=NEW,
    )
    MOVES.apply(companion, "offer" if takes_over else "invite", by=by)
    return companion


def _hand_over(companion: Companion, user: User, person: Mapping[str, str]) -> None:
    """She becomes the contact: what was asked, its rank and its history stay; the links in earlier
    mails, and the browser in which it was asked, open it no more."""
    submission = companion.submission
    submission.user = user
    submission.email = companion.email
    submission.contact_name = person["name"]
    submission.phone = person["phone"]
    submission.language = user.language
    submission.browser = ""
    submission.link_version = F("link_version") + 1
    changed = ["user", "email", "contact_name", "phone", "language", "browser", "link_version"]
    submission.save(update_fields=changed)
    submission.refresh_from_db(fields=["link_version"])
    keep_profile(user, submission)
    _share_no_more_with_contact(submission, besides=[companion.pk])
    for kind in submitted():
        for row in kind.coming_in([submission]):
            if "hand_over" in kind.moves and row.state in kind.moves["hand_over"].sources:
                kind.moves.apply(row, "hand_over", by=user)


def _share_no_more_with_contact(submission: Submission, *, besides: Sequence[int] = ()) -> None:
    """Whoever is the contact now is no companion any more: she would get every mail twice."""
    hers = submission.companions.alive().filter(email=submission.email)
    for one in hers.exclude(pk__in=besides).order_by("pk"):
        let_go_of(one, link_version=one.link_version + 1)


def _end(companions: Sequence[Companion], move: str, by: User | None) -> list[Companion]:
    _locked([one.submission for one in companions])
    rows = Companion.objects.alive().filter(pk__in=[one.pk for one in companions])
    found = list(rows.select_related("submission").order_by("pk"))
    joined = [one for one in found if one.standing.is_promise]
    for one in found:
        # Of who never took part no calendar knows.
        told = None if one in joined else ""
        changes = {"link_version": one.link_version + 1}
        MOVES.apply(one, move, by=by, changes=changes, notice=told)
    _revise(joined)
    return found


def _revise(companions: Iterable[Companion]) -> None:
    """A new revision for calendars: of two messages about one UID the later one counts
    (RFC 5546 section 2.1.5), and one who leaves may be invited again."""
    for kind, rows in rows_of(companions):
        kind.model._base_manager.filter(pk__in=[row.pk for row in rows]).update(
            sequence=F("sequence") + 1, changed_at=timezone.now()
        )
