"""Calls to the waiting list by verbs that free or take a box; as
`bookings/waiting/freed_places.py`."""

import datetime
from typing import Any, Protocol, cast

from django.db.models import Value

from core.kinds import kind_of
from core.transactions import at_end, left_about, retried
from kits.models import LessonKit, Loan, LoanWait


class GivesTurns(Protocol):
    """What `kits/waiting/kind.py` does for this module, for the same reason as there."""

    def give_turns_of(self, kit: LessonKit) -> None:
        """Offer what is free of this kit to those who wait."""


def freed() -> None:
    """A box is free on days on which it was not, or there is one more."""
    at_end(_offer_what_is_free, None)


def offer_to_waiting_first(kit: LessonKit, first: datetime.date, before: datetime.date) -> bool:
    """Offer what is free of a kit to those waiting for it, before others take it. Whether anybody
    waits, or a hold whose time is up is in the way; one query."""
    waiting = _waiting(kit).order_by().values_list(Value("waits"))
    expired = Loan.objects.expired().overlapping(first, before).filter(copy__kit=kit).order_by()
    found = {what for (what,) in waiting.union(expired.values_list(Value("held"))).order_by()}
    if "waits" in found and not left_about(_offer_what_is_free):
        _give_turns(kit)
    return bool(found)


@retried
def offer_instead(kit: LessonKit) -> None:
    """Offer again, as a refusal has undone what was offered."""
    if _waiting(kit).exists():
        _give_turns(kit)


def _waiting(kit: LessonKit) -> Any:
    return LoanWait.objects.waiting().filter(kit=kit)


def _give_turns(kit: LessonKit) -> None:
    cast(GivesTurns, kind_of(LoanWait)).give_turns_of(kit)


def _offer_what_is_free(_about: set[Any]) -> None:
    kind_of(LoanWait).give_turns()
