"""The code page, and a booking's own page with what can be done there."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse

from bookings import lifecycle
from bookings.models import State
from bookings.visits.calling_off import call_off
from core.models import Mail
from schools.models import School
from submissions.links import token_of
from submissions.models import Submission
from tests.booking_form import code_in_mail, held
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


# --- The code page -------------------------------------------------------------------------------


def test_code_page_of_somebody_else_is_404(client, programme, slot):
    submission = held(client, programme, slot)
    client.cookies.clear()

    for name in ("code", "booking"):
        assert (
            client.get(reverse(f"bookings:{name}", args=[submission.public_id])).status_code == 404
        )


def test_mistyped_address_is_corrected_and_gets_a_new_code(client, programme, slot):
    submission = held(client, programme, slot, email="umti@school.example")
    old = code_in_mail()

    client.post(
        reverse("bookings:correct_address", args=[submission.public_id]),
        {"email": "Umit@School.example"},
    )

    submission.refresh_from_db()
    assert submission.email == "umit@school.example"
    assert Mail.objects.latest("pk").to == "umit@school.example"
    url = reverse("bookings:code", args=[submission.public_id])
    if old != code_in_mail():
        assert client.post(url, {"code": old}).status_code == 200
    client.post(url, {"code": code_in_mail()})
    assert submission.bookings.get().state == State.CONFIRMED


def test_address_of_what_was_confirmed_meanwhile_stays(client, programme, slot):
    submission = held(client, programme, slot)
    told, mails = [], Mail.objects.count()

    def confirmed_just_before(execute, sql, params, many, context):
        """In another tab, between the look of this request and what it writes."""
        if '"core_ratecount"' in sql and not told:
            told.append(sql)
            Submission.objects.update(verified_at=NOW)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(confirmed_just_before):
        response = client.post(
            reverse("bookings:correct_address", args=[submission.public_id]),
            {"email": "iemand@elders.example"},
        )

    assert response["Location"] == reverse("bookings:booking", args=[submission.public_id])
    words = [str(message) for message in get_messages(response.wsgi_request)]
    assert words == ["Dit is al bevestigd, dus het e-mailadres blijft zoals het was."]
    submission.refresh_from_db()
    assert (submission.email, Mail.objects.count()) == ("umit@school.example", mails)


def test_wrong_code_is_said_at_the_field_and_changes_nothing(client, programme, slot):
    submission = held(client, programme, slot)
    wrong = "000000" if code_in_mail() != "000000" else "000001"

    response = client.post(reverse("bookings:code", args=[submission.public_id]), {"code": wrong})

    assert list(response.context["form"].errors) == ["code"]
    assert submission.bookings.get().state == State.HELD


def test_member_of_staff_who_types_the_code_of_a_teacher_stays_herself(client, programme, slot):
    submission = held(client, programme, slot)
    staff = make_staff()
    client.force_login(staff)

    url = reverse("bookings:code", args=[submission.public_id])
    client.post(url, {"code": code_in_mail()})

    assert submission.bookings.get().state == State.CONFIRMED
    assert client.session[SESSION_KEY] == str(staff.pk)


def test_code_for_the_address_of_staff_changes_nothing_of_her_account(client, programme, slot):
    staff = make_staff(email="umit@school.example", name="Ümit Balie", phone="0570 111111")
    submission = held(client, programme, slot)

    url = reverse("bookings:code", args=[submission.public_id])
    client.post(url, {"code": code_in_mail()})

    staff.refresh_from_db()
    assert submission.bookings.get().state == State.CONFIRMED
    assert (staff.name, staff.phone, staff.school) == ("Ümit Balie", "0570 111111", None)


def test_new_codes_are_limited_per_address(client, programme, slot):
    submission = held(client, programme, slot)
    url = reverse("bookings:code", args=[submission.public_id])

    statuses = [client.post(url, {"again": "1"}).status_code for _time in range(3)]

    assert statuses == [302, 302, 429]


@pytest.mark.parametrize("way", ["code", "again", "correct_address"])
def test_code_page_is_closed_to_a_network_that_posts_without_end(
    client, programme, slot, settings, way
):
    submission = held(client, programme, slot)
    data = {
        "code": {"code": code_in_mail()},
        "again": {"again": "1"},
        "correct_address": {"email": "ander@school.example"},
    }[way]
    settings.RATE_LIMITS = settings.RATE_LIMITS | {
        "posts_per_network": (0, datetime.timedelta(minutes=10))
    }
    name = "correct_address" if way == "correct_address" else "code"

    answer = client.post(reverse(f"bookings:{name}", args=[submission.public_id]), data)

    assert "wacht tien minuten" in answer.text
    submission.refresh_from_db()
    assert (submission.verified_at, submission.email) == (None, "umit@school.example")
    assert submission.code_challenges.count() == 1


# --- The booking's own page ----------------------------------------------------------------------


@pytest.fixture
def booking():
    return make_booking()


def page_of(booking, name="booking", token=False, **kwargs):
    kwargs["public_id"] = booking.submission.public_id
    if token:
        kwargs["token"] = token_of(booking.submission)
    return reverse(f"bookings:{name}", kwargs=kwargs)


def test_link_from_the_mail_opens_the_page_and_changes_nothing(client, booking):
    before = booking.events.count()

    for method in (client.get, client.head):
        assert method(page_of(booking, token=True)).status_code == 200

    assert booking.events.count() == before
    assert not client.session.keys()


def test_wrong_or_old_link_is_404(client, booking):
    good = page_of(booking, token=True)
    wrong = good[:-2] + ("A/" if good[-2] != "A" else "B/")

    assert client.get(wrong).status_code == 404
    booking.submission.link_version += 1
    booking.submission.save()
    assert client.get(good).status_code == 404


def test_teacher_sees_her_own_and_another_gets_404(client, booking):
    client.force_login(booking.submission.user)
    assert client.get(page_of(booking)).status_code == 200
    client.force_login(make_teacher())
    assert client.get(page_of(booking)).status_code == 404


def test_calendar_and_letter_come_as_files(client, booking):
    client.force_login(booking.submission.user)

    ics = client.get(page_of(booking, "calendar"))
    pdf = client.get(page_of(booking, "letter"))

    assert ics["Content-Type"] == "text/calendar; charset=utf-8"
    assert b"METHOD" not in ics.content
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF-")


def test_school_cancels_by_the_link_once(client, booking):
    url = page_of(booking, "cancel", token=True, booking_id=booking.pk)
    client.get(url)
    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED

    first = client.post(url, {"note": "Studiedag"})
    second = client.post(url, {"note": "Studiedag"})

    booking.refresh_from_db()
    assert first["Location"] == second["Location"] == page_of(booking, token=True)
    assert booking.state == State.CANCELLED
    assert booking.events.filter(move="cancel").count() == 1


def test_page_of_a_visit_that_we_called_off_says_why_and_leads_to_other_dates(client, booking):
    call_off(visit=booking.visit, by=make_staff(), note="De kraan is stuk.")
    page = client.get(page_of(booking, token=True)).content.decode()
    top = page[: page.index('class="with-aside"')]
    assert "Een bericht van ons:" in top
    assert "De kraan is stuk." in top
    assert f'href="{booking.visit.programme.get_absolute_url()}#data"' in top


def test_page_takes_what_a_school_wrote_when_it_cancelled_for_no_message_of_ours(client, booking):
    staff, school = make_staff(), booking.submission.user
    lifecycle.cancel(booking=booking, by=staff, note="De kraan is stuk.")
    lifecycle.reinstate(booking=booking, by=staff)
    lifecycle.cancel(booking=booking, by=school, note="Studiedag")
    page = client.get(page_of(booking, token=True)).content.decode()
    assert "Een bericht van ons:" not in page


def test_late_cancel_becomes_a_question(client, booking):
    client.force_login(booking.submission.user)
    with time_machine.travel(amsterdam(2026, 10, 21, 9), tick=False):
        client.force_login(booking.submission.user)
        client.post(page_of(booking, "cancel", booking_id=booking.pk), {"note": ""})

    booking.refresh_from_db()
    assert (booking.state, booking.attention) == (State.CONFIRMED, "late")


def test_booking_of_another_submission_is_404(client, booking):
    other = make_booking()
    client.force_login(booking.submission.user)

    for name in ("cancel", "numbers"):
        assert client.get(page_of(booking, name, booking_id=other.pk)).status_code == 404


def test_school_changes_numbers(client, booking):
    client.force_login(booking.submission.user)

    client.post(
        page_of(booking, "numbers", booking_id=booking.pk), {"pupils": 20, "supervisors": 2}
    )

    booking.refresh_from_db()
    assert (booking.pupils, booking.supervisors) == (20, 2)


def test_fewer_supervisors_than_the_norm_are_said_once_when_numbers_change(client, booking):
    client.force_login(booking.submission.user)
    there = page_of(booking, "numbers", booking_id=booking.pk)

    first = client.post(there, {"pupils": 24, "supervisors": 2})
    assert first.context["form"].errors["supervisors"] == [
        "Bij 24 leerlingen vragen we 3 begeleiders. Komen er echt minder mee? Verstuur het dan "
        "nog een keer; als het nodig is, bellen we je."
    ]
    said = re.search(r'name="norm_said" value="([^"]+)"', first.text)
    again = client.post(there, {"pupils": 24, "supervisors": 2, "norm_said": said[1]})
    assert again.status_code == 302

    booking.refresh_from_db()
    assert (booking.pupils, booking.supervisors) == (24, 2)
    noted = booking.events.get(move="note")
    assert noted.data == {"overruled": ["supervisors"]}


def test_numbers_over_the_limit_are_said_at_the_field(client, booking):
    client.force_login(booking.submission.user)

    response = client.post(
        page_of(booking, "numbers", booking_id=booking.pk), {"pupils": 99, "supervisors": 2}
    )

    assert list(response.context["form"].errors) == ["pupils"]


def test_history_is_in_plain_words(client, programme, slot):
    submission = held(client, programme, slot)
    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})

    response = client.get(reverse("bookings:booking", args=[submission.public_id]))

    assert [line.text for line in response.context["history"]] == [
        "Bevestigd met de code uit de mail.",
        "Er werd een plek vastgehouden.",
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_page_costs_the_same_for_one_class_and_three(client, rows, django_assert_num_queries):
    submission = make_submission()
    visit = make_visit(max_groups=9, max_pupils=300)
    for _row in range(rows):
        make_booking(visit=visit, submission=submission)
    url = page_of(submission.bookings.first(), token=True)

    with django_assert_num_queries(4):
        client.get(url)


def test_school_that_is_not_listed_becomes_an_unverified_school(client, programme, slot):
    submission = held(client, programme, slot)
    assert not School.objects.exists()

    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})

    school = School.objects.get()
    assert (school.name, school.city, school.is_verified) == ("De Nieuwe School", "Deventer", False)


def test_page_says_the_date_of_each_class_and_speaks_of_the_first_that_comes(
    client, programme, slot
):
    first = make_booking(visit=make_visit(slot=slot, programme=programme), party_name="7a")
    second = make_booking(visit=first.visit, submission=first.submission, party_name="7b")
    later = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    staff = make_staff()
    lifecycle.reschedule(booking=first, slot=later, by=staff)

    heading, facts, rows = dates_on_page(client, first.submission)
    assert heading == "Jullie komen op dinsdag 3 november om 09:00 uur."
    assert facts == [
        ("Wanneer: 7b", "dinsdag 3 november 2026"),
        ("Wanneer: 7a", "dinsdag 10 november 2026"),
    ]
    assert rows == ["dinsdag 10 november 09:00", "dinsdag 3 november 09:00"]

    lifecycle.cancel(booking=second, by=staff)
    heading, facts, rows = dates_on_page(client, first.submission)
    assert heading == "Jullie komen op dinsdag 10 november om 09:00 uur."
    assert facts == [("Wanneer", "dinsdag 10 november 2026")]
    assert rows == ["dinsdag 10 november 09:00", "dinsdag 3 november 09:00"]

    with time_machine.travel(amsterdam(2026, 11, 10, 13), tick=False):
        assert dates_on_page(client, first.submission)[0].startswith("Jullie kwamen op dinsdag 10")


def dates_on_page(client, submission):
    """The heading, what stands beside it under 'when', and the date in each class's own row."""
    place = {"public_id": submission.public_id, "token": token_of(submission)}
    page = client.get(reverse("bookings:booking", kwargs=place)).content.decode()
    return (
        re.search(r"<h1>(.+?)</h1>", page)[1],
        re.findall(r"<dt>(Wanneer.*?)</dt><dd>(.+?)<br>", page),
        re.findall(r" · (\w+ \d+ november \d\d:\d\d)</p>", page),
    )
