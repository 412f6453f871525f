"""The classes for which a teacher asked before: she chooses one instead of typing it anew."""

import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest

from core.addresses import row_number
from schools.models import ClassGroup, User
from schools.years import school_year_of

# Under this name a class goes along from the page of its trajectory to the form.
PARAMETER = "klas"


class KnownClass(NamedTuple):
    group: ClassGroup
    last: Any  # what was asked for it last

    @property
    def facts(self) -> dict[str, Any]:
        """As initial values of a form for one class: its numbers are those of the last time."""
        facts = {
            "name": self.group.name,
            "year_groups": list(range(self.group.year_from, self.group.year_to + 1)),
            "pupils": self.last.pupils,
        }
        supervisors = getattr(self.last, "supervisors", None)  # nobody comes along with a kit
        return facts | ({"supervisors": supervisors} if supervisors else {})


def known_classes(user: User | None, day: datetime.date, *asked: QuerySet[Any]) -> list[KnownClass]:
    """Those of her school in the school year of `day`, by name; a query for each of `asked`."""
    if user is None or user.is_staff or user.school_id is None:
        return []
    hers: dict[str, Any] = {
        "submission__user": user,
        "class_group__school": user.school_id,
        "class_group__school_year": school_year_of(day),
    }
    rows = [row for one in asked for row in one.filter(**hers).select_related("class_group")]
    rows.sort(key=lambda row: row.created_at)
    last = {row.class_group_id: KnownClass(row.class_group, row) for row in rows}
    return sorted(last.values(), key=lambda one: one.group.name)


def facts_of(known: list[KnownClass], number: int) -> dict[str, Any]:
    """Of the class with that key; nothing of one that is not hers."""
    return next((dict(one.facts) for one in known if one.group.pk == number), {})


def class_asked(request: HttpRequest) -> int:
    """The key of the class that the address names, of who is signed in; or 0."""
    return row_number(request.GET.get(PARAMETER)) if request.user.is_authenticated else 0


def query_of(number: int) -> dict[str, int]:
    """What addresses take along."""
    return {PARAMETER: number} if number else {}
