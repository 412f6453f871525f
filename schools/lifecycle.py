"""Submissions: opened once per key, and turned into people, schools and classes when verified.

Bookings and loans share this; their own states are in their apps' `lifecycle.py`.
"""

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tec_site.lifecycle import Refused

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
    try:
        with transaction.atomic():
            submission.save(force_insert=True)
    except IntegrityError:
        earlier = Submission.objects.get(submission_key=submission.submission_key)
        if earlier.data_hash != submission.data_hash:
            raise KeyConflict from None
        return earlier, False
    return submission, True


def rivals_of(submission: Submission) -> QuerySet[Submission]:
    """Unverified submissions of the same browser or address: one live hold at a time."""
    same = Q(email__iexact=submission.email)
    if submission.browser:
        same |= Q(browser=submission.browser)
    return Submission.objects.filter(same, verified_at=None).exclude(pk=submission.pk)


def identify(submission: Submission) -> User:
    """Make user and school of what was typed, mark the submission verified, return the user."""
    if submission.school is None:
        submission.school = School.objects.create(
            name=submission.typed_school_name,
            city=submission.typed_school_city,
            is_verified=False,
        )
    user, created = User.objects.get_or_create(
        email=submission.email.lower(),
        defaults={
            "name": submission.contact_name,
            "phone": submission.phone,
            "school": submission.school,
            "language": submission.language,
        },
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    submission.user = user
    submission.verified_at = timezone.now()
    submission.save(update_fields=["school", "user", "verified_at"])
    return user
