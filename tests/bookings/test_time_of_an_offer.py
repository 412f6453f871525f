"""How long an offer stands: counted from when its mail goes out."""

import datetime

import pytest

from bookings.models import Booking, VisitWait
from bookings.waiting.visits import LIST
from core.kinds import kind_of
from core.mail.outbox import Teller
from core.models import Mail
from submissions.models import WaitState
from tests.factories import amsterdam, make_programme, make_slot, make_staff, make_wait

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

# A Monday and a Tuesday, seven weeks before the visit: sixteen hours of two school days.
MONDAY = amsterdam(2026, 9, 14, 9)
FIRST_DEADLINE = amsterdam(2026, 9, 15, 16)


@pytest.fixture
def offered(frozen) -> VisitWait:
    frozen.move_to(MONDAY)
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    row = make_wait(slot=slot, programme=programme)
    LIST.offer_by_hand(row.submission, slot=slot, by=make_staff(), note="Afgesproken.")
    row.refresh_from_db()
    assert row.held_until == FIRST_DEADLINE
    return row


def deadlines(row: VisitWait) -> set[datetime.datetime | None]:
    """Of the entry and of what is held for it."""
    row.refresh_from_db()
    return {row.held_until, Booking.objects.get(wait=row).held_until}


def work() -> None:
    """What the worker does in one round, without sending."""
    kind = kind_of(VisitWait)
    kind.start_time()
    kind.expire_offers()
    Teller().tell(seconds=10)


def test_offer_made_while_the_worker_was_away_gets_all_its_time(offered, frozen):
    frozen.move_to(FIRST_DEADLINE + datetime.timedelta(hours=17))  # Wednesday 9:00

    work()

    assert deadlines(offered) == {amsterdam(2026, 9, 17, 16)}
    assert offered.state == WaitState.OFFERED
    mail = Mail.objects.get(template="wait_offered")
    assert "donderdag 17 september" in mail.text
    assert mail.expires_at == amsterdam(2026, 9, 17, 16)


def test_mail_that_waits_for_the_mail_server_is_made_anew_with_the_later_deadline(offered, frozen):
    work()
    first = Mail.objects.get(template="wait_offered")
    frozen.move_to(amsterdam(2026, 9, 14, 12))

    work()

    assert deadlines(offered) == {amsterdam(2026, 9, 16, 10)}
    first.refresh_from_db()
    assert first.state == Mail.State.WITHDRAWN
    second = Mail.objects.waiting().get(template="wait_offered")
    assert "woensdag 16 september" in second.text
    assert [one.move for one in offered.events.order_by("pk")][-2:] == ["offer", "prolong"]


def test_time_runs_once_the_mail_went_out(offered, frozen):
    work()
    Mail.objects.update(state=Mail.State.SENT)
    frozen.move_to(FIRST_DEADLINE - datetime.timedelta(minutes=1))
    work()
    assert deadlines(offered) == {FIRST_DEADLINE}

    frozen.move_to(FIRST_DEADLINE + datetime.timedelta(minutes=1))
    work()

    offered.refresh_from_db()
    assert offered.state == WaitState.ENDED


def test_some_minutes_are_not_worth_another_mail(offered, frozen):
    work()
    frozen.move_to(MONDAY + datetime.timedelta(minutes=14))
    work()
    assert deadlines(offered) == {FIRST_DEADLINE}
    assert Mail.objects.filter(template="wait_offered").count() == 1


def test_untold_offer_ends_when_its_place_can_no_longer_be_taken(offered, frozen):
    """A deadline never lies beyond that, whatever the mail does."""
    closing = amsterdam(2026, 10, 28)  # the 27th is five working days before 3 November
    frozen.move_to(closing - datetime.timedelta(hours=1))
    kind_of(VisitWait).start_time()
    assert deadlines(offered) == {closing}

    frozen.move_to(closing + datetime.timedelta(minutes=1))
    work()

    offered.refresh_from_db()
    assert offered.state == WaitState.ENDED
