"""What a class must satisfy to borrow a kit: its year group and its number of pupils.

As in `bookings/rules.py`: the verb asks, the form shows, and staff may overrule each, with a
note. About the days: `refuse_dates` in `kits/lifecycle.py`.
"""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking
from kits.models import LessonKit
from submissions.models import Submission
from submissions.rules import Broken, Party, Rule

RULES = (Rule.YEAR_GROUP, Rule.NUMBERS)


@dataclass(frozen=True)
class LoanRequest:
    """What is asked for in one go.

    `submission` is not saved yet: it carries the key, the hash of the data and what was typed.
    What staff `overrule` asks for a `note` that says why.
    """

    submission: Submission
    kit: LessonKit
    starts_on: datetime.date
    ends_on: datetime.date
    delivery: str
    party: Party
    booking: Booking | None = None  # the visit that it goes with
    overrule: Collection[Rule] = ()
    note: str = ""


def broken_rules(kit: LessonKit, party: Party) -> list[Broken]:
    found = []
    if not party.within(kit.year_from, kit.year_to):
        message = _("This kit is for %(for_whom)s, not for %(asked)s.") % {
            "for_whom": kit.for_whom,
            "asked": party.year_groups,
        }
        found.append(Broken(Rule.YEAR_GROUP, "year_groups", message))
    if party.pupils > kit.max_pupils:
        message = ngettext(
            "This kit serves %(number)d pupil at once.",
            "This kit serves %(number)d pupils at once.",
            kit.max_pupils,
        ) % {"number": kit.max_pupils}
        found.append(Broken(Rule.NUMBERS, "pupils", message))
    return found
