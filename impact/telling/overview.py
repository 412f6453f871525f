"""What public pages quote, where staff's pages lead, and what needs their attention."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.kinds import Action, Block, Matter
from impact.models import Evaluation, Pledge
from kits.models import LessonKit
from programmes.models import Programme
from schools.models import User

QUOTES_SHOWN = 3
# In addresses, Dutch.
NAMES: dict[type, str] = {Programme: "programma", LessonKit: "kist"}
VISIT = "bezoek"


def quotes_of(thing: Programme | LessonKit) -> Block | None:
    """What teachers said of it, who said that they may be quoted, under the name they gave."""
    shown = Evaluation.objects.of(thing).filter(is_shown=True).order_by("-answered_at")
    quotes = shown.values("quote", "quote_name", "submission__language")[:QUOTES_SHOWN]
    return Block("impact/_quotes.html", {"quotes": list(quotes)}) if quotes else None


def may_see_figures(user: Any) -> bool:
    return user.has_perm("impact.view_figures") or user.has_perm("impact.view_evaluation")


def results_address(thing: Any) -> str:
    name = NAMES.get(type(thing), VISIT)
    return f"{reverse('admin:impact_evaluation_results')}?{name}={thing.pk}"


def leads_from(row: Any, user: User) -> list[Action]:
    return [Action(_("Evaluations"), results_address(row))] if may_see_figures(user) else []


def verbal_pledges(user: Any) -> list[Matter]:
    """Those that should be on paper by now, the oldest first."""
    if not user.has_perm("impact.view_pledge"):
        return []
    rows = Pledge.objects.of_hubs(user).verbal_too_long().select_related("source")
    return [
        Matter(_words_of(one), reverse("admin:impact_pledge_change", args=[one.pk]))
        for one in rows.order_by("promised_on", "pk")
    ]


def _words_of(pledge: Pledge) -> str:
    words = ngettext(
        "%(pledge)s: pledged, and after %(days)d day still not on paper",
        "%(pledge)s: pledged, and after %(days)d days still not on paper",
        pledge.days_verbal,
    )
    return words % {"pledge": pledge, "days": pledge.days_verbal}
