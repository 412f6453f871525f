"""Calls to the waiting list by verbs that free or take places; who is offered it: `offering.py`.

1. A verb frees a place: that is noted where places change (`freed`). What else makes room,
   anywhere, says so (`opened`). Nobody is offered anything yet.
2. A verb is to take a place that is not kept for whom it is for: first what is free there is
   offered to those who wait (`offer_to_waiting_first`). However the room came, nobody gets in
   before them; but a verb that freed a place there itself may still need it.
3. At the end of the verb, in its transaction, all that it left free is offered in one round
   (`_offer_what_is_free`).
4. Whoever catches a refusal, which has undone what was offered in step 2, offers it once more
   (`offer_instead`).

Room that no verb announces, as of an import, is offered by the clock (`offer_what_is_free` in
`submissions/waiting/kind.py`).
"""

import datetime
from typing import Any, Protocol, cast

from django.db.models import Q, Value

from bookings.models import Booking, VisitSlot, VisitWait
from bookings.models.waiting import VisitWaitQuerySet
from core.kinds import kind_of
from core.transactions import at_end, left_about, retried
from programmes.models import Programme


class GivesTurns(Protocol):
    """What `bookings/waiting/kind.py` does for this module, found in the registry. Nothing here can
    import it: it offers through the lifecycle, and the lifecycle comes here first."""

    def give_turns_on(self, day: datetime.date) -> None:
        """Offer what is free on this day to those who wait."""

    def give_turns_after(self, visits: set[int], *, anywhere: bool) -> None:
        """Offer what came free in these visits and their rooms, or anywhere."""


# Among the visits with room: there may be more on any day.
ANYWHERE = "anywhere"


def freed(visit_id: int) -> None:
    """A place in this visit, or in the rooms that it had, is free again."""
    at_end(_offer_what_is_free, visit_id)


def opened() -> None:
    """There may be more room, anywhere."""
    at_end(_offer_what_is_free, ANYWHERE)


def offer_to_waiting_first(slot: VisitSlot, programme: Programme) -> bool:
    """Offer what is free here to those waiting for it, before others take it. Whether anybody
    waits, or a hold whose time is up is in the way: one query, where mostly there is neither."""
    waiting = _waiting(slot, programme).order_by().values_list(Value("waits"))
    expired = Booking.objects.expired().in_the_way(slot, programme).order_by()
    found = {what for (what,) in waiting.union(expired.values_list(Value("held"))).order_by()}
    if "waits" in found:
        _give_turns(slot)
    return bool(found)


@retried
def offer_instead(slot: VisitSlot, programme: Programme) -> None:
    """Offer again, as a refusal has undone what was offered."""
    if _waiting(slot, programme).exists():
        _give_turns(slot)


def _waiting(slot: VisitSlot, programme: Programme) -> VisitWaitQuerySet:
    return VisitWait.objects.waiting().about(slot.day, programme.venue.hub_id)


def _give_turns(slot: VisitSlot) -> None:
    """Offer what is free on the day of this half day to those who wait. But a verb that gave up a
    place there itself may still need it, as where two classes of one school swap: what it leaves
    over is offered at its end (`_offer_what_is_free`)."""
    given_up = left_about(_offer_what_is_free) - {ANYWHERE}
    in_them = VisitSlot.objects.filter(visits__in=given_up)
    if not given_up or not in_them.filter(_near(slot)).exists():
        _offering().give_turns_on(slot.day)


def _offer_what_is_free(about: set[Any]) -> None:
    _offering().give_turns_after(about - {ANYWHERE}, anywhere=ANYWHERE in about)


def _offering() -> GivesTurns:
    return cast(GivesTurns, kind_of(VisitWait))


def _near(slot: VisitSlot) -> Q:
    day = datetime.timedelta(days=1)
    return Q(starts_at__gt=slot.starts_at - day, starts_at__lt=slot.starts_at + day)
