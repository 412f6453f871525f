"""What staff type to find a booking, and by it the visit or the history it belongs to."""

from django.db.models import Q

from bookings.models import Booking, Visit
from core.text.normal import fold, words
from core.text.searching import Among, has_name, rows_with
from core.text.typed_days import SearchTerm
from programmes.models import Programme
from submissions.models import Submission


def booking_fits(term: SearchTerm) -> Q:
    """Each word is in the class, programme, reference, school or contact; or it is that day."""
    if term.is_digits:
        return term.on("visit__slot__starts_at") | Q(party_name__contains=" ".join(term.words))
    fits = Q()
    for word in words(" ".join(term.words)):
        classes = Booking.objects.filter(has_name("party_key", word))
        one = Q(Among("pk", classes.values("pk")))
        if fold(word):
            submissions = Submission.objects.matching(word)
            one |= Q(Among("submission", submissions.values("pk")))
            programmes = rows_with(Programme.objects.all(), ["title"], word)
            if programmes:  # mostly none
                one |= Q(
                    Among("visit", Visit.objects.filter(programme__in=programmes).values("pk"))
                )
        fits &= one
    if term.spans:
        fits |= term.on("visit__slot__starts_at")
    return fits
