"""The addresses of the roster for the walk over every address (test_every_address.py)."""

from typing import Any

from bookings.models import Visit
from core import tokens
from roster import links
from roster.lifecycle import open_one
from tests.factories import NOW
from tests.roster.rostering import absent, make_person, make_run, make_shift

OWN = 7701


def _page() -> str:
    return f"/inzet/{OWN}/{tokens.make(links.PAGE, OWN, 1)}/"


def _all(cell: str) -> str:
    """The same for everybody: it is the link that opens."""
    return " ".join([cell] * 6)


_HERS = "/inzet/<id:pk>/<token:token>"
TABLE = f"""
{_HERS}/                           GET       {_all("200")}
{_HERS}/neem/<id:shift_id>/        POST      {_all(f"→{_page()}")}
{_HERS}/afmelden/<id:shift_id>/    POST      {_all("409")}
{_HERS}/nieuwe-link/               POST      {_all("→home")}
{_HERS}/wanneer/                   GET,POST  {_all("200")}
{_HERS}/wanneer/<id:days_id>/weg/  POST      {_all(f"→{_page()}wanneer/")}
{_HERS}/inzet.ics                  GET       {_all("200")}
"""
ADMIN_MODELS = """
roster.person             403|200  403|200  403|200      403|403      403|200
roster.shift              403|200  403|403  403|200      403|403      403|200
roster.shiftevent         403|200  403|403  403|200      403|403      403|200
"""
ADMIN_PAGES = """
/beheer/roster/shift/week/                                403  200
/beheer/roster/shift/week.pdf                             403  200
/beheer/roster/shift/<path:object_id>/doe/<slug:move>/    403  200
/beheer/roster/person/uren/                               403  200
/beheer/roster/person/uren.<slug:ending>                  405  405
/beheer/roster/shift/export/                              403  200
/beheer/roster/person/<id:pk>/link/                       403  200
/beheer/roster/person/<id:pk>/vergeten/                   403  404
"""
ELSEWHERE = """
/beheer/roster/shift/<path:object_id>/doe/<slug:move>/    404
/beheer/roster/person/<id:pk>/link/                       404
"""


class Rows:
    """What the addresses are filled in with; a volunteer, and a shift that is open to her."""

    def __init__(self, owner: Any) -> None:
        run = make_run()
        self.person = make_person(runs=[run], pk=OWN)
        self.days = absent(self.person, NOW.date())
        self.shift = make_shift(run)

    def arguments(self, route: str) -> dict[str, Any]:
        if route.startswith("beheer/roster/person/uren"):
            return {"ending": "csv"}
        if route.startswith("beheer/roster/person/<id:pk>"):
            return {"pk": self.person.pk}
        if route.startswith("beheer/roster/shift/"):
            return {"object_id": self.shift.pk, "move": "assign"}
        if not route.startswith("inzet/"):
            return {}
        token, _slash = links.feed_address(self.person).split("/")[-2:]
        return {
            "pk": self.person.pk,
            "token": token if route.endswith(".ics") else links.token_of(self.person),
            "shift_id": self.shift.pk,
            "days_id": self.days.pk,
        }


def rows_at(venue: Any) -> list[Any]:
    """One of each that stands in the back office, of the venue's hub."""
    visit = (
        Visit.objects.select_related("slot", "programme").filter(slot__venue=venue).earliest("pk")
    )
    event = open_one(visit=visit, number=1)
    return [make_person(hub=venue.hub), event.shift, event]
