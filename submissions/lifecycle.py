"""What happens to a submission: opened once per key, made into people and schools (or
organisations) when verified.

And what the lifecycles of all kinds share. The states of what a submission asks for are in the
tables of each kind.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.lifecycle import IllegalMove, Lifecycle, Refused
from programmes.models import Hub
from schools.models import Organisation, School, User
from submissions.models import Asked, Submission


class KeyConflict(Refused):
    message = _(
        "This form was sent before with other answers. Nothing was changed; please start again "
        "from the date."
    )


class AlreadyConfirmed(Refused):
    message = _("This is confirmed already, so its address stays as it was.")


class AskedLifecycle(Lifecycle):
    """A table of moves with a move `lapse`, from held to lapsed."""

    def lapse_all(self, rows: Iterable[Asked]) -> int:
        """Lapse those of the rows that are still held; returns how many."""
        lapsed = 0
        for row in rows:
            try:
                with transaction.atomic():
                    self.apply(row, "lapse", by=None, changes={"held_until": None})
            except IllegalMove:
                continue  # verified or cancelled a moment ago
            lapsed += 1
        return lapsed


def open_submission(submission: Submission, *, hub: Hub) -> tuple[Submission, bool]:
    """Save `submission`, or return the one that the same key made before: (submission, created).

    Of fifty identical requests at once one inserts; the others wait for it at the unique key.
    The same key with another hash of data raises KeyConflict.
    """
    submission.hub = hub
    Submission.objects.bulk_create([submission], ignore_conflicts=True)
    saved = Submission.objects.select_related("school", "hub").get(
        submission_key=submission.submission_key
    )
    if saved.data_hash != submission.data_hash:
        raise KeyConflict
    return saved, saved.public_id == submission.public_id


def locked(submission: Submission) -> Submission:
    """The submission as it is now, with who asks; nobody else changes it in this transaction."""
    rows = Submission.objects.select_for_update(of=("self",))
    rows = rows.select_related("school", "organisation")
    return rows.get(pk=submission.pk)


def rivals_of(submission: Submission) -> QuerySet[Submission]:
    """Unverified submissions of the same browser or address: one live hold at a time."""
    same = Q(email=submission.email)
    if submission.browser:
        same |= Q(browser=submission.browser)
    return Submission.objects.filter(same, verified_at=None).exclude(pk=submission.pk)


def identify(submission: Submission) -> User:
    """Make user and school or organisation of what was typed, mark the submission verified, return
    the user."""
    if submission.asker is None and submission.audience.is_groups:
        submission.organisation = Organisation.objects.of(
            name=submission.typed_organisation, city=submission.typed_city
        )
    elif submission.asker is None:
        submission.school = School.objects.create(
            name=submission.typed_school_name, city=submission.typed_city, is_verified=False
        )
    submission.user = user = _account_of(submission)
    submission.verified_at = timezone.now()
    submission.save(update_fields=["school", "organisation", "user", "verified_at"])
    return user


def _account_of(submission: Submission) -> User:
    """The user with the submission's address, made if it is new."""
    user = User(
        email=submission.email,
        name=submission.contact_name,
        phone=submission.phone,
        school=submission.school,
        language=submission.language,
    )
    user.set_unusable_password()
    User.objects.bulk_create([user], ignore_conflicts=True)
    return User.objects.get(email=submission.email)


# --- Contact -----------------------------------------------------------------------------------


def correct_unconfirmed(*, submission: Submission, email: str) -> None:
    """Another address for what waits for its code.

    Raises AlreadyConfirmed: in another tab the code was typed while this one was corrected.
    """
    if locked(submission).verified_at is not None:
        raise AlreadyConfirmed
    submission.email = email
    submission.save(update_fields=["email"])


@transaction.atomic
def correct_email(*, submission: Submission, email: str) -> None:
    """Another address for a submission, and with it whose it is: neither links in mails to the
    old address nor signing in with that one shows it any more. An account that was made of the
    old address, and never used, goes: its name and number are of somebody else."""
    unused = User.objects.filter(last_login=None, is_staff=False)
    mistaken = unused.filter(submissions=submission).first()
    submission.email = email
    submission.link_version = F("link_version") + 1
    if submission.user_id is not None:
        submission.user = _account_of(submission)
    submission.save(update_fields=["email", "link_version", "user"])
    submission.refresh_from_db(fields=["link_version"])
    if mistaken is not None and not mistaken.submissions.exists():
        mistaken.delete()
