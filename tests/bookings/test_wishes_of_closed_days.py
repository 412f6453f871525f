"""Days that close, and who waits for any of several days that are all closed then."""

import datetime

import pytest

from bookings.models import VisitWait
from bookings.waiting.closing_days import WishSweeper
from programmes.closing_days.sweeper import CANCEL, LEAVE, StandsOtherwise, Way
from programmes.models import Closure
from tests.factories import make_programme, make_staff, make_submission, make_venue, make_wait
from tests.submissions.sharing import tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
FIRST, LAST = datetime.date(2026, 11, 16), datetime.date(2026, 11, 20)  # Monday to Friday
SWEEPER = WishSweeper()


@pytest.fixture
def programme():
    programme = make_programme(title="Film")
    Closure.objects.create(
        venue=programme.venue, reason="Verbouwing", starts_on=FIRST, ends_on=LAST
    )
    return programme


def wish(programme, first: int, last: int, weekdays: str = "", **fields) -> VisitWait:
    days = {
        "first_day": datetime.date(2026, 11, first),
        "last_day": datetime.date(2026, 11, last),
        "weekdays": weekdays,
    }
    return make_wait(programme=programme, slot=None, **days | fields)


def hits(programme):
    return SWEEPER.hits(programme.venue, FIRST, LAST)


def test_found_is_who_can_come_on_no_other_day(programme):
    all_week = wish(programme, 14, 22)  # with two weekends, on which no school comes
    tuesday = wish(programme, 15, 20, "1")
    wish(programme, 16, 23)  # on Monday 23 it could be
    wish(programme, 10, 20, "1")  # and on Tuesday 10
    wish(programme, 16, 20, state="ended")
    wish(make_programme(venue=make_venue()), 16, 20)

    found = hits(programme)

    assert [hit.key for hit in found] == [f"wens-{all_week.pk}", f"wens-{tuesday.pk}"]
    assert "Groep 7 wacht op Film, dinsdag, van 15 november" in found[1].text
    assert found[1].whom == tuesday.submission.asker_name


def test_days_that_were_closed_before_count_too(programme):
    row = wish(programme, 16, 24)
    assert hits(programme) == []
    Closure.objects.create(
        venue=programme.venue,
        reason="Storm",
        starts_on=datetime.date(2026, 11, 23),
        ends_on=datetime.date(2026, 11, 24),
    )
    assert [hit.key for hit in hits(programme)] == [f"wens-{row.pk}"]


@pytest.mark.parametrize(("action", "state"), [(CANCEL, "ended"), (LEAVE, "waiting")])
def test_what_staff_chose_is_done_with_all_classes_and_told_once(programme, action, state):
    asked = make_submission()
    rows = [wish(programme, 16, 20, submission=asked, party_name=name) for name in ("7a", "7b")]
    (hit,) = hits(programme)
    assert "7a, 7b wacht op Film" in hit.text
    tell()
    SWEEPER.sweep(hit.key, Way(action), stands=hit.stands, by=make_staff(), note="Dicht.")
    assert {VisitWait.objects.get(pk=row.pk).state for row in rows} == {state}
    mails = tell()
    assert [(mail.to, "Dicht." in mail.text) for mail in mails] == (
        [(asked.email, True)] if action == CANCEL else []
    )


def test_nothing_is_done_where_it_stands_otherwise_than_was_shown(programme):
    row = wish(programme, 16, 20)
    (hit,) = hits(programme)
    VisitWait.objects.update(last_day=datetime.date(2026, 11, 24))
    with pytest.raises(StandsOtherwise):
        SWEEPER.sweep(hit.key, Way(CANCEL), stands=hit.stands, by=make_staff(), note="")
    row.refresh_from_db()
    assert row.state == "waiting"
    assert SWEEPER.about([hit.key])[hit.key].text == "Film (Groep 7)"
