"""What the numbers that a class counted must satisfy."""

from collections.abc import Mapping
from typing import Any

from bookings.models import Booking
from impact.models import TALLIES
from kits.models import Loan


def most_in(asked: Booking | Loan) -> int:
    """The pupils of its class: as booked, or as noted on the day where these are more."""
    noted = asked.came if isinstance(asked, Booking) else None
    return max(asked.pupils, noted or 0)


def took_part(answers: Mapping[str, Any], group: str) -> int | None:
    """How many pupils took part in a question; None where it was not counted."""
    values = [answers.get(name) for name in TALLIES[group]]
    if all(value is None for value in values):
        return None
    return sum(value or 0 for value in values)


def too_many(answers: Mapping[str, Any], pupils: int) -> dict[str, int]:
    """The questions with more answers than there are pupils in the class → how many."""
    totals = {group: took_part(answers, group) for group in TALLIES}
    return {group: total for group, total in totals.items() if total and total > pupils}
