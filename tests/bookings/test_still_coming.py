"""'Are you still coming?': rows S11, S12, S13 and S30 of the pitfalls."""

import pytest
from django.contrib import admin
from django.urls import reverse

from bookings import clock, lifecycle, moving, preparing, still_coming
from bookings.admin.booking import BookingAdmin, ComingFilter
from bookings.models import Booking, BookingEvent, State
from bookings.refusals import QuestionChanged, SlotPast
from bookings.still_coming import Answer
from bookings.telling import dashboard
from bookings.telling.wording import said_in_words
from core.mail.outbox import Teller
from core.models import Mail
from submissions.links import token_of
from tests.factories import (
    amsterdam,
    make_booking,
    make_group,
    make_programme,
    make_slot,
    make_staff,
    make_submission,
    make_visit,
)
from tests.submissions.sharing import link_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]

THREE_WEEKS = amsterdam(2026, 10, 13, 8)  # before Tuesday 3 November


@pytest.fixture
def booked():
    return make_booking(visit=make_visit(max_groups=3, max_pupils=90))


@pytest.fixture
def later(booked):
    """Tuesday 17 November at 9."""
    return make_slot(programmes=[booked.visit.programme], starts_at=amsterdam(2026, 11, 17, 9))


def asked_about() -> list[str]:
    events = BookingEvent.objects.filter(move="ask_again").order_by("pk")
    return [event.about.isoformat() for event in events]


def told() -> list[tuple[str, str]]:
    """(address, subject) of the questions that went into the queue."""
    Teller().tell(seconds=60)
    mails = Mail.objects.filter(template="booking_still_coming").order_by("pk")
    return [(mail.to, mail.subject) for mail in mails]


def yes(booking: Booking) -> None:
    """On the date and with the number of now."""
    booking.refresh_from_db(from_queryset=Booking.objects.with_facts())
    answer = Answer(booking, booking.starts_at, booking.pupils)
    still_coming.reconfirm([answer], by=booking.submission.teacher)


def page(booking: Booking, name: str = "still_coming", **more: int) -> str:
    submission = booking.submission
    link = {"public_id": submission.public_id, "token": token_of(submission)}
    return reverse(f"bookings:{name}", kwargs=link | more)


def value_of(booking: Booking) -> str:
    """What the button of the page sends."""
    return f"{booking.pk},{booking.starts_at.isoformat()},{booking.pupils}"


# --- Asking --------------------------------------------------------------------------------------


def test_one_mail_a_submission_three_weeks_before_and_once(booked, frozen):
    make_booking(
        submission=booked.submission,
        visit=make_visit(
            slot=booked.visit.slot, programme=make_programme(venue=booked.visit.slot.venue)
        ),
        party_name="Groep 8",
    )
    frozen.move_to(amsterdam(2026, 10, 12, 8))
    assert clock.ask_again_due() == 0
    frozen.move_to(THREE_WEEKS)
    assert [clock.ask_again_due() for _run in range(3)] == [2, 0, 0]
    title = booked.visit.programme.title
    subject = f"Komen jullie nog? {title} op dinsdag 3 november 2026"
    assert told() == [(booked.submission.email, subject)]


def test_question_brings_the_preparation(booked, frozen):
    programme = booked.visit.programme
    programme.preparation, programme.preparation_minutes = "Zoek techniek in de klas.", 45
    programme.teachers_part = "Loop mee met een groepje."
    programme.save()
    frozen.move_to(THREE_WEEKS)
    clock.ask_again_due()
    told()
    mail = Mail.objects.get(template="booking_still_coming")
    assert "Zoek techniek in de klas." in mail.text
    assert "(45 minuten)" in mail.text
    assert "Loop mee met een groepje." in mail.text
    assert link_in(mail) == page(booked)


def confirm_on(booked, *day_and_hour: int) -> None:
    at = amsterdam(2026, 10, *day_and_hour)
    BookingEvent.objects.create(booking=booked, move="verify", notice="confirmed", at=at)


@pytest.mark.parametrize(("day", "asked"), [(10, 1), (11, 1), (13, 1), (14, 0)])
def test_who_confirmed_just_before_is_asked_a_week_after(booked, frozen, day, asked):
    confirm_on(booked, day, 8)
    frozen.move_to(amsterdam(2026, 10, 20, 8))
    assert clock.ask_again_due() == asked


@pytest.mark.parametrize(("day", "asked"), [(10, 1), (11, 0)])
def test_who_confirmed_more_than_three_days_before_the_question_is_asked_on_its_day(
    booked, frozen, day, asked
):
    confirm_on(booked, day, 8)
    frozen.move_to(THREE_WEEKS)
    assert clock.ask_again_due() == asked


def test_nobody_is_asked_who_is_forgotten(booked, frozen):
    booked.submission.email = ""
    booked.submission.save()
    frozen.move_to(THREE_WEEKS)
    assert clock.ask_again_due() == 0


def test_who_was_moved_is_asked_by_mail_only_where_the_last_move_was_long_before(
    booked, later, frozen
):
    moving.move_as_staff(booking=booked, slot=later, by=make_staff())
    frozen.move_to(amsterdam(2026, 10, 28, 8))
    assert clock.ask_again_due() == 1
    [(_to, subject)] = told()
    assert subject.endswith("op dinsdag 17 november 2026")
    near = make_slot(programmes=[booked.visit.programme], starts_at=amsterdam(2026, 11, 10, 9))
    moving.move_as_staff(booking=booked, slot=near, by=make_staff())
    assert clock.ask_again_due() == 1
    assert len(told()) == 1  # the mail about the move asked


def test_who_confirmed_so_late_that_the_reminder_comes_first_is_asked_in_that(booked, frozen):
    """Confirmed on 20 October for 3 November: a week later the reminder is due."""
    confirm_on(booked, 20, 8)
    frozen.move_to(amsterdam(2026, 10, 27, 9))
    assert (clock.ask_again_due(), clock.remind_due()) == (0, 1)
    Teller().tell(seconds=60)

    mail = Mail.objects.get(template="booking_reminder")

    assert "Komen jullie zo nog?" in mail.text
    assert link_in(mail) == page(booked)


def test_reminder_asks_nothing_of_who_said_yes_or_has_just_confirmed(booked, frozen):
    confirm_on(booked, 28, 8)
    frozen.move_to(amsterdam(2026, 10, 29, 9))
    clock.remind_due()
    other = make_booking(visit=booked.visit, party_name="8a")
    yes(other)
    clock.remind_due()
    Teller().tell(seconds=60)

    mails = Mail.objects.filter(template="booking_reminder")

    assert [("Komen jullie zo nog?" in mail.text) for mail in mails] == [False, False]


@pytest.mark.parametrize("prepared", [True, False])
def test_reminder_names_a_preparation_that_is_still_to_do(booked, frozen, prepared):
    booked.visit.programme.preparation = "Zoek techniek in de klas."
    booked.visit.programme.save()
    if prepared:
        preparing.prepare(booking=booked, by=None)
    frozen.move_to(amsterdam(2026, 10, 27, 8))
    clock.remind_due()
    Teller().tell(seconds=60)
    text = Mail.objects.get(template="booking_reminder").text
    assert ("nog niet afgevinkt" in text) is not prepared


def test_reminder_of_a_week_before_waits_a_day_after_the_question(booked, frozen):
    frozen.move_to(amsterdam(2026, 10, 30, 8))
    assert clock.ask_again_due() == 1
    assert clock.remind_due() == 0
    frozen.move_to(amsterdam(2026, 10, 31, 9))
    assert clock.remind_due() == 1


# --- S11: due work belongs to a date -------------------------------------------------------------


def test_s11_each_date_that_stands_is_asked_about_once_and_none_that_was_left(
    booked, later, frozen
):
    staff, first = make_staff(), booked.visit.slot
    frozen.move_to(THREE_WEEKS)
    clock.ask_again_due()
    moving.move_as_staff(booking=booked, slot=later, by=staff)
    assert told() == []  # of the date that was left: it was not told yet, and is not now
    assert clock.ask_again_due() == 0  # five weeks ahead
    frozen.move_to(amsterdam(2026, 10, 27, 8))
    assert clock.ask_again_due() == 1
    moving.move_as_staff(booking=booked, slot=first, by=staff)
    assert clock.ask_again_due() == 0  # back on a date that was asked about
    assert asked_about() == ["2026-11-03", "2026-11-17"]


def test_s11_reminder_follows_to_the_new_date(booked, later, frozen):
    frozen.move_to(amsterdam(2026, 10, 27, 8))
    assert clock.remind_due() == 1
    moving.move_as_staff(booking=booked, slot=later, by=make_staff())
    assert clock.remind_due() == 0
    frozen.move_to(amsterdam(2026, 11, 10, 8))
    assert clock.remind_due() == 1


# --- S12: an answer belongs to its question ------------------------------------------------------


def test_s12_yes_is_of_one_date_and_asked_anew_at_once_after_a_move(booked, later, frozen):
    frozen.move_to(THREE_WEEKS)
    clock.ask_again_due()
    yes(booked)
    event = booked.events.get(move="reconfirm")
    assert event.data == {
        "for": "2026-11-03T08:00:00+00:00",
        "programme": booked.visit.programme_id,
        "pupils": 24,
    }
    assert said_in_words(booked) == "ja gezegd"
    frozen.move_to(amsterdam(2026, 10, 28, 8))
    moving.move_as_staff(booking=booked, slot=later, by=make_staff())
    assert not booked.said_yes
    assert said_in_words(booked) == "ja gezegd voor 3 november"
    Mail.objects.all().delete()
    assert clock.ask_again_due() == 1
    Teller().tell(seconds=60)
    [mail] = Mail.objects.all()  # the mail of the move asks: one is enough
    assert (mail.template, "Komen jullie zo nog?" in mail.text) == ("booking_changed", True)


def test_own_move_to_a_near_date_is_one_mail_and_says_yes(booked, later, frozen):
    programme = booked.visit.programme
    programme.preparation, programme.teachers_part = "Zoek techniek in de klas.", "Loop mee."
    programme.save()
    booked.visit.programme.refresh_from_db()
    frozen.move_to(amsterdam(2026, 10, 19, 8))
    near = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 9, 9))
    far = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))

    teacher = booked.submission.teacher
    moving.move(booking=booked, slot=far, by=teacher)
    assert not booked.said_yes  # asked three weeks before, as ever
    moving.move(booking=booked, slot=near, by=teacher)
    clock.ask_again_due()
    Teller().tell(seconds=60)

    assert booked.said_yes
    mail = Mail.objects.latest("pk")
    assert set(Mail.objects.values_list("template", flat=True)) == {"booking_changed"}
    assert ("Zoek techniek in de klas." in mail.text, "Loop mee." in mail.text) == (True, True)
    assert "Komen jullie zo nog?" not in mail.text


def test_s12_another_number_of_staff_opens_it_again_and_the_mail_asks(booked, frozen):
    frozen.move_to(THREE_WEEKS)
    clock.ask_again_due()
    yes(booked)
    lifecycle.change_numbers(booking=booked, pupils=27, supervisors=3, by=make_staff())
    assert said_in_words(booked) == "ja gezegd met 24 leerlingen"
    Teller().tell(seconds=60)
    assert "Komen jullie zo nog?" in Mail.objects.get(template="booking_changed").text


def test_s12_number_that_the_school_gives_itself_says_yes_to_that_number(booked, frozen):
    frozen.move_to(THREE_WEEKS)
    clock.ask_again_due()
    teacher = booked.submission.teacher
    still_coming.change_own_numbers(booking=booked, pupils=27, supervisors=3, by=teacher)
    assert (booked.said_yes, booked.said_yes_with) == (True, 27)
    Teller().tell(seconds=60)
    assert "Komen jullie zo nog?" not in Mail.objects.get(template="booking_changed").text


def test_s12_number_changed_before_the_question_answers_nothing(booked):
    teacher = booked.submission.teacher
    still_coming.change_own_numbers(booking=booked, pupils=27, supervisors=3, by=teacher)
    assert booked.said_yes_for is None


def test_s12_button_of_a_page_that_is_old_says_yes_to_nothing(booked, later, client):
    old = value_of(booked)
    moving.move_as_staff(booking=booked, slot=later, by=make_staff())
    response = client.post(page(booked), {"vraag": old})
    assert response.status_code == 409
    booked.refresh_from_db()
    assert booked.said_yes_for is None
    with pytest.raises(QuestionChanged):
        still_coming.reconfirm([Answer(booked, booked.starts_at, 99)], by=None)


def test_several_classes_say_yes_all_or_none(booked):
    second = make_booking(submission=booked.submission, visit=booked.visit, party_name="Groep 8")
    second = Booking.objects.with_facts().get(pk=second.pk)
    answers = [Answer(booked, booked.starts_at, 24), Answer(second, second.starts_at, 23)]
    with pytest.raises(QuestionChanged):
        still_coming.reconfirm(answers, by=None)
    assert not Booking.objects.exclude(said_yes_for=None).exists()


# --- S13: links lead to how things are now -------------------------------------------------------


def test_s13_opening_changes_nothing_and_yes_is_one_tap(booked, client):
    before = booked.events.count()
    response = client.get(page(booked))
    assert "Ja, we komen met 24 leerlingen" in response.content.decode()
    assert booked.events.count() == before
    response = client.post(page(booked), {"vraag": value_of(booked)}, follow=True)
    assert "Jullie zeiden: ja, we komen." in response.content.decode()
    client.post(page(booked), {"vraag": value_of(booked)})  # the second of two taps
    assert booked.events.filter(move="reconfirm").count() == 1


def test_s13_after_a_move_the_old_link_asks_about_the_new_date(booked, later, client):
    address = page(booked)
    moving.move_as_staff(booking=booked, slot=later, by=make_staff())
    text = client.get(address).content.decode()
    assert "dinsdag 17 november" in text
    assert "3 november" not in text


def test_s13_after_cancelling_the_old_link_says_so_and_revives_nothing(booked, client):
    address, value = page(booked), value_of(booked)
    lifecycle.cancel(booking=booked, by=make_staff())
    text = client.get(address, follow=True).content.decode()
    assert "Jullie bezoek van dinsdag 3 november is geannuleerd." in text
    client.post(address, {"vraag": value})
    client.post(page(booked, "numbers", booking_id=booked.pk), {"pupils": 20, "supervisors": 2})
    booked.refresh_from_db()
    assert (booked.state, booked.pupils, booked.said_yes_for) == (State.CANCELLED, 24, None)


@pytest.mark.parametrize("value", ["", "x", "1", "1,2,3", "9,2026-11-03T08:00:00,24", "é,,"])
def test_nonsense_answers_nothing(booked, client, value):
    assert client.post(page(booked), {"vraag": value}).status_code == 302
    assert not booked.events.filter(move="reconfirm").exists()


# --- S30: one road, the same limits --------------------------------------------------------------


def test_s30_number_three_days_ahead_is_refused_and_the_old_one_stands(booked, client, frozen):
    frozen.move_to(amsterdam(2026, 10, 31, 9))
    text = client.get(page(booked)).content.decode()
    assert "Met een ander aantal" not in text
    venue, hub = booked.visit.slot.venue, booked.submission.hub
    assert f"Laat het ons weten: {hub.phone}." in text
    # As in our mails: the venue's own number first, and where nobody has one, an address.
    type(venue).objects.filter(pk=venue.pk).update(phone="0570 12 34 56")
    assert "Laat het ons weten: 0570 12 34 56." in client.get(page(booked)).text
    type(venue).objects.filter(pk=venue.pk).update(phone="")
    type(hub).objects.filter(pk=hub.pk).update(phone="")
    assert f"Laat het ons weten: {hub.email}." in client.get(page(booked)).text
    address = page(booked, "numbers", booking_id=booked.pk)
    client.post(address, {"pupils": 20, "supervisors": 2})
    booked.refresh_from_db()
    assert (booked.pupils, booked.said_yes_for) == (24, None)


def test_s30_more_than_fit_is_refused_and_says_no_yes(booked, client, frozen):
    frozen.move_to(THREE_WEEKS)
    clock.ask_again_due()
    response = client.post(
        page(booked, "numbers", booking_id=booked.pk), {"pupils": 36, "supervisors": 4}
    )
    assert response.status_code == 200
    booked.refresh_from_db()
    assert (booked.pupils, booked.said_yes_for) == (24, None)


@pytest.mark.parametrize(
    ("day", "state", "attention"), [(13, State.CANCELLED, ""), (25, State.CONFIRMED, "late")]
)
def test_s30_no_cancels_while_that_is_free_and_asks_staff_after(
    booked, client, frozen, day, state, attention
):
    frozen.move_to(amsterdam(2026, 10, day, 9))
    client.post(page(booked, "cancel", booking_id=booked.pk))
    booked.refresh_from_db()
    assert (booked.state, booked.attention) == (state, attention)


# --- What staff see ------------------------------------------------------------------------------


def test_silence_is_a_line_for_staff_and_cancels_nothing(booked, frozen, rf):
    staff = make_staff()
    frozen.move_to(THREE_WEEKS)
    clock.ask_again_due()
    assert dashboard.matters(staff) == []
    frozen.move_to(amsterdam(2026, 10, 20, 9))
    (line,) = dashboard.matters(staff)
    assert line.text == "1 klas of groep zei nog niet of ze komt"
    assert line.address.endswith("?coming=silent")
    assert list(Booking.objects.silent()) == [booked]
    listed = BookingAdmin(Booking, admin.site)
    request = rf.get("/")
    request.user = staff
    assert [listed.said_shown(row) for row in listed.get_queryset(request)] == ["geen antwoord"]
    yes(booked)
    assert dashboard.matters(staff) == []
    assert booked.state == State.CONFIRMED


def test_staff_note_what_they_hear_on_the_telephone(booked, frozen):
    staff = make_staff()
    still_coming.hear_yes(booking=booked, by=staff, note="Gebeld.")
    assert booked.said_yes
    assert said_in_words(booked) == "ja gezegd"
    assert BookingEvent.objects.get(move="reconfirm").notice == ""
    frozen.move_to(amsterdam(2026, 11, 3, 10))
    with pytest.raises(SlotPast):
        still_coming.hear_yes(booking=booked, by=staff)


@pytest.mark.parametrize(("value", "found"), [("yes", "A"), ("silent", "B"), ("open", "BC")])
def test_staff_filter_by_what_was_said(frozen, rf, value, found):
    slots = [make_slot(starts_at=amsterdam(2026, 11, day, 9)) for day in (3, 4, 27)]
    by_name = {
        name: make_booking(visit=make_visit(slot=slot), party_name=name)
        for name, slot in zip("ABC", slots, strict=True)
    }
    frozen.move_to(amsterdam(2026, 10, 14, 8))
    clock.ask_again_due()
    yes(by_name["A"])
    frozen.move_to(amsterdam(2026, 10, 22, 8))
    chosen = ComingFilter(rf.get("/"), {"coming": [value]}, Booking, None)
    rows = chosen.queryset(rf.get("/"), Booking.objects.order_by("party_name"))
    assert "".join(row.party_name for row in rows) == found


def test_answer_and_preparation_are_nothing_for_calendars(booked):
    sequence = booked.sequence
    yes(booked)
    preparing.prepare(booking=booked, by=booked.submission.teacher)
    booked.refresh_from_db()
    assert booked.sequence == sequence


def test_group_is_asked_too(frozen):
    group = make_group(submission=make_submission(school=None), organisation=None)
    frozen.move_to(THREE_WEEKS)
    assert clock.ask_again_due() == 1
    assert group.events.filter(move="ask_again").exists()
