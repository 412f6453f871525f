"""Who hears what: recipients, subjects, and that nobody hears what is not so any more (T17)."""

import datetime

import pytest

from bookings.visits import move_visit
from core.mail import outbox
from core.mail.markers import reveal
from core.models import Mail
from programmes.models import Programme
from roster import clock, lifecycle
from roster.models import Shift, ShiftEvent
from roster.telling.notices import mails_of, send_link
from tests.factories import amsterdam, make_other_hub, make_staff, make_venue
from tests.roster.rostering import (
    absent,
    fresh,
    make_person,
    make_run,
    make_shift,
    moves_of,
    other_slot,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]
WEDNESDAY = amsterdam(2026, 11, 4, 13)
NEAR = amsterdam(2026, 10, 20, 9)  # within six weeks


def told():
    """Make the mails that wait; who gets which."""
    Mail.objects.all().delete()
    outbox.Teller().tell(seconds=60)
    return sorted(Mail.objects.values_list("to", "subject"))


@pytest.fixture
def run():
    return make_run(title="Proeverij")


def test_open_shift_is_offered_once_to_each_who_can(run, frozen):
    anna, bo = make_person(runs=[run], email="anna@x.nl"), make_person(runs=[run], email="bo@x.nl")
    make_person(runs=[run], email="")  # by telephone
    make_person(hub=run.venue.hub)  # does not run it
    make_person(runs=[run], left_on=datetime.date(2026, 9, 1))
    absent(bo, datetime.date(2026, 10, 21))
    make_shift(run, NEAR)
    make_shift(run, NEAR + datetime.timedelta(days=1))
    clock.offer_open()
    clock.offer_open()
    assert told() == [
        (anna.email, "Kun je helpen? Er staat 2 keer inzet open"),
        (bo.email, "Kun je helpen op dinsdag 20 oktober?"),
    ]
    assert ShiftEvent.objects.filter(move="offer").count() == 2
    assert told() == []


def test_second_worker_that_saw_it_unasked_does_not_ask_again_and_staff_do(run):
    looked = make_shift(run, NEAR)
    first, second = fresh(looked), fresh(looked)
    assert lifecycle.offer(shift=first, by=None) is not None
    assert lifecycle.offer(shift=second, by=None) is None
    assert moves_of(looked) == ["open", "offer"]
    lifecycle.offer(shift=second, by=make_staff())
    assert moves_of(looked) == ["open", "offer", "offer"]


def test_what_is_far_ahead_waits_and_what_comes_later_that_day_waits_for_tomorrow(run, frozen):
    make_person(runs=[run])
    make_shift(run, amsterdam(2026, 11, 3, 9))  # in seven weeks
    clock.offer_open()
    assert told() == []
    make_shift(run, NEAR)
    clock.offer_open()
    assert len(told()) == 1
    make_shift(run, NEAR + datetime.timedelta(days=1))
    clock.offer_open()
    assert told() == []
    near = make_shift(run, amsterdam(2026, 9, 21, 9))  # next week
    clock.offer_open()
    assert [subject for _to, subject in told()] == ["Kun je helpen op maandag 21 september?"]
    frozen.move_to(amsterdam(2026, 9, 16, 0, 30))
    clock.offer_open()
    assert len(told()) == 1
    assert near.events.filter(move="offer").count() == 1


def test_what_staff_offered_by_hand_is_not_the_mail_of_the_day(run):
    anna = make_person(runs=[run])
    by_hand = make_shift(run, NEAR)
    lifecycle.offer(shift=by_hand, by=make_staff())
    make_shift(run, NEAR + datetime.timedelta(days=1))
    told()
    clock.offer_open()
    assert told() == [(anna.email, "Kun je helpen op woensdag 21 oktober?")]


def test_what_somebody_dropped_out_of_is_not_the_mail_of_the_day(run):
    anna, bo = make_person(runs=[run]), make_person(runs=[run])
    dropped = make_shift(run, NEAR, anna)
    make_shift(run, NEAR + datetime.timedelta(days=1))
    lifecycle.drop_out(shift=dropped, person=anna)
    told()
    clock.offer_open()
    subject = "Kun je helpen op woensdag 21 oktober?"
    assert told() == [(anna.email, subject), (bo.email, subject)]


def test_mail_of_the_day_of_one_hub_does_not_keep_back_that_of_another(run):
    elsewhere = make_run(venue=make_venue(hub=make_other_hub()))
    bram = make_person(runs=[elsewhere], hub=elsewhere.venue.hub)
    make_shift(run, NEAR)
    clock.offer_open()
    told()
    make_shift(elsewhere, NEAR)
    clock.offer_open()
    assert [to for to, _subject in told()] == [bram.email]


def test_offer_leaves_out_what_was_taken_before_its_mail_was_made(run):
    anna, _bo = make_person(runs=[run]), make_person(runs=[run])
    shift = make_shift(run, NEAR)
    clock.offer_open()
    lifecycle.accept(shift=shift, person=anna)
    assert told() == [(anna.email, "Je staat op het rooster op dinsdag 20 oktober")]


def test_who_drops_out_sets_off_the_search_and_is_not_asked_herself(run):
    anna, bo = make_person(runs=[run], email="anna@x.nl"), make_person(runs=[run], email="bo@x.nl")
    shift = make_shift(run, NEAR, anna)
    told()
    lifecycle.drop_out(shift=shift, person=anna)
    assert told() == [
        (anna.email, "Je hoeft niet te komen op dinsdag 20 oktober"),
        (bo.email, "Kun je helpen op dinsdag 20 oktober?"),
    ]


def test_who_took_it_and_dropped_out_before_the_mail_hears_only_the_last(run):
    anna = make_person(runs=[run])
    shift = make_shift(run, NEAR, anna)
    lifecycle.drop_out(shift=shift, person=anna)
    assert told() == [(anna.email, "Je hoeft niet te komen op dinsdag 20 oktober")]


@pytest.mark.parametrize(("minute", "hears"), [(59, True), (60, False)])
def test_worker_that_comes_late_tells_nobody_of_what_is_over(run, frozen, minute, hears):
    other = make_run()
    anna, bo = make_person(runs=[run]), make_person(runs=[other])
    make_shift(run, NEAR, anna)
    dropped = make_shift(other, NEAR, bo)
    lifecycle.drop_out(shift=dropped, person=bo)
    frozen.move_to(NEAR + datetime.timedelta(hours=1, minutes=minute))
    assert [to for to, _subject in told()] == ([anna.email, bo.email] if hears else [])


def test_shift_that_moved_is_told_once_with_its_calendar_file(run):
    anna = make_person(runs=[run])
    shift = make_shift(run, NEAR, anna)
    told()
    move_visit(visit=shift.visit, slot=other_slot(shift.visit, WEDNESDAY), by=make_staff())
    clock.follow_visits()
    clock.follow_visits()
    assert (anna.email, "Je inzet is verzet naar woensdag 4 november") in told()
    mail = Mail.objects.get(template="shift_moved")
    [file] = mail.files.all()
    assert file.mimetype == "text/calendar; charset=utf-8; method=REQUEST"
    assert b"DTSTART;TZID=Europe/Amsterdam:20261104T130000" in bytes(file.content)
    assert b"SEQUENCE:3" in bytes(file.content)


def test_shift_that_moved_onto_another_of_hers_is_off_on_the_day_she_knew(run, frozen):
    """Not on the day of the other one, on which she is expected."""
    other = make_run(title="Film")
    anna = make_person(runs=[run, other])
    make_shift(other, WEDNESDAY, anna)
    shift = make_shift(run, NEAR, anna)
    told()
    move_visit(visit=shift.visit, slot=other_slot(shift.visit, WEDNESDAY), by=make_staff())
    clock.follow_visits()

    assert (anna.email, "Je hoeft niet te komen op dinsdag 20 oktober") in told()
    mail = Mail.objects.get(template="shift_off")
    assert "dinsdag 20 oktober 09:00–11:00: Proeverij" in mail.text
    assert "4 november" not in mail.text
    assert "of het bezoek is verzet of gaat niet door." in mail.text  # she did not drop out
    [file] = mail.files.all()
    assert b"DTSTART;TZID=Europe/Amsterdam:20261020T090000" in bytes(file.content)


def test_open_shift_that_moved_is_offered_to_who_can_then(run, frozen):
    tuesdays = make_person(runs=[run], on=[1], email="anna@x.nl")
    thursdays = make_person(runs=[run], on=[3], email="bo@x.nl")
    shift = make_shift(run, NEAR)
    clock.offer_open()
    assert [to for to, _subject in told()] == [tuesdays.email]
    thursday = NEAR + datetime.timedelta(days=2)
    move_visit(visit=shift.visit, slot=other_slot(shift.visit, thursday), by=make_staff())
    clock.follow_visits()
    told()  # the school hears of it
    frozen.move_to(amsterdam(2026, 9, 16, 9))
    clock.offer_open()
    assert told() == [(thursdays.email, "Kun je helpen op donderdag 22 oktober?")]


def test_open_shift_that_only_got_longer_is_offered_once(run, frozen):
    make_person(runs=[run])
    shift = make_shift(run, NEAR)
    clock.offer_open()
    Programme.objects.update(duration=150)
    clock.follow_visits()
    frozen.move_to(amsterdam(2026, 9, 16, 9))
    clock.offer_open()
    assert moves_of(shift) == ["open", "offer", "follow"]


def test_another_hubs_people_hear_nothing(run):
    make_person(runs=[run], hub=make_other_hub())
    make_shift(run, NEAR)
    clock.offer_open()
    assert told() == []


def test_mail_is_in_her_language_and_holds_no_link_that_works(run):
    anna = make_person(runs=[run], language="en", name="Ümit Çelik-van ’t Hof")
    make_shift(run, NEAR)
    clock.offer_open()
    assert told() == [(anna.email, "Can you help on Tuesday 20 October?")]
    mail = Mail.objects.get()
    assert "Hello Ümit Çelik-van ’t Hof," in mail.text
    assert f"[[roster:{anna.pk}:" in mail.text
    assert "/inzet/" not in mail.text + mail.html


def test_her_link_is_for_her_address_of_now(run, settings):
    """A mail to the one before can wait, or be sent again by staff."""
    anna = make_person(runs=[run], email="tikfout@x.nl")
    send_link(anna)
    mail = Mail.objects.get()
    assert "/inzet/" in reveal(mail.text, to=mail.to)
    anna.email = "anna@x.nl"
    anna.save()
    text = reveal(mail.text, to=mail.to)
    assert "/inzet/" not in text
    assert settings.SITE_URL in text


def test_her_own_link_is_mailed_and_note_of_staff_is_not(run):
    anna = make_person(runs=[run])
    send_link(anna)
    assert Mail.objects.get().subject == "Je eigen pagina voor inzet bij TEC"
    shift = make_shift(run, NEAR)
    lifecycle.assign(shift=shift, person=anna, by=make_staff(), note="Alleen voor ons")
    assert len(told()) == 1
    assert "Alleen voor ons" not in Mail.objects.get().text


def test_offers_take_as_many_queries_for_three_people_as_for_one(run, django_assert_num_queries):
    make_person(runs=[run])
    make_shift(run, NEAR)
    clock.offer_open()
    events = list(ShiftEvent.objects.filter(move="offer").select_related("shift"))
    for number in (1, 3):
        with django_assert_num_queries(8):
            assert len(mails_of(events)) == number
        make_person(runs=[run])
        make_person(runs=[run])
    assert Shift.objects.count() == 1
