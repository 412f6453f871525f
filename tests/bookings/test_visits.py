"""What staff do to a whole visit: move it, or change how many fit."""

import datetime
import itertools

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import lifecycle, places, visits
from bookings.admin.visits import calling_off as pages
from bookings.models import Booking, State, Visit, ZoneClaim
from bookings.refusals import BelowBooked, NothingToMove
from bookings.telling.wording import sentence
from bookings.visits.calling_off import call_off
from bookings.visits.concerned import concerned
from tests.bookings.asking import hold
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.mark.parametrize(
    ("of_programme", "of_slot", "opened"),
    [
        ((2, 60), (3, 70), (2, 60)),
        ((3, 70), (2, 60), (2, 60)),
        ((2, 70), (3, 60), (2, 60)),
        ((3, 60), (2, 70), (2, 60)),
    ],
)
def test_visit_opens_with_the_smaller_maximum_of_programme_and_slot(of_programme, of_slot, opened):
    groups, pupils = of_programme
    programme = make_programme(max_groups=groups, max_pupils=pupils)
    groups, pupils = of_slot
    slot = make_slot(programmes=[programme], max_groups=groups, max_pupils=pupils)

    hold(slot, programme)

    visit = Visit.objects.get()
    assert (visit.max_groups, visit.max_pupils) == opened
    assert (visit.groups_taken, visit.pupils_taken) == (1, 24)


def test_visit_is_named_by_its_own_hours_where_its_slot_is_longer():
    programme = make_programme(title="Film", duration=120)
    visit = make_visit(programme=programme, slot=make_slot(programmes=[programme]))
    assert str(visit) == "Film di 3 nov 2026 09:00–11:00"
    assert str(visit.slot) == "di 3 nov 2026 09:00–12:00"


def test_move_visit_takes_every_class_along_with_an_event_each():
    visit = make_visit(max_groups=2, max_pupils=70)
    bookings = [make_booking(visit=visit), make_booking(visit=visit)]
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))

    moved = visits.move_visit(visit=visit, slot=to, by=make_staff(), note="Verbouwing")

    there = Visit.objects.active().get()
    assert (moved, there.slot, there.groups_taken) == (2, to, 2)
    assert (there.max_groups, there.max_pupils) == (2, 70)
    assert ZoneClaim.objects.get().starts_at == to.starts_at
    for booking in bookings:
        before = booking.sequence
        booking.refresh_from_db()
        assert booking.sequence == before + 1
        assert booking.events.last().move == "reschedule"


def test_move_visit_lapses_an_expired_hold_before_it_looks_what_fits():
    """Else it would join the visit of that hold, in which one class fits."""
    visit = make_visit(max_groups=2, max_pupils=70)
    make_booking(visit=visit), make_booking(visit=visit)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    there = make_visit(slot=to, programme=visit.programme, max_groups=1)
    expired = make_booking(visit=there, state=State.HELD)

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        assert visits.move_visit(visit=visit, slot=to, by=make_staff()) == 2

    expired.refresh_from_db()
    assert expired.state == State.LAPSED
    assert Visit.objects.active().get().groups_taken == 2


def test_move_visit_leaves_what_does_not_come_on_its_own_date():
    visit = make_visit(max_groups=4, max_pupils=99)
    make_booking(visit=visit)
    held = make_booking(
        visit=visit, state=State.HELD, submission=make_submission(user=None, verified_at=None)
    )
    gone = make_booking(visit=visit, state=State.CANCELLED)
    before = (gone.sequence, gone.visit_id)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))

    visits.move_visit(visit=visit, slot=to, by=make_staff())

    assert sentence(held.events.get(move="lapse")) == "Wij hebben dit afgezegd."
    gone.refresh_from_db()
    assert (gone.sequence, gone.visit_id) == before
    visit.refresh_from_db()
    assert (visit.slot, visit.groups_taken) == (gone.visit.slot, 0)
    lifecycle.verify(submission=held.submission)
    held = Booking.objects.get(pk=held.pk)
    assert (held.state, held.visit.slot) == (State.CONFIRMED, visit.slot)


def test_move_visit_fits_into_its_own_rooms_later_that_morning():
    visit = make_visit(max_groups=2, max_pupils=70)
    make_booking(visit=visit), make_booking(visit=visit)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 3, 10))

    assert visits.move_visit(visit=visit, slot=to, by=make_staff()) == 2

    assert [claim.starts_at for claim in ZoneClaim.objects.all()] == [to.starts_at]


def test_move_visit_joins_the_one_that_is_there_or_leaves_everything():
    visit = make_visit(max_groups=2, max_pupils=70)
    make_booking(visit=visit), make_booking(visit=visit)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    there = make_visit(slot=to, programme=visit.programme, max_groups=2, max_pupils=99)
    make_booking(visit=there)

    with pytest.raises(places.VisitFull):
        visits.move_visit(visit=visit, slot=to, by=make_staff())
    visit.refresh_from_db()
    assert visit.groups_taken == 2

    visits.set_maxima(visit=there, max_groups=3, max_pupils=99)
    visits.move_visit(visit=visit, slot=to, by=make_staff())

    there.refresh_from_db()
    visit.refresh_from_db()
    assert there.groups_taken == 3
    assert visit.released_at is not None


def test_move_visit_with_nobody_booked_claims_no_zone_for_it():
    booking = make_booking(state=State.HELD)
    to = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))

    with pytest.raises(NothingToMove):
        visits.move_visit(visit=booking.visit, slot=to, by=make_staff())

    booking.refresh_from_db()
    assert booking.state == State.HELD
    assert ZoneClaim.objects.get().starts_at == booking.starts_at


def test_maxima_never_go_below_what_is_booked():
    visit = make_visit(max_groups=3, max_pupils=99)
    make_booking(visit=visit)
    make_booking(visit=visit)

    with pytest.raises(BelowBooked):
        visits.set_maxima(visit=visit, max_groups=1, max_pupils=99)
    with pytest.raises(BelowBooked):
        visits.set_maxima(visit=visit, max_groups=2, max_pupils=47)
    visits.set_maxima(visit=visit, max_groups=2, max_pupils=48)

    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == (2, 48)


# --- Who joined or left since the page was shown -------------------------------------------------

MOVE, CALL_OFF, MAXIMUM = "verplaats", "afzeggen", "maximum"


@pytest.fixture
def shown(desk):
    """A visit with one class and room for more, and what the two pages ask for it."""
    visit = make_visit(max_groups=4, max_pupils=99)
    make_booking(visit=visit)
    to = make_slot(programmes=[visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    return visit, {"note": "De kraan is stuk.", "slot": to.pk}


def page_of(visit, page):
    return f"/beheer/bookings/visit/{visit.pk}/{page}/"


def seen_on(answer):
    return {"seen": answer.context["form"]["seen"].value()}


def untouched(visit):
    return {one.state for one in Booking.objects.filter(visit=visit)} == {State.CONFIRMED}


@pytest.mark.parametrize("page", [MOVE, CALL_OFF])
def test_page_that_does_not_say_who_was_seen_does_nothing(desk, shown, page):
    visit, typed = shown
    desk.post(page_of(visit, page), typed)
    assert untouched(visit)


@pytest.mark.parametrize(
    ("page", "module", "name"),
    [(MOVE, visits, "move_visit"), (CALL_OFF, pages, "call_off")],
    ids=[MOVE, CALL_OFF],
)
def test_who_joins_after_the_form_compared_is_not_taken_along(
    desk, shown, monkeypatch, page, module, name
):
    """The verb compares once more under its locks."""
    visit, typed = shown
    typed |= seen_on(desk.get(page_of(visit, page)))
    verb = getattr(module, name)

    def with_one_more(**arguments):
        make_booking(visit=visit, party_name="8z")
        return verb(**arguments)

    monkeypatch.setattr(module, name, with_one_more)
    answer = desk.post(page_of(visit, page), typed)
    monkeypatch.undo()

    assert str(places.VisitGone()) in answer.text
    assert untouched(visit)
    again = desk.post(page_of(visit, page), typed)
    desk.post(page_of(visit, page), typed | seen_on(again))
    assert not untouched(visit)


def test_visit_that_others_left_already_is_called_off_without_a_word(shown):
    """The second of two clicks: nobody is left whom it concerns."""
    visit, _typed = shown
    lifecycle.cancel(booking=visit.bookings.get(), by=make_staff())
    assert not call_off(visit=visit, by=make_staff(), seen="Booking:1:confirmed:24").booked


@pytest.mark.parametrize(("ours", "theirs"), [((3, 90), (2, 60)), ((2, 60), (3, 90))])
def test_maximum_that_a_colleague_set_after_the_form_compared_stands(
    desk, shown, monkeypatch, ours, theirs
):
    visit, _typed = shown
    maxima = dict(zip(("max_groups", "max_pupils"), ours, strict=True))
    typed = maxima | seen_on(desk.get(page_of(visit, MAXIMUM)))
    verb, calls = visits.set_maxima, itertools.count(1)

    def after_a_colleague(**arguments):
        """The first call is the rehearsal."""
        if next(calls) == 2:
            verb(visit=visit, max_groups=theirs[0], max_pupils=theirs[1])
        return verb(**arguments)

    monkeypatch.setattr(visits, "set_maxima", after_a_colleague)
    answer = desk.post(page_of(visit, MAXIMUM), typed)
    monkeypatch.undo()

    assert str(places.VisitGone()) in answer.text
    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == theirs
    again = desk.post(page_of(visit, MAXIMUM), typed)
    assert f"maakte er {theirs[0]} en {theirs[1]} van" in again.text
    assert desk.post(page_of(visit, MAXIMUM), typed | seen_on(again)).status_code == 302
    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == ours


def test_second_click_on_the_same_maximum_is_no_change_of_a_colleague(shown):
    visit, _typed = shown
    for _click in range(2):
        visits.set_maxima(visit=visit, max_groups=3, max_pupils=90, seen=(4, 99))
    visit.refresh_from_db()
    assert (visit.max_groups, visit.max_pupils) == (3, 90)


def test_whom_a_visit_concerns_is_asked_by_its_key(shown):
    """PostgreSQL does not look into a subquery behind a dozen joins: it read all bookings."""
    visit, _typed = shown
    with CaptureQueriesContext(connection) as queries:
        found = concerned(visit)
    assert len(found.booked) == 1
    assert [one["sql"] for one in queries if "(SELECT" in one["sql"]] == []
