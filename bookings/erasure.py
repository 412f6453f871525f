"""What bookings know of a person who is erased: words in notes and in names of classes."""

import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from bookings.models import Booking, BookingEvent
from schools.models.class_group import free_name
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
            booking.party_name = _free_name(booking)
            booking.sequence = F("sequence") + 1  # calendars fetch it anew
            booking.changed_at = timezone.now()
            booking.save(update_fields=["party_name", "sequence", "changed_at"])
    return events.exclude(note="").update(note="")


def _free_name(booking: Booking) -> str:
    """The year group of a class; the kind of a group, of which one visit may have several."""
    if not booking.organisation_id:
        return booking.year_groups
    others = Booking.objects.filter(visit=booking.visit_id, organisation=booking.organisation_id)
    taken = others.exclude(pk=booking.pk).values_list("party_key", flat=True)
    return free_name(booking.year_groups, set(taken))
