"""From the POST of a form to its INSERT: few modules, each of which adds something.

Counted is who called whom, down to the INSERT. What was asked on the way and has answered by then
(the form, the rules, who waits, which box) is not: a reader can take its word.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from bookings.models import Booking
from kits.models import Loan
from tests import booking_form, loan_form
from tests.factories import make_kit, make_programme, make_slot, make_teacher
from tests.tec_site.test_structure import ORDER

MOST = 5
# What stands around every verb, and is not read on the way.
AROUND = {"core/transactions.py"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def own_modules() -> Iterator[str]:
    """Our modules on the stack of whoever asks, innermost first."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(settings.BASE_DIR):
            name = path.relative_to(settings.BASE_DIR)
            if name.parts[0] in ORDER and str(name) not in AROUND:
                yield str(name)
        frame = frame.f_back


def since_the_view(modules: list[str]) -> list[str]:
    """Without the middleware around it."""
    return modules[next(n for n, name in enumerate(modules) if "/pages/" in name) :]


def way_to_insert(client, model, address: str, typed: dict[str, Any]) -> list[str]:
    """The modules on the way from the view to the first INSERT of a model, the view's first."""
    ways = []

    def watch(execute, sql, params, many, context):
        if sql.startswith(f'INSERT INTO "{model._meta.db_table}"'):
            modules = dict.fromkeys(reversed(list(own_modules())))
            ways.append(since_the_view(list(modules)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert client.post(address, typed).status_code == 302
    return ways[0]


def visit() -> tuple[str, dict[str, Any]]:
    programme = make_programme()
    return booking_form.address(programme, make_slot(programmes=[programme])), booking_form.typed()


def kit() -> tuple[str, dict[str, Any]]:
    return loan_form.address(make_kit()), loan_form.typed()


@pytest.mark.parametrize("signed_in", [False, True])
def test_booking_is_written_within_five_modules_of_its_page(client, signed_in):
    if signed_in:
        client.force_login(make_teacher(email=booking_form.typed()["email"]))
    way = way_to_insert(client, Booking, *visit())
    assert way == [
        "bookings/pages/book.py",
        "submissions/pages/ask.py",
        "bookings/lifecycle/asking.py",
        "core/lifecycle.py",
        "core/text/searching.py",  # the model's own `save`
    ]
    assert len(way) <= MOST


@pytest.mark.parametrize("signed_in", [False, True])
def test_loan_is_written_within_five_modules_of_its_page(client, signed_in):
    if signed_in:
        client.force_login(make_teacher(email=loan_form.typed()["email"]))
    way = way_to_insert(client, Loan, *kit())
    assert way == [
        "kits/pages/reserve.py",
        "submissions/pages/ask.py",
        "kits/lifecycle.py",
        "core/lifecycle.py",
        "core/text/searching.py",
    ]
    assert len(way) <= MOST
