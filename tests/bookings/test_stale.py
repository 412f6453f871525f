"""What was true when a page was opened, or a code mailed, and is not any more."""

import datetime

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse

from bookings import attendance, clock, lifecycle, moving
from bookings.models import Attention, Booking, State, VisitSlot
from bookings.refusals import SlotPast
from bookings.rules import VisitItem, VisitRequest
from core.mail.outbox import Teller
from programmes.models import Closure, Programme, ProgrammeKind
from submissions.changing import move_asked_of
from submissions.codes import code_of
from submissions.models import CodeChallenge, Submission
from submissions.rules import Party, Rule, RulesBroken
from tests.booking_form import address, typed
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_class_group,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
    unsaved_submission,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def close_by_hand(slot):
    VisitSlot.objects.filter(pk=slot.pk).update(is_closed=True)


def close_the_venue(slot):
    Closure.objects.create(venue=slot.venue, starts_on=slot.day, ends_on=slot.day, reason="Verf")


CLOSINGS = pytest.mark.parametrize("close", [close_by_hand, close_the_venue])


@CLOSINGS
def test_form_opened_before_the_date_was_closed_holds_nothing(client, programme, slot, close):
    close(slot)

    response = client.post(address(programme, slot), typed())

    assert response.status_code in {409, 422}
    assert "Op deze datum zijn we gesloten." in response.content.decode()
    assert not Booking.objects.exists()


def test_staff_may_book_on_a_closed_date_saying_why(programme, slot):
    staff = make_staff()
    close_by_hand(slot)
    slot.refresh_from_db()
    items = [VisitItem(slot, programme, Party("7b", 7, 7, 24, 3))]

    with pytest.raises(RulesBroken):
        lifecycle.book(VisitRequest(unsaved_submission(), items), by=staff)
    booked = lifecycle.book(
        VisitRequest(unsaved_submission(), items, {Rule.DATE}, "Open dag"), by=staff
    )

    assert booked.bookings.get().state == State.CONFIRMED


@pytest.mark.parametrize("lapse", [clock.lapse_expired, lambda: None])
@CLOSINGS
def test_hold_whose_time_is_up_is_not_confirmed_on_a_closed_date(programme, slot, close, lapse):
    held = held_in(programme, slot)
    with time_machine.travel(NOW + datetime.timedelta(hours=1), tick=False):
        lapse()
        close(slot)

        with pytest.raises(RulesBroken):
            lifecycle.verify(submission=held.submission)

    held.refresh_from_db()
    assert held.state in {State.HELD, State.LAPSED}


def held_in(programme, slot):
    return make_booking(
        visit=make_visit(slot=slot, programme=programme),
        state=State.HELD,
        class_group=None,
        submission=make_submission(verified_at=None),
    )


def unpublish(programme, slot):
    Programme.objects.filter(pk=programme.pk).update(is_published=False)


def take_out_of(programme, slot):
    slot.programmes.remove(programme)


@pytest.mark.parametrize("withdraw", [unpublish, take_out_of])
def test_hold_whose_time_is_up_is_not_confirmed_for_what_is_no_longer_offered(
    programme, slot, withdraw
):
    held = held_in(programme, slot)
    withdraw(programme, slot)
    with time_machine.travel(NOW + datetime.timedelta(hours=1), tick=False):
        with pytest.raises(RulesBroken, match="kan niet meer worden geboekt"):
            lifecycle.verify(submission=held.submission)
        held.refresh_from_db()
    assert held.state == State.HELD

    assert lifecycle.verify(submission=held.submission).verified_at == NOW  # within its time


@pytest.mark.parametrize("withdraw", [unpublish, take_out_of])
def test_code_page_promises_nothing_of_what_is_no_longer_offered(
    client: Client, programme, slot, withdraw
):
    client.post(address(programme, slot), typed())
    page = reverse("bookings:code", args=[Submission.objects.get().public_id])
    withdraw(programme, slot)

    in_time = client.get(page).content.decode()
    assert "Intussen houden we de plek voor jullie vast." in in_time
    assert ">Wijzigen<" not in in_time  # its form is there no more

    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        late = client.get(page).content.decode()
    assert "Deze datum kan niet meer worden geboekt." in late
    assert "is die nog vrij" not in late

    away = client.post(page, {"let_go": "1"})
    assert client.get(away["Location"]).status_code == 200


def test_code_page_says_that_a_hold_was_cancelled(client: Client, programme, slot):
    client.post(address(programme, slot), typed())
    booking = Booking.objects.get()
    lifecycle.cancel(booking=booking, by=make_staff())

    text = client.get(
        reverse("bookings:code", args=[booking.submission.public_id])
    ).content.decode()

    assert "deze boeking is geannuleerd" in text
    assert "is die nog vrij" not in text


def test_code_of_a_lapsed_hold_confirms_no_visit_of_yesterday(client: Client, programme):
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 9, 24, 9))
    client.post(address(programme, slot), typed())
    page = reverse("bookings:code", args=[Submission.objects.get().public_id])
    with time_machine.travel(amsterdam(2026, 9, 25, 9), tick=False):
        clock.lapse_expired()
        client.post(page, {"again": "1"})

        response = client.post(page, {"code": code_of(CodeChallenge.objects.latest("pk"))})

    assert "Deze datum is voorbij." in response.content.decode()
    assert Booking.objects.get().state == State.LAPSED


def test_code_page_says_what_else_is_free_when_the_date_was_closed(client: Client, programme, slot):
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 5, 9))
    client.post(address(programme, slot), typed())
    page = reverse("bookings:code", args=[Submission.objects.get().public_id])
    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        close_by_hand(slot)
        client.post(page, {"again": "1"})

        response = client.post(page, {"code": code_of(CodeChallenge.objects.latest("pk"))})

    text = response.content.decode()
    assert "Op deze datum zijn we gesloten." in text
    assert [offer.slot_id for offer in response.context["others"]] == [other.pk]
    assert "naar een andere klas gegaan" not in text
    assert "houden we de plek" not in text


def test_code_page_says_that_a_hold_ran_out_where_its_place_has_gone_since(
    client: Client, programme, slot
):
    client.post(address(programme, slot), typed())
    page = reverse("bookings:code", args=[Submission.objects.get().public_id])
    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        clock.lapse_expired()
        for _class in range(programme.max_groups):
            make_booking(visit=make_visit(slot=slot, programme=programme))
        client.post(page, {"again": "1"})

        response = client.post(page, {"code": code_of(CodeChallenge.objects.latest("pk"))})

    assert "een tijdje voor jullie vastgehouden" in response.text
    assert "niet meer voor jullie vast" not in response.text  # nobody let it go


def test_cancelling_what_was_confirmed_meanwhile_is_mailed():
    stale = held_in(programme := make_programme(), make_slot(programmes=[programme]))
    lifecycle.verify(submission=Submission.objects.get())

    event = lifecycle.cancel(booking=stale, by=make_staff())

    assert (event.from_state, event.notice) == (State.CONFIRMED, "cancelled")


def test_the_same_numbers_again_are_no_move():
    booking = make_booking()
    submission = booking.submission

    def change():
        return lifecycle.change_numbers(
            booking=booking, pupils=20, supervisors=3, by=submission.user
        )

    assert change() is not None
    assert change() is None
    assert booking.events.filter(move="change_numbers").count() == 1


def test_history_of_numbers_begins_where_they_were():
    booking = make_booking()
    stale = Booking.objects.with_facts().get(pk=booking.pk)
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=3, by=make_staff())

    event = lifecycle.change_numbers(booking=stale, pupils=22, supervisors=3, by=None)

    assert event.data == {"from": [20, 3], "to": [22, 3]}


def test_asking_twice_to_cancel_is_asking_once():
    booking = make_booking()
    with time_machine.travel(amsterdam(2026, 10, 30, 9), tick=False):
        lifecycle.ask_to_cancel(booking=booking, by=None)
        assert lifecycle.ask_to_cancel(booking=booking, by=None) is None

    assert booking.events.filter(move="ask_to_cancel").count() == 1


def test_nobody_asks_to_cancel_a_visit_that_was():
    booking = make_booking()
    with time_machine.travel(amsterdam(2026, 12, 1, 9), tick=False), pytest.raises(SlotPast):
        lifecycle.ask_to_cancel(booking=booking, by=None)


def cancel(booking):
    return lifecycle.cancel(booking=booking, by=booking.submission.user)


def change_numbers(booking):
    by = booking.submission.user
    return lifecycle.change_numbers(booking=booking, pupils=20, supervisors=3, by=by)


@pytest.mark.parametrize("move", [cancel, change_numbers])
def test_school_that_may_until_the_day_itself_changes_nothing_that_has_begun(move):
    programme = make_programme(change_until=0, cancel_until=0)
    booking = make_booking(visit=make_visit(programme=programme))

    with time_machine.travel(booking.starts_at, tick=False), pytest.raises(SlotPast):
        move(booking)
    with time_machine.travel(booking.starts_at - datetime.timedelta(minutes=1), tick=False):
        assert move(booking) is not None


def test_class_that_became_too_large_still_changes_its_supervisors():
    booking = make_booking(pupils=30)
    Programme.objects.update(max_pupils_per_class=25)
    booking = Booking.objects.with_facts().get(pk=booking.pk)

    lifecycle.change_numbers(booking=booking, pupils=30, supervisors=5, by=booking.submission.user)

    booking.refresh_from_db()
    assert (booking.pupils, booking.supervisors) == (30, 5)


# --- The Proeverij before an Experience ----------------------------------------------------------


@pytest.fixture
def taster_and_experience():
    """One class: a Proeverij on 3 November and an Experience on 10 November."""
    school = make_school()
    teacher, group = make_teacher(school=school), make_class_group(school=school, name="7b")
    made = []
    for day, kind in ((3, ProgrammeKind.TASTER), (10, ProgrammeKind.EXPERIENCE)):
        programme = make_programme(kind=kind, requires_taster=kind == ProgrammeKind.EXPERIENCE)
        slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
        visit = make_visit(slot=slot, programme=programme)
        asked = make_submission(user=teacher, school=school)
        made.append(make_booking(visit=visit, submission=asked, party_name="7b", class_group=group))
    return made


def attention_of(booking):
    booking.refresh_from_db()
    return booking.attention


def test_proeverij_moved_behind_its_experience_needs_attention(taster_and_experience):
    taster, experience = taster_and_experience
    programme = taster.visit.programme
    later = make_slot(
        programmes=[programme], venue=programme.venue, starts_at=amsterdam(2026, 11, 17, 9)
    )

    lifecycle.reschedule(booking=taster, slot=later, by=make_staff())

    assert attention_of(experience) == Attention.PREREQUISITE_GONE


def test_proeverij_that_was_missed_needs_attention(taster_and_experience):
    taster, experience = taster_and_experience
    with time_machine.travel(amsterdam(2026, 11, 3, 14), tick=False):
        attendance.miss(booking=taster, by=make_staff())

    assert attention_of(experience) == Attention.PREREQUISITE_GONE


def test_hold_of_a_proeverij_that_goes_flags_nothing(taster_and_experience):
    taster, experience = taster_and_experience
    Booking.objects.filter(pk=taster.pk).update(state=State.CANCELLED)
    programme = make_programme(kind=ProgrammeKind.TASTER)
    held = held_in(programme, make_slot(programmes=[programme]))

    lifecycle.cancel(booking=held, by=make_staff())
    Teller().tell(seconds=5)

    assert attention_of(experience) == ""


def test_experience_moved_before_its_proeverij_needs_attention(taster_and_experience):
    _taster, experience = taster_and_experience
    programme = experience.visit.programme
    earlier = make_slot(programmes=[programme], starts_at=amsterdam(2026, 10, 27, 9))

    lifecycle.reschedule(booking=experience, slot=earlier, by=make_staff())

    assert attention_of(experience) == Attention.PREREQUISITE_GONE


def test_experience_reinstated_when_its_proeverij_has_gone_needs_attention(taster_and_experience):
    taster, experience = taster_and_experience
    staff = make_staff()
    for booking in (experience, taster):
        lifecycle.cancel(booking=booking, by=staff)

    lifecycle.reinstate(booking=experience, by=staff)

    assert attention_of(experience) == Attention.PREREQUISITE_GONE


def test_experience_without_a_proeverij_is_flagged_once(taster_and_experience):
    taster, experience = taster_and_experience
    lifecycle.cancel(booking=taster, by=make_staff())

    with transaction.atomic():
        lifecycle.flag_dependents(taster, taster.starts_at, None)

    assert experience.events.filter(move="flag").count() == 1


def test_proeverij_that_was_never_confirmed_leaves_no_experience_in_doubt(taster_and_experience):
    taster, experience = taster_and_experience
    lifecycle.cancel(booking=taster, by=make_staff())
    lifecycle.settle(booking=experience, by=make_staff())
    slot = make_slot(starts_at=amsterdam(2026, 10, 6, 9))
    visit = make_visit(slot=slot, programme=make_programme(kind=ProgrammeKind.TASTER))
    held = make_booking(visit=visit, submission=taster.submission, state=State.HELD)

    lifecycle.cancel(booking=held, by=None)

    assert attention_of(experience) == ""


def ask_for(experience, day):
    programme = experience.visit.programme
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, day, 9))
    moving.ask_to_move(booking=experience, slot=slot, by=experience.submission.teacher)
    return slot


def lose(taster):
    """It comes after its Experience of the tenth, and before what is asked for."""
    programme = taster.visit.programme
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 17, 9))
    lifecycle.reschedule(booking=taster, slot=slot, by=make_staff())


@pytest.mark.parametrize("asked_first", [True, False])
@pytest.mark.parametrize("answer", [moving.keep_date, lifecycle.settle])
def test_school_that_asks_for_another_date_is_answered_before_the_proeverij_is_looked_at(
    taster_and_experience, asked_first, answer
):
    taster, experience = taster_and_experience
    if not asked_first:
        lose(taster)
    wished = ask_for(experience, 24)
    if asked_first:
        lose(taster)

    assert attention_of(experience) == Attention.MOVE_ASKED
    assert move_asked_of(experience).data["slot"] == wished.pk
    answer(booking=experience, by=make_staff())
    assert attention_of(experience) == Attention.PREREQUISITE_GONE

    lifecycle.settle(booking=experience, by=make_staff())
    ask_for(experience, 26)
    moving.keep_date(booking=experience, by=make_staff())
    assert attention_of(experience) == ""  # settled once is settled


def test_proeverij_that_goes_after_it_was_settled_needs_attention_behind_a_question(
    taster_and_experience,
):
    taster, experience = taster_and_experience
    lifecycle.settle(booking=experience, by=make_staff())
    lifecycle.ask_to_cancel(booking=experience, by=experience.submission.teacher)

    lose(taster)
    lifecycle.cancel(booking=taster, by=make_staff())

    assert attention_of(experience) == Attention.LATE_CANCELLATION
    assert experience.events.filter(move="flag").count() == 1
    lifecycle.settle(booking=experience, by=make_staff())
    assert attention_of(experience) == Attention.PREREQUISITE_GONE


def test_question_about_what_is_over_hides_no_doubt(taster_and_experience):
    taster, experience = taster_and_experience
    lifecycle.ask_to_cancel(booking=experience, by=experience.submission.teacher)
    lose(taster)
    with time_machine.travel(amsterdam(2026, 11, 12, 9), tick=False):
        lifecycle.settle(booking=experience, by=make_staff())

    assert attention_of(experience) == ""


def test_doubt_behind_a_question_is_there_once_staff_agree_to_another_date(taster_and_experience):
    taster, experience = taster_and_experience
    taster.party_name = "8a"  # another class of the school
    taster.class_group = make_class_group(school=taster.submission.school, name="8a")
    taster.save()
    lifecycle.settle(booking=experience, by=make_staff())
    slot = ask_for(experience, 24)

    lifecycle.reschedule(booking=experience, slot=slot, by=make_staff())

    assert attention_of(experience) == ""  # settled once is settled
    experience.events.filter(move="settle").delete()
    slot = ask_for(experience, 26)
    lifecycle.reschedule(booking=experience, slot=slot, by=make_staff())
    assert attention_of(experience) == Attention.PREREQUISITE_BY_SCHOOL


def test_class_moved_beyond_the_summer_is_one_of_the_year_it_comes_in():
    booking = make_booking()
    before = booking.class_group
    slot = make_slot(programmes=[booking.visit.programme], starts_at=amsterdam(2027, 9, 7, 9))

    lifecycle.reschedule(booking=booking, slot=slot, by=make_staff())

    booking.refresh_from_db()
    after = booking.class_group
    assert (after.school, after.school_year, after.name) == (before.school, 2027, "Groep 7")
