"""A class of last year that goes on as another one: from groep 7 to groep 8."""

from collections.abc import Sequence

from bookings import lifecycle
from bookings.rules import VisitItem, VisitRequest
from core.transactions import retried
from schools.models import ClassGroup, School, User
from schools.years import school_year_of
from submissions.models import Submission


@retried
def book(request: VisitRequest, *, before: Sequence[int], by: User) -> Submission:
    """`lifecycle.book`, after noting of each party which class of the year before it continues
    (primary key or 0), so that the Proeverij of that class counts for it."""
    school = request.submission.school
    if school is not None:
        for item, earlier in zip(request.items, before, strict=True):
            _continue(item, earlier, school)
    return lifecycle.book(request, by=by)


def _continue(item: VisitItem, earlier: int, school: School) -> None:
    """Note that one class continues another, where nobody said so already."""
    party, year = item.party, school_year_of(item.slot.day)
    known = ClassGroup.objects.filter(pk=earlier, school=school, school_year=year - 1)
    if party.year_from is None or party.year_to is None or not known.exists():
        return
    group = ClassGroup.objects.of(
        school=school,
        school_year=year,
        name=party.name,
        year_from=party.year_from,
        year_to=party.year_to,
    )
    ClassGroup.objects.filter(pk=group.pk, continues=None).update(continues=earlier)
