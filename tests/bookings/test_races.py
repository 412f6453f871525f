"""Nothing is promised twice: many at once, on the engine that is configured.

Real threads, real commits, through the pages where people are. The clock stands still at NOW.
"""

import datetime
import itertools
import threading
import time
from collections import Counter

import pytest
import time_machine
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from bookings import clock, lifecycle, places, visits
from bookings.models import Booking, BookingEvent, State, Visit, ZoneClaim
from bookings.rules import VisitItem, VisitRequest
from core import kinds
from core.lifecycle import IllegalMove, Refused
from core.models import Mail
from schools.audience import Audience
from submissions.codes import code_of
from submissions.models import CodeChallenge, Submission
from submissions.rules import Party
from tests.booking_form import address, typed_by
from tests.bookings.test_admin_schedule import save_slot
from tests.chain import chain_is_sound
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
    make_zone,
    unsaved_submission,
)
from tests.programme_form import save
from tests.racing import after_waiting, race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("frozen")]


def ask_for(programme, slot, number: int, **fields):
    """Somebody with a browser of her own sends the form."""
    url, data = address(programme, slot), typed_by(number, **fields)
    return lambda: Client().post(url, data)


def held_by_verb(slot, programme, number: int):
    def run():
        submission = unsaved_submission(
            submission_key=f"key-of-{number}",
            browser=f"browser-{number}",
            email=f"juf{number}@school.example",
        )
        items = [VisitItem(slot, programme, Party("7b", 7, 7, 24, 3))]
        return lifecycle.hold(VisitRequest(submission, items), by=None)

    return run


def assert_sound() -> None:
    """Counters equal the rows, claims equal active visits, events chain from state to state."""
    for visit in Visit.objects.all():
        rows = visit.bookings.holding()
        pupils = sum(rows.values_list("pupils", flat=True))
        assert (visit.groups_taken, visit.pupils_taken) == (rows.count(), pupils)
        assert (visit.released_at is None) == rows.exists()
        zones = set(visit.claims.values_list("zone", flat=True))
        expected = visit.programme.zones.values_list("pk", flat=True) if rows.exists() else []
        assert zones == set(expected)
    for booking in Booking.objects.all():
        events = list(booking.events.order_by("pk"))
        assert chain_is_sound(events)
        assert events[-1].to_state == booking.state


# --- 1 to 4: the last place ---------------------------------------------------------------------


def test_fifty_at_once_on_the_last_place_one_holds_it_and_the_others_are_told():
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 5, 9))

    answers = race([ask_for(programme, slot, number) for number in range(50)])

    assert Counter(answer.status_code for answer in answers) == {302: 1, 409: 49}
    free = f'formaction="{address(programme, other)}"'
    told = [answer for answer in answers if answer.status_code == 409]
    assert all(free in answer.content.decode() for answer in told)
    assert all("Juf" in answer.content.decode() for answer in told)
    assert (Booking.objects.count(), Mail.objects.count()) == (1, 1)
    assert_sound()


def test_capacity_three_and_fifty_askers_is_exactly_three():
    programme = make_programme(max_groups=3, max_pupils=105)
    slot = make_slot(programmes=[programme], max_groups=3, max_pupils=105)

    answers = race([ask_for(programme, slot, number) for number in range(50)])

    assert Counter(answer.status_code for answer in answers) == {302: 3, 409: 47}
    assert Visit.objects.get().groups_taken == 3
    assert_sound()


def take_unguarded(footprint):
    Visit.objects.filter(pk=footprint.visit_id).update(
        groups_taken=F("groups_taken") + footprint.groups,
        pupils_taken=F("pupils_taken") + footprint.pupils,
    )


def test_the_race_sees_it_when_the_guard_is_taken_away(monkeypatch):
    """Without the condition and the checks more than one gets in: the tests above can fail."""

    programme = make_programme()
    slot = make_slot(programmes=[programme])
    make_visit(slot=slot, programme=programme)
    guards = [c for c in Visit._meta.constraints if "overbooked" in c.name]
    others = [c for c in Visit._meta.constraints if c not in guards]
    monkeypatch.setattr(places, "refuse_full", lambda visit: None)
    monkeypatch.setattr(places, "_take", take_unguarded)
    with monkeypatch.context() as unguarded, connection.schema_editor() as editor:
        # SQLite rebuilds the table with the constraints that the model names.
        unguarded.setattr(Visit._meta, "constraints", others)
        for guard in guards:
            editor.remove_constraint(Visit, guard)
    try:
        race([held_by_verb(slot, programme, number) for number in range(10)])
        assert Visit.objects.get().groups_taken > 1
    finally:
        BookingEvent.objects.all().delete()
        Booking.objects.all().delete()
        Visit.objects.all().delete()
        with connection.schema_editor() as editor:
            for guard in guards:
                editor.add_constraint(Visit, guard)


def test_the_condition_alone_lets_one_in(monkeypatch):
    """The look before it only saves time under the lock."""

    monkeypatch.setattr(places, "refuse_full", lambda visit: None)
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    make_visit(slot=slot, programme=programme)

    answers = race([held_by_verb(slot, programme, number) for number in range(10)])

    assert Counter(type(answer) for answer in answers) == {Submission: 1, places.VisitFull: 9}
    assert_sound()


def test_the_check_is_a_net_under_the_condition(monkeypatch):
    """With the condition gone the database itself still refuses the second."""

    monkeypatch.setattr(places, "refuse_full", lambda visit: None)
    monkeypatch.setattr(places, "_take", take_unguarded)
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    make_visit(slot=slot, programme=programme)

    race([held_by_verb(slot, programme, number) for number in range(10)])

    assert Visit.objects.get().groups_taken == 1
    assert Booking.objects.count() == 1


def test_two_programmes_that_need_the_same_zone_one_wins():
    zones = [make_zone() for _number in range(3)]
    venue = zones[0].venue
    programmes = [
        make_programme(zones=list(some), venue=venue) for some in itertools.permutations(zones, 2)
    ]
    slot = make_slot(programmes=programmes, venue=venue)

    results = race(
        [held_by_verb(slot, programme, number) for number, programme in enumerate(programmes)]
    )

    # Any two of three pairs of zones share one, so only one programme runs.
    assert sum(isinstance(result, Submission) for result in results) == 1
    assert {type(r) for r in results if not isinstance(r, Submission)} <= {
        places.ZonesTaken,
        places.VisitFull,
    }
    assert_sound()


def test_overlapping_slots_share_no_zone():
    zone = make_zone()
    programme = make_programme(zones=[zone])
    slots = [
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 3, 9, minute))
        for minute in range(0, 50, 5)
    ]

    results = race([held_by_verb(slot, programme, n) for n, slot in enumerate(slots)])

    assert sum(isinstance(result, Submission) for result in results) == 1
    assert ZoneClaim.objects.count() == 1
    assert_sound()


def test_opening_a_visit_twice_at_once_joins_it():
    programme = make_programme(max_groups=10, max_pupils=350)
    slot = make_slot(programmes=[programme], max_groups=10, max_pupils=350)

    results = race([held_by_verb(slot, programme, number) for number in range(10)])

    assert all(isinstance(result, Submission) for result in results), results
    assert Visit.objects.get().groups_taken == 10
    assert_sound()


def test_lowering_the_maximum_against_booking_keeps_to_one_of_the_two():
    programme = make_programme(max_groups=2, max_pupils=70)
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=70)
    visit = make_visit(slot=slot, programme=programme)
    make_booking(visit=visit)

    race(
        [
            held_by_verb(slot, programme, 1),
            lambda: visits.set_maxima(visit=visit, max_groups=1, max_pupils=70),
        ]
    )

    visit.refresh_from_db()
    assert (visit.max_groups, visit.groups_taken) in {(1, 1), (2, 2)}
    assert_sound()


# --- 6: two people decide -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"),
    [("confirm", "decline"), ("cancel", "confirm"), ("cancel", "cancel"), ("confirm", "confirm")],
)
def test_two_who_decide_at_once_leave_one_chain_of_states(first, second):
    booking = make_booking(state=State.REQUESTED)
    staff = make_staff()

    def decide(name):
        one = Booking.objects.get(pk=booking.pk)
        return lambda: getattr(lifecycle, name)(booking=one, by=staff)

    results = race([decide(first), decide(second)])

    refused = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(error, IllegalMove) for error in refused)
    booking.refresh_from_db()
    assert booking.events.count() == 1 + len(results) - len(refused)
    assert len(refused) == (0 if {first, second} == {"cancel", "confirm"} and not refused else 1)
    assert_sound()


def test_booking_that_moves_meanwhile_is_cancelled_where_it_went():
    """PostgreSQL joins it with the visit that it left, and would not find it."""
    booking, staff = make_booking(), make_staff()
    visit = booking.visit
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    shown, moved = (Booking.objects.get(pk=booking.pk) for _page in range(2))

    result = after_waiting(
        lambda: lifecycle.cancel(booking=shown, by=staff),
        for_change=lambda: lifecycle.reschedule(booking=moved, slot=to, by=staff),
    )

    assert not isinstance(result, Exception), result
    assert (shown.state, shown.visit.slot) == (State.CANCELLED, to)
    assert_sound()


def test_two_reschedules_into_one_place_move_one():
    programme = make_programme()
    days = [make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, d, 9)) for d in (3, 4)]
    bookings = [make_booking(visit=make_visit(slot=slot, programme=programme)) for slot in days]
    to = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    staff = make_staff()

    results = race(
        [
            lambda b=booking: lifecycle.reschedule(booking=b, slot=to, by=staff)
            for booking in bookings
        ]
    )

    refused = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in refused] == [places.VisitFull]
    assert Visit.objects.active().get(slot=to).groups_taken == 1
    assert_sound()


def test_swapping_two_visits_both_ways_at_once_never_deadlocks():
    programme = make_programme(max_groups=2, max_pupils=70)
    slots = [
        make_slot(
            programmes=[programme],
            starts_at=amsterdam(2026, 11, day, 9),
            max_groups=2,
            max_pupils=70,
        )
        for day in (3, 4)
    ]
    bookings = [make_booking(visit=make_visit(slot=slot, programme=programme)) for slot in slots]
    staff = make_staff()

    results = race(
        [
            lambda: lifecycle.reschedule(booking=bookings[0], slot=slots[1], by=staff),
            lambda: lifecycle.reschedule(booking=bookings[1], slot=slots[0], by=staff),
        ]
    )

    assert not [result for result in results if isinstance(result, Exception)]
    assert_sound()


@pytest.mark.parametrize("round_number", range(5))
def test_nobody_is_moved_along_unnoticed_with_a_visit(round_number):
    programme = make_programme(max_groups=9, max_pupils=300)
    slot = make_slot(programmes=[programme], max_groups=9, max_pupils=300)
    to = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    visit = make_visit(slot=slot, programme=programme)
    make_booking(visit=visit)
    staff = make_staff()

    race(
        [
            lambda: visits.move_visit(visit=visit, slot=to, by=staff),
            *(held_by_verb(slot, programme, number) for number in range(4)),
        ]
    )

    for booking in Booking.objects.holding().filter(visit__slot=to):
        assert booking.events.filter(move="reschedule").exists()
    assert_sound()


def test_visit_opened_while_staff_choose_other_rooms_has_those_rooms(settings):
    settings.STAFF_SECOND_FACTOR = False
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    rooms = [programme.zones.get().pk, make_zone(venue=programme.venue).pk]
    desk = Client()
    desk.force_login(make_staff())
    answers = []
    staff = threading.Thread(
        target=lambda: (
            answers.append(save(desk, programme, zones=rooms).status_code),
            connection.close(),
        )
    )

    with transaction.atomic():
        held_by_verb(slot, programme, 1)()
        staff.start()
        time.sleep(2)  # staff save before the hold is committed
    staff.join(timeout=60)

    assert answers == [302]
    assert set(ZoneClaim.objects.values_list("zone", flat=True)) == set(rooms)
    assert_sound()


@pytest.mark.parametrize("had_rooms", [True, False])
def test_visit_opened_after_staff_chose_other_rooms_has_those_rooms(
    settings, monkeypatch, had_rooms
):
    settings.STAFF_SECOND_FACTOR = False
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    room = make_zone(venue=programme.venue).pk
    if not had_rooms:
        programme.zones.clear()
    desk = Client()
    desk.force_login(make_staff())
    refused = []

    def ask():
        try:
            held_by_verb(slot, programme, 1)()
        except Refused as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    teacher = threading.Thread(target=ask)

    class Meanwhile(kinds.Kind):
        def keep(self, thing, before, *, by, tell=True):
            teacher.start()
            time.sleep(2)  # she asks before staff's choice is committed
            return []

    monkeypatch.setattr(kinds, "_registered", [*kinds.parts(), Meanwhile()])
    answer = save(desk, programme, zones=[room])
    teacher.join(timeout=60)

    assert (answer.status_code, refused) == (302, [])
    assert set(ZoneClaim.objects.values_list("zone", flat=True)) == {room}
    assert_sound()


def test_class_that_asks_while_staff_make_a_programme_one_for_groups_is_not_held(
    settings, monkeypatch
):
    settings.STAFF_SECOND_FACTOR = False
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    desk = Client()
    desk.force_login(make_staff())
    refused = []

    def ask():
        try:
            held_by_verb(slot, programme, 1)()  # for classes, when she read it
        except Refused as refusal:
            refused.append(type(refusal))
        finally:
            connection.close()

    teacher = threading.Thread(target=ask)

    class Meanwhile(kinds.Kind):
        def keep(self, thing, before, *, by, tell=True):
            teacher.start()
            time.sleep(2)  # she asks before staff's choice is committed
            return []

    monkeypatch.setattr(kinds, "_registered", [*kinds.parts(), Meanwhile()])
    answer = save(desk, programme, audience=Audience.GROUPS)
    teacher.join(timeout=60)

    assert (answer.status_code, refused) == (302, [places.VisitGone])
    assert not Booking.objects.exists()
    assert_sound()


def test_slot_that_is_booked_while_staff_move_it_stays_at_its_time(settings):
    settings.STAFF_SECOND_FACTOR = False
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    desk = Client()
    desk.force_login(make_staff())
    answers = []
    staff = threading.Thread(
        target=lambda: (
            answers.append(
                save_slot(desk, slot, starts_at_0="2026-11-10", ends_at_0="2026-11-10").status_code
            ),
            connection.close(),
        )
    )

    with transaction.atomic():
        held_by_verb(slot, programme, 1)()
        staff.start()
        time.sleep(2)  # staff save before the hold is committed
    staff.join(timeout=60)

    slot.refresh_from_db()
    assert (answers, slot.day) == ([302], datetime.date(2026, 11, 3))
    assert_sound()


# --- 7: the same form many times ----------------------------------------------------------------


def test_fifty_identical_posts_are_one_booking_one_mail_and_the_same_page():
    programme = make_programme(max_groups=9, max_pupils=300)
    slot = make_slot(programmes=[programme], max_groups=9, max_pupils=300)
    browser = Client()
    browser.get(address(programme, slot))
    browser.post(address(programme, slot), {})  # gives the session its number
    cookies = browser.cookies

    def post():
        client = Client()
        client.cookies = cookies
        return client.post(address(programme, slot), typed_by(1))

    answers = race([post] * 50)

    assert Counter(answer.status_code for answer in answers) == {302: 50}
    assert len({answer["Location"] for answer in answers}) == 1
    assert (Booking.objects.count(), Mail.objects.count()) == (1, 1)
    assert_sound()


def test_one_key_with_different_answers_at_once_writes_one_of_them():
    programme = make_programme(max_groups=9, max_pupils=300)
    slot = make_slot(programmes=[programme], max_groups=9, max_pupils=300)

    answers = race(
        [ask_for(programme, slot, number, submission_key="x" * 20) for number in range(10)]
    )

    assert Counter(answer.status_code for answer in answers) == {302: 1, 409: 9}
    assert Booking.objects.count() == 1


# --- 8: a hold that lapses while its code is typed ----------------------------------------------


@pytest.mark.parametrize("round_number", range(5))
def test_code_against_lapse_is_confirmed_or_told_never_half(round_number):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    client = Client()
    client.post(address(programme, slot), typed_by(1))
    submission = Submission.objects.get()
    code = code_of(CodeChallenge.objects.get())
    Booking.objects.update(held_until=NOW - datetime.timedelta(minutes=1))
    url = reverse("bookings:code", args=[submission.public_id])

    answer, _lapsed, rival = race(
        [
            lambda: client.post(url, {"code": code}),
            clock.lapse_expired,
            ask_for(programme, slot, 2),
        ]
    )

    submission.refresh_from_db()
    mine = submission.bookings.get()
    won = rival.status_code == 302
    assert answer.status_code == (200 if won else 302)
    assert (mine.state == State.CONFIRMED) == (submission.verified_at is not None) == (not won)
    assert Booking.objects.holding().count() == 1
    assert_sound()


def test_code_typed_in_two_tabs_confirms_once():
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    client = Client()
    client.post(address(programme, slot), typed_by(1))
    submission = Submission.objects.get()
    code = code_of(CodeChallenge.objects.get())
    url = reverse("bookings:code", args=[submission.public_id])

    def post():
        tab = Client()
        tab.cookies = client.cookies
        return tab.post(url, {"code": code})

    answers = race([post] * 5)

    assert {answer.status_code for answer in answers} <= {200, 302}
    assert 302 in {answer.status_code for answer in answers}
    assert submission.bookings.get().events.filter(move="verify").count() == 1
    assert_sound()


# --- 16: one reminder ---------------------------------------------------------------------------


def test_reminder_job_at_the_same_time_reminds_once():
    for _number in range(3):
        make_booking()

    with time_machine.travel(amsterdam(2026, 10, 27, 8), tick=False):
        race([clock.remind_due] * 4)

    assert BookingEvent.objects.filter(move="remind").count() == 3


# --- 13: fifty writers --------------------------------------------------------------------------


def test_fifty_writers_wait_for_each_other_without_an_error():
    programme = make_programme()
    slots = [
        make_slot(
            programmes=[programme],
            starts_at=amsterdam(2026, 11, 3, 9) + datetime.timedelta(days=number),
        )
        for number in range(50)
    ]

    answers = race([ask_for(programme, slot, number) for number, slot in enumerate(slots)])

    assert Counter(getattr(answer, "status_code", answer) for answer in answers) == {302: 50}
    assert not [answer for answer in answers if isinstance(answer, Refused)]
    assert_sound()


def test_fifty_writers_wait_less_than_five_seconds_each():
    programme = make_programme()
    first = amsterdam(2026, 11, 3, 9)
    slots = [
        make_slot(programmes=[programme], starts_at=first + datetime.timedelta(days=number))
        for number in range(53)
    ]

    def timed(number, slot):
        write = held_by_verb(slot, programme, number)

        def run():
            start = time.perf_counter()
            write()
            return time.perf_counter() - start

        return run

    # The clock that is frozen here is the calendar's, not the one that measures.
    alone = max(timed(number, slot)() for number, slot in enumerate(slots[:3]))
    waits = race([timed(number, slot) for number, slot in enumerate(slots[3:], start=3)])

    # On a machine so busy that fifty in a row take longer, nobody waits thrice as long as that.
    assert max(waits) < max(5, 3 * 50 * alone)
    assert Booking.objects.count() == 53


def test_submissions_of_one_address_at_once_keep_one_live_hold():
    programme = make_programme(max_groups=9, max_pupils=300)
    slot = make_slot(programmes=[programme], max_groups=9, max_pupils=300)
    make_submission()

    answers = race(
        [ask_for(programme, slot, number, email="een@school.example") for number in range(3)]
    )

    assert {answer.status_code for answer in answers} <= {302, 409, 429}
    assert Booking.objects.filter(state=State.HELD).count() >= 1
    assert_sound()
