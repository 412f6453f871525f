"""What we know of a school or organisation on the telephone: who asked last, its classes or groups.

Each is a choice that fills the form; what it fills is text of the form's own fields.
"""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from core.backoffice.base import scoped
from schools.audience import Audience
from schools.models import ClassGroup, GroupKind, Organisation, School
from schools.models.organisation import key_of
from schools.years import school_year_of
from submissions.forms import ORGANISATION_TAKE
from submissions.kinds import submitted
from submissions.models import Asked, Submission

MOST_CONTACTS = 3
MOST_CLASSES = 12
MOST_ORGANISATIONS = 6


@dataclass(frozen=True)
class KnownContact:
    submission: Submission

    @property
    def key(self) -> str:
        return f"contact-{self.submission.pk}"

    @property
    def typed(self) -> dict[str, str]:
        names = ("contact_name", "email", "phone", "language")
        return {name: getattr(self.submission, name) for name in names}


@dataclass(frozen=True)
class KnownClass:
    """A class with its numbers of last time; 0 where it never came."""

    group: ClassGroup
    pupils: int = 0
    supervisors: int = 0
    level: str = ""

    @property
    def key(self) -> str:
        return f"class-{self.group.pk}"

    @property
    def label(self) -> str:
        facts = [self.group.name, self.group.year_groups]
        return ", ".join(facts + ([Audience.SCHOOLS.heads(self.pupils)] if self.pupils else []))

    @property
    def typed(self) -> dict[str, Any]:
        years = range(self.group.year_from, self.group.year_to + 1)
        return {
            "name": self.group.name,
            "year_groups": [str(year) for year in years],
            "pupils": str(self.pupils or ""),
            "supervisors": str(self.supervisors or ""),
            "level": self.level,
        }


@dataclass(frozen=True)
class KnownGroup:
    """A group as it came last."""

    row: Asked

    @property
    def key(self) -> str:
        return f"group-{self.row._meta.model_name}-{self.row.pk}"

    @property
    def label(self) -> str:
        kind = GroupKind(self.row.group_kind).label
        return f"{self.row.party_name}, {kind}, {Audience.GROUPS.heads(self.row.pupils)}"

    @property
    def typed(self) -> dict[str, Any]:
        row = self.row
        return {"name": row.party_name, "group_kind": row.group_kind, "pupils": str(row.pupils)}


@dataclass(frozen=True)
class KnownOrganisation:
    organisation: Organisation

    @property
    def key(self) -> str:
        return f"organisation-{self.organisation.pk}"

    @property
    def typed(self) -> dict[str, str]:
        return {"organisation": self.organisation.name, "city": self.organisation.city}


@dataclass(frozen=True)
class Known:
    """`organisations`: those that may be meant, as long as none is taken."""

    contacts: Sequence[KnownContact] = ()
    classes: Sequence[KnownClass | KnownGroup] = ()
    organisations: Sequence[KnownOrganisation] = ()
    # The name of the buttons with which one of these is taken.
    button: str = "school_take"

    def find(self, key: str) -> Any:
        known: list[Any] = [*self.contacts, *self.classes, *self.organisations]
        return next((one for one in known if one.key == key), None)


def known_of(school: School, day: datetime.date, user: Any) -> Known:
    """The latest contacts of a school that `user` may know of, and its classes on that day."""
    asked = _asked_by(user).filter(school=school)
    return Known(list(_contacts(asked)), list(_classes(school, day)))


def known_of_organisation(typed: Mapping[str, Any], user: Any) -> Known:
    """What is known of the organisation with the name and place typed, or else of the only one like
    it; of several, which ones."""
    name, city = (str(typed.get(field) or "") for field in ("organisation", "city"))
    exact = Organisation.objects.filter(name_key=key_of(name, city))
    like = exact or (Organisation.objects.matching(name) if name.strip() else ())
    found = [KnownOrganisation(one) for one in like[: MOST_ORGANISATIONS + 1]]
    if len(found) != 1:
        return Known(organisations=found[:MOST_ORGANISATIONS], button=ORGANISATION_TAKE)
    asked = _asked_by(user).filter(organisation=found[0].organisation)
    groups = list(_groups(asked))
    return Known(list(_contacts(asked)), groups, found, button=ORGANISATION_TAKE)


def _asked_by(user: Any) -> QuerySet[Submission]:
    """What was asked for, as far as `user` may know of it, the newest first."""
    asked = Submission.objects.exclude(verified_at=None)
    return scoped(asked, user).order_by("-verified_at")


def _groups(asked: QuerySet[Submission]) -> Iterable[KnownGroup]:
    """Each as it came last, of whatever kind."""
    newest: dict[str, Asked] = {}
    for kind in submitted():
        rows = kind.model._base_manager.filter(submission__in=asked).exclude(group_kind="")
        for row in rows.order_by("-created_at", "-pk")[:50]:
            newest.setdefault(row.party_key, row)
    return map(KnownGroup, list(newest.values())[:MOST_CLASSES])


def _contacts(asked: QuerySet[Submission]) -> Iterable[KnownContact]:
    """The newest of each address."""
    newest: dict[str, Submission] = {}
    for submission in asked.exclude(email="")[:50]:
        newest.setdefault(submission.email, submission)
    return map(KnownContact, list(newest.values())[:MOST_CONTACTS])


def _classes(school: School, day: datetime.date) -> Iterable[KnownClass]:
    """Classes of that day's school year, or of the last with any where it has none yet."""
    groups = ClassGroup.objects.filter(school=school, school_year__lte=school_year_of(day))
    last = groups.aggregate(year=Max("school_year"))["year"] or 0
    of_year = list(groups.filter(school_year=last).order_by("name")[:MOST_CLASSES])
    numbers = _last_numbers(of_year)
    return (KnownClass(group, **numbers.get(group.pk, {})) for group in of_year)


def _last_numbers(groups: list[ClassGroup]) -> Mapping[int, Mapping[str, Any]]:
    """How many of each class came last, whatever the kind, and the level said: later ones
    overwrite."""
    rows: list[Any] = []
    for kind in submitted():
        rows += kind.model._base_manager.filter(class_group__in=groups)
    numbers: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: row.created_at):
        one = numbers.setdefault(row.class_group_id, {})
        one["pupils"] = row.pupils
        one["level"] = row.level or one.get("level", "")
        if supervisors := getattr(row, "supervisors", 0):
            one["supervisors"] = supervisors
    return numbers
