"""The school year so far, on the first page of the back office."""

from core.kinds import Block
from impact.counting.figures import compute
from impact.counting.tables import over_time
from impact.desk.charts import chart_over_time
from impact.desk.choice import choice_of
from impact.indicators.status import goals
from schools.models import User

CODES = ("pupils", "pupils-booked")


def year_so_far(user: User) -> Block | None:
    """Pupils who came and as booked, against the target where her one hub has one; each month."""
    if not user.has_perm("impact.view_figures"):
        return None
    choice = choice_of({}, user)
    found = compute(choice.scope, CODES)
    months = choice.span.months
    goal = goals(choice.scope, found).get("pupils")
    asked = [goal.asked_in(span) for span in months] if goal else []
    content = {
        "span": choice.span,
        "here": found["pupils"],
        "booked": found["pupils-booked"],
        "goal": goal,
        "drawn": chart_over_time(over_time(choice.scope, months), months, "b", asked),
    }
    return Block("admin/impact/_year_so_far.html", content)
