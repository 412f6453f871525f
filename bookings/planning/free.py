"""What a class can do here on some days: every programme with a place for it."""

import itertools
from typing import Any, NamedTuple

from bookings.planning.availability import free_for
from bookings.planning.offer import Offer
from bookings.telling.wording import requirements_of
from core.kinds import Outing
from programmes.models import Programme


class Free(NamedTuple):
    programme: Programme
    offers: list[Offer]
    requirement: str  # what must come first, in a few words


def free_on(outing: Outing, user: Any) -> list[Free]:
    """The programmes free around an outing, in order of their first date; three queries."""
    programmes = (
        Programme.objects.published()
        .for_schools()
        .filter(
            year_from__lte=outing.year_group,
            year_to__gte=outing.year_group,
            min_pupils__lte=outing.pupils,
            max_pupils_per_class__gte=outing.pupils,
        )
        .select_related("venue__hub")
    )
    known = {programme.pk: programme for programme in programmes}
    offers = free_for(known.values(), outing.first, outing.last, outing.pupils)
    offers.sort(key=lambda offer: offer.programme_id)
    grouped = itertools.groupby(offers, key=lambda offer: offer.programme_id)
    found = {known[pk]: list(some) for pk, some in grouped}
    required = requirements_of(found, user)
    free = [Free(one, some, required.get(one.pk, "")) for one, some in found.items()]
    return sorted(free, key=lambda one: (one.offers[0].starts_at, one.programme.pk))
