"""What staff type to find a booking, and by it the visit or the history it belongs to."""

from typing import Any

from django.db.models import Q

from schools.models import Submission
from tec_site.typed_dates import Term

# How many submissions a query names one by one before it asks the database to join them.
NAMED = 500


def booking_fits(term: Term) -> Q:
    """Each word is in the class, programme, reference, school or contact; or it is that day."""
    fits = Q()
    for word in term.words:
        named = Q(class_name__icontains=word) | Q(visit__programme__title__icontains=word)
        fits &= named | Q(submission__in=_submissions(word))
    if term.spans:
        fits |= term.on("visit__slot__starts_at")
    return fits


def _submissions(word: str) -> Any:
    """Looked up once for the count and the rows, unless there are too many to name."""
    found = Submission.objects.matching(word).order_by().values_list("pk", flat=True)
    few = list(found[: NAMED + 1])
    return few if len(few) <= NAMED else found
