"""At which venue the desk stands: its lists show that one's boxes, once chosen.

Where only one venue lends there is nothing to choose, and nothing about it on the pages.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from kits.models import KitCopy, Loan, Shortage
from kits.models.loan import LoanQuerySet
from programmes.models import Venue

PARAMETER = "plek"
SESSION_KEY = "desk_venue"


@dataclass(frozen=True)
class Desk:
    """The user, and where: which loans and boxes its pages are about."""

    user: Any
    venue: Venue | None  # None: all of her hubs'
    venues: list[Venue]  # among which there is something to choose

    @property
    def loans(self) -> LoanQuerySet:
        return Loan.objects.of_hubs(self.user).at(self.venue)

    @property
    def copies(self) -> QuerySet[KitCopy]:
        """Boxes of all her venues: one scanned elsewhere is said to be there."""
        return KitCopy.objects.of_hubs(self.user)

    @property
    def shortages(self) -> QuerySet[Shortage]:
        """Open ones."""
        lacking = Shortage.objects.of_hubs(self.user).filter(closed_at=None)
        return lacking if self.venue is None else lacking.filter(copy__kit__venue=self.venue)

    @property
    def choice(self) -> dict[str, Any]:
        """What pages show of it."""
        return {"venue": self.venue, "venues": self.venues}


def desk_of(request: HttpRequest) -> Desk:
    """The user's desk, at the venue that she chose; a choice in the address stays for the pages
    after it. One query."""
    lending = Venue.objects.of_hubs(request.user).filter(kits__isnull=False)
    venues = list(lending.distinct().order_by("name"))
    if PARAMETER in request.GET:
        request.session[SESSION_KEY] = request.GET[PARAMETER][:50]
    wanted = request.session.get(SESSION_KEY)
    if len(venues) < 2:
        return Desk(request.user, None, [])
    chosen = next((venue for venue in venues if venue.slug == wanted), None)
    return Desk(request.user, chosen, venues)
