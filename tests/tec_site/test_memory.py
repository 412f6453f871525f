"""A web process that is asked for every page, again and again, takes no more memory for it."""

import resource
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from core import worker
from schools.models import User
from tests.addresses import Site, every_route
from tests.factories import NOW
from tests.live_site import Browser, LiveSite, serving

WARMING_UP = 3  # rounds in which what is made once is made: templates, fonts, choices
ROUNDS = 9
# MB from the least of the first three of these to the least of the last three: a letter comes and
# goes with as much, and a leak of 6 kB an answer takes more.
MAY_GROW = 16


def memory_of(site: LiveSite) -> float:
    """Resident MB of its one worker."""
    [pid] = site.workers()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def signed_in(site: LiveSite, client: Client) -> Browser:
    """Who is signed in with `client`, from now on rather than since the rows were made."""
    browser = site.browser()
    if key := client.session.get("_auth_user_id"):
        client.force_login(User.objects.get(pk=key))
        name = settings.SESSION_COOKIE_NAME
        browser.cookies[name] = client.cookies[name].value
    return browser


@pytest.mark.soak
@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_web_process_takes_no_more_memory_however_often_it_is_asked(tmp_path):
    with time_machine.travel(NOW, tick=False):
        worker.beat()
        rows = Site()
        addresses = [rows.address(route) for route in every_route()]
    with serving(tmp_path) as site:
        people = [signed_in(site, rows.people[name]) for name in ("anonymous", "owner", "staff")]
        pages = [(one, at) for one in people for at in addresses if one.get(at)[0] == 200]
        assert len(pages) > 200
        after = []
        for _round in range(WARMING_UP + ROUNDS):
            for person, at in pages:
                assert person.get(at)[0] == 200, at
            after.append(round(memory_of(site)))
    first, last = after[WARMING_UP:][:3], after[-3:]
    assert min(last) - min(first) <= MAY_GROW, after
