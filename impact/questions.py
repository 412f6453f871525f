"""What is asked afterwards, in words: of the teacher, of her class, and as it stands in figures."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from impact.models import Evaluation

# By the columns of `FACES`, of visits and kits together.
IN_FIGURES = {
    "overall": _("The visit, or working with the kit"),
    "fit": _("How it fits the lessons or the work"),
    "guidance": _("Guidance; for a kit its guide and cards"),
}
PREPARED = _("How well prepared was the class?")
# By the groups of `TALLIES`; on paper in `templates/impact/_class_slips.html`.
OF_CLASS = {
    "faces": _("How was it?"),
    "again": _("Again?"),
    "before": _("I want to know more about technology: before"),
    "after": _("I want to know more about technology: afterwards"),
}


def asked_of_teacher(evaluation: Evaluation) -> dict[str, Any]:
    """By the columns of `FACES`; of a group also what else is asked otherwise than of a class."""
    if not evaluation.is_of_visit:
        return {
            "overall": _("What was it like to work with the kit?"),
            "fit": _("How well did it fit your lessons?"),
            "guidance": _("How clear were the guide and the cards?"),
        }
    visit = {"overall": _("What was the visit like?"), "guidance": _("How did we guide you?")}
    if evaluation.asked.audience.is_groups:
        return visit | {
            "fit": _("How well did it fit your work?"),
            "plans": _("What will you do with it?"),
        }
    return visit | {"fit": _("How well did it fit your lessons?")}
