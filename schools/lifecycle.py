"""Submissions: opened once per key, and turned into people, schools and classes when verified.

Bookings and loans share this; their own states are in their apps' `lifecycle.py`.
"""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tec_site.lifecycle import IllegalMove, Move, Refused, apply
from tec_site.transactions import inserted

from .models import School, Submission, User


class KeyConflict(Refused):
    message = _(
        "This form was sent before with other answers. Nothing was changed; please start again "
        "from the date."
    )


def open_submission(submission: Submission) -> tuple[Submission, bool]:
    """Save `submission`, or return the one that the same key made before: (submission, created).

    Of fifty identical requests at once one inserts; the others wait for it at the unique key.
    The same key with another hash of data raises KeyConflict.
    """
    if inserted(submission):
        return submission, True
    earlier = Submission.objects.get(submission_key=submission.submission_key)
    if earlier.data_hash != submission.data_hash:
        raise KeyConflict
    return earlier, False


def locked(submission: Submission) -> Submission:
    """The submission as it is now, with its school; nobody else changes it in this transaction."""
    rows = Submission.objects.select_for_update(of=("self",)).select_related("school")
    return rows.get(pk=submission.pk)


def rivals_of(submission: Submission) -> QuerySet[Submission]:
    """Unverified submissions of the same browser or address: one live hold at a time."""
    same = Q(email__iexact=submission.email)
    if submission.browser:
        same |= Q(browser=submission.browser)
    return Submission.objects.filter(same, verified_at=None).exclude(pk=submission.pk)


def lapse_each(move: Move, rows: Iterable[Any]) -> int:
    """Lapse those of the rows that are still held; returns how many."""
    lapsed = 0
    for row in rows:
        try:
            with transaction.atomic():
                apply(row, move, by=None, changes={"held_until": None})
        except IllegalMove:
            continue  # verified or cancelled a moment ago
        lapsed += 1
    return lapsed


def identify(submission: Submission) -> User:
    """Make user and school of what was typed, mark the submission verified, return the user."""
    if submission.school is None:
        submission.school = School.objects.create(
            name=submission.typed_school_name,
            city=submission.typed_school_city,
            is_verified=False,
        )
    submission.user = user = _account_of(submission)
    submission.verified_at = timezone.now()
    submission.save(update_fields=["school", "user", "verified_at"])
    return user


def _account_of(submission: Submission) -> User:
    """The user with the submission's address, made if it is new."""
    email = submission.email.lower()
    user = User(
        email=email,
        name=submission.contact_name,
        phone=submission.phone,
        school=submission.school,
        language=submission.language,
    )
    user.set_unusable_password()
    return user if inserted(user) else User.objects.get(email=email)


# --- Schools that a teacher typed --------------------------------------------------------------


class CannotMerge(Refused):
    message = _("Only a school that a teacher typed can be merged, into one that is listed.")


class SameClassTwice(Refused):
    message = _(
        "Both schools have the same class in the same visit. Cancel one of those bookings first."
    )


@transaction.atomic
def merge_schools(*, source: School, target: School) -> None:
    """Give everything of `source`, which a teacher typed, to `target`, which is listed.

    Classes of the same name and year become one. `source` stays, pointing to `target`. Raises
    CannotMerge and SameClassTwice; then nothing has changed.
    """
    pks = [source.pk, target.pk]
    locked = School.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
    rows = {school.pk: school for school in locked}
    source, target = rows[source.pk], rows[target.pk]
    if source.is_verified or source.merged_into_id or not target.is_verified:
        raise CannotMerge
    try:
        with transaction.atomic():
            _unite_classes(source, target)
            _point_to(target, instead_of=source)
    except IntegrityError as error:
        raise SameClassTwice from error
    source.merged_into = target
    source.save(update_fields=["merged_into"])


def _unite_classes(source: School, target: School) -> None:
    there = {(one.school_year, one.name_key): one for one in target.class_groups.all()}
    for class_group in source.class_groups.order_by("pk"):
        twin = there.get((class_group.school_year, class_group.name_key))
        if twin is not None:
            class_group.refresh_from_db(fields=["continues"])  # may be a twin by now
            if twin.continues_id is None:
                twin.continues = class_group.continues
                twin.save(update_fields=["continues"])
            _point_to(twin, instead_of=class_group)
            class_group.delete()


def _point_to(new: Model, *, instead_of: Model) -> None:
    """Whatever has a foreign key to the one gets the other: also in apps that come after this."""
    for relation in new._meta.related_objects:
        if relation.one_to_many:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{name: instead_of})
            rows.exclude(pk=new.pk if relation.related_model is type(new) else None).update(
                **{name: new}
            )


# --- Contact -----------------------------------------------------------------------------------


@transaction.atomic
def correct_email(*, submission: Submission, email: str) -> None:
    """Another address for a submission, and with it whose it is: neither links in mails to the
    old address nor signing in with that one shows it any more. An account that was made of the
    old address, and never used, goes: its name and number are of somebody else."""
    unused = User.objects.filter(last_login=None, is_staff=False)
    mistaken = unused.filter(submissions=submission).first()
    submission.email = email.lower()
    submission.link_version = F("link_version") + 1
    if submission.user_id is not None:
        submission.user = _account_of(submission)
    submission.save(update_fields=["email", "link_version", "user"])
    submission.refresh_from_db(fields=["link_version"])
    if mistaken is not None and not mistaken.submissions.exists():
        mistaken.delete()
