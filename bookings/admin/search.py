"""What staff type to find a booking, and by it the visit or the history it belongs to."""

from django.db.models import Q

from bookings.models import Booking, Visit
from core.dates import Term
from core.searching import Among
from programmes.models import Programme
from schools.models.class_group import name_key
from submissions.models import Submission


def booking_fits(term: Term) -> Q:
    """Each word is in the class, programme, reference, school or contact; or it is that day."""
    fits = Q()
    for word in term.words:
        classes = Booking.objects.filter(party_key__contains=name_key(word))
        submissions = Submission.objects.matching(word)
        one = Q(Among("pk", classes.values("pk")))
        one |= Q(Among("submission", submissions.values("pk")))
        programmes = Programme.objects.filter(title__icontains=word).values_list("pk", flat=True)
        if few := list(programmes):  # mostly none
            one |= Q(Among("visit", Visit.objects.filter(programme__in=few).values("pk")))
        fits &= one
    if term.spans:
        fits |= term.on("visit__slot__starts_at")
    return fits
