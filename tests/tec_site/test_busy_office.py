"""The back office of three hubs with ten school years behind them, as a coordinator asks for it."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.models import Visit
from core.kinds import kinds
from core.models import Mail
from roster.models import Shift
from tests.tec_site.busy_office import fill_desk, pages
from tests.ten_years import Size, fill

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("one_factor")]

# Of RELIABILITY's table.
BUDGETS = {
    "bookings.booking": 12,
    "bookings.booking, searched": 12,
    "planner, day": 12,
    "planner, week": 12,
    "planner, month": 12,
    "day list": 12,
    "figures": 12,
    "overview": 12 + 4 * len(kinds()),
}


def test_busy_office_has_a_shift_for_each_visit_and_pages_of_every_list() -> None:
    fill(Size(schools=40, bookings=300, years=2, copies=20, loans=60))
    coordinator = fill_desk()
    assert Shift.objects.count() == Visit.objects.active().count()
    assert Mail.objects.count() == 30
    assert [hub.slug for hub in coordinator.hubs.all()] == ["tec"]
    assert BUDGETS.keys() <= pages().keys()


@pytest.mark.soak
def test_every_page_asks_as_much_of_ten_times_the_rows() -> None:
    small, big = statements_of(Size().tenth()), statements_of(Size())
    assert {what: (small[what], most) for what, most in big.items() if small[what] != most} == {}
    assert {what: big[what] for what, most in BUDGETS.items() if big[what] > most} == {}


def statements_of(size: Size) -> dict[str, int]:
    with transaction.atomic():
        found = dict(_statements(size))
        transaction.set_rollback(True)
    return found


def _statements(size: Size) -> Iterator[tuple[str, int]]:
    """Each page of which she is not sent away, and its statements once it was looked at."""
    fill(size)
    client = Client()
    client.force_login(fill_desk(), "django.contrib.auth.backends.ModelBackend")
    for what, address in pages().items():
        if client.get(address).status_code == 200:
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            yield what, len(captured)
