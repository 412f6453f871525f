"""What happens to a submission: opened once per key, made into people and schools (or
organisations) when verified.

And what the lifecycles of all kinds share. The states of what a submission asks for are in the
tables of each kind.
"""

import copy
import datetime
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from core.lifecycle import IllegalMove, Lifecycle, Refused, lock_row
from core.transactions import retried
from programmes.models import Hub
from schools.models import ClassGroup, Organisation, School, User
from submissions.kinds import submitted
from submissions.models import HELD, Asked, AskedQuerySet, Ending, Submission


class KeyConflict(Refused):
    message = _(
        "This form was sent before with other answers. Nothing was changed; please start again "
        "from the date."
    )


class AlreadyConfirmed(Refused):
    message = _("This is confirmed already, so its address stays as it was.")


class TooMuchHeld(Refused):
    """Too many unknown visitors hold something; those signed in are not counted.

    `number`: how many, besides this one. `minutes`: how long a hold lasts.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number=number, minutes=settings.HOLD_FOR // datetime.timedelta(minutes=1))


class TooMuchHeldForAddress(TooMuchHeld):
    message = ngettext_lazy(
        "%(number)d request with this e-mail address still waits for its code. Type the code where "
        "you asked for it, or wait: after %(minutes)d minutes it ends by itself. Have you booked "
        "here before? Sign in first: then this limit does not count.",
        "%(number)d requests with this e-mail address still wait for their code. Type a code where "
        "you asked for it, or wait: after %(minutes)d minutes they end by themselves. Have you "
        "booked here before? Sign in first: then this limit does not count.",
        "number",
    )


class TooMuchHeldInNetwork(TooMuchHeld):
    message = ngettext_lazy(
        "%(number)d request from your network still waits for its code. Wait until it is "
        "confirmed, or ends by itself after %(minutes)d minutes. Have you booked here before? "
        "Sign in first: then this limit does not count.",
        "%(number)d requests from your network still wait for their code. Wait until some are "
        "confirmed, or end by themselves after %(minutes)d minutes. Have you booked here before? "
        "Sign in first: then this limit does not count.",
        "number",
    )


class NoLevel(Refused):
    message = _("Only a class of a secondary school has a level.")


class AskedLifecycle(Lifecycle):
    """A table of moves with a move `lapse`, from held to lapsed, and `verify`, by the code."""

    nothing_held: type[Refused]  # says that nothing is left to confirm

    def accept_code[T: Asked](self, submission: Submission, rows: AskedQuerySet[T]) -> list[T]:
        """The code was right: make of the submission, which is locked, what `identify` makes.

        Returns those of its rows that the code confirms, for the verb to move; none where it did
        so before. What is held comes first: it must not be in the way of what has to find its
        place again. Raises `nothing_held`.
        """
        if submission.verified_at is not None:
            return []
        found = rows.filter(state__in=self["verify"].sources).locked()
        held_first = sorted(found, key=lambda row: row.state != HELD)
        if not held_first:
            raise self.nothing_held
        identify(submission)
        return held_first

    def remind(
        self, row: Asked, move: str, about: datetime.date, *, notice: str | None = None
    ) -> bool:
        """Remind of a date, once; False if another worker was first, or the row is no longer in
        a state to be reminded of. `notice`: '' where another mail says it."""
        try:
            with transaction.atomic():
                self.apply(row, move, by=None, about=about, notice=notice)
        except (IntegrityError, IllegalMove):
            return False
        return True

    def correct_level(self, row: Asked, level: str, *, by: User, note: str = "") -> Any:
        """Correct a secondary class's level, later too: it is only counted. None if it is that.
        Raises NoLevel."""
        row.refresh_from_db(from_queryset=type(row)._base_manager.select_for_update(of=("self",)))
        self.check(row, "correct_level")
        if not row.may_have_level:
            raise NoLevel
        if row.level == level:
            return None
        data = {"from": row.level, "to": level}
        return self.apply(
            row, "correct_level", by=by, note=note, changes={"level": level}, data=data
        )

    def lapse_all(
        self, rows: Iterable[Asked], *, by: User | None = None, why: Ending | None = None
    ) -> int:
        """Lapse those of the rows that are still held; returns how many. `why`: where it is not that
        their time was up."""
        lapsed, data = 0, {"why": why} if why else {}
        for row in rows:
            try:
                with transaction.atomic():
                    self.apply(row, "lapse", by=by, changes={"held_until": None}, data=data)
            except IllegalMove:
                continue  # verified or cancelled a moment ago
            lapsed += 1
        return lapsed

    def lapse_expired(self, rows: Iterable[Asked]) -> int:
        """Lapse holds whose time is up, each in a transaction of its own; returns how many. Nothing
        depends on its being run, but that who waits is offered what was held."""
        return sum(map(self._lapse, rows))

    @retried
    def _lapse(self, row: Asked) -> int:
        return self.lapse_all([row])


def open_submission(submission: Submission, *, hub: Hub) -> tuple[Submission, bool]:
    """Save `submission`, or return the one that the same key made before: (submission, created).

    Of fifty identical requests at once one inserts; the others wait for it at the unique key.
    The same key with another hash of data raises KeyConflict. Earlier holds of the same browser
    end, of whatever kind.
    """
    submission.hub = hub
    Submission.objects.bulk_create([submission], ignore_conflicts=True)
    saved = Submission.objects.get(submission_key=submission.submission_key)
    if saved.data_hash != submission.data_hash:
        raise KeyConflict
    created = saved.public_id == submission.public_id
    if created:
        saved.school, saved.hub = submission.school, hub  # they are at hand
        _lapse_rivals_of(saved)
    return saved, created


def locked(submission: Submission) -> Submission:
    """The submission as it is now, with who asks; nobody else changes it in this transaction."""
    found = copy.copy(submission)
    lock_row(found, Submission.objects.select_related("school", "organisation"))
    return found


def _lapse_rivals_of(submission: Submission) -> None:
    """One live hold at a time in a browser: what it held before lapses.

    Not what is held for the same address: whoever typed it, nobody has proved yet that it is hers.
    """
    if not submission.browser:
        return
    unverified = Submission.objects.filter(browser=submission.browser, verified_at=None)
    rivals = list(unverified.exclude(pk=submission.pk).values_list("pk", flat=True))
    for kind in submitted() if rivals else []:
        assert isinstance(kind.moves, AskedLifecycle)
        rows: QuerySet[Any] = kind.model._base_manager.all()
        held = rows.filter(state=HELD, submission__in=rivals).order_by("pk")
        kind.moves.lapse_all(held, why=Ending.REPLACED)


def refuse_too_much_held(submission: Submission) -> None:
    """Refuse one more hold where visitors who are not signed in hold too much already.

    Raises TooMuchHeldForAddress or TooMuchHeldInNetwork. What they hold in this same browser does
    not count, because the next form ends it. The count per address is exact: the caller locks it,
    and others with the same address wait. The count per network is not locked: two requests at the
    same moment can both be given the last one.
    """
    if not submission.network:
        return
    same = Q(email=submission.email) | Q(network=submission.network)
    others = _waiting_for_a_code().filter(same).exclude(browser=submission.browser)
    held = others.exclude(network="").aggregate(
        with_address=Count("pk", filter=Q(email=submission.email)),
        in_network=Count("pk", filter=Q(network=submission.network)),
    )
    if held["with_address"] >= settings.MOST_HELD_PER_ADDRESS:
        raise TooMuchHeldForAddress(held["with_address"])
    if held["in_network"] >= settings.MOST_HELD_PER_NETWORK:
        raise TooMuchHeldInNetwork(held["in_network"])


def _waiting_for_a_code() -> QuerySet[Submission]:
    """Unverified submissions for which something is held at this moment, of any kind."""
    holds_something = Q()
    for relation in Submission._meta.related_objects:
        if issubclass(relation.related_model, Asked):
            rows = relation.related_model._base_manager.filter(submission=OuterRef("pk"))
            holds_something |= Q(Exists(rows.filter(held_until__gt=timezone.now())))
    return Submission.objects.filter(holds_something, verified_at=None)


def identify(submission: Submission) -> None:
    """Make user and school or organisation of what was typed, and mark the submission verified."""
    if submission.asker is None and submission.audience.is_groups:
        submission.organisation = Organisation.objects.of(
            name=submission.typed_organisation, city=submission.typed_city
        )
    elif submission.asker is None:
        submission.school = School.objects.create(
            name=submission.typed_school_name, city=submission.typed_city, is_verified=False
        )
    submission.user = user = account_of_contact(submission)
    submission.verified_at = timezone.now()
    keep_profile(user, submission)
    submission.network = ""  # it was kept for counting what nobody confirmed
    submission.save(update_fields=["school", "organisation", "user", "verified_at", "network"])


def known_party(row: Asked, submission: Submission) -> dict[str, Any]:
    """The columns of a row that say whose it is, once `identify` knows who asks: the class that it
    names, or the organisation of a group."""
    if row.audience.is_groups:
        return {"organisation": submission.organisation}
    assert submission.school is not None, "identify() makes one of what was typed"
    return {"class_group": ClassGroup.objects.named_in(row, submission.school, row.school_day)}


def keep_profile(user: User, submission: Submission) -> None:
    """What a teacher told us last, proved with a code, is what we know of her: her next form is
    filled in with it, the calendar of her school is that of her school now, and what is not about
    one thing that she asked for is in the language in which she asked."""
    if user.is_staff:
        return
    known: dict[str, Any] = {"name": submission.contact_name, "phone": submission.phone}
    if submission.school:
        known["school"] = submission.school
    if submission.browser:  # staff fill it in in their own language
        known["language"] = submission.language
    changed = [name for name, value in known.items() if getattr(user, name) != value]
    for name in changed:
        setattr(user, name, known[name])
    if changed:
        user.save(update_fields=changed)


def account_of_contact(submission: Submission) -> User:
    return account_of(
        email=submission.email,
        name=submission.contact_name,
        phone=submission.phone,
        school=submission.school,
        language=submission.language,
    )


def account_of(*, email: str, **fields: Any) -> User:
    """The user with this address, made of these fields if it is new."""
    user = User(email=email, **fields)
    user.set_unusable_password()
    User.objects.bulk_create([user], ignore_conflicts=True)
    return User.objects.select_related("school").get(email=email)


# --- Contact -----------------------------------------------------------------------------------


def correct_unconfirmed(*, submission: Submission, email: str) -> None:
    """Another address for what waits for its code.

    Raises AlreadyConfirmed: in another tab the code was typed while this one was corrected.
    """
    if locked(submission).verified_at is not None:
        raise AlreadyConfirmed
    submission.email = email
    submission.save(update_fields=["email"])
