"""What evaluations know of a person who is erased: her words, and her name under a quote."""

from django.db.models import Q, QuerySet

from impact.models import WORDS, Evaluation, EvaluationEvent
from submissions.models import Submission


def erase_words(submissions: QuerySet[Submission]) -> int:
    """Empty them, and take her quote from the page; the faces and counts stay."""
    events = EvaluationEvent.objects.filter(evaluation__submission__in=submissions)
    events.filter(noticed_at=None).update(notice="")
    events.exclude(note="").update(note="")
    said = Q(pk__in=[])
    for name in WORDS:
        said |= ~Q(**{name: ""})
    rows = Evaluation.objects.filter(said, submission__in=submissions)
    return rows.update(**dict.fromkeys(WORDS, ""), may_quote=False, is_shown=False)
