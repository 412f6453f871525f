"""What a school asks of the verbs, and what is counted of its box."""

import datetime
from typing import Any

from kits import lifecycle
from kits.handling import Count
from kits.models import Delivery
from kits.rules import LoanItem, LoanRequest
from submissions.models import Submission
from submissions.rules import Party
from tests.factories import unsaved_submission

MONDAY = datetime.date(2026, 11, 2)
THREE_WEEKS_ON = datetime.date(2026, 11, 23)


def november(day: int) -> datetime.date:
    return datetime.date(2026, 11, day)


def hold(kit, number: int = 1, **fields: Any) -> Submission:
    by = fields.pop("by", None)
    who = {"browser": f"browser-{number}", "email": f"umit{number}@school.example"}
    item = {"starts_on": MONDAY, "ends_on": THREE_WEEKS_ON, "delivery": Delivery.DESK}
    item |= {name: fields.pop(name) for name in [*item, "booking"] if name in fields}
    values = {
        "submission": unsaved_submission(submission_key=f"key-{number}", **who),
        "item": LoanItem(kit, **item),
        "party": Party("Groep 7", 7, 7, 24),
    } | fields
    return lifecycle.hold(LoanRequest(**values), by=by)


ALL_ROBOTS, ALL_BATTERIES = Count(6), Count(12)


def counts_of(loan, robots: Count = ALL_ROBOTS, batteries: Count = ALL_BATTERIES):
    items = {item.name: item.pk for item in loan.kit.contents.all()}
    return {items["Robot"]: robots, items["Batterij"]: batteries}
