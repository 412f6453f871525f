"""Every page, form and action of the back office: who gets it, what the second of two members of
staff sees, and what staff read after they pressed.

A walk over all of them: a new form or action fails here until its line says how it is with it.
"""

import itertools
import re

import pytest
import time_machine
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client, RequestFactory

from core import worker
from core.backoffice.versions import SEEN
from schools.models import User
from tests.addresses import Site, answer
from tests.factories import NOW
from tests.tec_site.test_every_address import (
    addresses_of_another_hub,
    admin_addresses,
    ask,
    changed_since,
    everything,
    look,
    object_routes,
)

# By these a form brings back how things stood when it was shown: a row's version, its last event,
# what a preview showed.
BROUGHT_BACK = {SEEN, "seen", "shown", "seal"}

# Forms that bring back nothing: why the second of two loses nothing, and is told.
WITHOUT = {
    "/beheer/bookings/schedulepattern/seizoen/": "the first of two steps; the preview brings back",
    "/beheer/submissions/submission/schrijven/": "a new letter, whose preview brings back",
    "/beheer/programmes/closure/sluit/": "the first of two steps; the preview brings back",
    "/beheer/schools/school/inlezen/": "the first of two steps; the preview brings back",
    "/beheer/bookings/visit/samen/": "the first of two steps; the preview brings back",
    "/beheer/bookings/visit/ruimtes/": "the first of two steps; the preview brings back",
    "/beheer/bookings/visit/change/": "read only: what is sent changes nothing",
    "/beheer/cijfers/indicatoren/": "a file of what is entered now",
    "/beheer/cijfers/stille-scholen/": "a new line of the list beneath it",
    "/beheer/roster/person/link/": "a new link, whatever the old one was",
    "/beheer/submissions/submission/overdragen/": "an invitation, until one accepts",
    "/beheer/balie/": "a move, legal in one state of a box: the second reads what it is",
}

# What is done to the rows that are ticked: asked first, taken along as a file, or how it is undone.
ASKED, FILE = "asked first", "a file"
ACTIONS = {
    "delete_selected": ASKED,
    "limit": ASKED,
    "send_links": ASKED,
    "write_to_ticked": ASKED,
    "export_ticked": FILE,
    "close": "reopen",
    "reopen": "close",
    "confirm_selected": "cancel, which tells the school",
    "attend_selected": "miss_selected",
    "miss_selected": "attend_selected",
    "send_again": "nothing: a mail that came back, or that was asked for again, goes once more",
    "came_back": "send_again",
    "duplicate_selected": "delete_selected: the copy is not on the site yet",
    "put_right": "the next count of the box, which finds that it lacks",
    "charge": "waive",
    "waive": "charge",
}


@pytest.fixture
def site(db, letters_once):
    with time_machine.travel(NOW, tick=False):
        worker.beat()
        yield Site()


# --- Forms ---------------------------------------------------------------------------------------


def forms_in(page: str) -> list[set[str]]:
    """The names of what each form sends."""
    forms = re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL | re.IGNORECASE)
    named = r'<(?:input|select|textarea|button)[^>]*\bname="([^"]+)"'
    sent = [set(re.findall(named, form)) - {"csrfmiddlewaretoken"} for form in forms]
    return [names for names in sent if names]


def brings_back(names: set[str]) -> bool:
    return any(name.rpartition("-")[2] in BROUGHT_BACK for name in names)


def line_of(path: str) -> str:
    """Its address without the key of a row, under which WITHOUT names it."""
    if path.startswith("/beheer/balie/"):
        return "/beheer/balie/"
    return re.sub(r"/\d+(?=/)", "", path)


def bare_forms(path: str, page) -> list[set[str]]:
    """What is sent by each form of this page that brings nothing back."""
    # What is new was never shown; of one's own password nobody else has a form.
    others = ("/add/", "/delete/", "/password_change/", "/export/")
    if path.endswith(others) or not page.headers["Content-Type"].startswith("text/html"):
        return []
    # Actions are walked below.
    return [one for one in forms_in(page.text) if "action" not in one and not brings_back(one)]


PROGRESS = "/beheer/core/task/change/"  # of long work: a page of its own


def misplaced(path: str, page) -> list[str]:
    """A page to change is that of the row in its address; one to add is for who may add."""
    if path.endswith("/change/") and page.status_code == 200 and line_of(path) != PROGRESS:
        row = page.context["original"]
        return [] if f"/{row.pk}/change/" in path else [f"{path}: {row!r}"]
    if path.endswith("/add/"):
        may_add = page.resolver_match.func.model_admin.has_add_permission(page.wsgi_request)
        return [] if may_add == (page.status_code == 200) else [f"{path}: may add: {may_add}"]
    return []


def test_every_page_of_the_admin_answers_as_written_and_its_forms_bring_back_what_they_showed(site):
    """The desk and superusers, or WITHOUT says why not; and looking changes no row."""
    wrong, bare, before = [], dict[str, list[set[str]]](), everything()
    for path, cells in admin_addresses(site).items():
        for person, cell in zip(("desk", "staff"), cells, strict=True):
            page = look(site, person, path)
            if (got := answer(page)) != cell:
                wrong.append(f"{path} as {person}: {got}, not {cell}")
        wrong += misplaced(path, page)
        if got == "200" and (names := bare_forms(path, page)):
            bare.setdefault(line_of(path), []).extend(names)
    assert wrong == []
    assert {path: names for path, names in bare.items() if path not in WITHOUT} == {}
    assert changed_since(before) == []


def test_every_short_address_of_a_row_leads_to_its_page(site):
    """The old ones, to the page to change."""
    for route in object_routes():
        path = site.address(route)
        assert answer(ask(site, "staff", "GET", path))[:1] == "→", path


# --- Actions -------------------------------------------------------------------------------------


def actions() -> dict[str, list[str]]:
    """Action → the lists that have it, of all that a superuser may do."""
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    found: dict[str, list[str]] = {}
    for model, one in admin.site._registry.items():
        for name in one.get_actions(request):
            found.setdefault(name, []).append(model._meta.label)
    return found


def test_every_action_is_asked_first_or_can_be_undone():
    assert actions().keys() == ACTIONS.keys()


def test_every_action_changes_nothing_when_it_asks_and_says_what_it_did_when_it_does(site):
    wrong, walked = [], set()
    for model, one in admin.site._registry.items():
        client = Client()
        client.cookies = site.people["staff"].cookies
        path = f"/beheer/{model._meta.app_label}/{model._meta.model_name}/"
        page = client.get(path)
        if page.status_code != 200 or not page.context.get("action_form"):
            continue
        names = [name for name, _label in page.context["action_form"].fields["action"].choices]
        for name, row in itertools.product(filter(None, names), page.context["cl"].result_list[:1]):
            before = everything() if ACTIONS[name] == ASKED else {}
            with transaction.atomic():
                done = client.post(path, {"action": name, "_selected_action": [row.pk]})
                said = list(get_messages(done.wsgi_request))
                if ACTIONS[name] == ASKED:
                    # A form that may make room offers it, also where it only asks.
                    changed = {model._meta.label, "core.Mail"} & set(changed_since(before))
                    is_right = done.status_code == 200 and not changed
                elif ACTIONS[name] == FILE:
                    is_right = "attachment" in done.headers.get("Content-Disposition", "")
                else:
                    is_right = done.status_code == 302 and bool(said)
                transaction.set_rollback(True)
            walked.add(name)
            if not is_right:
                wrong.append(f"{type(one).__name__}: {name}: {answer(done)}")
    assert wrong == []
    assert len(walked) > 9, walked


# --- Another hub's -------------------------------------------------------------------------------


def test_what_staff_of_another_hub_may_not_see_they_cannot_send_either(site):
    """To every address of the back office at which they get no page of this hub's row."""
    wrong = []
    for path, seen in sorted(addresses_of_another_hub(site).items()):
        if seen != "404":
            continue
        client = Client(raise_request_exception=False)
        client.cookies = site.people["elsewhere"].cookies
        with transaction.atomic():
            sent = answer(client.post(path, {"note": "gekaapt", "_save": "1"}))
            wrong += [f"{path}: {sent}"] if sent not in ("404", "405") else []
            transaction.set_rollback(True)
    assert wrong == []
