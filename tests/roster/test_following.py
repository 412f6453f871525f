"""Shifts follow their visits: opened, moved, let go, by the clock alone."""

import datetime

import pytest

from bookings import lifecycle as bookings
from bookings.models import Booking, State
from bookings.visits import move_visit
from bookings.waiting.visit_list import LIST
from programmes.models import Programme
from roster import clock, lifecycle, refusals
from roster.models import Shift
from roster.rules import in_doubt
from tests.factories import (
    amsterdam,
    make_booking,
    make_slot,
    make_staff,
    make_visit,
    make_wait,
)
from tests.roster.rostering import (
    absent,
    fresh,
    make_expected,
    make_person,
    make_run,
    make_shift,
    moves_of,
    other_slot,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
WEDNESDAY = amsterdam(2026, 11, 4, 13)


def spans():
    rows = Shift.objects.live().order_by("number")
    return [(one.number, one.visit_id, one.starts_at, one.ends_at) for one in rows]


def test_visit_that_goes_ahead_gets_as_many_shifts_as_it_needs_once():
    visit = make_expected(make_run(needed=2))
    clock.follow_visits()
    clock.follow_visits()
    start, end = amsterdam(2026, 11, 3, 9), amsterdam(2026, 11, 3, 11)
    assert spans() == [(1, visit.pk, start, end), (2, visit.pk, start, end)]


@pytest.mark.parametrize("state", [State.HELD, State.REQUESTED])
def test_what_is_not_certain_gets_none(state):
    run = make_run()
    visit = make_visit(slot=make_slot(programmes=[run]), programme=run)
    make_booking(visit=visit, state=state)
    clock.follow_visits()
    assert spans() == []


def test_programme_that_needs_nobody_and_a_visit_that_is_over_get_none(frozen):
    make_expected(make_run(needed=0))
    make_expected(make_run())
    frozen.move_to(amsterdam(2026, 11, 3, 9))
    clock.follow_visits()
    assert spans() == []


def test_programme_that_needs_fewer_loses_open_shifts_and_nobody():
    run = make_run(needed=3)
    shift = make_shift(run, person=make_person(runs=[run]))
    Programme.objects.update(helpers_needed=1)
    clock.follow_visits()
    assert [number for number, *_rest in spans()] == [1]
    assert fresh(shift).state == "taken"


def test_open_shift_goes_where_those_who_come_are_enough_whatever_their_numbers():
    run = make_run(needed=3)
    visit = make_shift(run).visit
    third = Shift.objects.get(number=3)
    lifecycle.accept(shift=third, person=make_person(runs=[run]))
    for needed, numbers in ((2, [1, 3]), (1, [3]), (2, [1, 3])):
        Programme.objects.update(helpers_needed=needed)
        clock.follow_visits()
        assert [number for number, *_rest in spans()] == numbers
    Programme.objects.update(helpers_needed=1)
    clock.follow_visits()
    late = make_shift(run, WEDNESDAY, make_person(runs=[run]))
    move_visit(visit=late.visit, slot=visit.slot, by=make_staff())
    clock.follow_visits()
    assert (fresh(late).state, fresh(third).state) == ("ended", "taken")


def test_of_open_shifts_only_the_first_stay():
    run = make_run(needed=3)
    make_shift(run)
    Programme.objects.update(helpers_needed=1)
    clock.follow_visits()
    assert [number for number, *_rest in spans()] == [1]
    assert Shift.objects.count() == 3


def test_shift_goes_along_with_a_visit_that_moves_and_she_is_told():
    run = make_run()
    person = make_person(runs=[run])
    shift = make_shift(run, person=person)
    move_visit(visit=shift.visit, slot=other_slot(shift.visit, WEDNESDAY), by=make_staff())
    clock.follow_visits()
    now, to = fresh(shift), Booking.objects.get().visit_id
    assert spans() == [(1, to, WEDNESDAY, WEDNESDAY + datetime.timedelta(hours=2))]
    assert (now.person, now.sequence, moves_of(shift)[-1]) == (person, 3, "follow")
    assert shift.events.latest("pk").notice == "moved"
    assert in_doubt([now]) == []


def test_shift_that_moved_to_her_absence_needs_attention():
    """T19, and its note: staff who overruled it once did so for the old date."""
    run = make_run()
    person = make_person(runs=[run])
    shift = make_shift(run, person=person)
    absent(person, WEDNESDAY.date())
    Shift.objects.update(overruled=["Absent"])
    move_visit(visit=shift.visit, slot=other_slot(shift.visit, WEDNESDAY), by=make_staff())
    clock.follow_visits()
    assert fresh(shift).person == person
    assert [why for _shift, why in in_doubt([fresh(shift)])] == [[refusals.Absent]]


def test_shift_that_moved_onto_another_of_hers_is_open_again():
    run, other = make_run(), make_run()
    person = make_person(runs=[run, other])
    kept = make_shift(other, WEDNESDAY, person)
    shift = make_shift(run, person=person)
    move_visit(visit=shift.visit, slot=other_slot(shift.visit, WEDNESDAY), by=make_staff())
    clock.follow_visits()
    now = fresh(shift)
    assert (now.state, now.person, now.starts_at) == ("open", None, WEDNESDAY)
    assert moves_of(shift)[-2:] == ["drop", "follow"]
    assert fresh(kept).person == person


def test_classes_that_join_a_visit_bring_along_whoever_is_needed_there():
    run = make_run(needed=1)
    first, second = make_person(runs=[run]), make_person(runs=[run])
    there = make_shift(run, WEDNESDAY)
    coming = make_shift(run, person=first)
    move_visit(visit=coming.visit, slot=there.visit.slot, by=make_staff())
    clock.follow_visits()
    assert (fresh(there).state, fresh(coming).state) == ("ended", "taken")
    assert [(number, visit) for number, visit, *_span in spans()] == [(1, there.visit_id)]
    late = make_shift(run, amsterdam(2026, 11, 5, 9), second)
    move_visit(visit=late.visit, slot=there.visit.slot, by=make_staff())
    clock.follow_visits()
    assert (fresh(late).state, fresh(late).person) == ("ended", second)


def test_visit_that_is_called_off_ends_its_shifts_and_she_hears_of_it():
    run = make_run()
    shift = make_shift(run, person=make_person(runs=[run]))
    bookings.cancel(booking=Booking.objects.get(), by=make_staff())
    clock.follow_visits()
    assert (fresh(shift).state, fresh(shift).holder) == ("ended", None)
    assert shift.events.latest("pk").notice == "off"


def test_shift_follows_another_length():
    run = make_run()
    shift = make_shift(run, person=make_person(runs=[run]))
    Programme.objects.update(duration=150)
    clock.follow_visits()
    assert fresh(shift).ends_at == amsterdam(2026, 11, 3, 11, 30)
    clock.follow_visits()
    assert moves_of(shift) == ["open", "accept", "follow"]


def test_what_is_over_was_worked_if_somebody_had_it(frozen):
    run = make_run(needed=2)
    taken = make_shift(run, person=make_person(runs=[run]))
    frozen.move_to(amsterdam(2026, 11, 3, 10, 59))
    clock.finish()
    assert fresh(taken).state == "taken"
    frozen.move_to(amsterdam(2026, 11, 3, 11))
    clock.finish()
    clock.finish()
    assert [one.state for one in Shift.objects.order_by("number")] == ["worked", "ended"]
    assert moves_of(taken) == ["open", "accept", "work"]


def test_following_takes_as_many_queries_for_three_visits_as_for_one(django_assert_num_queries):
    for number, day in enumerate((3, 4, 5), start=1):
        run = make_run()
        make_shift(run, amsterdam(2026, 11, day, 9), make_person(runs=[run]))
        if number in (1, 3):
            with django_assert_num_queries(2):
                clock.follow_visits()


def test_shift_goes_where_the_last_of_its_classes_is_now():
    run = make_run()
    shift = make_shift(run, person=make_person(runs=[run]))
    classes = [shift.visit.bookings.get(), make_booking(visit=shift.visit)]
    slots = [other_slot(shift.visit, amsterdam(2026, 11, day, 9)) for day in (5, 6)]
    for booking, slot in zip(classes, slots, strict=True):
        bookings.reschedule(booking=booking, slot=slot, by=make_staff())
    clock.follow_visits()
    assert fresh(shift).visit.slot == slots[1]


def test_shift_of_a_visit_whose_last_class_cancels_does_not_go_after_one_that_moved_long_before():
    run = make_run()
    shift = make_shift(run)
    moves, stays = shift.visit.bookings.get(), make_booking(visit=shift.visit)
    there = other_slot(shift.visit, WEDNESDAY)
    bookings.reschedule(booking=moves, slot=there, by=make_staff())
    clock.follow_visits()
    person = make_person(runs=[run])
    lifecycle.accept(shift=fresh(shift), person=person)
    bookings.cancel(booking=stays, by=make_staff())
    clock.follow_visits()
    assert (fresh(shift).state, shift.events.latest("pk").notice) == ("ended", "off")
    assert Shift.objects.get(visit__slot=there).person is None


@pytest.mark.parametrize(("answer", "state"), [("take", "taken"), ("withdraw", "ended")])
def test_nobody_is_let_go_while_the_place_is_offered_to_who_waited(answer, state):
    """She would be asked anew once the offer is taken; an open shift can be opened again."""
    run = make_run(needed=2)
    shift = make_shift(run, person=make_person(runs=[run]))
    vacant = Shift.objects.get(visit=shift.visit, number=2)
    row = make_wait(programme=run, slot=shift.visit.slot)
    bookings.cancel(booking=shift.visit.bookings.get(), by=make_staff())

    clock.follow_visits()

    assert (fresh(shift).state, fresh(vacant).state) == ("taken", "ended")
    getattr(LIST, answer)(row.submission, by=row.submission.user)
    clock.follow_visits()
    assert fresh(shift).state == state
    live = Shift.objects.live().filter(visit__bookings__submission=row.submission)
    expected = [shift.person, None] if answer == "take" else []
    assert [one.person for one in live.order_by("number")] == expected
    assert shift.events.latest("pk").notice == ("" if answer == "take" else "off")


def test_shift_goes_along_with_the_class_that_leaves_last():
    run = make_run()
    shift = make_shift(run, person=make_person(runs=[run]))
    cancels, moves = shift.visit.bookings.get(), make_booking(visit=shift.visit)
    bookings.cancel(booking=cancels, by=make_staff())
    there = other_slot(shift.visit, WEDNESDAY)
    bookings.reschedule(booking=moves, slot=there, by=make_staff())
    clock.follow_visits()
    assert (fresh(shift).state, fresh(shift).visit.slot) == ("taken", there)


def test_open_shift_that_would_join_leaves_the_open_one_that_is_there():
    """It was offered perhaps, and somebody is about to take it."""
    run = make_run()
    there, moving = make_shift(run, WEDNESDAY), make_shift(run)
    move_visit(visit=moving.visit, slot=there.visit.slot, by=make_staff())
    clock.follow_visits()
    assert list(Shift.objects.live()) == [there]
    assert fresh(moving).state == "ended"
