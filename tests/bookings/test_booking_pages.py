"""A class visit, booked end to end through the pages; what is refused, and how."""

import datetime
import re

import pytest
import time_machine
from django.urls import reverse

from bookings import clock
from bookings.models import Booking, State, VisitSlot, VisitWait
from core.models import Mail
from programmes.models import ProgrammeKind
from schools.models import User
from submissions.models import CodeChallenge, Submission
from tests.booking_form import address, code_in_mail, errors_of, held, key_on, typed
from tests.factories import (
    NOW,
    amsterdam,
    make_booking,
    make_programme,
    make_school,
    make_slot,
    make_teacher,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


# --- The main road -------------------------------------------------------------------------------


def test_a_stranger_books_with_a_code_and_is_signed_in(client, programme, slot):
    submission = held(client, programme, slot, submission_key=key_on(client, programme, slot))
    booking = submission.bookings.get()
    assert (booking.state, User.objects.count()) == (State.HELD, 0)
    assert Mail.objects.get().to == "umit@school.example"

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
    assert not Mail.objects.exists()


def test_form_knows_who_is_signed_in(client, programme, slot):
    school = make_school(name="OBS De Hagenpoort")
    client.force_login(make_teacher(email="a@b.example", name="Juf Anouk", school=school))

    page = client.get(address(programme, slot)).content.decode()

    assert "OBS De Hagenpoort" in page
    assert 'value="Juf Anouk"' in page
    assert 'value="a@b.example"' in page
    assert "eerst een code als je er niet mee bent ingelogd" in page


def test_two_classes_are_one_submission_with_one_code(client, programme, slot):
    classes = [("7a", [7], 24, 3), ("6/7", [6, 7], 20, 2)]
    submission = held(client, programme, slot, classes=classes)

    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})

    rows = submission.bookings.order_by("pk").values_list("party_name", "year_from", "year_to")
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
    assert (Booking.objects.count(), Mail.objects.count()) == (1, 1)


def test_back_and_send_after_the_code_shows_the_booking(client, programme, slot):
    submission = held(client, programme, slot)
    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})

    response = client.post(address(programme, slot), typed())

    assert response["Location"] == reverse("bookings:booking", args=[submission.public_id])
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize(
    "other",
    [{"phone": "06 87654321"}, {"classes": (("7b", [7], 25, 3),)}],
    ids=["contact", "class"],
)
def test_same_key_with_other_answers_is_a_conflict(client, programme, slot, waits, other):
    button = {"wait": "1"} if waits else {}
    rows = VisitWait.objects if waits else Booking.objects
    client.post(address(programme, slot), typed(**button))
    assert rows.count() == 1

    response = client.post(address(programme, slot), typed(**button, **other))

    assert response.status_code == 409
    assert rows.get().pupils == 24
    assert Submission.objects.get().phone == "0570 123456"


def test_back_to_the_form_leads_to_the_booking_that_took_the_place(client):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    submission = held(client, programme, slot)
    client.post(reverse("bookings:code", args=[submission.public_id]), {"code": code_in_mail()})
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


def test_no_more_than_eight_things_are_asked_of_a_new_teacher(client, programme, slot):
    opened = client.get(address(programme, slot)).context["form"]
    filled_in = {field.html_name: field.value() or "" for field in opened.contact}
    assert filled_in["photos"]  # answered with the careful answer until she says more

    empty = {name: value if "FORMS" in name else "" for name, value in typed().items()}
    response = client.post(address(programme, slot), empty | filled_in)

    asked = {field.html_name for field, _words in response.context["form"].errors if field}
    assert asked >= {"klas-0-name", "klas-0-pupils", "contact_name", "email", "phone"}
    assert len(asked) <= 8


def test_full_visit_offers_later_dates_when_the_week_is_full(client):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    later = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    make_booking(visit=make_visit(slot=slot, programme=programme))

    response = client.get(address(programme, slot))

    assert [offer.slot_id for offer in response.context["others"]] == [later.pk]


@pytest.mark.parametrize("lapse", [clock.lapse_expired, lambda: None])
def test_code_page_promises_no_place_that_is_not_held_any_more(client, programme, slot, lapse):
    url = reverse("bookings:code", args=[held(client, programme, slot).public_id])
    assert "Intussen houden we de plek voor jullie vast." in client.get(url).text
    with time_machine.travel(NOW + datetime.timedelta(minutes=31), tick=False):
        lapse()
        text = client.get(url).text
    assert "houden we de plek" not in text
    assert "We houden de plek niet meer vast: is die nog vrij, dan is hij voor jullie." in text


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
    wait = f"{address(programme, slot)}?wachtlijst"
    assert f'href="{wait}"' in response.text
    assert client.get(wait).context["waits"]
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


@pytest.mark.parametrize(
    ("pupils", "said"), [(0, "Vul 1 of meer in."), (1000, "Vul 999 of minder in.")]
)
def test_number_of_pupils_that_cannot_be_is_refused_in_our_own_words(
    client, programme, slot, pupils, said
):
    response = client.post(address(programme, slot), typed(classes=[("7b", [7], pupils, 3)]))

    assert errors_of(response) == {"klas-0-pupils": said}


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
    taster = make_programme(kind=ProgrammeKind.TASTER, title="Proeverij")
    programme = make_programme(kind=ProgrammeKind.EXPERIENCE, requires_taster=True)

    response = client.post(address(programme, make_slot(programmes=[programme])), typed())

    assert "klas-0-name" in errors_of(response)
    assert f'href="{taster.get_absolute_url()}#data"' in response.content.decode()


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
