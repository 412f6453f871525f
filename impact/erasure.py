"""What evaluations know of a person: her words, and her name under a quote."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from impact.models import FACES, WORDS, Evaluation, EvaluationEvent
from submissions.models import Submission


def known(submission: Submission) -> list[dict[str, Any]]:
    """What she told us afterwards, for herself."""
    found = []
    for one in Evaluation.objects.filter(submission=submission).answered().order_by("pk"):
        said = {"": _("What you told us afterwards")}
        for name in (*FACES, *WORDS):
            column: Any = Evaluation._meta.get_field(name)
            said[str(column.verbose_name)] = str(getattr(one, name) or "")
        found.append({title or _("What"): text for title, text in said.items() if text})
    return found


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
