"""What teachers said, on the public page of a programme or kit."""

from core.kinds import Block
from impact.models import Evaluation
from kits.models import LessonKit
from programmes.models import Programme

QUOTES_SHOWN = 3


def quotes_of(thing: Programme | LessonKit) -> Block | None:
    """What teachers said of it, who said that they may be quoted, under the name they gave."""
    shown = Evaluation.objects.of(thing).filter(is_shown=True).order_by("-answered_at")
    quotes = shown.values("quote", "quote_name", "submission__language")[:QUOTES_SHOWN]
    return Block("impact/_quotes.html", {"quotes": list(quotes)}) if quotes else None
