"""Ten classes of different sizes wait for a date, and the class of 28 that has it cancels."""

import pytest

from bookings import lifecycle
from bookings.models import Booking, State, VisitWaitEvent
from bookings.waiting.visit_list import LIST
from submissions.models import WaitState
from tests.factories import (
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
    make_wait,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

S = WaitState
# In the order in which they asked; the sixth asks for two classes together.
SIZES = [(30,), (29,), (28,), (35,), (12,), (14, 14), (27,), (31,), (8,), (28,)]
FIT, TOO_LARGE = [2, 4, 6, 8, 9], [0, 1, 3, 5, 7]


@pytest.fixture
def waiting():
    """A date with room for one class of 28, taken; who waits for it, in order."""
    programme = make_programme(max_groups=2, max_pupils=60, max_pupils_per_class=35)
    slot = make_slot(programmes=[programme], max_groups=1, max_pupils=28)
    make_booking(visit=make_visit(slot=slot, programme=programme), pupils=28)
    entries = []
    for sizes in SIZES:
        submission = make_submission()
        rows = [
            make_wait(
                slot=slot, programme=programme, submission=submission, pupils=size,
                party_name=f"8{index}",
            )
            for index, size in enumerate(sizes)
        ]  # fmt: skip
        entries.append(rows[0])
    return entries


def log_of(entries) -> list[tuple[int, str]]:
    """Whose turn it was and what became of it, as the log has it: entries by their number."""
    numbers = {entry.pk: number for number, entry in enumerate(entries)}
    events = VisitWaitEvent.objects.filter(wait__in=numbers).exclude(move="made").order_by("pk")
    return [(numbers[event.wait_id], event.move) for event in events]


def test_log_shows_that_each_was_offered_it_in_the_order_of_asking_of_those_that_fit(
    waiting, frozen
):
    lifecycle.cancel(booking=Booking.objects.get(), by=make_staff())
    # The first lets it pass, of the second the time runs out, the third takes it and cancels.
    LIST.withdraw(waiting[2].submission, by=None)
    waiting[4].refresh_from_db()
    frozen.move_to(waiting[4].held_until)
    LIST.expire_offers()
    LIST.take(waiting[6].submission, by=None)
    lifecycle.cancel(booking=waiting[6].submission.bookings.get(), by=make_staff())
    LIST.withdraw(waiting[8].submission, by=None)
    LIST.take(waiting[9].submission, by=None)

    log = log_of(waiting)
    assert [line for line in log if line[1] != "pass_over"] == [
        (2, "offer"),
        (2, "cancel"),
        (4, "offer"),
        (4, "expire"),
        (6, "offer"),
        (6, "take"),
        (8, "offer"),
        (8, "cancel"),
        (9, "offer"),
        (9, "take"),
    ]
    # Who asked earlier and is too large is told so, before the first that fits is offered it.
    passed = [number for number, move in log if move == "pass_over"]
    assert passed[:2] == [0, 1]
    assert log.index((1, "pass_over")) < log.index((2, "offer"))
    assert set(passed) <= set(TOO_LARGE)
    for number, entry in enumerate(waiting):
        entry.refresh_from_db()
        assert (entry.state == S.WAITING) == (number in TOO_LARGE)
    held = Booking.objects.holding()
    assert [(one.state, one.pupils) for one in held] == [(State.CONFIRMED, 28)]
    offered = [number for number, move in log if move == "offer"]
    assert offered == FIT
