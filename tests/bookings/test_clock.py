import threading

import pytest
from django.db import connection

from bookings import clock, lifecycle
from bookings.models import BookingEvent, State
from tests.factories import amsterdam, make_booking, make_staff

WEEK_BEFORE = amsterdam(2026, 10, 27, 8)  # the visits of the factories are on 3 November


pytestmark = pytest.mark.usefixtures("frozen")


def reminders() -> int:
    return BookingEvent.objects.filter(notice="reminder").count()


def test_reminder_job_run_ten_times_reminds_once(db, frozen):
    make_booking()
    frozen.move_to(WEEK_BEFORE)
    assert [clock.remind_due() for _run in range(10)] == [1] + [0] * 9
    assert reminders() == 1


def test_reminder_jobs_at_once_remind_once(transactional_db, frozen):
    for _booking in range(3):
        make_booking()
    frozen.move_to(WEEK_BEFORE)
    start = threading.Barrier(4)

    def work() -> None:
        try:
            start.wait()
            clock.remind_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reminders() == 3


def test_cancelled_before_the_reminder_is_not_reminded(db, frozen):
    lifecycle.cancel(booking=make_booking(), by=make_staff())
    frozen.move_to(WEEK_BEFORE)
    assert (clock.remind_due(), reminders()) == (0, 0)


@pytest.mark.parametrize("day", [3, 4, 6])
def test_worker_that_was_off_reminds_of_nothing_past(db, frozen, day):
    make_booking()
    frozen.move_to(amsterdam(2026, 11, day, 8))
    assert (clock.remind_due(), reminders()) == (0, 0)


def test_only_confirmed_bookings_are_reminded_of(db, frozen):
    for state in State:
        make_booking(state=state)
    frozen.move_to(WEEK_BEFORE)
    clock.remind_due()
    states = BookingEvent.objects.filter(notice="reminder").values_list("booking__state", flat=True)
    assert list(states) == [State.CONFIRMED]


def test_request_confirmed_today_is_reminded_of_tomorrow(db, frozen):
    booking = make_booking(state=State.REQUESTED)
    frozen.move_to(WEEK_BEFORE)
    lifecycle.confirm(booking=booking, by=make_staff())
    assert clock.remind_due() == 0  # the confirmation says it all
    frozen.move_to(amsterdam(2026, 10, 28, 8))
    assert clock.remind_due() == 1
