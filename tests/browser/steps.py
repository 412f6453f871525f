"""What people do in more than one of these tests."""

import re

from submissions.codes import code_of
from submissions.models import CodeChallenge

SEND = re.compile("^Verder")
NAME = "Ümit Çelik-van ’t Hof"
# Rules of axe that pages drawn by django-unfold and select2 break.
NOT_OURS = {
    "list": "select2's list of chosen values holds the button that empties it",
    "empty-table-header": "unfold's column of bins has no head",
}


def sign_in(page, client, user) -> None:
    client.force_login(user)
    page.context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": client.cookies["sessionid"].value,
                "domain": "localhost",
                "path": "/",
            }
        ]
    )


def fill_contact(page, email="umit@school.example") -> None:
    page.fill("[name=contact_name]", NAME)
    page.fill("[name=email]", email)
    page.fill("[name=phone]", "06 12345678")


def choose_school(page) -> None:
    page.get_by_role("searchbox").fill("hagenpoort deventer")
    page.get_by_label("OBS De Hagenpoort").check()


def code() -> str:
    return code_of(CodeChallenge.objects.latest("pk"))
