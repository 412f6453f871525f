"""The list of bookings, the page of one, and the moves staff make with it."""

import datetime
import re

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings import lifecycle
from bookings.admin.moves import STAFF_MOVES
from bookings.models import Attention, Booking, BookingEvent, State
from submissions.models import Submission
from tests.factories import (
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

LIST = "/beheer/bookings/booking/"
NEW = "/beheer/bookings/booking/add/"


pytestmark = pytest.mark.usefixtures("frozen", "one_factor")


@pytest.fixture
def onlooker(client, db):
    """May look at bookings and nothing else."""
    person = make_staff(is_superuser=False)
    person.user_permissions.add(Permission.objects.get(codename="view_booking"))
    client.force_login(person)
    return client


def page_of(booking):
    return reverse("admin:bookings_booking_change", args=[booking.pk])


def move_of(booking, move):
    return reverse("admin:bookings_booking_move", args=[booking.pk, move])


def texts(response):
    return [str(message) for message in response.context["messages"]]


def shown(response):
    return [booking.pk for booking in response.context["cl"].result_list]


# --- The list ---------------------------------------------------------------------------------


def test_list_shows_what_is_to_come_in_order_of_date(desk):
    later = make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 11, 10, 9))))
    sooner = make_booking()
    past = make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 14, 9))))
    assert shown(desk.get(LIST)) == [sooner.pk, later.pk]
    assert shown(desk.get(LIST, {"when": "past"})) == [past.pk]
    assert shown(desk.get(LIST, {"when": "all"})) == [past.pk, sooner.pk, later.pk]


@pytest.mark.parametrize(
    "words",
    [
        *("AB12CD34", "ab12cd", "hagenpoort", "Hagenpórt", "7b hagenpoort", "anouk", "anouk@hagen"),
        *("06 98765432", "+31 6 9876 5432"),
    ],
)
def test_search_finds_by_reference_school_class_contact_and_telephone(desk, words):
    school = make_school(name="OBS De Hagenpoort")
    teacher = make_teacher(email="anouk@hagenpoort.example", name="Juf Anouk", school=school)
    wanted = make_booking(
        submission=make_submission(user=teacher, reference="AB12CD34", phone="0698765432"),
        party_name="Groep 7b",
    )
    make_booking(submission=make_submission(contact_name="Meester Jan"))
    words = words.replace("Hagenpórt", "HAGENPOORT")
    assert shown(desk.get(LIST, {"q": words})) == [wanted.pk]


def test_each_row_has_its_own_box_to_tick(desk):
    rows = [make_booking() for _row in range(2)]
    page = desk.get(LIST).content.decode()
    ticked = re.findall(r'<input[^>]*name="_selected_action"[^>]*>', page)
    assert sorted(re.findall(r'value="(\d+)"', " ".join(ticked))) == sorted(
        str(row.pk) for row in rows
    )


def test_search_looks_in_the_past_too(desk):
    past = make_booking(
        visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 1, 9))), party_name="Uilen"
    )
    assert shown(desk.get(LIST, {"q": "uilen"})) == [past.pk]


def test_attention_filter_shows_requests_and_doubts(desk):
    request = make_booking(state=State.REQUESTED)
    doubt = make_booking(attention=Attention.LATE_CANCELLATION)
    make_booking()
    found = shown(desk.get(LIST, {"attention": "yes"}))
    assert sorted(found) == sorted([request.pk, doubt.pk])
    assert shown(desk.get(LIST, {"attention": "doubt"})) == [doubt.pk]


def test_history_of_all_bookings_says_in_dutch_who_did_it(desk):
    make_booking()
    page = desk.get(reverse("admin:bookings_bookingevent_changelist"))
    [event] = page.context["cl"].result_list
    assert page.context["cl"].model_admin.by_whom(event) == "de site"
    assert "de site" in page.content.decode()


def test_history_is_filtered_by_who_did_it_in_dutch_and_looks_up_nothing_for_that(desk):
    booking = make_booking()
    lifecycle.add_note(booking=booking, by=make_staff(), note="Gebeld")
    page = reverse("admin:bookings_bookingevent_changelist")
    with CaptureQueriesContext(connection) as queries:
        answer = desk.get(page, {"by_role": "staff"})
    assert [event.move for event in answer.context["cl"].result_list] == ["note"]
    [spec] = [one for one in answer.context["cl"].filter_specs if one.title == "door"]
    shown = [choice["display"] for choice in spec.choices(answer.context["cl"])]
    assert shown[1:] == ["school", "medewerker", "de site"]
    assert [one["sql"] for one in queries if "DISTINCT" in one["sql"]] == []


def test_who_only_looks_sees_this_week_and_no_buttons(onlooker):
    this_week = make_booking(visit=make_visit(slot=make_slot(starts_at=amsterdam(2026, 9, 17, 9))))
    later = make_booking()
    assert shown(onlooker.get(LIST, {"when": "all"})) == [this_week.pk]
    assert onlooker.get(page_of(this_week)).context["buttons"] == []
    assert onlooker.get(page_of(later)).status_code == 302
    assert onlooker.get(move_of(this_week, "cancel")).status_code == 403
    assert onlooker.post(move_of(this_week, "cancel")).status_code == 403
    assert onlooker.get(NEW).status_code == 403
    this_week.refresh_from_db()
    assert this_week.state == State.CONFIRMED


def test_bookings_are_not_deleted(desk):
    booking = make_booking()
    address = reverse("admin:bookings_booking_delete", args=[booking.pk])
    assert desk.post(address, {"post": "yes"}).status_code == 403
    assert Booking.objects.count() == 1


# --- One booking ------------------------------------------------------------------------------


def names(response):
    return [button.address.split("/")[-2] for button in response.context["buttons"]]


@pytest.mark.parametrize("state", State)
def test_page_offers_the_moves_that_the_table_allows(desk, state):
    """Before the visit, so not those about who came; nothing waits for an answer, and no primary
    class has a level."""
    booking = make_booking(state=state)
    legal = [
        name
        for name in STAFF_MOVES
        if state in lifecycle.MOVES[name].sources
        and name not in {"attend", "miss", "settle", "keep_date", "correct_level"}
    ]
    assert names(desk.get(page_of(booking))) == legal


def test_after_the_visit_staff_say_who_came(desk, frozen):
    booking = make_booking()
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    assert names(desk.get(page_of(booking)))[:2] == ["attend", "miss"]


def test_page_of_a_booking_tells_its_history(desk, staff):
    booking = make_booking(state=State.REQUESTED)
    lifecycle.confirm(booking=booking, by=staff, note="Tot dan!")
    lines = desk.get(page_of(booking)).context["history"]
    assert (lines[0].text, lines[0].who, lines[0].note, lines[0].is_waiting) == (
        "Bevestigd door TEC.",
        "Bea Balie",
        "Tot dan!",
        True,
    )


def test_page_of_a_booking_says_how_full_its_visit_is(desk):
    for most, said in ((1, "1 van 1 klas, 24 van"), (2, "1 van 2 klassen, 24 van")):
        booking = make_booking(visit=make_visit(max_groups=most), pupils=24)
        assert said in desk.get(page_of(booking)).text


def test_page_takes_as_many_queries_with_a_long_history(desk, staff, django_assert_num_queries):
    booking = make_booking()
    desk.get(page_of(booking))
    with django_assert_num_queries(6):
        desk.get(page_of(booking))
    for number in range(3):
        lifecycle.add_note(booking=booking, by=staff, note=f"Gebeld, {number}")
        make_booking(submission=booking.submission, party_name=f"Groep 8 {number}")
    with django_assert_num_queries(6):
        desk.get(page_of(booking))


def test_unknown_booking_and_unknown_move_are_not_found(desk):
    booking = make_booking()
    assert desk.get(move_of(booking, "lapse")).status_code == 404
    assert desk.get("/beheer/bookings/booking/999/doe/cancel/").status_code == 404
    assert desk.get("/beheer/bookings/booking/x/doe/cancel/").status_code == 404


def test_looking_at_a_move_changes_nothing(desk):
    booking = make_booking(state=State.REQUESTED)
    for name in STAFF_MOVES:
        assert desk.get(move_of(booking, name)).status_code == 200
        assert desk.put(move_of(booking, name)).status_code == 405
    assert BookingEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("move", "state", "after"),
    [
        ("confirm", State.REQUESTED, State.CONFIRMED),
        ("decline", State.REQUESTED, State.DECLINED),
        ("cancel", State.CONFIRMED, State.CANCELLED),
        ("reinstate", State.CANCELLED, State.CONFIRMED),
    ],
)
def test_decision_is_made_with_its_note(desk, staff, move, state, after):
    booking = make_booking(state=state)
    response = desk.post(move_of(booking, move), {"note": "Zoals besproken."})
    assert response.url == page_of(booking)
    booking.refresh_from_db()
    event = booking.events.last()
    assert (booking.state, event.move, event.note, event.by) == (
        after,
        move,
        "Zoals besproken.",
        staff,
    )


def test_attendance_is_noted_after_the_start(desk, frozen):
    booking = make_booking()
    page = desk.post(move_of(booking, "attend"), {})
    assert page.context["form"].non_field_errors() == ["Het bezoek is nog niet begonnen."]
    frozen.move_to(amsterdam(2026, 11, 3, 12))
    desk.force_login(make_staff())
    desk.post(move_of(booking, "attend"), {})
    booking.refresh_from_db()
    assert booking.state == State.ATTENDED


def test_move_that_is_not_legal_any_more_is_refused_in_words(desk):
    booking = make_booking(state=State.DECLINED)
    page = desk.post(move_of(booking, "confirm"), {"note": ""})
    assert page.context["form"].non_field_errors() == [
        "‘bevestigen’ kan niet: dit is al ‘afgewezen’."
    ]
    assert booking.events.count() == 1


def test_note_for_colleagues_is_required_and_mailed_to_nobody(desk):
    booking = make_booking()
    assert desk.post(move_of(booking, "note"), {"note": " "}).status_code == 200
    desk.post(move_of(booking, "note"), {"note": "Juf belt morgen."})
    event = booking.events.last()
    assert (event.move, event.note, event.notice) == ("note", "Juf belt morgen.", "")


def test_attention_is_settled(desk):
    booking = make_booking(attention=Attention.LATE_CANCELLATION)
    assert "settle" in names(desk.get(page_of(booking)))
    desk.post(move_of(booking, "settle"), {})
    booking.refresh_from_db()
    assert booking.attention == ""


def test_numbers_outside_the_limits_are_overruled_with_a_reason_for_colleagues(desk):
    programme = make_programme(max_pupils=60, max_pupils_per_class=30)
    booking = make_booking(visit=make_visit(programme=programme, max_pupils=60))
    address = move_of(booking, "change_numbers")
    new = {"pupils": 36, "supervisors": 4, "note": "Zoals gebeld."}
    page = desk.post(address, new)
    assert page.context["form"].non_field_errors() == ["Hoogstens 30 leerlingen per klas."]
    page = desk.post(address, new | {"overrule_numbers": "on"})
    assert page.context["form"].errors == {
        "reason": ["Schrijf op waarom je van de grenzen afwijkt."]
    }
    desk.post(address, new | {"overrule_numbers": "on", "reason": "Combinatieklas."})
    booking.refresh_from_db()
    assert (booking.pupils, booking.supervisors, booking.visit.pupils_taken) == (36, 4, 36)
    told = [(one.move, one.note, one.notice, one.data.get("overruled")) for one in
            booking.events.all()[1:]]  # fmt: skip
    assert told == [
        ("note", "Combinatieklas.", "", ["numbers"]),
        ("change_numbers", "Zoals gebeld.", "changed", None),
    ]


def test_numbers_that_stay_the_same_are_no_change(desk):
    booking = make_booking()
    page = desk.post(move_of(booking, "change_numbers"), {"pupils": 24, "supervisors": 3})
    assert page.context["form"].non_field_errors() == ["Deze aantallen zijn dezelfde als eerst."]
    assert booking.events.count() == 1


def test_end_of_a_held_place_is_a_matter_of_colleagues_only(desk):
    held, confirmed = make_booking(state=State.HELD), make_booking()
    labels = [
        str(desk.get(move_of(one, "cancel")).context["form"].fields["note"].label)
        for one in (held, confirmed)
    ]
    assert labels == ["Notitie voor collega’s", "Een woord aan de school"]


def test_page_of_a_school_leads_to_its_bookings(desk):
    booking, _other = make_booking(), make_booking()
    school = reverse("admin:schools_school_change", args=[booking.submission.school_id])
    (button,) = desk.get(school).context["buttons"]
    assert shown(desk.get(button.address)) == [booking.pk]


# --- Twice, and by two at once ------------------------------------------------------------------


def seen_by(page):
    return {"seen": page.context["seen"]}


@pytest.mark.parametrize(
    ("move", "state", "data"),
    [
        ("confirm", State.REQUESTED, {"note": "Tot dan"}),
        ("change_numbers", State.CONFIRMED, {"pupils": 20, "supervisors": 2}),
        ("note", State.CONFIRMED, {"note": "Gebeld"}),
    ],
)
def test_second_of_two_clicks_changes_nothing_and_is_no_error(desk, move, state, data):
    booking = make_booking(state=state)
    data = data | seen_by(desk.get(move_of(booking, move)))
    answers = [desk.post(move_of(booking, move), data).url for _click in range(2)]
    assert answers == [page_of(booking)] * 2
    assert [event.move for event in booking.events.all()] == ["made", move]


def test_another_page_of_the_same_account_is_no_second_click(desk, frozen, settings):
    booking = make_booking()
    numbers = move_of(booking, "change_numbers")
    seen = seen_by(desk.get(numbers))
    desk.post(numbers, {"pupils": 20, "supervisors": 2} | seen)
    frozen.shift(settings.SAME_CLICK_WITHIN + datetime.timedelta(seconds=1))
    page = desk.post(numbers, {"pupils": 22, "supervisors": 3} | seen)
    assert page.context["form"].non_field_errors() == [
        "Hier is intussen iets gewijzigd. Kijk eerst in de geschiedenis."
    ]
    assert page.context["form"]["pupils"].value() == "22"
    booking.refresh_from_db()
    assert booking.pupils == 20


def test_what_a_colleague_did_meanwhile_is_shown_before_the_next_move(desk):
    booking = make_booking()
    data = {"note": "Op verzoek."} | seen_by(desk.get(move_of(booking, "cancel")))
    lifecycle.change_numbers(booking=booking, pupils=20, supervisors=2, by=make_staff())
    page = desk.post(move_of(booking, "cancel"), data)
    assert page.context["form"].non_field_errors() == [
        "Hier is intussen iets gewijzigd. Kijk eerst in de geschiedenis."
    ]
    booking.refresh_from_db()
    assert booking.state == State.CONFIRMED
    desk.post(move_of(booking, "cancel"), data | seen_by(page))
    booking.refresh_from_db()
    assert booking.state == State.CANCELLED


def test_booking_is_moved_to_a_slot_that_fits(desk):
    booking = make_booking()
    programme = booking.visit.programme
    slot = make_slot(programmes=[programme], starts_at=amsterdam(2026, 11, 10, 9))
    short = make_slot(
        programmes=[programme],
        starts_at=amsterdam(2026, 11, 11, 9),
        ends_at=amsterdam(2026, 11, 11, 10),
    )
    address = move_of(booking, "reschedule")
    field = desk.get(address).context["form"].fields["slot"]
    assert list(field.queryset) == [slot]
    assert field.label_from_instance(slot) == "di 10 nov 2026 09:00–11:00 (plek voor 1 klas)"
    assert desk.post(address, {"slot": short.pk}).status_code == 200
    desk.post(address, {"slot": slot.pk, "note": "Liever een week later."})
    booking.refresh_from_db()
    assert (booking.visit.slot, booking.events.last().note) == (slot, "Liever een week later.")


def test_move_into_a_full_visit_is_refused_in_words(desk):
    full = make_booking()
    booking = make_booking(
        visit=make_visit(
            programme=full.visit.programme,
            slot=make_slot(programmes=[full.visit.programme], starts_at=amsterdam(2026, 11, 10, 9)),
        )
    )
    page = desk.post(move_of(booking, "reschedule"), {"slot": full.visit.slot_id})
    assert page.context["form"].non_field_errors() == [
        "De laatste plekken op deze datum zijn net weg."
    ]
    booking.refresh_from_db()
    assert booking.visit.slot.day == datetime.date(2026, 11, 10)


# --- Several at once --------------------------------------------------------------------------


def test_requests_are_confirmed_together_and_what_cannot_is_said(desk):
    first, second = make_booking(state=State.REQUESTED), make_booking(state=State.REQUESTED)
    done = make_booking(party_name="7z")
    response = desk.post(
        LIST,
        {"action": "confirm_selected", "_selected_action": [first.pk, second.pk, done.pk]},
        follow=True,
    )
    assert texts(response) == [
        f"{done}: ‘bevestigen’ kan niet: dit is al ‘bevestigd’.",
        "2 boekingen gewijzigd.",
    ]
    assert set(Booking.objects.values_list("state", flat=True)) == {State.CONFIRMED}


# --- On a school's behalf ---------------------------------------------------------------------


def filled_in(school, **changes):
    return {
        "school": school.pk,
        "contact_name": "Juf Anouk",
        "email": "anouk@school.example",
        "phone": "0570 123456",
        "photos": "ask",
        "submission_key": "k" * 32,
        "klas-TOTAL_FORMS": 1,
        "klas-INITIAL_FORMS": 0,
        "klas-0-name": "Groep 7",
        "klas-0-year_groups": 7,
        "klas-0-pupils": 24,
        "klas-0-supervisors": 3,
        "note": "",
        "send": "1",
    } | changes


@pytest.fixture
def offer(db):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    return f"{NEW}?programme={programme.pk}&slot={slot.pk}"


def test_staff_choose_programme_and_then_date(desk):
    programme = make_programme()
    slot = make_slot(programmes=[programme])
    assert list(desk.get(NEW).context["first"].fields) == ["programme"]
    fields = desk.get(NEW, {"programme": programme.pk}).context["first"].fields
    assert list(fields["slot"].queryset) == [slot]
    for nonsense in ("x", "99999", "9" * 30):
        assert desk.get(NEW, {"programme": nonsense, "slot": nonsense}).status_code == 200


def test_staff_book_for_a_school_and_the_teacher_gets_the_mail(desk, staff, offer):
    school = make_school()
    assert desk.get(offer).status_code == 200
    assert Submission.objects.count() == 0
    response = desk.post(offer, filled_in(school))
    booking = Booking.objects.get()
    assert response.url == page_of(booking)
    events = [(event.move, event.by, event.notice) for event in booking.events.all()]
    assert events == [("hold", staff, ""), ("verify", staff, "confirmed")]
    assert (booking.state, booking.submission.school, booking.submission.user.email) == (
        State.CONFIRMED,
        school,
        "anouk@school.example",
    )


def test_broken_rule_stands_at_its_field_until_overruled_with_a_note(desk, offer):
    data = filled_in(make_school(), **{"klas-0-pupils": 40})
    page = desk.post(offer, data)
    assert page.context["form"].classes.forms[0].errors["pupils"] == [
        "Hoogstens 32 leerlingen per klas."
    ]
    assert page.context["form"].classes.forms[0].errors["supervisors"] == [
        "Bij 40 leerlingen vragen we 4 begeleiders."
    ]
    assert page.text.count("Bij 40 leerlingen vragen we 4 begeleiders.") == 1
    assert page.context["overrule"].errors["overrule"] == [
        "Dit past niet bij: aantal leerlingen, aantal begeleiders."
    ]
    page = desk.post(offer, data | {"overrule": ["numbers", "supervisors"]})
    assert list(page.context["overrule"].errors) == ["note"]
    assert Booking.objects.count() == 0


def test_capacity_cannot_be_overruled(desk, offer):
    school = make_school()
    data = filled_in(school, overrule=["numbers", "year_group"], note="Mag.")
    desk.post(offer, data)
    other = data | {"klas-0-name": "8a", "submission_key": "l" * 32, "email": "jan@school.example"}
    page = desk.post(offer, other)
    assert page.context["form"].contact.non_field_errors() == [
        "De laatste plekken op deze datum zijn net weg."
    ]
    assert Booking.objects.count() == 1


def test_what_is_overruled_stands_in_the_history(desk, offer):
    data = filled_in(make_school(), overrule=["year_group"], note="Plusklas.")
    desk.post(offer, data | {"klas-0-year_groups": 3})
    line = desk.get(page_of(Booking.objects.get())).context["history"][-1]
    assert (line.overruled, line.note) == ("groep", "Plusklas.")


def test_another_class_keeps_what_was_typed(desk, offer):
    data = filled_in(make_school(), note="Nog even", overrule=["numbers"])
    del data["send"]
    page = desk.post(offer, data | {"add": "1"})
    assert len(page.context["form"].classes.forms) == 2
    assert page.context["overrule"]["note"].value() == "Nog even"
    assert Booking.objects.count() == 0


def test_double_submit_books_once(desk, offer):
    data = filled_in(make_school())
    assert desk.post(offer, data).url == desk.post(offer, data).url
    assert Booking.objects.count() == 1


def test_form_speaks_of_the_school_to_who_sits_at_the_desk(desk, offer):
    empty = filled_in(make_school()) | {"school": "", "email": ""}
    for page in (desk.get(offer), desk.post(offer, empty)):
        contact = page.context["form"].contact
        assert (contact["school"].label, contact["contact_name"].label) == (
            "School",
            "Naam van de contactpersoon",
        )
    assert contact.errors == {
        "school": ["Zoek de school en kies haar."],
        "email": ["Vul het e-mailadres van de contactpersoon in."],
    }
    assert "Er is nog niets vastgelegd" in page.content.decode()
