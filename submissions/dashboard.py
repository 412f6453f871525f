"""What the dashboard of staff says of who asked."""

from collections import Counter
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from core.kinds import Matter, Part
from schools.models import School
from submissions.kinds import submitted
from submissions.models import Submission


class ClosedSchools(Part):
    """Schools that staff or an import closed, and of which something is still to come."""

    name = "closed_schools"

    def matters(self, user: Any) -> list[Matter]:
        if not user.has_perm("schools.change_school"):
            return []
        closed = School.objects.filter(closed_on__isnull=False, merged_into=None)
        theirs: Any = Submission.objects.of_hubs(user).filter(school__in=closed).order_by()
        if not theirs.exists():
            return []
        number: Counter[int] = Counter()
        for kind in submitted():
            if kind.may_view(user):
                rows = kind.coming_in(theirs.values("pk"))
                number.update(rows.values_list("submission__school", flat=True))
        return [_matter(school, number[school.pk]) for school in closed.filter(pk__in=number)]


def _matter(school: School, number: int) -> Matter:
    text = ngettext(
        "%(school)s is closed, and %(number)d appointment or request of it still stands",
        "%(school)s is closed, and %(number)d appointments or requests of it still stand",
        number,
    )
    # Where it is merged with the one as which it goes on; what stands is a click away.
    address = reverse("admin:schools_school_change", args=[school.pk])
    return Matter(text % {"school": school, "number": number}, address)
