"""The kits that go with a visit, on the visit's page."""

from collections.abc import Sequence
from typing import Any

from django import template

from bookings.models import Booking, State
from kits.pages.with_visit import day_of, fitting_kits, loans_with, query_of

register = template.Library()


@register.inclusion_tag("kits/_with_visit.html", takes_context=True)
def kits_for_visit(context: dict[str, Any], bookings: Sequence[Booking]) -> dict[str, Any]:
    """The block 'take a kit back to class': what fits the first class that comes."""
    coming = [one for one in bookings if one.state in (State.CONFIRMED, State.REQUESTED)]
    if not coming:
        return {"kits": []}
    first = coming[0]
    kits = fitting_kits(first)
    if not kits:
        return {"kits": []}  # and no second query, which every booking would pay for
    key = context.get("token")
    return {
        "kits": kits,
        "loans": list(loans_with([first])),
        "by_link": bool(key),
        "day": day_of(first),
        "query": query_of(first, key) | {"van": day_of(first).isoformat()},
    }
