"""Days that close, and who waits for a box that would go out or come back on one of them."""

import datetime

import pytest

from kits.models import LoanWait
from kits.waiting.closing_days import LoanWaitSweeper
from programmes.closing_days.sweeper import CANCEL, LEAVE, StandsOtherwise, Way
from tests.factories import amsterdam, make_kit, make_loan_wait, make_staff, make_venue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
FIRST, LAST = datetime.date(2026, 11, 16), datetime.date(2026, 11, 20)
SWEEPER = LoanWaitSweeper()
OFFERED = {"state": "offered", "held_until": amsterdam(2026, 11, 1, 12)}


def days(first: int, last: int) -> dict[str, datetime.date]:
    return {
        "starts_on": datetime.date(2026, 11, first),
        "ends_on": datetime.date(2026, 11, last),
    }


def test_found_is_who_would_collect_or_bring_back_on_these_days_at_this_venue():
    kit = make_kit()
    out = make_loan_wait(kit=kit, **days(17, 27))
    back = make_loan_wait(kit=kit, **days(3, 20))
    make_loan_wait(kit=kit, **days(10, 24))  # with the class all the while
    make_loan_wait(kit=kit, state="ended", **days(17, 27))
    make_loan_wait(kit=make_kit(venue=make_venue()), **days(17, 27))

    hits = SWEEPER.hits(kit.venue, FIRST, LAST)

    assert [(hit.key, hit.day.day) for hit in hits] == [
        (f"wachtkist-{back.pk}", 20),
        (f"wachtkist-{out.pk}", 17),
    ]


@pytest.mark.parametrize("changed", [OFFERED, days(17, 24), days(18, 27)])
def test_nothing_is_done_where_it_stands_otherwise_than_was_shown(changed):
    row = make_loan_wait(**days(17, 27))
    (hit,) = SWEEPER.hits(row.kit.venue, FIRST, LAST)
    LoanWait.objects.update(**changed)
    row.refresh_from_db()

    with pytest.raises(StandsOtherwise):
        SWEEPER.sweep(hit.key, Way(CANCEL), stands=hit.stands, by=make_staff(), note="")

    state = row.state
    row.refresh_from_db()
    assert row.state == state


@pytest.mark.parametrize(("action", "state"), [(CANCEL, "ended"), (LEAVE, "waiting")])
def test_what_staff_chose_is_done(action, state):
    row = make_loan_wait(**days(17, 27))
    (hit,) = SWEEPER.hits(row.kit.venue, FIRST, LAST)
    SWEEPER.sweep(hit.key, Way(action), stands=hit.stands, by=make_staff(), note="Dicht.")
    row.refresh_from_db()
    assert row.state == state
