"""The addresses of sharing, and of one's own details, for the walk over every address
(test_every_address.py)."""

from typing import Any
from uuid import UUID

from core import tokens
from submissions.links import invitation_token, token_of
from submissions.privacy.erasure_notice import keep_token
from submissions.sharing import lifecycle
from submissions.sharing.lifecycle import Share
from tests.factories import make_booking, make_submission

OWN = UUID(int=13)
_LINKED = "/delen/<uuid:public_id>/<token:token>"
_INVITATION = "/delen/uitnodiging/<uuid:invitation>/<token:token>/"
_TO = "→/delen/" + f"{OWN}/" + tokens.make("submission", OWN, 1) + "/"
_OVER = "→/mijn/overdragen/"
TABLE = rf"""
{_INVITATION}  GET,POST  200  200  200  200  200  200
/delen/<uuid:public_id>/                     GET,POST  404  200  404  404  404  404
/delen/<uuid:public_id>/intrekken/<id:pk>/   POST  404  →/delen/{OWN}/  404  404  404  404
/delen/<uuid:public_id>/uitstappen/          POST  404  404  404  404  404  404
{_LINKED}/                    GET,POST  200  200  200  200  200  200
{_LINKED}/intrekken/<id:pk>/  POST  {_TO}  {_TO}  {_TO}  {_TO}  {_TO}  {_TO}
{_LINKED}/uitstappen/         POST  404  404  404  404  404  404
/mijn/overdragen/             GET,POST  →sign-in  200  200  200  200  200
/mijn/overdragen/intrekken/   POST  →sign-in  {_OVER}  {_OVER}  {_OVER}  {_OVER}  {_OVER}
/mijn/gegevens/               GET  →sign-in  200  200  200  200  200
/mijn/gegevens/gegevens.json  GET  →sign-in  200  200  200  200  200
/mijn/gegevens/gegevens.html  GET  →sign-in  200  200  200  200  200
/mijn/gegevens/wissen/        GET,POST  →sign-in  200  200  404  404  404
/gewist/                      GET  200  200  200  200  200  200
/bewaren/<id:pk>/<token:token>/  GET,POST  200  200  200  200  200  200
"""
ADMIN_MODELS = ""
ADMIN_PAGES = """
/beheer/submissions/submission/overdragen/<id:user_id>/  403  200
"""
ELSEWHERE = """
/beheer/submissions/submission/overdragen/<id:user_id>/  200
"""


class Rows:
    """What the addresses are filled in with; `owner` is the teacher whose they are."""

    def __init__(self, owner: Any) -> None:
        self.owner = owner
        self.submission = make_submission(user=owner, public_id=OWN)
        make_booking(submission=self.submission, party_name="Gedeeld")
        [self.companion] = lifecycle.invite(
            shares=[Share(self.submission)], email="collega@school.example", by=owner
        )

    def arguments(self, route: str) -> dict[str, Any]:
        if route.startswith("delen/uitnodiging/"):
            invitation = self.companion.invitation
            return {"invitation": invitation, "token": invitation_token(invitation)}
        if route.startswith("delen/"):
            token = token_of(self.submission)
            return {"public_id": OWN, "token": token, "pk": self.companion.pk}
        if route.startswith("bewaren/"):
            return {"pk": self.owner.pk, "token": keep_token(self.owner)}
        return {"user_id": self.owner.pk}


def rows_at(venue: Any) -> list[Any]:
    """Colleagues stand on the page of their submission only."""
    return []
