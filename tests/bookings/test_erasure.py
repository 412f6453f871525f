import pytest

from bookings import clock, lifecycle
from bookings.models import Booking, State, VisitWait
from bookings.refusals import Forgotten
from bookings.waiting.visit_list import LIST
from submissions.privacy.erasure import StillComing, erase_person, found_in
from tests.factories import amsterdam, make_booking, make_staff, make_submission, make_wait

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

ASKED = "Een rolstoel kan naar binnen?"


def facilities(submission) -> str:
    clock.erase_facilities()
    submission.refresh_from_db()
    return submission.facilities


def test_facilities_are_erased_the_day_after_the_visit(frozen):
    submission = make_submission(facilities=ASKED)
    make_booking(submission=submission)  # Tuesday 3 November
    frozen.move_to(amsterdam(2026, 11, 3, 23, 59))
    assert facilities(submission) == ASKED
    frozen.move_to(amsterdam(2026, 11, 4, 0, 1))
    assert facilities(submission) == ""


def test_facilities_are_erased_a_day_after_asking_when_nothing_is_booked_any_more(frozen):
    submission = make_submission(facilities=ASKED)
    make_booking(submission=submission, state=State.CANCELLED)
    assert facilities(submission) == ASKED
    frozen.move_to(amsterdam(2026, 9, 16, 10, 1))
    assert facilities(submission) == ""


def test_facilities_are_kept_while_somebody_waits(frozen):
    row = make_wait(submission=make_submission(facilities=ASKED))
    frozen.move_to(amsterdam(2026, 9, 17, 10))
    assert facilities(row.submission) == ASKED
    LIST.withdraw(row.submission, by=None)
    assert facilities(row.submission) == ""


def test_who_waits_is_erased_once_she_waits_no_longer():
    row = make_wait(party_name="Klas van juf Anouk Vermeulen")
    submission = row.submission
    submission.contact_name, submission.email = "Anouk Vermeulen", "anouk@school.example"
    submission.save()
    LIST.note(row, by=make_staff(), note="Gebeld met Anouk Vermeulen")
    with pytest.raises(StillComing):
        erase_person(email="anouk@school.example")
    LIST.withdraw(submission, by=None, note="Groet, Anouk Vermeulen")

    erase_person(email="anouk@school.example")

    assert found_in(["Vermeulen", "anouk@school.example"]) == []
    assert VisitWait.objects.get(pk=row.pk).party_name == "groep 7"


def test_what_was_cancelled_stays_so_when_nobody_would_hear_of_it():
    booking = make_booking()
    lifecycle.cancel(booking=booking, by=make_staff())
    erase_person(email=booking.submission.email)
    booking = Booking.objects.with_facts().get(pk=booking.pk)

    with pytest.raises(Forgotten):
        lifecycle.reinstate(booking=booking, by=make_staff())
