"""What is counted before anybody looks: the worker makes right again what is kept of the figures
(docs/decisions/0054).

Who looks sooner counts for herself; no figure waits for the worker.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Case, Value, When
from django.utils import timezone

from core.models import Change
from impact.counting.sources import Source, sources_of
from impact.keeping.board import usual
from impact.keeping.kept import Question, count
from impact.models import Kept
from programmes.models import Hub


def count_next() -> bool:
    """One that is no longer right, if there is any: mails go out in between."""
    if Change.objects.are_coming(settings.COUNT_AHEAD_AFTER):
        return False
    changes = Change.objects.seen()  # before counting, as `kept` does
    hubs = list(Hub.objects.order_by("pk").values_list("pk", flat=True))
    sources = sources_of(hubs)
    for row in _rows(usual(hubs)):
        question = Question.of_json(row.asked)
        paying = [source for source in sources if source.hub in question.scope.hubs]
        seen = question.fingerprint(changes, paying)
        if row.seen != seen and _claim(row):
            _count(row, question, paying, seen)
            return True
    return False


def _rows(questions: Iterable[Question]) -> list[Kept]:
    """Rows of these questions, then those last looked at; as many as the worker can do."""
    names = {question.name: question for question in questions}
    first = Case(When(name__in=list(names), then=Value(0)), default=Value(1))
    rows = Kept.objects.defer("value").order_by(first, "-looked_on", "pk")
    found = list(rows[: settings.COUNT_AHEAD_MOST])
    missing = names.keys() - {row.name for row in found}
    if not missing:
        return found
    new = {"seen": "", "value": {}, "looked_on": timezone.localdate()}
    Kept.objects.bulk_create(
        [Kept(name=name, asked=names[name].as_json, **new) for name in missing],
        ignore_conflicts=True,
    )
    return list(rows[: settings.COUNT_AHEAD_MOST])


def _claim(row: Kept) -> bool:
    """Claim the row for `COUNT_AHEAD_EVERY`: against a second worker, against one that fails on it
    again and again, and against a count after every change."""
    now = timezone.now()
    last = row.counted_ahead_at
    if last and abs(now - last) < settings.COUNT_AHEAD_EVERY:
        return False
    mine = Kept.objects.filter(pk=row.pk, counted_ahead_at=last)
    return mine.update(counted_ahead_at=now) == 1


def _count(row: Kept, question: Question, sources: list[Source], seen: str) -> None:
    value = count(question, sources)
    # Unless somebody looked meanwhile, and counted what is there now.
    Kept.objects.filter(pk=row.pk, seen=row.seen).update(seen=seen, value=value)
