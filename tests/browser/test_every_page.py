"""Axe on every page of the public site on a phone, so that none is forgotten: pages that a test of
its own visits are looked at there in both widths too."""

import pytest
import time_machine

from core import worker
from tests.addresses import Site, every_route
from tests.conftest import PHONE
from tests.factories import NOW
from tests.tec_site.test_every_page import FILES, NOT_OURS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(letters_once):
    with time_machine.travel(NOW):
        worker.beat()
        yield Site()


def routes() -> list[str]:
    """Once each: the pages by the link of a mail are those without it, where there are both."""
    found = [one for one in every_route() if not one.startswith(NOT_OURS)]
    plain = {one for one in found if "<token:token>" not in one}
    return [
        one
        for one in found
        if not one.endswith(FILES)
        and (one in plain or one.replace("<token:token>/", "") not in plain)
    ]


@pytest.mark.parametrize("third", range(3))
def test_axe_finds_nothing_on_any_public_page(site, page, assert_accessible, third):
    page.context.add_cookies(
        [
            {"name": name, "value": morsel.value, "domain": "localhost", "path": "/"}
            for name, morsel in site.people["owner"].cookies.items()
        ]
    )
    looked_at = []
    for route in routes()[third::3]:
        path = site.address(route)
        answer = page.request.get(path, max_redirects=0)
        if answer.status == 200 and "<html" in answer.text():
            page.goto(path)
            assert_accessible(sizes=[PHONE])
            looked_at.append(route)
    assert len(looked_at) > 12
