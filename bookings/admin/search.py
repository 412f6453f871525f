"""What staff type to find a booking, and by it the visit or the history it belongs to."""

from django.db.models import Q

from bookings.models import Booking, Visit
from core.text.normal import fold, words
from core.text.searching import Among, rows_with
from core.text.typed_days import SearchTerm
from programmes.models import Programme
from submissions.admin.search import in_class_or_submission


def booking_fits(term: SearchTerm) -> Q:
    """Each word is in the class, programme, reference, school or contact; or it is that day."""
    if term.is_digits:
        return term.on("visit__slot__starts_at") | Q(party_name__contains=" ".join(term.words))
    fits = Q()
    for word in words(" ".join(term.words)):
        one = in_class_or_submission(Booking, word)
        if fold(word):
            programmes = rows_with(Programme.objects.all(), ["title"], word)
            if programmes:  # mostly none
                one |= Q(
                    Among("visit", Visit.objects.filter(programme__in=programmes).values("pk"))
                )
        fits &= one
    if term.spans:
        fits |= term.on("visit__slot__starts_at")
    return fits
