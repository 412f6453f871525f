"""What evaluations know of a person: her words, and her name under a quote.

They are of whoever answered, as the event of the answer says, and not of whose submission it is:
a colleague may answer, and a submission is handed over.
"""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from impact.models import FACES, WORDS, Evaluation, EvaluationEvent, SchoolContact
from impact.models import EvaluationQuerySet as Evaluations
from schools.models import User
from submissions.kinds import Names
from submissions.models import Submission


def told_by(user: User) -> list[dict[str, Any]]:
    """What she told us afterwards, for herself."""
    found = []
    for one in Evaluation.objects.told_by(user).with_facts().order_by("pk"):
        said = {"": str(one)}
        for name in (*FACES, *WORDS):
            column: Any = Evaluation._meta.get_field(name)
            said[str(column.verbose_name)] = str(getattr(one, name) or "")
        found.append({title or _("What"): text for title, text in said.items() if text})
    return found


def erase_words_about(submissions: QuerySet[Submission]) -> int:
    """What was told about these submissions, except by somebody else whom we know."""
    whose = "evaluation__submission__user"
    another = Q(by__isnull=False) & (Q(**{whose: None}) | ~Q(by=F(whose)))
    by_another = EvaluationEvent.objects.filter(another, evaluation=OuterRef("pk"), move="answer")
    return _erase(Evaluation.objects.filter(~Exists(by_another), submission__in=submissions))


def erase_contacts_naming(names: Names) -> int:
    """What staff noted of a school with her name in it. It has no value without its words."""
    lines = SchoolContact.objects.values_list("pk", "note")
    named = [pk for pk, note in lines.iterator() if names(note)]
    return SchoolContact.objects.filter(pk__in=named).delete()[0]


def erase_words_of(user: User) -> int:
    """What she told, whosever submission it is."""
    return _erase(Evaluation.objects.told_by(user))


def _erase(evaluations: Evaluations) -> int:
    """Empty their words, and take the quote from the page; the faces and counts stay."""
    keys = list(evaluations.values_list("pk", flat=True))
    events = EvaluationEvent.objects.filter(evaluation__in=keys)
    events.filter(noticed_at=None).update(notice="")
    events.exclude(note="").update(note="")
    said = Q(pk__in=[])
    for name in WORDS:
        said |= ~Q(**{name: ""})
    rows = Evaluation.objects.filter(said, pk__in=keys)
    return rows.update(**dict.fromkeys(WORDS, ""), may_quote=False, is_shown=False)
