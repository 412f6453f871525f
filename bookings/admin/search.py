"""What staff type to find a booking, and by it the visit or the history it belongs to."""

from typing import Any

from django.db.models import Q, QuerySet

from programmes.models import Programme
from schools.models import Submission
from tec_site.typed_dates import Term

from ..models import Booking

# How many bookings a query names one by one before it asks the database to search again.
NAMED = 1000


def booking_fits(term: Term) -> Q:
    """Each word is in the class, programme, reference, school or contact; or it is that day."""
    fits = Q()
    for word in term.words:
        submissions = Submission.objects.matching(word).values("pk")
        one = Q(class_name__icontains=word) | Q(submission__in=submissions)
        programmes = Programme.objects.filter(title__icontains=word).values_list("pk", flat=True)
        if few := list(programmes):  # mostly none, and then no join
            one |= Q(visit__programme__in=few)
        fits &= one
    if term.spans:
        fits |= term.on("visit__slot__starts_at")
    return fits


def named(found: QuerySet[Booking]) -> Any:
    """Their keys, looked up once for the count and the rows; a query if there are too many."""
    keys = found.order_by().values_list("pk", flat=True)
    few = list(keys[: NAMED + 1])
    return few if len(few) <= NAMED else keys
