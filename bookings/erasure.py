"""What bookings know of a person who is erased: words in notes and in names of classes."""

import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from bookings.models import Booking, BookingEvent
from submissions.kinds import Names
from submissions.models import Submission


def needed_since(moment: datetime.datetime) -> QuerySet[Booking, Any]:
    """Submissions with a visit that starts at or after `moment`."""
    coming = Booking.objects.holding().filter(visit__slot__starts_at__gte=moment)
    return coming.values("submission")


def erase_words(submissions: QuerySet[Submission], names: Names) -> int:
    """Empty the notes; messages that still wait have nobody left to go to."""
    events = BookingEvent.objects.filter(booking__submission__in=submissions)
    events.filter(noticed_at=None).update(notice="")
    for booking in Booking.objects.filter(submission__in=submissions):
        if names(booking.party_name):
            Booking.objects.filter(pk=booking.pk).update(
                party_name=booking.year_groups,
                sequence=F("sequence") + 1,  # calendars fetch it anew
                changed_at=timezone.now(),
            )
    return events.exclude(note="").update(note="")
