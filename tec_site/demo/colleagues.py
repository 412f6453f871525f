"""Colleagues in the demo: one who takes part, one who is asked, and an offer to take over."""

from django.utils import timezone

from bookings.models import Booking
from submissions.models import Companion, Submission
from submissions.sharing import lifecycle
from submissions.sharing.lifecycle import Share

TAKES_PART = ("bram.collega@school.example", "Bram Collega")
ASKED, TAKES_OVER = "carla.collega@school.example", "tessa.opvolger@school.example"


def load() -> None:
    if Companion.objects.exists():
        return
    coming = Booking.objects.where(is_coming=True).filter(
        visit__slot__starts_at__gt=timezone.now(), submission__verified_at__isnull=False
    )
    keys = list(coming.of_classes().order_by("pk").values_list("submission", flat=True))
    submissions = list(Submission.objects.filter(pk__in=keys).order_by("pk"))
    if not submissions or submissions[0].user is None:
        return
    first, *others = submissions
    email, name = TAKES_PART
    [invited] = lifecycle.invite(shares=[Share(first)], email=email, by=first.user)
    person = {"name": name}
    lifecycle.accept(invitation=invited.invitation, email=email, person=person, language="nl")
    lifecycle.invite(shares=[Share(first)], email=ASKED, by=first.user)
    leaving = next((one.user for one in others if one.user not in (None, first.user)), None)
    if leaving is not None:
        shares = lifecycle.all_of(leaving)
        lifecycle.invite(shares=shares, email=TAKES_OVER, by=leaving, takes_over=True)
