"""From the page of a programme, kit or visit to what was answered about it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.kinds import Action
from kits.models import LessonKit
from programmes.models import Programme
from schools.models import User

# In addresses, Dutch.
NAMES: dict[type, str] = {Programme: "programma", LessonKit: "kist"}
VISIT = "bezoek"


def may_see_figures(user: Any) -> bool:
    return user.has_perm("impact.view_figures") or user.has_perm("impact.view_evaluation")


def results_address(thing: Any) -> str:
    name = NAMES.get(type(thing), VISIT)
    return f"{reverse('admin:impact_evaluation_results')}?{name}={thing.pk}"


def leads_from(row: Any, user: User) -> list[Action]:
    return [Action(_("Evaluations"), results_address(row))] if may_see_figures(user) else []
