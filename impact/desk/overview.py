"""The school year so far, on the first page of the back office."""

from core.kinds import Block
from impact.counting.tables import over_time
from impact.desk.charts import chart_over_time
from impact.desk.choice import choice_of
from impact.indicators.status import goals
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
