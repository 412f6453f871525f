"""What we know of a school that is on the telephone: who asked last, and its classes.

Each is a choice that fills the form; what it fills is text of the form's own fields.
"""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max

from core.backoffice.base import scoped
from schools.models import ClassGroup, School
from schools.years import school_year_of
from submissions.kinds import submitted
from submissions.models import Submission

MOST_CONTACTS = 3
MOST_CLASSES = 12


@dataclass(frozen=True)
class KnownContact:
    submission: Submission

    @property
    def key(self) -> str:
        return f"contact-{self.submission.pk}"

    @property
    def typed(self) -> dict[str, str]:
        return {name: getattr(self.submission, name) for name in ("contact_name", "email", "phone")}


@dataclass(frozen=True)
class KnownClass:
    """A class with its numbers of last time; 0 where it never came."""

    group: ClassGroup
    pupils: int = 0
    supervisors: int = 0

    @property
    def key(self) -> str:
        return f"class-{self.group.pk}"

    @property
    def typed(self) -> dict[str, Any]:
        years = range(self.group.year_from, self.group.year_to + 1)
        return {
            "name": self.group.name,
            "year_groups": [str(year) for year in years],
            "pupils": str(self.pupils or ""),
            "supervisors": str(self.supervisors or ""),
        }


@dataclass(frozen=True)
class Known:
    contacts: list[KnownContact]
    classes: list[KnownClass]

    def find(self, key: str) -> KnownContact | KnownClass | None:
        known: list[KnownContact | KnownClass] = [*self.contacts, *self.classes]
        return next((one for one in known if one.key == key), None)


def known_of(school: School, day: datetime.date, user: Any) -> Known:
    """The latest contacts of a school that `user` may know of, and its classes on that day."""
    return Known(list(_contacts(school, user)), list(_classes(school, day)))


def _contacts(school: School, user: Any) -> Iterable[KnownContact]:
    """The newest of each address."""
    asked = Submission.objects.filter(school=school).exclude(verified_at=None).exclude(email="")
    newest: dict[str, Submission] = {}
    for submission in scoped(asked, user).order_by("-verified_at")[:50]:
        newest.setdefault(submission.email, submission)
    return map(KnownContact, list(newest.values())[:MOST_CONTACTS])


def _classes(school: School, day: datetime.date) -> Iterable[KnownClass]:
    """Of the school year of that day; of the last one with classes where it has none yet."""
    groups = ClassGroup.objects.filter(school=school, school_year__lte=school_year_of(day))
    last = groups.aggregate(year=Max("school_year"))["year"] or 0
    of_year = list(groups.filter(school_year=last).order_by("name")[:MOST_CLASSES])
    numbers = _last_numbers(of_year)
    return (KnownClass(group, **numbers.get(group.pk, {})) for group in of_year)


def _last_numbers(groups: list[ClassGroup]) -> Mapping[int, Mapping[str, int]]:
    """Of each class how many came last, of whatever kind: the later ones overwrite."""
    rows: list[Any] = []
    for kind in submitted():
        rows += kind.model._base_manager.filter(class_group__in=groups)
    numbers: dict[int, dict[str, int]] = {}
    for row in sorted(rows, key=lambda row: row.created_at):
        one = numbers.setdefault(row.class_group_id, {})
        one["pupils"] = row.pupils
        if supervisors := getattr(row, "supervisors", 0):
            one["supervisors"] = supervisors
    return numbers
