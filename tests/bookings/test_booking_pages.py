"""A class visit, booked end to end through the pages; what is refused, and how."""

import datetime
import re

import pytest
import time_machine
from django.contrib.messages import get_messages
from django.db import connection
from django.urls import reverse
from post_office.models import Email

from bookings import clock, lifecycle
from bookings.models import Booking, State, VisitSlot
from programmes.models import Kind
from schools.codes import code_of
from schools.links import token_of
from schools.models import CodeChallenge, School, Submission, User
from tests.booking_form import address, key_in, typed
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_staff,
    make_submission,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


def key_on(client, programme, slot) -> str:
    return key_in(client.get(address(programme, slot)).content.decode())


def code_in_mail() -> str:
    return code_of(CodeChallenge.objects.latest("pk"))


def held(client, programme, slot, **fields) -> Submission:
    response = client.post(address(programme, slot), typed(**fields))
    submission = Submission.objects.latest("pk")
    assert response.status_code == 302, response.content.decode()
    assert response["Location"] == reverse("bookings:code", args=[submission.public_id])
    return submission


def errors_of(response) -> dict[str, list[str]]:
    form = response.context["form"]
    return {field.html_name if field else "": message for field, message in form.errors}


# --- The main road -------------------------------------------------------------------------------


def test_a_stranger_books_with_a_code_and_is_signed_in(client, programme, slot):
    submission = held(client, programme, slot, submission_key=key_on(client, programme, slot))
    booking = submission.bookings.get()
    assert (booking.state, User.objects.count()) == (State.HELD, 0)
    assert Email.objects.get().to == ["umit@school.example"]

    response = client.post(
        reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()}
    )

    booking.refresh_from_db()
    user = User.objects.get()
    assert response["Location"] == reverse("bookings:booking", args=[submission.public_id])
    assert booking.state == State.CONFIRMED
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.get_expiry_age() == 90 * 24 * 3600
    page = client.get(response["Location"]).content.decode()
    assert "Ümit Çelik-van ’t Hof" in page
    assert submission.reference in page


def test_who_is_signed_in_skips_the_code(client, programme, slot):
    teacher = make_teacher(email="umit@school.example", school=make_school())
    client.force_login(teacher)

    response = client.post(address(programme, slot), typed())

    submission = Submission.objects.get()
    assert response["Location"] == reverse("bookings:booking", args=[submission.public_id])
    assert submission.bookings.get().state == State.CONFIRMED
    assert not Email.objects.exists()


def test_form_knows_who_is_signed_in(client, programme, slot):
    school = make_school(name="OBS De Hagenpoort")
    client.force_login(make_teacher(email="a@b.example", name="Juf Anouk", school=school))

    page = client.get(address(programme, slot)).content.decode()

    assert "OBS De Hagenpoort" in page
    assert 'value="Juf Anouk"' in page
    assert 'value="a@b.example"' in page


def test_two_classes_are_one_submission_with_one_code(client, programme, slot):
    classes = [("7a", [7], 24, 3), ("6/7", [6, 7], 20, 2)]
    submission = held(client, programme, slot, classes=classes)

    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})

    rows = submission.bookings.order_by("pk").values_list("class_name", "year_from", "year_to")
    assert list(rows) == [("7a", 7, 7), ("6/7", 6, 7)]
    assert set(submission.bookings.values_list("state", flat=True)) == {State.CONFIRMED}
    assert CodeChallenge.objects.count() == 1


def test_request_where_staff_decide(client):
    programme = make_programme(needs_approval=True)
    submission = held(client, programme, make_slot(programmes=[programme]))

    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})

    assert submission.bookings.get().state == State.REQUESTED


# --- Once ----------------------------------------------------------------------------------------


def test_sending_twice_is_one_booking_one_mail_and_the_same_page(client, programme, slot):
    first = client.post(address(programme, slot), typed())
    second = client.post(address(programme, slot), typed())

    assert first["Location"] == second["Location"]
    assert (Booking.objects.count(), Email.objects.count()) == (1, 1)


def test_back_and_send_after_the_code_shows_the_booking(client, programme, slot):
    submission = held(client, programme, slot)
    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})

    response = client.post(address(programme, slot), typed())

    assert response["Location"] == reverse("bookings:booking", args=[submission.public_id])
    assert Booking.objects.count() == 1


def test_same_key_with_other_answers_is_a_conflict(client, programme, slot):
    held(client, programme, slot)

    response = client.post(address(programme, slot), typed(phone="06 87654321"))

    assert response.status_code == 409
    assert Booking.objects.count() == 1
    assert Submission.objects.get().phone == "0570 123456"


def test_back_to_the_form_leads_to_the_booking_that_took_the_place(client):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    submission = held(client, programme, slot)
    own = reverse("bookings:booking", args=[submission.public_id])

    assert f'href="{own}"' in client.get(address(programme, slot)).text
    client.cookies.clear()
    assert own not in client.get(address(programme, slot)).text


# --- Somebody was first --------------------------------------------------------------------------


def test_full_visit_says_what_else_is_free_and_keeps_what_was_typed(client):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 5, 9))
    make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    make_booking(visit=make_visit(slot=slot, programme=programme))

    response = client.post(address(programme, slot), typed())

    page = response.content.decode()
    assert response.status_code == 409
    assert [offer.slot_id for offer in response.context["others"]] == [other.pk]
    assert f'formaction="{address(programme, other)}"' in page
    assert 'value="7b"' in page
    assert "Ümit Çelik-van ’t Hof" in page
    assert not Submission.objects.filter(email="umit@school.example").exists()

    held(client, programme, other)


def test_date_with_too_little_room_says_how_much_there_is(client):
    programme = make_programme(max_groups=2, max_pupils=60)
    slot = make_slot(programmes=[programme], max_groups=2, max_pupils=60)
    make_booking(visit=make_visit(slot=slot, programme=programme), pupils=35)
    two = [("7a", [7], 24, 3), ("7b", [7], 24, 3)]

    for classes, said in [
        (two, "Op deze datum is nog plek voor 1 klas."),
        ([("7a", [7], 30, 3)], "Op deze datum is nog plek voor 25 leerlingen."),
    ]:
        response = client.post(address(programme, slot), typed(classes=classes))
        assert (response.status_code, response.context["refused"]) == (409, said)


def test_other_dates_have_room_for_all_pupils_that_come(client):
    programme = make_programme(max_groups=2, max_pupils=60)
    slots = [
        make_slot(
            programmes=[programme],
            starts_at=amsterdam(2026, 11, day, 9),
            max_groups=2,
            max_pupils=60,
        )
        for day in (3, 4, 5)
    ]
    for slot in slots[:2]:
        make_booking(visit=make_visit(slot=slot, programme=programme), pupils=35)

    response = client.post(address(programme, slots[0]), typed(classes=[("7a", [7], 30, 3)]))

    assert [offer.slot_id for offer in response.context["others"]] == [slots[2].pk]


def test_errors_say_which_class_and_what_to_do(client, programme, slot):
    classes = [("7a", [7], 24, 3), ("", [], "", "")]

    text = client.post(address(programme, slot), typed(classes=classes)).text

    assert re.findall(r'<li><a href="#(.+?)">(.+?)</a>: (.+?)</li>', text) == [
        ("id_klas-1-name", "Klas 2, Naam van de klas", "Vul de naam van de klas in."),
        (
            "id_klas-1-year_groups_0",
            "Klas 2, Groepen of leerjaren",
            "Kruis de groep of het leerjaar van deze klas aan.",
        ),
        ("id_klas-1-pupils", "Klas 2, Leerlingen", "Vul in hoeveel leerlingen er zijn."),
        ("id_klas-1-supervisors", "Klas 2, Begeleiders", "Vul in hoeveel volwassenen er meekomen."),
    ]


def test_date_that_became_too_short_says_what_else_is_free_and_keeps_what_was_typed(
    client, programme, slot
):
    other = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 5, 9))
    VisitSlot.objects.filter(pk=slot.pk).update(
        ends_at=slot.starts_at + datetime.timedelta(hours=1)
    )

    response = client.post(address(programme, slot), typed())

    assert response.status_code == 409
    assert response.context["refused"] == "Dit programma duurt langer dan dit dagdeel."
    assert [offer.slot_id for offer in response.context["others"]] == [other.pk]
    assert "Ümit" in response.content.decode()
    assert client.get(address(programme, slot)).context["gone"]


def test_time_that_staff_changed_since_the_form_was_opened_is_shown_before_it_is_booked(
    client, programme, slot
):
    def shown(page):
        return re.search(r'name="date_shown" value="([^"]+)"', page.content.decode())[1]

    form = client.get(address(programme, slot))
    later = slot.starts_at + datetime.timedelta(minutes=30)
    VisitSlot.objects.filter(pk=slot.pk).update(starts_at=later)

    response = client.post(address(programme, slot), typed(date_shown=shown(form)))

    assert response.status_code == 409
    assert response.context["refused"] == (
        f"Deze datum heeft nu een andere tijd of plek: dinsdag 3 november 09:30, {slot.venue}. "
        "Past dat? Verstuur het dan nog een keer."
    )
    assert not Booking.objects.exists()
    held(client, programme, slot, date_shown=shown(response))


def test_full_visit_offers_later_dates_when_the_week_is_full(client):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    later = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    make_booking(visit=make_visit(slot=slot, programme=programme))

    response = client.get(address(programme, slot))

    assert [offer.slot_id for offer in response.context["others"]] == [later.pk]


def test_code_after_the_place_has_gone_says_so(client):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    submission = held(client, programme, slot)
    code = code_in_mail()
    with time_machine.travel(NOW + datetime.timedelta(minutes=9), tick=False):
        Booking.objects.update(held_until=NOW)
        clock.lapse_expired()
        make_booking(visit=make_visit(slot=slot, programme=programme))
        url = reverse("bookings:code", args=[submission.public_id])
        response = client.post(url, {"code": code})

    assert response.context["gone"]
    assert submission.bookings.get().state == State.LAPSED
    assert "_auth_user_id" not in client.session


# --- Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"classes": [("", [7], 24, 3)]}, "klas-0-name"),
        ({"classes": [("7b", [], 24, 3)]}, "klas-0-year_groups"),
        ({"classes": [("7b", [99], 24, 3)]}, "klas-0-year_groups"),
        ({"classes": [("7b", [7], 36, 3)]}, "klas-0-pupils"),
        ({"classes": [("7b", [7], 0, 3)]}, "klas-0-pupils"),
        ({"classes": [("7b", [7], "x", 3)]}, "klas-0-pupils"),
        ({"classes": [("7b", [7], 10**30, 3)]}, "klas-0-pupils"),
        ({"classes": [("7b", [7], 24, "")]}, "klas-0-supervisors"),
        ({"classes": [("3", [3], 24, 3)]}, "klas-0-year_groups"),
        ({"classes": [("7b", [7], 24, 3), ("7-B", [7], 24, 3)]}, "klas-1-name"),
        ({"email": "geen adres"}, "email"),
        ({"phone": "bel mij"}, "phone"),
        ({"contact_name": " \r\n "}, "contact_name"),
        ({"school_typed_name": "", "school_typed_city": ""}, "school"),
        ({"school": "99999999999999999999", "school_typed_name": ""}, "school"),
        ({"photos": "misschien"}, "photos"),
        ({"facilities": "x" * 1001}, "facilities"),
    ],
)
def test_bad_input_gets_a_message_at_its_field(client, programme, slot, fields, at):
    response = client.post(address(programme, slot), typed(**fields))

    assert response.status_code in {409, 422}
    assert at in errors_of(response)
    assert "Ümit" in response.content.decode() or "contact_name" in fields
    assert not Booking.objects.exists()


@pytest.mark.parametrize("name", ["contact_name", "purchase_order", "phone", "email"])
def test_line_ends_and_nulls_never_reach_the_database(client, programme, slot, name):
    response = client.post(address(programme, slot), typed(**{name: "a\r\nBcc: x@y.example\0"}))

    assert response.status_code in {302, 409, 422}
    for submission in Submission.objects.all():
        value = getattr(submission, name)
        assert not set("\r\n\0") & set(value)


def test_management_form_of_nonsense_is_a_message(client, programme, slot):
    response = client.post(address(programme, slot), typed() | {"klas-TOTAL_FORMS": "veel"})

    assert response.status_code == 422
    assert not Booking.objects.exists()


def test_experience_without_proeverij_says_so_and_links_to_it(client):
    taster = make_programme(kind=Kind.TASTER, title="Proeverij")
    programme = make_programme(kind=Kind.EXPERIENCE, requires_taster=True)

    response = client.post(address(programme, make_slot(programmes=[programme])), typed())

    assert "klas-0-name" in errors_of(response)
    assert f'href="{taster.get_absolute_url()}"' in response.content.decode()


def test_hidden_school_of_somebody_else_is_no_way_in(client, programme, slot):
    closed = make_school(closed_on=datetime.date(2026, 1, 1))

    response = client.post(
        address(programme, slot),
        typed(school=closed.pk, school_typed_name="", school_typed_city=""),
    )

    assert "school" in errors_of(response)


# --- Without scripts -----------------------------------------------------------------------------


def test_another_class_keeps_what_was_typed(client, programme, slot):
    response = client.post(address(programme, slot), typed(add="1"))

    page = response.content.decode()
    assert response.status_code == 200
    assert len(response.context["form"].classes.forms) == 2
    assert 'value="7b"' in page
    assert 'value="De Nieuwe School"' in page
    assert "a-random-key-of-the-form" in page
    assert errors_of(response) == {}


def test_a_class_is_taken_away(client, programme, slot):
    classes = [("7a", [7], 24, 3), ("7b", [7], 20, 2)]

    response = client.post(address(programme, slot), typed(classes=classes, remove="0"))

    names = [form["name"].value() for form in response.context["form"].classes.forms]
    assert names == ["7b"]


def test_no_class_is_removed_by_a_number_that_is_none(client, programme, slot):
    classes = (("7b", [7], 24, 3), ("7c", [7], 20, 2))
    for remove in ("9" * 5000, "²", "2"):
        response = client.post(address(programme, slot), typed(classes=classes, remove=remove))
        names = [form["name"].value() for form in response.context["form"].classes.forms]
        assert names == ["7b", "7c"]


def test_searching_a_school_checks_nothing_yet(client, programme, slot):
    make_school(name="OBS De Hagenpoort")
    data = typed(classes=[("", [], "", "")], email="", school_typed_name="", school_typed_city="")
    data |= {"school_q": "hagenpoort", "school_find": "1"}

    response = client.post(address(programme, slot), data)

    assert errors_of(response) == {}
    assert "invalid-feedback" not in response.text
    assert "OBS De Hagenpoort" in response.text


def test_address_that_no_mail_can_go_to_is_refused_at_its_field(client, programme, slot):
    response = client.post(address(programme, slot), typed(email='"a,b"@x.nl'))
    assert list(response.context["form"].contact.errors) == ["email"]
    assert Submission.objects.count() == 0

    submission = held(client, programme, slot)
    corrected = reverse("bookings:correct_address", args=[submission.public_id])
    response = client.post(corrected, {"email": '"a,b"@x.nl'})
    assert list(response.context["address_form"].errors) == ["email"]


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
    assert Email.objects.latest("pk").to == ["umit@school.example"]
    url = reverse("bookings:code", args=[submission.public_id])
    if old != code_in_mail():
        assert client.post(url, {"code": old}).status_code == 200
    client.post(url, {"code": code_in_mail()})
    assert submission.bookings.get().state == State.CONFIRMED


def test_address_of_what_was_confirmed_meanwhile_stays(client, programme, slot):
    submission = held(client, programme, slot)
    told, mails = [], Email.objects.count()

    def confirmed_just_before(execute, sql, params, many, context):
        """In another tab, between the look of this request and what it writes."""
        if sql.startswith('UPDATE "schools_submission"') and not told:
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
    assert (submission.email, Email.objects.count()) == ("umit@school.example", mails)


def test_wrong_code_is_said_at_the_field_and_changes_nothing(client, programme, slot):
    submission = held(client, programme, slot)
    wrong = "000000" if code_in_mail() != "000000" else "000001"

    response = client.post(reverse("bookings:code", args=[submission.public_id]), {"code": wrong})

    assert list(response.context["form"].errors) == ["code"]
    assert submission.bookings.get().state == State.HELD


def test_new_codes_are_limited_per_address(client, programme, slot):
    submission = held(client, programme, slot)
    url = reverse("bookings:code", args=[submission.public_id])

    statuses = [client.post(url, {"again": "1"}).status_code for _time in range(3)]

    assert statuses == [302, 302, 429]


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
        page_of(booking, "numbers", booking_id=booking.pk), {"pupils": 22, "supervisors": 2}
    )

    booking.refresh_from_db()
    assert (booking.pupils, booking.supervisors) == (22, 2)


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

    with django_assert_num_queries(3):
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
    first = make_booking(visit=make_visit(slot=slot, programme=programme), class_name="7a")
    second = make_booking(visit=first.visit, submission=first.submission, class_name="7b")
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
