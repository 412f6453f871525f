"""The addresses of toys for the walk over every address (tests/tec_site/test_every_address.py)."""

import datetime
from typing import Any
from uuid import UUID

from submissions.links import token_of
from tests.factories import make_submission, make_venue
from tests.toys.factory import make_toy

OWN = UUID(int=7)
TABLE = rf"""
/speelgoed/nieuw/<slug:slug>/                      GET,POST  200    200   200   200   200   200
/speelgoed/<uuid:public_id>/code/  GET,POST  404  →/speelgoed/{OWN}/  404  404  404  404
/speelgoed/<uuid:public_id>/adres/  POST  404  →/speelgoed/{OWN}/  404  404  404  404
/speelgoed/<uuid:public_id>/                       GET       404    200   404   404   404   404
/speelgoed/<uuid:public_id>/gegevens/              GET,POST  404    200   404   404   404   404
/speelgoed/<uuid:public_id>/<token:token>/         GET       200    200   200   200   200   200
/speelgoed/<uuid:public_id>/<token:token>/gegevens/  GET,POST  200    200   200   200   200   200
"""
ADMIN_MODELS = """
toys.toy                  403|200  403|200  403|200      403|403      403|200
toys.toyevent             403|200  403|403  403|200      403|403      403|200
"""

ADMIN_PAGES = """
/beheer/toys/toy/<path:object_id>/doe/<slug:move>/       403  200
/beheer/toys/toy/<path:object_id>/papier/<slug:paper>/   403  200
/beheer/toys/toy/<path:object_id>/bevestiging/           405  405
"""
ELSEWHERE = """
/beheer/toys/toy/<path:object_id>/doe/<slug:move>/       404
/beheer/toys/toy/<path:object_id>/papier/<slug:paper>/   404
"""


class Rows:
    """What the addresses are filled in with; `owner` is the teacher whose they are."""

    def __init__(self, owner: Any) -> None:
        self.submission = make_submission(user=owner, public_id=OWN)
        self.venue = make_venue(slug="speelgoedwinkel")
        self.toy = make_toy(submission=self.submission, day=datetime.date(2026, 11, 3))

    def arguments(self, route: str) -> dict[str, Any]:
        if route.startswith("beheer/toys/toy/"):
            return {"object_id": self.toy.pk, "move": "cancel", "paper": "briefje"}
        if not route.startswith("speelgoed/"):
            return {}
        return {
            "public_id": self.submission.public_id,
            "token": token_of(self.submission),
            "slug": self.venue.slug,
        }


def rows_at(venue: Any) -> list[Any]:
    """One of each that stands in the back office, of the venue's hub."""
    toy = make_toy(venue=venue, submission=make_submission(hub=venue.hub))
    return [toy, toy.events.get()]
