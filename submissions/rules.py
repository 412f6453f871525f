"""Rules that staff overrule with a note, the `Party` asked for, when one can ask.

Each kind says in its own `rules.py` which rules a request breaks.
"""

import datetime
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.dates import start_of_day
from core.lifecycle import Refused
from core.public_holidays import add_working_days
from schools.audience import Audience
from schools.years import describe_year_groups


class Rule(models.TextChoices):
    YEAR_GROUP = "year_group", _("year group")
    NUMBERS = "numbers", _("number of pupils")
    SUPERVISORS = "supervisors", _("number of supervisors")
    # As events of old name it.
    DATE = "lead_time", _("the date (too soon, too far ahead, closed)")
    PREREQUISITE = "prerequisite", _("an earlier Proeverij")


# What a school may set aside itself, once it was told: it knows best who can come along.
TOLD_ONCE = frozenset({Rule.SUPERVISORS})

# What is said of a day that nobody can ask for, whatever it is asked for.
IN_THE_PAST = _("This date is in the past.")
TOO_SOON = _("This date is too soon: we need some days to prepare.")
TOO_FAR_AHEAD = _("This date is too far ahead.")


@dataclass(frozen=True)
class Party:
    """Who comes or borrows, as typed: a class with its year groups, or a group with its kind."""

    name: str
    year_from: int | None
    year_to: int | None
    pupils: int
    supervisors: int = 0  # of a visit
    group_kind: str = ""
    level: str = ""  # of a secondary class, where it was said

    @classmethod
    def of(cls, row: Any, supervisors: int = 0) -> Self:
        """The party of a row that is `Asked`."""
        named = (row.group_kind, row.level)
        return cls(row.party_name, row.year_from, row.year_to, row.pupils, supervisors, *named)

    @property
    def columns(self) -> dict[str, Any]:
        """The party as the fields of any row that is `Asked`."""
        return {
            "party_name": self.name,
            "year_from": self.year_from,
            "year_to": self.year_to,
            "group_kind": self.group_kind,
            "level": self.level,
            "pupils": self.pupils,
        }

    @property
    def audience(self) -> Audience:
        return Audience.GROUPS if self.group_kind else Audience.SCHOOLS

    def within(self, first: int, last: int) -> bool:
        """Whether its year groups are among these; a group has none that could be outside."""
        if self.year_from is None or self.year_to is None:
            return True
        return first <= self.year_from and self.year_to <= last

    @property
    def year_groups(self) -> str:
        """In words, of a class."""
        assert self.year_from is not None
        assert self.year_to is not None
        return describe_year_groups(self.year_from, self.year_to)


@dataclass(frozen=True)
class Broken:
    """A rule that is not met: which, at which field of which class, and in what words."""

    rule: Rule
    field: str
    message: str
    class_index: int | None = None


def lead_time_of(own: int | None) -> int:
    """In working days; where an offer has none of its own, that of all."""
    return settings.LEAD_TIME_WORKING_DAYS if own is None else own


def first_bookable_moment(lead_time: int | None) -> datetime.datetime:
    """The first midnight (Amsterdam) from which a visit may start, in working days from today."""
    return start_of_day(add_working_days(timezone.localdate(), lead_time_of(lead_time)))


class RulesBroken(Refused):
    """The request does not meet the programme's rules; `broken` says which, and where."""

    def __init__(self, broken: Sequence[Broken]) -> None:
        self.broken = list(broken)
        super().__init__(" ".join(one.message for one in broken))


class NoteRequired(Refused):
    message = _("Say why you overrule this rule.")


def refuse_broken(
    broken: Sequence[Broken],
    overrule: Collection[Rule],
    note: str,
    told: Collection[Rule] = (),
) -> None:
    """Raise RulesBroken, or NoteRequired where staff overrule without saying why.

    `told`: the rules of which a school knows that it breaks them; it need not say why.
    """
    known = TOLD_ONCE & set(told)
    left = [one for one in broken if one.rule not in known]
    standing = [one for one in left if one.rule not in overrule]
    if standing:
        raise RulesBroken(standing)
    if left and not note.strip():
        raise NoteRequired


def set_aside(broken: Iterable[Broken], index: int | None = None) -> dict[str, list[Rule]]:
    """What the event of a class keeps of what was overruled: the rules that this class breaks, not
    all that were ticked, nor those of other classes of its request."""
    rules = sorted({one.rule for one in broken if one.class_index in (None, index)})
    return {"overruled": rules} if rules else {}
