"""What happens to a shift: every state × every move, who gets it, and how it is let go."""

import datetime
import itertools

import pytest

from core.lifecycle import NEW, IllegalMove
from roster import lifecycle, refusals
from roster.lifecycle import MOVES
from roster.models import Shift, ShiftState
from tests.chain import chain_is_sound
from tests.factories import amsterdam, make_staff
from tests.roster.rostering import absent, fresh, make_person, make_run, make_shift, moves_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
TUESDAY = datetime.date(2026, 11, 3)
STATES = [NEW, *ShiftState.values]


@pytest.mark.parametrize(("state", "move"), list(itertools.product(STATES, MOVES)))
def test_move_is_legal_from_the_states_of_the_table_and_no_other(state, move):
    shift = Shift(state=state)
    if state in MOVES[move].sources:
        MOVES.check(shift, move)
    else:
        with pytest.raises(IllegalMove):
            MOVES.check(shift, move)


def test_she_takes_it_drops_out_and_those_who_can_are_asked_at_once():
    run = make_run()
    person, shift = make_person(runs=[run]), make_shift(run)
    lifecycle.accept(shift=shift, person=person)
    assert (fresh(shift).state, fresh(shift).holder) == ("taken", person.email)
    lifecycle.drop_out(shift=shift, person=person)
    now = fresh(shift)
    assert (now.state, now.person, now.holder, now.sequence) == ("open", None, None, 3)
    events = list(shift.events.order_by("pk"))
    assert [(one.move, one.notice) for one in events] == [
        ("open", ""), ("accept", "yours"), ("drop", "off"), ("offer", "offered"),
    ]  # fmt: skip
    assert [one.person for one in events] == [None, person, person, None]
    assert chain_is_sound(events)


def test_second_of_two_clicks_changes_nothing():
    run = make_run()
    person, shift = make_person(runs=[run]), make_shift(run)
    lifecycle.accept(shift=shift, person=person)
    assert lifecycle.accept(shift=fresh(shift), person=person) is None
    lifecycle.drop_out(shift=shift, person=person)
    assert lifecycle.drop_out(shift=fresh(shift), person=person) is None
    with pytest.raises(refusals.NotHers):
        lifecycle.drop_out(shift=fresh(shift), person=make_person(runs=[run]))
    assert moves_of(shift) == ["open", "accept", "drop", "offer"]


def test_shift_of_somebody_else_is_neither_taken_nor_dropped():
    run = make_run()
    shift = make_shift(run, person=make_person(runs=[run]))
    other = make_person(runs=[run])
    with pytest.raises(refusals.JustGiven):
        lifecycle.accept(shift=shift, person=other)
    with pytest.raises(refusals.NotHers):
        lifecycle.drop_out(shift=shift, person=other)
    assert moves_of(shift) == ["open", "accept"]


def test_ended_shift_is_not_needed():
    run = make_run()
    shift = make_shift(run)
    lifecycle.end(shift=shift)
    with pytest.raises(refusals.NotNeeded):
        lifecycle.accept(shift=shift, person=make_person(runs=[run]))


def test_shift_that_somebody_has_just_taken_is_not_ended_as_the_open_one():
    run = make_run()
    shift = make_shift(run)
    read_before = Shift.objects.get()
    lifecycle.accept(shift=shift, person=make_person(runs=[run]))

    assert lifecycle.end(shift=read_before, only_open=True) is None

    assert moves_of(shift) == ["open", "accept"]


@pytest.mark.parametrize("way", ["accept", "assign"])
def test_absence_refuses_an_older_offer_and_staff_alike(way):
    """T19: the page was shown, the mail sent, before she said that she cannot."""
    run = make_run()
    person, shift = make_person(runs=[run]), make_shift(run)
    absent(person, TUESDAY)
    with pytest.raises(refusals.Absent if way == "accept" else refusals.NoteRequired):
        if way == "accept":
            lifecycle.accept(shift=shift, person=person)
        else:
            lifecycle.assign(shift=shift, person=person, by=make_staff())
    assert moves_of(shift) == ["open"]


def test_staff_overrule_what_she_said_with_a_note_that_stays_in_the_history():
    run = make_run()
    person, shift = make_person(runs=[run]), make_shift(run)
    absent(person, TUESDAY)
    lifecycle.assign(shift=shift, person=person, by=make_staff(), note="Zij belde: kan toch.")
    event = shift.events.latest("pk")
    assert (event.data, event.note) == ({"overruled": ["Absent"]}, "Zij belde: kan toch.")
    assert fresh(shift).overruled == ["Absent"]


def test_no_note_overrules_a_certificate_that_ended():
    run = make_run()
    person = make_person(runs=[run], certificate_renew_by=datetime.date(2026, 11, 2))
    with pytest.raises(refusals.CertificateExpired):
        lifecycle.assign(shift=make_shift(run), person=person, by=make_staff(), note="Mag wel.")


def test_swapping_tells_both_and_asks_the_same_rule():
    run = make_run()
    first, second = make_person(runs=[run]), make_person(runs=[run])
    shift, staff = make_shift(run, person=first), make_staff()
    absent(second, TUESDAY)
    with pytest.raises(refusals.NoteRequired):
        lifecycle.assign(shift=shift, person=second, by=staff)
    assert fresh(shift).person == first
    lifecycle.assign(shift=shift, person=second, by=staff, note="Geruild.")
    told = shift.events.exclude(notice="").order_by("pk").values_list("notice", "person")
    assert list(told)[1:] == [("off", first.pk), ("yours", second.pk)]
    assert fresh(shift).person == second
    assert lifecycle.assign(shift=fresh(shift), person=second, by=staff) is None


def test_overlap_that_slipped_past_the_rule_is_refused_with_words(monkeypatch):
    """As two clicks at the same moment on two shifts: the constraint is the net."""
    run, other = make_run(), make_run()
    person = make_person(runs=[run, other])
    make_shift(run, person=person)
    shift = make_shift(other, amsterdam(2026, 11, 3, 10))
    monkeypatch.setattr("roster.rules.broken", lambda person, shift: [])
    with pytest.raises(refusals.Overlaps):
        lifecycle.accept(shift=shift, person=person)
    assert (shift.state, fresh(shift).state) == ("open", "open")


def test_after_it_began_nobody_takes_or_drops_it(frozen):
    run = make_run()
    person, shift = make_person(runs=[run]), make_shift(run)
    taken = make_shift(run, amsterdam(2026, 11, 3, 13), person)
    frozen.move_to(amsterdam(2026, 11, 3, 9))
    with pytest.raises(refusals.Over):
        lifecycle.accept(shift=shift, person=person)
    frozen.move_to(amsterdam(2026, 11, 3, 13))
    with pytest.raises(refusals.Over):
        lifecycle.drop_out(shift=taken, person=person)
    assert fresh(taken).person == person


def test_begun_shift_is_offered_to_nobody(frozen):
    shift = make_shift()
    frozen.move_to(shift.starts_at)
    with pytest.raises(refusals.Over):
        lifecycle.offer(shift=shift, by=make_staff())


def test_ended_shift_is_refused_for_what_it_is_and_not_for_whom_it_would_be():
    run = make_run()
    person, shift = make_person(runs=[run]), make_shift(run)
    absent(person, TUESDAY)
    lifecycle.end(shift=shift)
    with pytest.raises(IllegalMove):
        lifecycle.assign(shift=shift, person=person, by=make_staff())


def test_new_address_of_an_open_shift_is_mailed_to_nobody():
    run = make_run()
    open_one, taken = make_shift(run), make_shift(run, amsterdam(2026, 11, 4, 9))
    lifecycle.accept(shift=taken, person=make_person(runs=[run]))
    told = [lifecycle.readdress(shift=one, by=make_staff()).notice for one in (open_one, taken)]
    assert [bool(notice) for notice in told] == [False, True]
