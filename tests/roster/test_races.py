"""Several at the same moment: one gets it (T21). On both engines, with real threads."""

import pytest
import time_machine

from core.mail import outbox
from core.models import Mail
from roster import clock, lifecycle
from roster.models import Shift, ShiftEvent
from tests.factories import NOW, amsterdam
from tests.racing import after_waiting, race
from tests.roster.rostering import fresh, make_expected, make_person, make_run, make_shift, post

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def clock_of_the_day():
    with time_machine.travel(NOW, tick=False):
        yield


def test_of_eight_who_accept_the_last_shift_one_gets_it_and_one_mail_says_so():
    run = make_run()
    shift = make_shift(run)
    people = [make_person(runs=[run]) for _number in range(8)]
    codes = race(
        [lambda one=one: post(one, "take", shift_id=shift.pk).status_code for one in people]
    )
    assert sorted(codes) == [302, *[409] * 7]
    assert fresh(shift).person == people[codes.index(302)]
    outbox.Teller().tell(seconds=60)
    assert Mail.objects.get().to == fresh(shift).person.email


def test_double_click_takes_it_once():
    run = make_run()
    shift, person = make_shift(run), make_person(runs=[run])
    codes = race([lambda: post(person, "take", shift_id=shift.pk).status_code] * 4)
    assert codes == [302] * 4
    assert ShiftEvent.objects.filter(move="accept").count() == 1


def test_whoever_accepts_while_her_shift_ends_hears_that_it_is_off():
    """PostgreSQL joins it with nobody, who had it when its end began to wait."""
    run = make_run()
    shift, anna = make_shift(run), make_person(runs=[run])
    shown = fresh(shift)

    event = after_waiting(
        lambda: lifecycle.end(shift=shown),
        for_change=lambda: lifecycle.accept(shift=shift, person=anna),
    )

    assert (event.person, event.notice) == (anna, "off")


def test_two_shifts_at_the_same_time_accepted_at_once_leave_her_in_one_place(monkeypatch):
    run, other = make_run(), make_run()
    person = make_person(runs=[run, other])
    shifts = [make_shift(run), make_shift(other, amsterdam(2026, 11, 3, 10))]
    # As if both looked before either wrote.
    monkeypatch.setattr("roster.rules.Rules._overlaps", lambda *asked: False)
    codes = race(
        [lambda one=one: post(person, "take", shift_id=one.pk).status_code for one in shifts]
    )
    assert sorted(codes) == [302, 409]
    assert Shift.objects.filter(person=person).count() == 1


def test_without_the_look_under_the_lock_it_is_given_more_than_once(monkeypatch):
    """So that the race above can see it: each looks at the row as it was before the race."""
    run = make_run()
    shift = make_shift(run)
    people = [make_person(runs=[run]) for _number in range(4)]
    looked = [fresh(shift) for _person in people]
    monkeypatch.setattr(lifecycle, "_lock", lambda shift: None)
    monkeypatch.setattr(lifecycle.MOVES, "check", lambda row, move: None)
    race(
        [
            lambda one=one, row=row: lifecycle.accept(shift=row, person=one)
            for one, row in zip(people, looked, strict=True)
        ]
    )
    assert ShiftEvent.objects.filter(move="accept").count() == 4


def test_workers_that_open_and_offer_at_once_do_each_thing_once():
    run = make_run(needed=2)
    make_expected(run, amsterdam(2026, 10, 20, 9))
    make_person(runs=[run])
    results = race([clock.follow_visits] * 3)
    assert results == [None] * 3
    assert sorted(Shift.objects.values_list("number", flat=True)) == [1, 2]
    race([clock.offer_open] * 3)
    assert ShiftEvent.objects.filter(move="offer").count() == 2
    race([lambda: outbox.Teller().tell(seconds=60)] * 3)
    assert Mail.objects.count() == 1
