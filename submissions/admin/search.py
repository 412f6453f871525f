"""What staff type to find something that was asked for, of every kind."""

from django.db.models import Q

from core.text.normal import fold
from core.text.searching import Among, has_name
from submissions.models import Asked, Submission


def in_class_or_submission(model: type[Asked], word: str) -> Q:
    """Rows in which a word is in the class, reference, school or contact."""
    classes = model._default_manager.filter(has_name("party_key", word))
    found = Q(Among("pk", classes.values("pk")))
    if fold(word):  # a word of signs only names no submission
        found |= Q(Among("submission", Submission.objects.matching(word).values("pk")))
    return found
