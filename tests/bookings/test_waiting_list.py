"""Who is offered a freed place, and what becomes of the offer (PITFALLS S01–S08)."""

import datetime

import pytest
from django.db import transaction

from bookings import lifecycle, places, visits
from bookings.models import Attention, Booking, State, Visit, VisitSlot, VisitWait
from bookings.places import VisitGone
from bookings.rules import VisitItem, VisitRequest
from bookings.telling.waiting import when_of
from bookings.telling.wording import sentence
from bookings.visits.calling_off import call_off
from bookings.waiting import offering
from bookings.waiting.entries import entries_of
from bookings.waiting.positions import positions
from bookings.waiting.unmet_demand import demand
from bookings.waiting.visit_list import LIST, WaitRequest, Wish
from core.backoffice.history import staff_history
from core.lifecycle import IllegalMove, Refused
from core.mail.outbox import Teller
from core.models import Mail
from core.transactions import retried
from programmes.models import Programme, ProgrammeKind
from schools.models import SchoolHoliday
from submissions.models import Ending, WaitState
from submissions.rules import NoteRequired
from submissions.waiting.lifecycle import MOVES, NothingOffered, NotWaiting, OnlyFewer
from tests.bookings.asking import asked
from tests.chain import chain_is_sound
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_other_hub,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_venue,
    make_visit,
    make_wait,
    make_zone,
    the_hub,
    unsaved_submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

S = WaitState
ONE = datetime.timedelta(days=1)


@pytest.fixture
def programme():
    return make_programme(max_groups=2, max_pupils=60, max_pupils_per_class=35)


@pytest.fixture
def slot(programme):
    return make_slot(programmes=[programme], max_groups=2, max_pupils=60)


@pytest.fixture
def full(programme, slot):
    """Two classes, of one submission; nobody else fits."""
    visit = make_visit(slot=slot, programme=programme)
    submission = make_submission()
    return [make_booking(visit=visit, submission=submission, pupils=28) for _one in range(2)]


def wait(slot, programme, *pupils: int, **fields) -> VisitWait:
    """One entry, of as many classes as there are numbers of pupils."""
    submission = fields.pop("submission", None) or make_submission()
    facts = {"slot": slot, "programme": programme, "submission": submission} | fields
    since = NOW + datetime.timedelta(seconds=VisitWait.objects.count() + 1)
    rows = [
        make_wait(pupils=number, party_name=f"7{'abc'[index]}", asked_at=since, **facts)
        for index, number in enumerate(pupils or (24,))
    ]
    return rows[0]


def cancel(booking: Booking) -> None:
    lifecycle.cancel(booking=booking, by=make_staff())


def states(*rows: VisitWait) -> list[str]:
    return [VisitWait.objects.get(pk=row.pk).state for row in rows]


def passer_by(slot, programme, pupils: int = 10):
    items = [VisitItem(slot, programme, asked(pupils=pupils))]
    return lifecycle.hold(VisitRequest(unsaved_submission(), items), by=None)


# --- The table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("name", sorted(set(MOVES) - {"hold"}))
def test_move_is_legal_exactly_where_the_table_says(name, state):
    row = make_wait(state=state)
    move = MOVES[name]
    until = NOW if move.target == S.OFFERED else None
    changes = {"held_until": until, "asked_at": NOW} if move.target else {}
    if state in move.sources:
        event = MOVES.apply(row, move, by=None, changes=changes)
        assert (event.to_state, event.notice) == (move.target or state, move.notice)
    else:
        with pytest.raises(IllegalMove):
            MOVES.apply(row, move, by=None, changes=changes)


# --- Strict order, all or nothing ---------------------------------------------------------------


def test_freed_place_is_offered_to_the_first_that_fits_in_the_same_transaction(
    full, slot, programme
):
    too_large = wait(slot, programme, 33)
    first, second = wait(slot, programme, 30), wait(slot, programme, 10)

    cancel(full[0])

    assert states(too_large, first, second) == [S.WAITING, S.OFFERED, S.WAITING]
    booking = Booking.objects.get(state=State.OFFERED)
    assert (booking.submission, booking.pupils) == (first.submission, 30)
    visit = Visit.objects.active().get()
    assert (visit.groups_taken, visit.pupils_taken) == (2, 58)
    assert too_large.events.filter(move="pass_over").count() == 1


def test_cancelled_offer_of_a_taken_place_goes_to_the_next_and_the_old_one_does_not_live_again(
    full, slot, programme, frozen
):
    """S01"""
    first, second = wait(slot, programme, 28), wait(slot, programme, 28)
    cancel(full[0])
    by = first.submission.user
    LIST.take(first.submission, by=by)
    frozen.shift(datetime.timedelta(minutes=10))

    lifecycle.cancel(booking=Booking.objects.get(submission=first.submission), by=by)

    assert states(first, second) == [S.TAKEN, S.OFFERED]
    with pytest.raises(NothingOffered):
        LIST.take(first.submission, by=by)
    assert Booking.objects.get(submission=first.submission).state == State.CANCELLED


@pytest.mark.parametrize("why", ["closed", "unpublished", "too late", "begun"])
def test_place_that_can_no_longer_be_taken_is_offered_to_nobody(why, full, slot, programme, frozen):
    """S02"""
    row = wait(slot, programme, 20)
    if why == "closed":
        type(slot).objects.update(is_closed=True)
    elif why == "unpublished":
        type(programme).objects.update(is_published=False)
    else:
        frozen.move_to(slot.starts_at - (ONE if why == "too late" else -ONE / 24))

    cancel(full[0])

    assert states(row) == [S.WAITING]
    ended = LIST.end_unmet()
    assert (ended, states(row)) == ((0, [S.WAITING]) if why == "closed" else (1, [S.ENDED]))


def test_deadline_never_lies_beyond_the_moment_at_which_the_place_can_be_taken(
    full, slot, programme, frozen
):
    """S02"""
    row = wait(slot, programme, 20)
    frozen.move_to(amsterdam(2026, 10, 27, 16, 30))  # the last day on which it can be booked

    cancel(full[0])

    row.refresh_from_db()
    assert row.held_until == amsterdam(2026, 10, 28)


def test_all_that_one_verb_frees_is_offered_in_one_round(full, slot, programme):
    """S05"""
    both, one = wait(slot, programme, 20, 20), wait(slot, programme, 20)

    @retried
    def cancel_all() -> None:
        for booking in full:
            cancel(booking)

    cancel_all()

    assert states(both, one) == [S.OFFERED, S.WAITING]
    assert Booking.objects.filter(state=State.OFFERED).count() == 2


def test_freed_singly_the_smaller_goes_first_and_the_larger_sees_that_it_was_passed_over(
    full, slot, programme
):
    """S05"""
    both, one = wait(slot, programme, 20, 20), wait(slot, programme, 20)

    cancel(full[0])

    assert states(both, one) == [S.WAITING, S.OFFERED]
    both.refresh_from_db()
    assert both.is_passed_over
    place = positions([both])[both.pk]
    assert (place.number, place.larger) == (1, 0)
    behind = wait(slot, programme, 20)
    place = positions([behind])[behind.pk]
    assert (place.number, place.larger) == (2, 2)


def test_what_the_first_leaves_over_is_what_the_next_is_measured_by():
    programme = make_programme(max_groups=3, max_pupils=60, max_pupils_per_class=35)
    slot = make_slot(programmes=[programme], max_groups=3, max_pupils=60)
    visit = make_visit(slot=slot, programme=programme)
    leaves, _stays = (make_booking(visit=visit, pupils=30) for _one in range(2))
    first, next_one = wait(slot, programme, 18), wait(slot, programme, 20)

    cancel(leaves)

    assert states(first, next_one) == [S.OFFERED, S.WAITING]
    [told] = next_one.events.filter(move="pass_over")
    assert (told.data["groups"], told.data["pupils"]) == (1, 12)


def times_passed_over(row: VisitWait) -> int:
    return row.events.filter(move="pass_over").count()


def test_each_place_that_is_too_small_is_told_once_also_one_as_large_as_the_last(
    full, slot, programme
):
    row = wait(slot, programme, 33)
    cancel(full[0])
    LIST.give_turns()
    assert times_passed_over(row) == 1
    again = make_booking(visit=full[1].visit, pupils=28)
    assert times_passed_over(row) == 1

    cancel(again)

    assert times_passed_over(row) == 2


@pytest.mark.parametrize(
    ("shares_room", "hour", "is_told"), [(True, 9, True), (True, 12, False), (False, 9, False)]
)
def test_what_another_programme_gives_up_is_told_only_where_it_is_the_room_one_waits_for(
    programme, shares_room, hour, is_told
):
    """At that time: what comes free at noon leaves the morning as it was."""
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=30)
    row = wait(slot, programme, 34)
    LIST.give_turns()
    room = programme.zones.get() if shares_room else make_zone(venue=programme.venue)
    other = make_programme(zones=[room])
    at_that_hour = make_slot(programmes=[other], starts_at=amsterdam(2026, 11, 3, hour))
    for _class in range(3):
        cancel(make_booking(visit=make_visit(slot=at_that_hour, programme=other)))

    assert times_passed_over(row) == (4 if is_told else 1)


def test_maximum_is_told_where_it_is_raised_and_not_where_it_is_lowered(full, slot, programme):
    row, visit = wait(slot, programme, 34), full[1].visit
    cancel(full[0])
    told = []
    for most in (58, 60, 61):
        visit.refresh_from_db()
        visits.set_maxima(visit=visit, max_groups=2, max_pupils=most)
        LIST.give_turns()
        told.append(times_passed_over(row))

    assert told == [1, 2, 3]


def test_room_that_nobody_gave_up_is_told_where_it_is_more_than_was_told(programme):
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=30)
    row, told = wait(slot, programme, 34), []
    for most in (30, 28, 30, 32):
        type(slot).objects.update(max_pupils=most)
        LIST.give_turns()
        told.append(times_passed_over(row))

    assert told == [1, 1, 1, 2]


def test_an_offer_holds_once_and_is_not_free_to_others(full, slot, programme):
    """S07"""
    wait(slot, programme, 30)
    cancel(full[0])

    with pytest.raises(places.VisitFull):
        passer_by(slot, programme)

    visit = Visit.objects.active().get()
    assert (visit.groups_taken, Booking.objects.holding().count()) == (2, 2)


def test_expired_offer_is_free_to_nobody_until_the_next_has_it(full, slot, programme, frozen):
    first, second = wait(slot, programme, 28), wait(slot, programme, 28)
    cancel(full[0])
    first.refresh_from_db()
    frozen.move_to(first.held_until + datetime.timedelta(minutes=1))

    with pytest.raises(places.VisitFull):
        passer_by(slot, programme)

    assert LIST.expire_offers() == 1
    assert states(first, second) == [S.ENDED, S.OFFERED]
    assert LIST.expire_offers() == 0
    assert VisitWait.objects.get(pk=first.pk).events.latest("pk").notice == "expired"


def test_history_of_an_offer_that_lapsed_speaks_of_no_code(full, slot, programme, frozen):
    held = make_booking(state=State.HELD)
    row = wait(slot, programme, 28)
    cancel(full[0])
    row.refresh_from_db()
    frozen.move_to(row.held_until)

    LIST.expire_offers()
    lifecycle.MOVES.lapse_all([held])

    offered = row.submission.bookings.get()
    assert [sentence(one.events.get(move="lapse")) for one in (offered, held)] == [
        "Het aanbod is niet op tijd genomen.",
        "De vastgehouden plek verviel: er is niet op tijd een code ingevuld.",
    ]


def test_offer_that_was_made_anew_since_the_clock_looked_does_not_expire(
    full, slot, programme, frozen
):
    row = wait(slot, programme, 28)
    cancel(full[0])
    row.refresh_from_db()
    frozen.move_to(row.held_until)
    [listed] = VisitWait.objects.offers_over(row.held_until)
    LIST.wait_on(row.submission, by=None)  # which gives it the place again, with a new deadline

    assert not LIST.expire(listed.submission)

    assert states(row) == [S.OFFERED]
    assert Booking.objects.get(state=State.OFFERED).held_until > listed.held_until


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "elke dag, 3 november 2026"),
        (7, "elke dag, van 3 november tot en met 10 november 2026"),
    ],
)
def test_wish_for_one_day_names_it_once(programme, slot, days, words):
    wished = {"slot": None, "first_day": slot.day, "last_day": slot.day + days * ONE}
    assert when_of(make_wait(programme=programme, **wished)) == words


def test_wish_is_offered_any_day_that_it_names(programme, slot):
    days = [make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, d, 9)) for d in (4, 5)]
    wished = {"slot": None, "first_day": slot.day, "last_day": slot.day + 7 * ONE}
    booked = [make_booking(visit=make_visit(slot=day, programme=programme)) for day in days]
    row = make_wait(programme=programme, **wished, weekdays="3", part="morning")

    cancel(booked[0])
    assert states(row) == [S.WAITING]
    cancel(booked[1])

    row.refresh_from_db()
    assert row.booking.visit.slot == days[1]


def test_wish_is_not_offered_a_day_in_the_holidays_of_its_school(programme, slot):
    """Those of its own region: the next day is a holiday in another one."""
    next_day = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 4, 9))
    for region, day in (("zuid", slot.day), ("noord", next_day.day)):
        SchoolHoliday.objects.create(
            region=region, school_year=2026, name="Brugdag", starts_on=day, ends_on=day
        )
    submission = make_submission(school=make_school(holiday_region="zuid"))
    days = {"first_day": slot.day, "last_day": next_day.day}
    row = make_wait(programme=programme, slot=None, submission=submission, **days)

    LIST.give_turns()

    row.refresh_from_db()
    assert row.booking.visit.slot == next_day


@pytest.mark.parametrize(("day", "state"), [(26, S.WAITING), (27, S.ENDED)])
def test_wish_ends_once_none_of_its_days_can_be_asked_for_any_more(programme, frozen, day, state):
    """For Monday 2 November that is until five working days before."""
    days = {"first_day": datetime.date(2026, 10, 1), "last_day": datetime.date(2026, 11, 2)}
    row = make_wait(programme=programme, slot=None, **days)
    frozen.move_to(amsterdam(2026, 10, day, 9))
    LIST.end_unmet()
    assert states(row) == [state]


def test_wish_that_is_met_after_the_summer_is_of_the_class_of_that_school_year(programme):
    """She asked for this year's class; who takes it brings the next one."""
    starts_at = amsterdam(2027, 9, 7, 9)
    september = make_slot(programmes=[programme], starts_at=starts_at)
    days = {"first_day": datetime.date(2027, 6, 1), "last_day": september.day}
    row = make_wait(programme=programme, slot=None, **days)
    LIST.give_turns()

    LIST.take(row.submission, by=row.submission.user)

    booking = Booking.objects.get()
    assert (row.class_group.school_year, booking.class_group.school_year) == (2026, 2027)
    assert (booking.class_group.school, booking.class_group.name) == (
        row.submission.school,
        row.party_name,
    )


# --- Doors ---------------------------------------------------------------------------------------


def test_passer_by_never_gets_in_before_who_waits_whatever_door_was_opened(full, slot, programme):
    """S06: room made by the shell rings no bell."""
    row = wait(slot, programme, 30)
    Booking.objects.filter(pk=full[0].pk).update(state=State.CANCELLED)
    Visit.objects.update(groups_taken=1, pupils_taken=28)

    with pytest.raises(places.VisitFull):
        passer_by(slot, programme)
    assert LIST.give_turns() == 1

    assert states(row) == [S.OFFERED]


def test_passer_by_may_have_what_is_too_small_for_who_waits(full, slot, programme):
    row = wait(slot, programme, 33)
    cancel(full[0])

    held = passer_by(slot, programme, pupils=10)

    assert held.bookings.get().state == State.HELD
    assert states(row) == [S.WAITING]


def test_swapping_two_own_classes_gives_nothing_to_the_waiting_list_between(programme):
    """S04"""
    first, second = (
        make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, d, 9), max_groups=1)
        for d in (3, 4)
    )
    here, there = (
        make_booking(visit=make_visit(slot=one, programme=programme)) for one in (first, second)
    )
    row, staff = wait(first, programme, 20), make_staff()
    spare = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))

    @retried
    def swap() -> None:
        lifecycle.reschedule(booking=here, slot=spare, by=staff)
        lifecycle.reschedule(booking=there, slot=first, by=staff)
        lifecycle.reschedule(booking=here, slot=second, by=staff)

    swap()

    assert [one.visit.slot for one in Booking.objects.order_by("pk")] == [second, first]
    assert states(row) == [S.WAITING]


# --- Joining, changing, withdrawing -------------------------------------------------------------


def join(slot, programme, *parties, by=None, **fields):
    teacher = by or make_teacher(school=make_school())
    submission = unsaved_submission(
        school=teacher.school, typed_school_name="", typed_city="", email=teacher.email, **fields
    )
    asking = WaitRequest(submission, programme, parties or (asked(pupils=20),), Wish.of(slot))
    return LIST.book(asking, by=teacher)


def test_history_of_staff_says_in_sentences_what_was_asked_and_what_lapsed(slot, programme, frozen):
    asking = WaitRequest(unsaved_submission(), programme, [asked(pupils=20)], Wish.of(slot))
    LIST.hold(asking, by=None)
    frozen.shift(datetime.timedelta(hours=1))
    LIST.lapse_expired()

    assert [line.text for line in reversed(staff_history(VisitWait.objects.get()))] == [
        "Een plek op de wachtlijst gevraagd.",
        "Vervallen: er is niet op tijd een code ingevuld.",
    ]


def test_joining_counts_from_the_code_and_stands_behind_who_waits(full, slot, programme, frozen):
    held = LIST.hold(
        WaitRequest(unsaved_submission(), programme, [asked(pupils=20)], Wish.of(slot)), by=None
    )
    frozen.shift(datetime.timedelta(minutes=5))
    earlier = join(slot, programme)
    frozen.shift(datetime.timedelta(minutes=5))

    LIST.verify(held)

    rows = list(VisitWait.objects.waiting())
    assert [row.submission for row in rows] == [earlier, held]
    assert rows[1].class_group is not None
    assert held.visitwaits.get().events.latest("pk").notice == "joined"


def test_code_of_who_withdrew_already_puts_nobody_on_the_list(full, slot, programme):
    asking = WaitRequest(unsaved_submission(), programme, [asked(pupils=20)], Wish.of(slot))
    held = LIST.hold(asking, by=None)
    LIST.withdraw(held, by=None)

    with pytest.raises(NotWaiting):
        LIST.verify(held)

    held.refresh_from_db()
    assert (held.verified_at, held.user) == (None, None)


def test_code_typed_twice_puts_her_on_the_list_once(full, slot, programme, frozen):
    asking = WaitRequest(unsaved_submission(), programme, [asked(pupils=20)], Wish.of(slot))
    held = LIST.hold(asking, by=None)
    LIST.verify(held)
    row = held.visitwaits.get()
    frozen.shift(datetime.timedelta(minutes=5))

    LIST.verify(held)

    assert held.visitwaits.get().asked_at == row.asked_at
    assert row.events.filter(move="verify").count() == 1


@pytest.mark.parametrize("seconds", [-1, 0])
def test_told_position_stands_also_where_the_clock_of_the_machine_goes_back_or_stands_still(
    full, slot, programme, frozen, seconds
):
    held = [
        LIST.hold(
            WaitRequest(unsaved_submission(), programme, [asked(pupils=20)], Wish.of(slot)), by=None
        )
        for _one in range(2)
    ]
    later, first = held  # who asked later types her code first
    LIST.verify(first)
    told = positions(list(first.visitwaits.all()))
    frozen.shift(datetime.timedelta(seconds=seconds))

    LIST.verify(later)

    assert positions(list(first.visitwaits.all())) == told
    moments = [row.asked_at for row in VisitWait.objects.waiting()]
    assert [row.submission for row in VisitWait.objects.waiting()] == [first, later]
    assert moments[0] < moments[1]


def test_only_who_may_want_the_same_day_stands_before_one(full, slot, programme):
    after = slot.day + ONE
    for_the_day = wait(slot, programme, 40)
    other_days = wait(None, programme, 40, first_day=after, last_day=after + 7 * ONE)
    any_day = wait(None, programme, 40, first_day=slot.day, last_day=after)
    found = positions([for_the_day, other_days, any_day])
    assert [found[row.pk].number for row in (for_the_day, other_days, any_day)] == [1, 1, 3]


def test_withdrawn_and_asked_anew_is_a_new_entry_at_the_end(full, slot, programme, frozen):
    """S08"""
    teacher = make_teacher(school=make_school())
    old = join(slot, programme, by=teacher)
    other = join(slot, programme)
    LIST.withdraw(old, by=teacher)
    frozen.shift(datetime.timedelta(minutes=20))

    new = join(slot, programme, by=teacher)

    assert [row.submission for row in VisitWait.objects.waiting()] == [other, new]
    assert old.visitwaits.get().state == S.ENDED
    assert new.visitwaits.get().events.latest("pk").notice == "joined"


def test_fewer_pupils_keep_the_rank_and_more_do_not_fit_it(full, slot, programme):
    """S08"""
    first, second = wait(slot, programme, 40 - 6), wait(slot, programme, 20)
    cancel(full[0])
    LIST.withdraw(second.submission, by=None)
    with pytest.raises(OnlyFewer):
        LIST.change_numbers(first, pupils=35, by=None)

    LIST.change_numbers(first, pupils=25, by=None)

    assert states(first) == [S.OFFERED]


def test_place_that_is_free_already_is_offered_to_who_joins(slot, programme):
    joined = join(slot, programme)

    assert joined.visitwaits.get().state == S.OFFERED


def test_not_needed_offer_goes_to_the_next(full, slot, programme):
    first, second = wait(slot, programme, 28), wait(slot, programme, 28)
    cancel(full[0])

    LIST.withdraw(first.submission, by=first.submission.user)

    assert states(first, second) == [S.ENDED, S.OFFERED]
    assert first.events.latest("pk").data == {"why": "passed"}


def test_staff_offer_over_the_order_with_a_note(full, slot, programme):
    first, second = wait(slot, programme, 33), wait(slot, programme, 33)
    cancel(full[0])
    visits.set_maxima(visit=Visit.objects.get(), max_groups=3, max_pupils=60)
    staff = make_staff()
    with pytest.raises(NoteRequired):
        LIST.offer_by_hand(second.submission, slot=slot, by=staff, note=" ")
    with pytest.raises(places.VisitFull):
        LIST.offer_by_hand(second.submission, slot=slot, by=staff, note="Zij kan niet anders")
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9), max_pupils=60)

    LIST.offer_by_hand(second.submission, slot=other, by=staff, note="Zij kan niet anders")

    assert states(first, second) == [S.WAITING, S.OFFERED]
    event = second.events.latest("pk")
    assert (event.by, event.note) == (staff, "Zij kan niet anders")


def test_what_staff_overrule_with_an_offer_is_kept_of_the_class_that_breaks_it(slot, programme):
    submission = make_submission()
    wait(slot, programme, 20, submission=submission)
    make_wait(
        slot=slot, programme=programme, submission=submission, party_name="3a", pupils=20,
        year_from=3, year_to=3,
    )  # fmt: skip

    LIST.offer_by_hand(submission, slot=slot, by=make_staff(), note="Plusklas")

    kept = {one.party_name: one.events.get(move="offer").data for one in VisitWait.objects.all()}
    assert kept["3a"]["overruled"] == ["year_group"]
    assert "overruled" not in kept["7a"]
    assert {one.party_name: one.events.get().data for one in Booking.objects.all()} == kept


@pytest.mark.parametrize(
    ("by_hand", "attention"), [(True, ""), (False, Attention.PREREQUISITE_GONE)]
)
def test_proeverij_that_staff_overruled_with_an_offer_needs_no_attention(by_hand, attention):
    programme = make_programme(kind=ProgrammeKind.EXPERIENCE, max_pupils=60)
    slot = make_slot(programmes=[programme], max_pupils=60)
    row = wait(slot, programme)
    if by_hand:
        Programme.objects.update(requires_taster=True)
        LIST.offer_by_hand(row.submission, slot=slot, by=make_staff(), note="Kennen we goed")
    else:
        LIST.give_turns()
        Programme.objects.update(requires_taster=True)

    LIST.take(row.submission, by=row.submission.user)

    booking = Booking.objects.get()
    assert booking.attention == attention
    words = "Er gaat geen Proeverij aan vooraf" if attention else ""  # none was ever booked
    assert booking.get_attention_display() == words
    lifecycle.ask_to_cancel(booking=booking, by=booking.submission.teacher)
    assert lifecycle.behind_question(booking) == attention


def test_offer_is_of_as_many_pupils_as_come_by_now(full, slot, programme):
    """She said so between the reading of the list and the offer."""
    row = wait(slot, programme, 28)
    [read_before] = entries_of(VisitWait.objects.all())
    LIST.change_numbers(row, pupils=20, by=None)
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9), max_pupils=60)

    with transaction.atomic():
        offering.offer_place(read_before, other, by=None)

    assert Booking.objects.get(state=State.OFFERED).pupils == 20
    assert Visit.objects.get(slot=other).pupils_taken == 20


def test_offer_by_the_worker_opens_nothing_on_a_day_that_was_closed_meanwhile(
    full, slot, programme, staff
):
    """Staff, who choose a half day by hand, may."""
    wait(slot, programme, 28)
    [entry] = entries_of(VisitWait.objects.all())
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9), max_pupils=60)
    assert not other.is_shut
    VisitSlot.objects.filter(pk=other.pk).update(is_closed=True)

    with pytest.raises(VisitGone), transaction.atomic():
        offering.offer_place(entry, other, by=None)
    with transaction.atomic():
        offering.offer_place(entry, other, by=staff, note="Alleen zij")

    assert Visit.objects.filter(slot=other).count() == 1


def test_raised_maximum_is_offered(full, slot, programme):
    """S06"""
    row = wait(slot, programme, 4)

    visits.set_maxima(visit=full[0].visit, max_groups=3, max_pupils=60)

    assert states(row) == [S.OFFERED]


def test_fewer_pupils_of_a_booking_make_room(full, slot, programme):
    visits.set_maxima(visit=full[0].visit, max_groups=3, max_pupils=60)
    row = wait(slot, programme, 10)

    lifecycle.change_numbers(booking=full[0], pupils=20, supervisors=2, by=make_staff())

    assert states(row) == [S.OFFERED]


def test_lapsed_hold_is_offered(slot, programme, frozen):
    from bookings import clock

    held = [passer_by(slot, programme, pupils=28) for _one in range(2)]
    assert held
    row = wait(slot, programme, 28)
    frozen.shift(datetime.timedelta(minutes=31))

    clock.lapse_expired()

    assert states(row) == [S.OFFERED]


def test_events_of_an_entry_chain(full, slot, programme):
    row = wait(slot, programme, 28)
    cancel(full[0])
    LIST.take(row.submission, by=row.submission.user)

    assert chain_is_sound(row.events.all())
    assert chain_is_sound(row.submission.bookings.get().events.all())
    taken = row.submission.bookings.get()
    assert (taken.state, taken.held_until) == (State.CONFIRMED, None)
    assert taken.events.latest("pk").notice == "confirmed"


def test_place_of_a_programme_with_approval_is_asked_for_by_taking(slot, programme):
    type(programme).objects.update(needs_approval=True)
    joined = join(slot, programme)

    LIST.take(joined, by=joined.user)

    assert joined.bookings.get().state == State.REQUESTED


def test_refusal_leaves_an_offer_as_it_was(full, slot, programme, frozen):
    row = wait(slot, programme, 28)
    cancel(full[0])
    frozen.move_to(slot.starts_at - ONE)

    with pytest.raises(Refused):
        LIST.take(row.submission, by=row.submission.user)

    assert states(row) == [S.OFFERED]


# --- Calling a visit off -------------------------------------------------------------------------


def test_history_of_what_lapsed_as_staff_called_it_off_says_so(slot, programme):
    visit = make_visit(slot=slot, programme=programme, max_groups=4, max_pupils=120)
    offered, wish = (wait(slot, programme), wait(None, programme, first_day=slot.day))
    LIST.give_turns()
    held = make_booking(visit=visit, state=State.HELD)
    make_booking(visit=visit)

    call_off(visit=visit, by=make_staff(), note="De kraan is stuk.")

    lapsed = Booking.objects.filter(state=State.LAPSED)
    assert {one.submission for one in lapsed} == {
        held.submission, offered.submission, wish.submission,
    }  # fmt: skip
    said = {sentence(one.events.get(move="lapse")) for one in lapsed}
    assert said == {"Wij hebben dit afgezegd."}


def test_visit_that_staff_call_off_ends_offers_and_entries_and_tells_each_once(
    programme, slot, frozen
):
    """S03"""
    visit = make_visit(slot=slot, programme=programme, max_groups=4, max_pupils=120)
    booked = [make_booking(visit=visit, pupils=28) for _one in range(3)]
    offered = wait(slot, programme, 30)
    LIST.give_turns()
    waiting = [wait(slot, programme, 30) for _one in range(3)]
    wish = wait(None, programme, 30, first_day=slot.day, last_day=slot.day + 30 * ONE)
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 5, 9), is_closed=True)

    call_off(visit=visit, by=make_staff(), note="De kraan is stuk.")

    assert states(offered, *waiting) == [S.ENDED] * 4
    assert states(wish) == [S.WAITING]
    assert {booking.state for booking in Booking.objects.filter(pk__in=[b.pk for b in booked])} == {
        State.CANCELLED
    }
    assert not Booking.objects.holding().exists()
    LIST.give_turns()
    assert not Booking.objects.holding().exists()
    type(other).objects.filter(pk=other.pk).update(is_closed=False)
    before = set(Mail.objects.values_list("pk", flat=True))
    Teller().tell(seconds=30)
    mails = Mail.objects.exclude(pk__in=before)
    told = [(mail.to, mail.template) for mail in mails if mail.template != "wait_offered"]
    ended = [(row.submission.email, "wait_ended") for row in (offered, *waiting)]
    cancelled = [(booking.submission.email, "booking_cancelled") for booking in booked]
    assert sorted(told) == sorted([*ended, *cancelled])
    for mail in mails.filter(template__in=["wait_ended", "booking_cancelled"]):
        assert "De kraan is stuk." in mail.text
        assert mail.text.index("Wat: ") < mail.text.index("donderdag 5 november 09:00: ")
        assert mail.html.index("Wat</th>") < mail.html.index("donderdag 5 november 09:00</a>")
        assert "heeft nu" not in mail.text


def test_wish_that_was_offered_a_visit_that_is_called_off_waits_on_in_its_rank(programme, slot):
    """S03"""
    wish = wait(None, programme, 30, first_day=slot.day, last_day=slot.day + 30 * ONE)
    LIST.give_turns()
    assert states(wish) == [S.OFFERED]

    call_off(visit=Visit.objects.get(), by=make_staff(), note="Storm")

    row = VisitWait.objects.get(pk=wish.pk)
    assert (row.state, row.asked_at, row.events.latest("pk").notice) == (
        S.WAITING,
        wish.asked_at,
        "waits_on",
    )


def test_who_was_offered_a_visit_that_is_called_off_reads_why(programme, slot):
    wish = wait(None, programme, 30, first_day=slot.day, last_day=slot.day + 30 * ONE)
    LIST.give_turns()
    call_off(visit=Visit.objects.get(), by=make_staff(), note="De kraan is stuk.")
    Teller().tell(seconds=30)
    mail = Mail.objects.get(template="wait_waits_on")
    assert (mail.to, "De kraan is stuk." in mail.text) == (wish.submission.email, True)


def test_staff_see_what_more_room_would_have_served(slot, programme, full, client):
    wait(slot, programme, 20)
    served = wait(slot, programme, 30)
    MOVES.apply(VisitWait.objects.get(submission=served.submission), "cancel", by=None)
    late = wait(slot, programme, 24)
    LIST.end(late.submission, Ending.TOO_LATE, by=None)
    make_wait(
        programme=programme,
        slot=None,
        first_day=datetime.date(2027, 1, 11),
        last_day=datetime.date(2027, 3, 12),
    )
    [on_date, wished] = demand(make_staff())
    assert [on_date[name] for name in ("slot", "entries", "classes", "heads")] == [
        slot.pk,
        2,
        2,
        44,
    ]
    assert (wished["slot"], wished["heads"]) == (None, 24)

    assert list(demand(make_staff(hubs=[], is_superuser=False))) == []


def test_wishes_for_two_programmes_of_one_title_are_two_lines(programme):
    """Each hub has a film of its own."""
    other = make_other_hub()
    staff = make_staff(hubs=[the_hub(), other])
    days = {"first_day": datetime.date(2027, 1, 11), "last_day": datetime.date(2027, 3, 12)}
    for hub in (the_hub(), other):
        film = make_programme(title="Film", venue=make_venue(hub=hub))
        make_wait(programme=film, slot=None, **days)
    assert [(line["programme__title"], line["entries"]) for line in demand(staff)] == [
        ("Film", 1),
        ("Film", 1),
    ]


def test_who_loses_an_offer_by_calling_off_is_offered_what_else_is_free(slot, programme):
    """Any day of two would do, and both had room; the first was called off."""
    other = make_slot(
        programmes=[programme], starts_at=amsterdam(2026, 11, 4, 9), max_groups=2, max_pupils=60
    )
    wish = Wish(slot.day, other.day)
    request = WaitRequest(unsaved_submission(), programme, [asked(pupils=10)], wish)
    LIST.book(request, by=make_staff())
    offered = Visit.objects.get()
    assert offered.slot == slot

    call_off(visit=offered, by=make_staff(), note="De kraan is stuk.")

    assert VisitWait.objects.get().state == S.OFFERED
    assert Booking.objects.get(state=State.OFFERED).visit.slot == other
