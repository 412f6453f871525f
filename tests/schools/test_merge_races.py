"""A school is merged while a class of it is confirmed: nothing stays behind."""

import threading
import time

import pytest
from django.db import transaction

from bookings import lifecycle
from bookings.models import Booking, State
from schools import lifecycle as schools
from schools.lifecycle import merge_schools
from schools.models import ClassGroup, School
from submissions import lifecycle as submissions
from tests.factories import (
    make_booking,
    make_class_group,
    make_school,
    make_submission,
    make_teacher,
)
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen")]


@pytest.fixture
def pair():
    """What a teacher typed, and the listed school that it is."""
    return make_school(name="De Ster", is_verified=False, site_code=None), make_school()


def held_of(school) -> Booking:
    """A class of a school that is known, which waits for its code."""
    submission = make_submission(user=None, school=school)
    return make_booking(submission=submission, state=State.HELD, class_group=None, party_name="7b")


def assert_all_is_of(listed, booking):
    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED
    assert (booking.submission.school, booking.class_group.school) == (listed, listed)
    assert booking.submission.user.school == listed
    assert set(ClassGroup.objects.values_list("school", flat=True)) == {listed.pk}
    assert School.objects.open().get() == listed


@pytest.mark.parametrize("knows_the_class", [False, True])
def test_merging_while_a_code_is_accepted_takes_the_class_along(monkeypatch, pair, knows_the_class):
    """The merge begins once the code has read whose school it is. Two that wait for each other are
    tried again."""
    typed, listed = pair
    booking = held_of(typed)
    if knows_the_class:
        make_class_group(school=typed, name="7b")
        make_class_group(school=listed, name="7b")
    identify, has_read = submissions.identify, threading.Event()

    def slowly(submission):
        has_read.set()
        time.sleep(0.5)
        identify(submission)

    def merge():
        has_read.wait(timeout=30)
        merge_schools(source=typed, target=listed)

    monkeypatch.setattr(submissions, "identify", slowly)
    code, merged = race([lambda: lifecycle.verify(booking.submission), merge])

    assert (code, merged) == (booking.submission, None)
    assert_all_is_of(listed, booking)


def test_code_that_waited_for_a_merge_is_of_the_listed_school(pair):
    """Its submission was of the other one when it began to wait."""
    typed, listed = pair
    booking = held_of(typed)
    moved = threading.Event()

    def merge():
        with transaction.atomic():
            merge_schools(source=typed, target=listed)
            moved.set()
            time.sleep(0.5)

    def verify():
        moved.wait(timeout=30)
        return lifecycle.verify(booking.submission)

    code, merged = race([verify, merge])

    assert (code, merged) == (booking.submission, None)
    assert_all_is_of(listed, booking)


def test_class_that_is_confirmed_between_two_steps_of_a_merge_is_taken_along(monkeypatch, pair):
    """Nothing of it is new but its booking: the class and the teacher were there."""
    typed, listed = pair
    booking = held_of(typed)
    make_teacher(email=booking.submission.email, school=typed)
    for school in pair:
        make_class_group(school=school, name="7b")
    point_to, is_between = schools._point_to, threading.Event()

    def slowly(new, *, instead_of):
        point_to(new, instead_of=instead_of)
        is_between.set()
        time.sleep(0.5)

    def verify():
        is_between.wait(timeout=30)
        return lifecycle.verify(booking.submission)

    monkeypatch.setattr(schools, "_point_to", slowly)
    code, merged = race([verify, lambda: merge_schools(source=typed, target=listed)])

    assert (code, merged) == (booking.submission, None)
    assert_all_is_of(listed, booking)
