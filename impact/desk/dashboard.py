"""What the dashboard of staff says of figures: the school year so far, and pledges not on paper."""

from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from core.kinds import Block, Matter
from impact.counting.tables import over_time
from impact.desk.charts import chart_over_time
from impact.desk.choice import choice_of
from impact.indicators.status import goals
from impact.models import Pledge
from schools.models import User


def year_so_far(user: User) -> Block | None:
    """Pupils who came and as booked, against the target where her one hub has one; each month.
    A pupil came in one month: those of the year are the sum."""
    if not user.has_perm("impact.view_figures"):
        return None
    choice = choice_of({}, user)
    months = choice.span.months
    rows = over_time(choice.scope, months)
    here = sum(row.here for row in rows)
    goal = goals(choice.scope, {"pupils": here}).get("pupils")
    asked = [goal.asked_in(span) for span in months] if goal else []
    content = {
        "span": choice.span,
        "here": here,
        "booked": sum(row.booked for row in rows),
        "goal": goal,
        "drawn": chart_over_time(rows, months, "b", asked),
    }
    return Block("admin/impact/_year_so_far.html", content)


def verbal_pledges(user: Any) -> list[Matter]:
    """Pledges that should be on paper by now, oldest first."""
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
