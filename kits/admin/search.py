"""What staff type to find a loan, or who waits for one."""

from django.db.models import Model, Q

from core.text.normal import fold, words
from core.text.searching import rows_with
from core.text.typed_days import SearchTerm
from kits.models import KitCopy, LessonKit, Loan, LoanWait
from submissions.admin.search import in_class_or_submission


def fits(model: type[Loan | LoanWait], term: SearchTerm) -> Q:
    """Each word is in the class, kit, code of the box, reference, school or contact; or a box goes
    out or comes back on that day."""
    days = Q(pk=None)
    for span in term.spans:
        days |= _within("starts_on", *span) | _within("ends_on", *span)
    if term.is_digits:
        return days | Q(party_name__contains=" ".join(term.words))
    found = Q()
    for word in words(" ".join(term.words)):
        one = in_class_or_submission(model, word)
        if fold(word):
            one |= _of_kit(model, word)
        found &= one
    return found | days if term.spans else found


def _within(field: str, first: object, before: object) -> Q:
    return Q(**{f"{field}__gte": first, f"{field}__lt": before})


def _of_kit(model: type[Model], word: str) -> Q:
    kits = rows_with(LessonKit.objects.all(), ["title"], word)
    if model is LoanWait:
        return Q(kit__in=kits)
    return Q(copy__kit__in=kits) | Q(copy__in=rows_with(KitCopy.objects.all(), ["code"], word))
