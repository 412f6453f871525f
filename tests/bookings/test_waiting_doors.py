"""Every door through which room can come, with its bell: who waits is offered it in the same
transaction (PITFALLS S06). A verb or page that makes room and is not here is a door too many."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from bookings import clock, lifecycle, several_classes, visits
from bookings.closing_days import VisitSweeper
from bookings.models import Booking, SchedulePattern, State, Visit, VisitSlot, VisitWait
from bookings.planning.schedule import join_slots, make_slots
from bookings.planning.times import retime_slots
from bookings.several_classes import ClassChange
from bookings.visits import rooms
from bookings.visits.calling_off import call_off
from bookings.waiting import offering
from bookings.waiting.visit_list import LIST
from programmes.closing_days.sweeper import CANCEL
from programmes.models import Closure, Programme
from submissions.changing import let_go
from submissions.models import WaitState
from tests.bookings.asking import asked, hold
from tests.factories import (
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_visit,
    make_wait,
)
from tests.programme_form import insist, save

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen", "one_factor")]

TUESDAY = datetime.date(2026, 11, 3)


class World:
    """One visit, full with 28 of 30 pupils in one class; whoever waits has 25."""

    def __init__(self) -> None:
        self.programme = make_programme(max_groups=1, max_pupils=30, max_pupils_per_class=30)
        self.slot = make_slot(programmes=[self.programme], max_groups=1, max_pupils=30)
        self.staff = make_staff()
        self.desk = Client()
        self.desk.force_login(self.staff)

    def fill(self, state: str = State.CONFIRMED, **fields) -> Booking:
        visit = make_visit(slot=self.slot, programme=self.programme)
        return make_booking(visit=visit, state=state, pupils=28, **fields)

    def post(self, page: str, *args, **data) -> None:
        address = reverse(f"admin:{page}", args=args)
        response = insist(lambda **seen: self.desk.post(address, data | seen))
        assert response.status_code == 302, response.content.decode()[-3000:]

    def save(self, **typed) -> None:
        response = insist(lambda **seen: save(self.desk, self.programme, **typed, **seen))
        assert response.status_code == 302, response.content.decode()[-3000:]


def cancel(world):
    booking = world.fill()
    return lambda: lifecycle.cancel(booking=booking, by=world.staff)


def cancel_a_hold(world):
    booking = world.fill(State.HELD)
    return lambda: lifecycle.cancel(booking=booking, by=world.staff)


def decline(world):
    booking = world.fill(State.REQUESTED)
    return lambda: lifecycle.decline(booking=booking, by=world.staff)


def lapse(world):
    world.fill(State.HELD)

    def half_an_hour_later() -> None:
        with time_machine.travel(amsterdam(2026, 9, 15, 10, 31), tick=False):
            clock.lapse_expired()

    return half_an_hour_later


def let_go_of_a_hold(world):
    held = hold(world.slot, world.programme, asked(pupils=28))
    return lambda: let_go(held)


def another_form_of_the_same_browser(world):
    hold(world.slot, world.programme, asked(pupils=28))
    other = make_programme()
    there = make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 10, 9))
    return lambda: hold(there, other, submission_key="another-form")


def reschedule(world):
    booking = world.fill()
    there = make_slot(programmes=[world.programme], starts_at=amsterdam(2026, 11, 10, 9))
    return lambda: lifecycle.reschedule(booking=booking, slot=there, by=world.staff)


def move_the_visit(world):
    booking = world.fill()
    there = make_slot(programmes=[world.programme], starts_at=amsterdam(2026, 11, 10, 9))
    return lambda: visits.move_visit(visit=booking.visit, slot=there, by=world.staff)


def change_numbers(world):
    booking = world.fill()
    Visit.objects.update(max_groups=2, max_pupils=50)
    numbers = {"pupils": 20, "supervisors": 2}
    return lambda: lifecycle.change_numbers(booking=booking, by=world.staff, **numbers)


def expire_an_offer(world):
    row = make_wait(programme=world.programme, slot=world.slot)
    LIST.give_turns()
    row.refresh_from_db()
    VisitWait.objects.update(held_until=amsterdam(2026, 9, 15, 9))
    return LIST.expire_offers


def pass_on_an_offer(world):
    row = make_wait(programme=world.programme, slot=world.slot)
    LIST.give_turns()
    return lambda: LIST.withdraw(row.submission, by=None)


def raise_the_maximum(world):
    visit = world.fill().visit
    most = {"max_groups": 2, "max_pupils": 60, "seen": f"{visit.max_groups} {visit.max_pupils}"}
    return lambda: world.post("bookings_visit_maximum", visit.pk, **most)


def raise_the_limits_of_the_programme(world):
    world.fill()
    VisitSlot.objects.update(max_groups=2, max_pupils=60)
    return lambda: world.save(max_groups=2, max_pupils=60)


def raise_the_limits_of_the_half_day(world):
    world.fill()
    Programme.objects.update(max_groups=2, max_pupils=60)
    return lambda: save_slot(world, max_groups=2, max_pupils=60)


def save_slot(world, **typed) -> None:
    slot = world.slot
    as_it_was = {
        "programmes": [world.programme.pk],
        "max_groups": slot.max_groups,
        "max_pupils": slot.max_pupils,
    }
    if not Visit.objects.exists():
        as_it_was |= {
            "venue": slot.venue_id,
            "starts_at_0": "2026-11-03",
            "starts_at_1": "09:00",
            "ends_at_0": "2026-11-03",
            "ends_at_1": "12:00",
        }
    world.post("bookings_visitslot_change", slot.pk, **as_it_was | typed)


def open_the_half_day(world):
    VisitSlot.objects.update(is_closed=True)
    action = {"action": "reopen", "_selected_action": [world.slot.pk]}
    return lambda: world.post("bookings_visitslot_changelist", **action)


def open_the_half_day_in_its_form(world):
    VisitSlot.objects.update(is_closed=True)
    return lambda: save_slot(world)


def add_the_programme_to_the_half_day(world):
    world.slot.programmes.set([make_programme(venue=world.programme.venue)])
    return lambda: save_slot(world)


def add_a_half_day(world):
    world.slot.delete()
    typed = {
        "venue": world.programme.venue_id,
        "programmes": [world.programme.pk],
        "starts_at_0": "2026-11-03",
        "starts_at_1": "09:00",
        "ends_at_0": "2026-11-03",
        "ends_at_1": "12:00",
        "max_groups": 1,
        "max_pupils": 30,
    }
    return lambda: world.post("bookings_visitslot_add", **typed)


def _pattern(world) -> SchedulePattern:
    pattern = SchedulePattern.objects.create(
        venue=world.programme.venue, weekday=1,
        starts_at=datetime.time(9), ends_at=datetime.time(12),
        season_from=TUESDAY, season_to=TUESDAY,
    )  # fmt: skip
    pattern.programmes.set([world.programme])
    return pattern


def make_half_days_of_a_pattern(world):
    world.slot.delete()
    pattern = _pattern(world)
    return lambda: make_slots(pattern)


def join_half_days_of_a_pattern(world):
    world.slot.delete()
    pattern = _pattern(world)
    pattern.programmes.set([make_programme(venue=world.programme.venue)])
    make_slots(pattern)
    pattern.programmes.add(world.programme)
    return lambda: join_slots(pattern)


def give_half_days_another_time(world):
    """In the morning another programme is in its room; in the afternoon nobody is."""
    world.slot.delete()
    pattern = _pattern(world)
    make_slots(pattern)
    other = make_programme(zones=list(world.programme.zones.all()))
    in_the_way = make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 3, 9))
    make_booking(visit=make_visit(slot=in_the_way, programme=other))
    SchedulePattern.objects.update(starts_at=datetime.time(13), ends_at=datetime.time(16))
    pattern.refresh_from_db()
    return lambda: retime_slots(pattern, by=world.staff)


def lift_a_closure(world):
    closure = Closure.objects.create(
        venue=world.slot.venue, starts_on=TUESDAY, ends_on=TUESDAY, reason="Storm"
    )
    return lambda: world.post("programmes_closure_delete", closure.pk, post="yes")


def lift_closures_in_the_list(world):
    closure = Closure.objects.create(
        venue=world.slot.venue, starts_on=TUESDAY, ends_on=TUESDAY, reason="Storm"
    )
    action = {"action": "delete_selected", "_selected_action": [closure.pk], "post": "yes"}
    return lambda: world.post("programmes_closure_changelist", **action)


def shorten_a_closure(world):
    closure = Closure.objects.create(
        venue=world.slot.venue, starts_on=TUESDAY, ends_on=TUESDAY, reason="Storm"
    )
    later = {"venue": closure.venue_id, "reason": "Storm"}
    later |= {"starts_on": "2026-11-05", "ends_on": "2026-11-05"}
    return lambda: world.post("programmes_closure_change", closure.pk, **later)


def need_another_room(world):
    """Another programme is in its room."""
    zones = list(world.programme.zones.all())
    other = make_programme(zones=zones)
    make_booking(visit=make_visit(slot=world.slot, programme=other))
    spare = make_programme(venue=world.programme.venue).zones.get()
    return lambda: world.save(zones=[spare.pk])


def shorten_the_programme(world):
    Programme.objects.filter(pk=world.programme.pk).update(duration=240)
    return lambda: world.save(duration=120)


def shorten_the_lead_time(world):
    Programme.objects.filter(pk=world.programme.pk).update(lead_time=60)
    return lambda: world.save(lead_time=5)


def publish_the_programme(world):
    Programme.objects.filter(pk=world.programme.pk).update(is_published=False)
    return lambda: world.save(is_published="on")


def change_parts_of_a_submission(world):
    booking = world.fill()
    gone = ClassChange(booking, booking.pupils, booking.supervisors, goes=True)
    return lambda: several_classes.change_parts([gone], by=booking.submission.teacher)


def in_its_room(world) -> Visit:
    """A visit of another programme, of the same half day."""
    other = make_programme(zones=list(world.programme.zones.all()))
    world.slot.programmes.add(other)
    return make_booking(visit=make_visit(slot=world.slot, programme=other)).visit


def call_another_off(world):
    visit = in_its_room(world)
    return lambda: call_off(visit=visit, by=world.staff)


def sweep_another_away(world):
    visit = in_its_room(world)
    sweeper = VisitSweeper()
    [hit] = sweeper.hits(world.slot.venue, TUESDAY, TUESDAY)
    way = next(one for one in hit.ways if one.action == CANCEL)
    assert hit.whom == visit.bookings.get().submission.asker_name
    return lambda: sweeper.sweep(hit.key, way, stands=hit.stands, by=world.staff, note="Storm")


def give_another_other_rooms(world):
    visit = in_its_room(world)
    spare = make_programme(venue=world.programme.venue).zones.all()
    return lambda: rooms.give_rooms(visit=visit, zones=spare, by=world.staff)


def write_in_the_database(world):
    """An import, the shell: no bell, so the worker looks every ten seconds, and whoever books goes
    behind (`test_passer_by_never_gets_in_before_who_waits_whatever_door_was_opened`)."""
    world.fill()

    def write() -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE bookings_booking SET state = 'cancelled'")
            cursor.execute("DELETE FROM bookings_zoneclaim")
            cursor.execute("UPDATE bookings_visit SET groups_taken = 0, pupils_taken = 0")
        LIST.give_turns()

    return write


DOORS = [
    *(cancel, cancel_a_hold, decline, lapse, let_go_of_a_hold, another_form_of_the_same_browser),
    *(reschedule, move_the_visit, change_numbers, expire_an_offer, pass_on_an_offer),
    *(raise_the_maximum, raise_the_limits_of_the_programme, raise_the_limits_of_the_half_day),
    *(open_the_half_day, open_the_half_day_in_its_form, add_the_programme_to_the_half_day),
    *(add_a_half_day, make_half_days_of_a_pattern, join_half_days_of_a_pattern),
    give_half_days_another_time,
    *(lift_a_closure, lift_closures_in_the_list, shorten_a_closure),
    *(need_another_room, shorten_the_programme, shorten_the_lead_time, publish_the_programme),
    *(change_parts_of_a_submission, call_another_off, sweep_another_away, give_another_other_rooms),
    write_in_the_database,
]


@pytest.mark.parametrize("door", DOORS)
def test_room_is_offered_in_the_transaction_that_makes_it(door):
    """S06"""
    world = World()
    go_through = door(world)
    row = make_wait(
        programme=world.programme, slot=None, first_day=TUESDAY, last_day=TUESDAY, pupils=25
    )
    assert offering.everywhere() == 0, "there is room before the door is opened"

    go_through()

    row.refresh_from_db()
    assert row.state == WaitState.OFFERED
