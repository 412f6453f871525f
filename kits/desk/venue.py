"""At which venue the desk stands: its lists show that one's boxes, once chosen.

Where only one venue lends there is nothing to choose, and nothing about it on the pages.
"""

from typing import Any

from django.http import HttpRequest

from programmes.models import Venue

PARAMETER = "plek"
SESSION_KEY = "desk_venue"


def venue_of(request: HttpRequest) -> dict[str, Any]:
    """`venue` and `venues` for a page: the chosen one (None: all), and which there are.

    A choice in the address stays for the pages after it. One query.
    """
    venues = list(Venue.objects.filter(kits__isnull=False).distinct().order_by("name"))
    if PARAMETER in request.GET:
        request.session[SESSION_KEY] = request.GET[PARAMETER][:50]
    wanted = request.session.get(SESSION_KEY)
    if len(venues) < 2:
        return {"venue": None, "venues": []}
    chosen = next((venue for venue in venues if venue.slug == wanted), None)
    return {"venue": chosen, "venues": venues}
